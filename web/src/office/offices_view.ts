// The offices that issue certificates: their place in the coding rule, and what is printed of them.

import { language, t } from "../messages.ts";
import { busily } from "../ui/busily.ts";
import { h, icon, replace } from "../ui/dom.ts";
import { field } from "../ui/field.ts";
import { Notice } from "../ui/notice.ts";
import { type Office, refusedMember } from "./desk.ts";
import type { Work } from "./main.ts";

const EMPTY: Office = { code: "", name: { zh: "", en: "" }, address: { zh: "", en: "" }, telephone: "" };

export function officesView({ desk }: Work, signal: AbortSignal): HTMLElement {
  const notice = new Notice();
  const list = h("div", { class: "held", "data-testid": "offices" });
  const form = h("div", {});
  let known: readonly Office[] = [];
  const add = h("button", { type: "button", class: "secondary", "data-testid": "office-add", onclick: () => edit(EMPTY) }, t("office.offices.add"));

  async function load(): Promise<void> {
    const offices = await desk.offices(signal);
    if (signal.aborted) return;
    known = offices;
    replace(list, ...offices.map((office) => h("button", { type: "button", class: "held-card", "data-testid": "office", "data-code": office.code, onclick: () => edit(office) },
      h("span", { class: "held-icon" }, icon("shield")),
      h("span", { class: "held-text" },
        h("strong", {}, language() === "en" ? office.name.en : office.name.zh),
        h("small", {}, `${office.code} · ${language() === "en" ? office.address.en : office.address.zh} · ${office.telephone}`)),
      h("span", { class: "held-go" }, t("office.offices.edit")))));
    if (offices.length === 0) edit(EMPTY);
  }

  function edit(office: Office): void {
    const said = new Notice();
    const isNew = office.code === "";
    const code = field("office-code", t("office.code"), t("office.code.hint"), { class: "figures", maxlength: 10, value: office.code, disabled: !isNew });
    const text = (id: string, label: string, value: string) => field(`office-${id}`, label, "", { maxlength: 60, value });
    const fields = {
      "/name/zh": text("name-zh", t("office.name.zh"), office.name.zh),
      "/name/en": text("name-en", t("office.name.en"), office.name.en),
      "/address/zh": text("address-zh", t("office.address.zh"), office.address.zh),
      "/address/en": text("address-en", t("office.address.en"), office.address.en),
      "/telephone": text("telephone", t("office.telephone"), office.telephone),
    };
    const submit = h("button", { type: "submit", class: "primary", "data-testid": "office-save" }, t("office.save"));

    async function save(): Promise<void> {
      const at = (place: keyof typeof fields): string => fields[place].input.value.trim();
      const written = code.input.value.normalize("NFKC").trim();
      if (!/^\d{6}-\d{3}$/.test(written)) return code.wrong(t("office.code.wrong"));
      if (isNew && known.some((other) => other.code === written)) return code.wrong(t("office.code.taken"));
      const empty = Object.values(fields).filter(({ input }) => input.value.trim() === "");
      for (const { wrong } of empty) wrong(t("fault.empty"));
      if (empty.length > 0) return empty[0]?.input.focus();
      try {
        await desk.setOffice({
          code: written,
          name: { zh: at("/name/zh"), en: at("/name/en") },
          address: { zh: at("/address/zh"), en: at("/address/en") },
          telephone: at("/telephone"),
        }, signal);
      } catch (error) {
        const place = refusedMember(error);
        if (place === undefined) throw error;
        const wrong = Object.entries(fields).filter(([pointer]) => pointer.startsWith(place));
        if (wrong.length === 0) throw error;
        for (const [, { wrong: say }] of wrong) say(t("office.words.wrong"));
        return wrong[0]?.[1].input.focus();
      }
      await load();
      replace(form);
    }

    replace(form, h("form", { class: "card", novalidate: true, "data-testid": "office-form", onsubmit: (event) => {
      event.preventDefault();
      void busily(submit, said, signal, save);
    } },
    code.element, ...Object.values(fields).map(({ element }) => element), said.element,
    h("div", { class: "actions" }, submit)));
    (isNew ? code : fields["/name/zh"]).input.focus();
  }

  void busily(add, notice, signal, load);
  return h("section", { class: "step" },
    h("h1", {}, t("office.offices")),
    h("p", { class: "lead" }, t("office.offices.lead")),
    notice.element, list, form,
    h("div", { class: "actions" }, add));
}
