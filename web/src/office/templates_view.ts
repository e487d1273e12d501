// The words of the documents: versions that never change, one of them in use, and what the documents look like under any words.

import { dateText } from "../cards/facts.ts";
import { type MessageKey, t, tCode } from "../messages.ts";
import { isProblem } from "../problem.ts";
import { busily } from "../ui/busily.ts";
import { h, icon, replace } from "../ui/dom.ts";
import { field } from "../ui/field.ts";
import { Notice } from "../ui/notice.ts";
import { type Bilingual, DOCUMENTS, type DocumentName, refusedMember, type Versions, type Words } from "./desk.ts";
import type { Work } from "./main.ts";

/** A text of the template, and what is typed for it. */
interface Written {
  readonly area: HTMLTextAreaElement;
  wrong(yes: boolean): void;
}

export function templatesView(work: Work, signal: AbortSignal): HTMLElement {
  return new TemplatesView(work, signal).element;
}

class TemplatesView {
  readonly element: HTMLElement;
  readonly #notice = new Notice();
  readonly #list = h("ul", { class: "card versions", "data-testid": "versions" });
  readonly #editor = h("div", { class: "editor" });
  /** The documents whose words are shown. */
  readonly #open = new Set<DocumentName>(["certificate"]);
  /** By their places in the template (RFC 6901). */
  #written = new Map<string, Written>();

  constructor(private readonly work: Work, private readonly signal: AbortSignal) {
    this.element = h("section", { class: "step" },
      h("h1", {}, t("office.templates")),
      h("p", { class: "lead" }, t("office.templates.lead")),
      this.#notice.element, this.#list, this.#editor);
    void this.#doing(async () => {
      const versions = await work.desk.versions(signal);
      work.draft ??= await work.desk.template(versions.in_use, signal);
      this.#show(versions);
      this.#edit();
    });
  }

  async #doing(what: () => Promise<void>): Promise<void> {
    this.#notice.clear();
    try {
      await what();
    } catch (error) {
      if (!this.signal.aborted) this.#notice.show(error);
    }
  }

  #show({ in_use, versions }: Versions): void {
    if (this.signal.aborted) return;
    const { desk } = this.work;
    replace(this.#list, ...versions.map(({ version, set_by, set_at }) => {
      const used = version === in_use;
      return h("li", { "data-testid": "version", "data-version": version, "data-used": String(used) },
        h("span", { class: "held-text" },
          h("strong", { class: "figures" }, version),
          h("small", {}, set_at === null ? t("office.template.own") : t("office.template.by", { who: set_by ?? "", when: dateText(set_at, true) }))),
        used && h("span", { class: "mark", "data-how": "standing" }, t("office.template.used")),
        h("button", { type: "button", class: "quiet", "data-testid": "version-open", onclick: () => void this.#doing(async () => {
          this.work.draft = await desk.template(version, this.signal);
          this.#edit();
        }) }, t("office.template.open")),
        !used && h("button", { type: "button", class: "quiet", "data-testid": "version-use", onclick: () => void this.#doing(async () => {
          this.#show(await desk.use(version, this.signal));
        }) }, t("office.template.use")));
    }));
  }

  /** The words of the draft, and what to do with them. */
  #edit(): void {
    const { work: { draft, desk }, signal } = this;
    if (draft === undefined || signal.aborted) return;
    this.#written = new Map();
    const said = new Notice();
    const version = field("template-version", t("office.template.version"), t("office.template.version.hint"), { class: "figures", maxlength: 20, value: draft.version });
    version.input.addEventListener("input", () => {
      draft.version = version.input.value.trim();
    });
    const save = h("button", { type: "submit", class: "primary", "data-testid": "template-save" }, t("office.template.save"));
    const saved = h("p", { class: "notice notice-good", role: "status", "data-testid": "template-saved", hidden: true });
    const shown = h("div", { class: "shown", "data-testid": "preview", hidden: true });
    const preview = (document: DocumentName) => {
      const button = h("button", { type: "button", class: "secondary", "data-testid": `preview-${document}`, onclick: () => void busily(button, said, signal, async () => {
        const file = await this.#told(version, said, () => desk.preview(draft, document, "bilingual", signal));
        if (file !== undefined && !signal.aborted) this.#specimen(shown, file);
      }) }, t(`office.template.preview.${document}`));
      return button;
    };
    const submit = async (): Promise<void> => {
      saved.hidden = true;
      const entered = await this.#told(version, said, () => desk.enter(draft, signal));
      if (entered === undefined || signal.aborted) return;
      this.#show(await desk.versions(signal));
      saved.hidden = false;
      replace(saved, icon("check"), t("office.template.saved"));
    };
    replace(this.#editor,
      h("form", { class: "card", novalidate: true, onsubmit: (event) => {
        event.preventDefault();
        void busily(save, said, signal, submit);
      } },
      h("h2", {}, t("office.template.words")),
      h("p", { class: "aside" }, t("office.template.placeholders")),
      ...DOCUMENTS.map((document) => h("details", { class: "typed", open: this.#open.has(document), ontoggle: ({ target }) => {
        if ((target as HTMLDetailsElement).open) this.#open.add(document);
        else this.#open.delete(document);
      } },
        h("summary", {}, t(`office.template.of.${document}`)),
        ...Object.entries(draft[document]).map(([name, words]) => this.#words(draft[document], `/${document}/${name}`, name, words)))),
      version.element, said.element, saved,
      h("div", { class: "actions pair" }, preview("certificate"), preview("notice")),
      h("div", { class: "actions" }, save)),
      shown);
  }

  #words(all: Words, place: string, name: string, words: Bilingual | Bilingual[]): HTMLElement {
    const label = tCode("office.words", name, "office.words.other", { name });
    if (!Array.isArray(words)) return this.#pair(label, place, words);
    return h("div", {}, ...words.map((pair, at) => this.#pair(`${label} ${at + 1}`, `${place}/${at}`, pair)),
      h("div", { class: "more" },
        h("button", { type: "button", class: "quiet", onclick: () => {
          words.push({ zh: "", en: "" });
          this.#edit();
          this.#written.get(`${place}/${words.length - 1}/zh`)?.area.focus();
        } }, t("office.words.more")),
        words.length > 1 && h("button", { type: "button", class: "quiet danger", onclick: () => {
          all[name] = words.slice(0, -1);
          this.#edit();
        } }, t("office.words.fewer"))));
  }

  #pair(label: string, place: string, pair: Bilingual): HTMLElement {
    return h("fieldset", { class: "pair" }, h("legend", {}, label), ...(["zh", "en"] as const).map((language) => {
      const area = h("textarea", {
        lang: language === "zh" ? "zh-CN" : "en", rows: pair[language].length > 60 ? 3 : 1, maxlength: 300,
        "aria-label": `${label} ${t(`office.words.${language}`)}`, "data-testid": `words${place}/${language}`,
      });
      area.value = pair[language];
      const wrong = (yes: boolean): void => area.setAttribute("aria-invalid", String(yes));
      area.addEventListener("input", () => {
        pair[language] = area.value.replaceAll(/\s*\n\s*/g, " ");
        wrong(false);
      });
      this.#written.set(`${place}/${language}`, { area, wrong });
      return area;
    }));
  }

  /** What `ask` gives; where words cannot be used, they are shown and nothing is given. */
  async #told<T>(version: ReturnType<typeof field>, said: Notice, ask: () => Promise<T>): Promise<T | undefined> {
    const say = (code: string, key: MessageKey): undefined => {
      said.say(code, t(key));
    };
    try {
      return await ask();
    } catch (error) {
      if (isProblem(error, "state-conflict")) {
        version.wrong(t("office.template.taken"));
        version.input.focus();
        return undefined;
      }
      const place = refusedMember(error);
      if (place === "/version") {
        version.wrong(t("office.template.version.hint"));
        version.input.focus();
        return undefined;
      }
      const written = place === undefined ? undefined : this.#written.get(place);
      if (written !== undefined) {
        written.wrong(true);
        written.area.closest("details")?.setAttribute("open", "");
        written.area.focus();
        return say("words", "office.words.wrong");
      }
      if (place !== undefined) return say("too-long", "office.template.tooLong");
      throw error;
    }
  }

  #specimen(shown: HTMLElement, file: Blob): void {
    const address = URL.createObjectURL(file);
    this.signal.addEventListener("abort", () => URL.revokeObjectURL(address));
    shown.hidden = false;
    replace(shown,
      h("p", {}, h("a", { href: address, download: "specimen.pdf", "data-testid": "specimen" }, icon("picture"), t("office.template.specimen"))),
      h("iframe", { src: address, title: t("office.template.specimen") }));
    shown.scrollIntoView({ block: "nearest" });
  }
}
