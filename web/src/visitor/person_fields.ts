// Name, number and last day of a resident ID card, as they were read or are typed.

import { t } from "../messages.ts";
import { field } from "../ui/field.ts";

export interface Written {
  name: string;
  id_number: string;
  /** `YYYY-MM-DD`, 长期, or nothing where it may be left out. */
  valid_until: string;
}

export class PersonFields {
  readonly name: ReturnType<typeof field>;
  readonly number: ReturnType<typeof field>;
  readonly validUntil: ReturnType<typeof field>;

  /** `needsLastDay`: it may not be left out. */
  constructor(written: Written, private readonly needsLastDay: boolean) {
    this.name = field("person-name", t("field.name"), t("terminal.name.hint"), { maxlength: 50, lang: "zh-CN", value: written.name });
    this.number = field("person-number", t("field.id_number"), t("terminal.number.hint"), { maxlength: 18, class: "figures", autocapitalize: "characters", value: written.id_number });
    const hint = t(needsLastDay ? "apply.until.hint" : "terminal.until.hint");
    this.validUntil = field("person-valid-until", t("field.valid_until"), hint, { maxlength: 10, value: written.valid_until });
  }

  get elements(): HTMLElement[] {
    return [this.name.element, this.number.element, this.validUntil.element];
  }

  /** What is written; where that can be no card's, it is told, and the first such field has the focus. */
  read(): Written | undefined {
    const { name, number, validUntil } = this;
    const written = { name: name.input.value.trim(), id_number: number.input.value.trim().toUpperCase(), valid_until: validUntil.input.value.trim() };
    const told = (text: string, fits: boolean): string | undefined => (fits ? undefined : t(text === "" ? "fault.empty" : "fault.malformed"));
    name.wrong(told(written.name, written.name !== ""));
    number.wrong(told(written.id_number, /^\d{17}[\dX]$/.test(written.id_number)));
    const isDay = /^(\d{4}-\d{2}-\d{2}|长期)$/.test(written.valid_until);
    validUntil.wrong(told(written.valid_until, isDay || (written.valid_until === "" && !this.needsLastDay)));
    const wrong = [name, number, validUntil].find(({ input }) => input.getAttribute("aria-invalid") === "true");
    wrong?.input.focus();
    return wrong === undefined ? written : undefined;
  }
}
