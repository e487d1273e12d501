// The name on the check step: its characters as tiles that open the sheet, and the question whether it is the user's.

import { fieldOf, isUncertain, NAME_UNCERTAIN } from "../evidence.ts";
import type { Flow } from "../flow.ts";
import { t } from "../messages.ts";
import { changedName, nameTiles, type NameTile, shownName } from "../name.ts";
import { askForCharacter } from "./character_sheet.ts";
import { cropCharacter, cropName } from "./crop.ts";
import { h, icon, replace } from "./dom.ts";

/** The longest name (`identity::name`). */
const LONGEST = 50;

export class NameCheck {
  readonly element = h("div", { class: "name-tiles", "data-testid": "name-tiles", hidden: true });
  /** Shows the tiles of a name that was read without doubt. */
  readonly opener = h("button", { type: "button", class: "quiet", "data-testid": "name-tiles-show", onclick: () => this.focus() }, t("name.cannotType"));

  /** `host` holds the dialogs; `changed` takes a new name. */
  constructor(private readonly flow: Flow, private readonly host: () => HTMLElement, private readonly changed: (name: string) => void) {
    this.element.setAttribute("role", "group");
    this.element.setAttribute("aria-label", t("name.tiles"));
    this.#show(isUncertain(flow.draft, "name"));
  }

  #show(tiles: boolean): void {
    this.element.hidden = !tiles;
    this.opener.hidden = tiles;
    this.draw();
  }

  /** Draws the tiles of the name as it stands. */
  draw(): void {
    const tiles = this.#tiles();
    replace(this.element,
      ...tiles.map((tile, at) => h("button", {
        type: "button", class: "tile", lang: "zh-CN", "data-testid": "name-character", "data-doubt": String(tile.doubtful),
        "aria-label": t(tile.doubtful ? "name.tile.doubtful" : "name.tile", { n: at + 1, character: tile.character }),
        onclick: () => void this.#ask(at),
      }, shownName(tile.character))),
      tiles.length < LONGEST && h("button", { type: "button", class: "tile add", "data-testid": "name-add", "aria-label": t("name.add"), onclick: () => void this.#ask(tiles.length) }, "+"));
  }

  /** Puts the focus where there is most doubt. */
  focus(): void {
    this.#show(true);
    (this.element.querySelector<HTMLElement>("[data-doubt=true]") ?? this.element.querySelector("button"))?.focus();
    this.element.scrollIntoView({ block: "center" });
  }

  /** Asks whether this is the user's name, large and beside its picture; whether it is. */
  confirm(): Promise<boolean> {
    const picture = this.flow.pictures.front;
    const { value, characters = [] } = fieldOf(this.flow.draft, "name");
    const dialog = h("dialog", { class: "sheet ask-name", "data-testid": "name-confirm", "aria-labelledby": "name-confirm-title", "aria-describedby": "name-confirm-name name-confirm-do" },
      // The focus begins here: an Enter too many must not answer.
      h("h2", { id: "name-confirm-title", tabindex: -1, autofocus: true }, t("name.confirm")),
      picture !== undefined && cropName(picture, characters),
      h("p", { class: "name-large", id: "name-confirm-name", lang: "zh-CN", "data-testid": "name-confirm-name" }, shownName(value)),
      h("p", { class: "lead", id: "name-confirm-do" }, t(picture === undefined ? "name.confirm.card" : "name.confirm.picture")),
      h("div", { class: "actions" },
        h("button", { type: "button", class: "primary", "data-testid": "name-confirm-yes", onclick: () => dialog.close("yes") }, icon("check"), t("name.confirm.yes")),
        h("button", { type: "button", class: "secondary", "data-testid": "name-confirm-no", onclick: () => dialog.close("no") }, t("name.confirm.no"))));
    this.host().append(dialog);
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => {
        dialog.remove();
        resolve(dialog.returnValue === "yes");
      });
      dialog.showModal();
    });
  }

  #tiles(): NameTile[] {
    const { value, characters = [] } = fieldOf(this.flow.draft, "name");
    return nameTiles(value, characters, NAME_UNCERTAIN);
  }

  async #ask(at: number): Promise<void> {
    const tile = this.#tiles()[at];
    const change = await askForCharacter(this.host(), { at, character: tile?.character, read: tile?.read, picture: this.#picture(tile) });
    if (change !== undefined) {
      this.changed(changedName(fieldOf(this.flow.draft, "name").value, change));
      this.draw();
    }
    const buttons = this.element.querySelectorAll("button");
    buttons[Math.min(at, buttons.length - 1)]?.focus();
  }

  /** What to compare a character with: its own place on the picture, or the whole name's. */
  #picture(tile: NameTile | undefined): HTMLElement | undefined {
    const url = this.flow.pictures.front;
    if (url === undefined) return undefined;
    const { characters = [] } = fieldOf(this.flow.draft, "name");
    return tile?.read === undefined ? cropName(url, characters) : cropCharacter(url, tile.read.at);
  }
}
