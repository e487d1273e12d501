// Step 3: the user compares what was read with the document and corrects it.

import { fieldOf, isUncertain, nameInDoubt, SIDE_OF, withNameConfirmed, withValue } from "../evidence.ts";
import type { Flow } from "../flow.ts";
import { t, tCode } from "../messages.ts";
import type { FieldFault } from "../reader_protocol.ts";
import { crop } from "../ui/crop.ts";
import { h, icon, replace } from "../ui/dom.ts";
import { NameCheck } from "../ui/name_check.ts";
import { Notice } from "../ui/notice.ts";
import { FIELD_NAMES, type FieldName, type Side } from "../wire.ts";

/** The word that stands for "no last day" on the card and on the wire. */
const FOREVER = "长期";

export function checkStep(flow: Flow, signal: AbortSignal): HTMLElement {
  return new CheckStep(flow, signal).element;
}

interface Row {
  element: HTMLElement;
  control: HTMLElement;
  fault: HTMLElement;
}

class CheckStep {
  readonly element: HTMLElement;
  readonly #rows: Record<FieldName, Row>;
  readonly #notice = new Notice();
  readonly #name: NameCheck;
  /** Ethnic groups to choose from; any text can be typed, as some cards have others. */
  readonly #groups = h("datalist", { id: "ethnic-groups" });
  readonly #summary = h("div", { class: "notice", role: "status" });
  #checking = 0;

  constructor(private readonly flow: Flow, private readonly signal: AbortSignal) {
    this.#name = new NameCheck(flow, () => this.element, (name) => this.#setName(name));
    this.#rows = Object.fromEntries(FIELD_NAMES.map((name) => [name, this.#row(name)])) as Record<FieldName, Row>;
    this.element = h("section", { class: "step" },
      h("h1", {}, t("check.title")),
      h("p", { class: "lead" }, t("check.lead")),
      this.#summary,
      h("form", { novalidate: true, onsubmit: (event) => {
        event.preventDefault();
        void this.#submit();
      } },
        this.#groups,
        this.#sideCard("front"),
        this.#sideCard("back"),
        this.#notice.element,
        h("div", { class: "actions" }, h("button", { type: "submit", class: "primary", "data-testid": "check-submit" }, t("check.submit")))),
    );
    this.#showSummary();
    this.#validateQuietly();
    flow.reader.ask("ethnicGroups", {}).then((groups) => replace(this.#groups, ...groups.map((value) => h("option", { value }))), () => undefined);
  }

  #sideCard(side: Side): HTMLElement {
    const picture = this.flow.pictures[side];
    return h("fieldset", { class: "card" },
      h("legend", {}, t(`check.${side}`)),
      h("div", { class: "preview" },
        picture === undefined
          ? h("p", { class: "aside", "data-testid": `preview-${side}` }, t("check.noPicture"))
          : h("img", { src: picture, alt: t(`check.${side}.alt`), "data-testid": `preview-${side}` }),
        h("button", { type: "button", class: "quiet", "data-testid": `retake-${side}`, onclick: () => this.#retake(side) }, icon("camera"), t("check.retake"))),
      h("div", { class: "fields" }, ...FIELD_NAMES.filter((name) => SIDE_OF[name] === side).map((name) => this.#rows[name].element)));
  }

  #row(name: FieldName): Row {
    const { value, confidence, read } = fieldOf(this.flow.draft, name);
    const uncertain = isUncertain(this.flow.draft, name);
    const id = `field-${name}`;
    const fault = h("p", { class: "hint bad", id: `${id}-error`, "data-testid": `${id}-error`, hidden: true });
    const note = uncertain && h("p", { class: "hint", id: `${id}-note` }, t("check.uncertain.note"));
    const described = [uncertain && `${id}-note`, fault.id].filter(Boolean).join(" ");
    const control = this.#control(name, value, { id, "data-testid": id, "aria-describedby": described,
      "data-uncertain": uncertain, "data-edited": value !== read, "data-confidence": confidence });
    control.dataset["uncertain"] = String(uncertain);
    control.dataset["edited"] = String(value !== read);
    const picture = this.flow.pictures[SIDE_OF[name]];
    const element = h("div", { class: `field field-${name}${uncertain ? " uncertain" : ""}` },
      h("label", { for: id }, t(`field.${name}`), uncertain && h("span", { class: "badge" }, icon("alert"), t("check.uncertain"))),
      uncertain && picture !== undefined && crop(picture, name),
      name === "name" && this.#name.element,
      control,
      name === "name" && this.#name.opener,
      name === "valid_until" && this.#forever(control as HTMLInputElement, value),
      note,
      fault);
    return { element, control, fault };
  }

  #control(name: FieldName, value: string, attributes: Record<string, string | number | boolean>): HTMLElement & { value: string } {
    const listeners = { oninput: (event: Event) => this.#changed(name, (event.target as HTMLInputElement).value) };
    switch (name) {
      case "sex": {
        const select = h("select", { ...attributes, ...listeners }, ...["男", "女"].map((sex) => h("option", { value: sex }, t(sex === "男" ? "sex.male" : "sex.female"))));
        select.value = value;
        return select;
      }
      case "address": {
        const area = h("textarea", { ...attributes, ...listeners, rows: 2, maxlength: 80, spellcheck: "false", lang: "zh-CN" });
        area.value = value;
        return area;
      }
      case "birth_date":
      case "valid_from":
      case "valid_until":
        return h("input", { ...attributes, ...listeners, type: "date", min: "1880-01-01", max: "2199-12-31", value: value === FOREVER ? "" : value });
      default:
        return h("input", { ...attributes, ...listeners, value, autocomplete: "off", list: name === "ethnicity" ? this.#groups.id : undefined, autocapitalize: "characters", spellcheck: "false", lang: "zh-CN", class: name === "id_number" ? "figures" : undefined });
    }
  }

  /** 长期: a card without a last day. */
  #forever(date: HTMLInputElement, value: string): HTMLElement {
    const box = h("input", { type: "checkbox", "data-testid": "field-valid_until-forever", checked: value === FOREVER });
    date.disabled = box.checked;
    box.addEventListener("change", () => {
      date.disabled = box.checked;
      this.#changed("valid_until", box.checked ? FOREVER : date.value);
    });
    return h("label", { class: "tick" }, box, t("check.forever"));
  }

  #changed(name: FieldName, raw: string): void {
    const value = name === "id_number" ? raw.replaceAll(/\s/g, "").toUpperCase() : raw.trim();
    this.flow.draft = withValue(this.flow.draft, name, value);
    this.#rows[name].control.dataset["edited"] = String(value !== fieldOf(this.flow.draft, name).read);
    if (name === "name") this.#name.draw();
    this.#validateQuietly();
  }

  /** A name that was put together from tiles. */
  #setName(name: string): void {
    (this.#rows.name.control as HTMLInputElement).value = name;
    this.#changed("name", name);
  }

  #showSummary(): void {
    const doubts = FIELD_NAMES.filter((name) => isUncertain(this.flow.draft, name)).length;
    this.#summary.classList.add(doubts > 0 ? "notice-warn" : "notice-good");
    replace(this.#summary, icon(doubts > 0 ? "alert" : "check"), h("p", {}, doubts > 0 ? t("check.doubts", { n: doubts }) : t("check.clear")));
  }

  /** Shows faults while typing; whether the rules can be had at all is said when the user goes on. */
  #validateQuietly(): void {
    this.#validate(false).catch(() => undefined);
  }

  /** Runs the rules over all fields; whether nothing speaks against going on. */
  async #validate(focus: boolean): Promise<boolean> {
    const run = ++this.#checking;
    const fields = Object.fromEntries(FIELD_NAMES.map((name) => [name, fieldOf(this.flow.draft, name).value])) as Record<FieldName, string>;
    const faults = await this.flow.reader.ask("checkFields", { fields });
    if (this.signal.aborted || run !== this.#checking) return false;
    for (const name of FIELD_NAMES) this.#showFault(name, faults.find(({ field }) => field === name));
    const first = faults.find(({ doubt }) => !doubt)?.field;
    if (first !== undefined && focus && first in this.#rows) this.#rows[first as FieldName].control.focus();
    return first === undefined;
  }

  #showFault(name: FieldName, fault: FieldFault | undefined): void {
    const { control, fault: line } = this.#rows[name];
    control.setAttribute("aria-invalid", String(fault !== undefined && !fault.doubt));
    line.hidden = fault === undefined;
    line.classList.toggle("bad", fault?.doubt !== true);
    if (fault !== undefined) replace(line, tCode("fault", fault.code, "fault.unknown"));
  }

  async #submit(): Promise<void> {
    this.#notice.clear();
    try {
      if (!(await this.#validate(true))) return;
      if (nameInDoubt(this.flow.draft)) {
        if (!(await this.#name.confirm())) return this.#name.focus();
        this.flow.draft = withNameConfirmed(this.flow.draft);
      }
      this.flow.go(this.flow.view?.state === "confirmed" ? "consent" : "code");
    } catch (error) {
      this.#notice.show(error);
    }
  }

  #retake(side: Side): void {
    this.flow.retake = side;
    this.flow.go("document");
  }
}
