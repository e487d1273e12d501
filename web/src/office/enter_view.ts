// Who works here shows their credential first.

import { t } from "../messages.ts";
import { isProblem } from "../problem.ts";
import { busily } from "../ui/busily.ts";
import { h } from "../ui/dom.ts";
import { field } from "../ui/field.ts";
import { Notice } from "../ui/notice.ts";
import { Desk } from "./desk.ts";

export function enterView(entered: (desk: Desk) => void, signal: AbortSignal): HTMLElement {
  const notice = new Notice();
  const secret = field("secret", t("office.secret"), t("office.secret.hint"), { type: "password", class: "figures", maxlength: 128, autocomplete: "off" });
  const submit = h("button", { type: "submit", class: "primary", "data-testid": "enter" }, t("office.enter"));

  async function enter(): Promise<void> {
    const typed = secret.input.value.trim();
    // Other characters do not fit a header.
    if (!/^[\x21-\x7e]{32,128}$/.test(typed)) return secret.wrong(t(typed === "" ? "fault.empty" : "office.secret.wrong"));
    const desk = new Desk(typed);
    try {
      await desk.offices(signal);
    } catch (error) {
      if (isProblem(error, "unauthorized")) return secret.wrong(t("office.secret.wrong"));
      if (isProblem(error, "forbidden")) return secret.wrong(t("office.secret.notOperator"));
      throw error;
    }
    if (!signal.aborted) entered(desk);
  }

  return h("section", { class: "step" },
    h("h1", {}, t("office.title")),
    h("p", { class: "lead" }, t("office.lead")),
    h("form", { class: "card", novalidate: true, onsubmit: (event) => {
      event.preventDefault();
      void busily(submit, notice, signal, enter);
    } },
    secret.element, notice.element, h("div", { class: "actions" }, submit)));
}
