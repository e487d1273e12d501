// What was shown, when: this phone's own record.

import { dateText, numberText } from "../cards/facts.ts";
import { t } from "../messages.ts";
import { h, icon } from "../ui/dom.ts";
import type { Holder } from "./main.ts";

export function recordView(holder: Holder, signal: AbortSignal): HTMLElement {
  const { wallet } = holder;
  wallet.addEventListener("change", () => holder.record(), { signal });
  return h("section", { class: "step" },
    h("h1", {}, t("card.record")),
    h("p", { class: "lead" }, t("card.record.lead")),
    wallet.showings.length === 0
      ? h("p", { class: "aside" }, t("card.record.none"))
      : h("ul", { class: "card showings" }, ...wallet.showings.map(({ at, number, shown }) =>
        h("li", { "data-testid": "showing" }, h("strong", {}, shown), h("time", { datetime: new Date(at * 1000).toISOString() }, dateText(at, true)), h("small", { class: "figures" }, numberText(number))))),
    h("div", { class: "actions" },
      h("button", { type: "button", class: "secondary", "data-testid": "back", onclick: () => holder.cards() }, icon("back"), t("card.back")),
      wallet.showings.length > 0 && h("button", { type: "button", class: "quiet", "data-testid": "forget-record", onclick: () => void wallet.forgetShowings() }, t("card.record.forget"))));
}
