// The sheet that finds one character of a name: what the reader took it for, or by sound and parts; beside the picture.

import { characterTable } from "../character_table.ts";
import type { CharacterTable, Found } from "../characters.ts";
import { t } from "../messages.ts";
import type { NameChange } from "../name.ts";
import type { NameCharacter } from "../reader_protocol.ts";
import { h, icon, replace } from "./dom.ts";
import { Notice } from "./notice.ts";

/** What the sheet is opened for. */
export interface CharacterQuestion {
  /** The place in the name, from 0. */
  at: number;
  /** The character that stands there; `undefined` to add one before that place. */
  character: string | undefined;
  /** What was read there. */
  read: NameCharacter | undefined;
  /** The picture to compare with; `undefined` when it is gone after a reload. */
  picture: HTMLElement | undefined;
}

/** So many are shown; whoever looks for another asks more closely. */
const MOST_FOUND = 60;
/** Parts to begin with; once something was asked for, so many are all there are. */
const MOST_FIRST_PARTS = 48;
const MOST_PARTS = 120;

/** Asks for one change of the name; `undefined` when the user left it as it was. */
export function askForCharacter(host: HTMLElement, question: CharacterQuestion): Promise<NameChange | undefined> {
  return new CharacterSheet(question).open(host);
}

class CharacterSheet {
  readonly #dialog: HTMLDialogElement;
  readonly #query = h("input", {
    id: "character-query", "data-testid": "character-query", type: "search", autocomplete: "off", autocapitalize: "none", spellcheck: "false",
    enterkeyhint: "search", "aria-describedby": "character-query-hint", maxlength: 20,
  });
  readonly #picked = h("div", { class: "glyph", "data-testid": "character-picked", lang: "zh-CN" });
  readonly #reading = h("figcaption", {});
  readonly #found = h("div", { class: "choices", "data-testid": "character-found" });
  readonly #count = h("p", { class: "hint", role: "status" });
  readonly #parts = h("div", { class: "parts", "data-testid": "character-parts" });
  readonly #partsTitle = h("h3", { id: "character-parts-title" }, t("character.parts"));
  readonly #notice = new Notice();
  readonly #use = h("button", { type: "button", class: "primary", "data-testid": "character-use", disabled: true, onclick: () => this.#take() });
  #table: CharacterTable | undefined;
  /** The character that stands there, what was read there, and what else that may be. */
  readonly #candidates: readonly string[];
  #inserting = false;
  #choice: string | undefined;
  #answer: NameChange | undefined;

  constructor(private readonly question: CharacterQuestion) {
    const { at, character, read, picture } = question;
    const title = character === undefined ? t("character.add") : t("character.title", { n: at + 1, character });
    this.#query.addEventListener("input", () => this.#search());
    this.#dialog = h("dialog", { class: "sheet", "data-testid": "character-sheet", "aria-labelledby": "character-title" },
      h("div", { class: "sheet-top" },
        h("header", {},
          h("h2", { id: "character-title" }, title),
          h("button", { type: "button", class: "quiet", "data-testid": "character-close", "aria-label": t("character.close"), onclick: () => this.#dialog.close() }, icon("cross"))),
        h("div", { class: "compare" },
          h("figure", {}, picture ?? h("div", { class: "glyph none" }, icon("card")), h("figcaption", {}, t(picture === undefined ? "character.card" : "character.picture"))),
          h("figure", {}, this.#picked, this.#reading))),
      h("div", { class: "sheet-body" },
        h("div", { class: "field" },
          h("label", { for: "character-query" }, t("character.query")),
          this.#query,
          h("p", { class: "hint", id: "character-query-hint" }, t("character.query.hint"))),
        this.#notice.element,
        this.#count,
        this.#found,
        this.#partsTitle,
        this.#parts,
        character !== undefined && h("div", { class: "sheet-more" },
          h("button", { type: "button", class: "quiet", "data-testid": "character-insert", onclick: () => this.#insertBefore() }, t("character.insert", { character })),
          h("button", { type: "button", class: "quiet", "data-testid": "character-remove", onclick: () => this.#end({ kind: "remove", at }) }, t("character.remove", { character }))),
        h("p", { class: "aside" }, t("character.other"))),
      h("div", { class: "sheet-foot" }, this.#use));
    this.#found.setAttribute("role", "radiogroup");
    this.#parts.setAttribute("role", "group");
    this.#parts.setAttribute("aria-labelledby", "character-parts-title");
    this.#candidates = character === undefined ? [] : [...new Set([...character, ...(read?.value ?? ""), ...(read?.others ?? "")])];
    this.#pick(character, false);
    this.#search();
    void this.#load();
  }

  open(host: HTMLElement): Promise<NameChange | undefined> {
    host.append(this.#dialog);
    return new Promise((resolve) => {
      this.#dialog.addEventListener("close", () => {
        this.#dialog.remove();
        resolve(this.#answer);
      });
      // A tap beside the sheet closes it, as Escape does.
      this.#dialog.addEventListener("click", ({ target }) => {
        if (target === this.#dialog) this.#dialog.close();
      });
      this.#dialog.showModal();
      this.#focusFound();
    });
  }

  async #load(): Promise<void> {
    if (this.#table !== undefined) return;
    try {
      this.#table = await characterTable();
      this.#notice.clear();
      this.#search();
      if (this.#choice !== undefined) this.#showReading(this.#choice);
    } catch (error) {
      this.#notice.show(error);
    }
  }

  #search(): void {
    const query = this.#query.value.trim();
    if (this.#table === undefined) {
      void this.#load();
      if (query !== "") return;
    }
    const { found, parts } = this.#table?.search(query) ?? { found: [], parts: [] };
    const candidates = this.#adds ? [] : this.#candidates;
    if (query === "") {
      this.#offer(candidates.map((character) => ({ character, reading: this.#readings(character)[0] ?? "" })), candidates.length > 0 ? t("character.candidates") : "");
    } else if (found.length > MOST_FOUND) {
      this.#offer(found.slice(0, MOST_FOUND), `${t("character.found", { n: found.length })} ${t("character.more", { n: found.length - MOST_FOUND })}`);
    } else {
      this.#offer(found, found.length > 0 ? t("character.found", { n: found.length }) : t("character.none"));
    }
    this.#partsTitle.hidden = parts.length === 0;
    replace(this.#parts, ...parts.slice(0, query === "" ? MOST_FIRST_PARTS : MOST_PARTS).map((part) =>
      h("button", { type: "button", class: "part", lang: "zh-CN", "data-part": part, onclick: () => this.#add(part) }, part)));
  }

  /** Shows what can be chosen; a focus among it stays there. */
  #offer(found: readonly Found[], legend: string): void {
    const focused = this.#found.contains(document.activeElement);
    this.#count.textContent = legend;
    this.#found.setAttribute("aria-label", legend);
    this.#found.hidden = found.length === 0;
    replace(this.#found, ...found.map((each) => this.#option(each)));
    if (focused) this.#focusFound();
  }

  /** Not the search box: on a phone its keyboard would cover what is to be compared. */
  #focusFound(): void {
    (this.#found.querySelector<HTMLElement>("input:checked") ?? this.#found.querySelector("input") ?? this.#query).focus({ preventScroll: true });
  }

  #option({ character, reading }: Found): HTMLElement {
    const radio = h("input", { type: "radio", name: "character", value: character, checked: character === this.#choice });
    radio.addEventListener("change", () => this.#pick(character, true));
    return h("label", { class: "choice", lang: "zh-CN", "data-character": character }, radio, h("span", {}, character), reading !== "" && h("small", {}, reading));
  }

  #add(part: string): void {
    this.#query.value += part;
    this.#search();
    this.#focusFound();
  }

  #pick(character: string | undefined, byUser: boolean): void {
    this.#choice = character;
    this.#picked.classList.toggle("none", character === undefined);
    replace(this.#picked, character ?? "？");
    this.#showReading(character);
    const changes = character !== undefined && (this.#inserting || character !== this.question.character);
    this.#use.disabled = !changes;
    replace(this.#use, changes ? t(this.#adds ? "character.use.add" : "character.use", { character }) : t("character.pick"));
    if (byUser) this.#notice.clear();
  }

  get #adds(): boolean {
    return this.#inserting || this.question.character === undefined;
  }

  #showReading(character: string | undefined): void {
    const readings = character === undefined ? "" : this.#readings(character).join(" ");
    replace(this.#reading, t("character.picked"), readings !== "" && h("span", { class: "reading" }, ` ${readings}`));
  }

  #readings(character: string): readonly string[] {
    return this.#table?.readingsOf(character) ?? [];
  }

  /** From now on the choice is put before the character that stands here. */
  #insertBefore(): void {
    this.#inserting = true;
    const title = this.#dialog.querySelector("h2");
    if (title !== null) title.textContent = t("character.insert", { character: this.question.character ?? "" });
    this.#dialog.querySelector(".sheet-more")?.remove();
    this.#pick(undefined, true);
    this.#search();
    this.#query.focus();
  }

  #take(): void {
    if (this.#choice === undefined) return;
    this.#end({ kind: this.#adds ? "insert" : "replace", at: this.question.at, character: this.#choice });
  }

  #end(answer: NameChange): void {
    this.#answer = answer;
    this.#dialog.close();
  }
}
