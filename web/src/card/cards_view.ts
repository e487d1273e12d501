// The cards that this phone holds; or how to come by one.

import { now } from "../cards/clock.ts";
import { dateText, disclosedNames, numberText } from "../cards/facts.ts";
import { t } from "../messages.ts";
import { h, icon } from "../ui/dom.ts";
import { Notice } from "../ui/notice.ts";
import { confirmRevoking } from "./revoking.ts";
import type { Holder } from "./main.ts";

export function cardsView(holder: Holder, signal: AbortSignal): HTMLElement {
  const { wallet } = holder;
  const [first] = wallet.cards;
  const notice = new Notice();
  if (first === undefined) {
    return h("section", { class: "step" },
      h("h1", {}, t("card.none")),
      h("p", { class: "lead" }, t("card.none.lead")),
      h("ol", { class: "card how" }, ...(["1", "2", "3"] as const).map((step) => h("li", {}, t(`card.none.${step}`)))),
      wallet.showings.length > 0 && recordButton(holder));
  }
  return h("section", { class: "step step-cards" },
    h("h1", {}, t("card.cards")),
    h("p", { class: "lead" }, t("card.cards.lead")),
    h("ul", { class: "held" }, ...wallet.cards.map((card) => {
      const expired = card.says.expires_at <= now();
      return h("li", {},
        h("button", { type: "button", class: "held-card", "data-testid": "held-card", "data-number": card.says.number, disabled: expired, onclick: () => holder.show(card) },
          h("span", { class: "held-icon" }, icon("card")),
          h("span", { class: "held-text" },
            h("strong", {}, disclosedNames(card.says)),
            h("small", {}, t(expired ? "card.expired" : "card.until", { date: dateText(card.says.expires_at) })),
            h("small", { class: "figures" }, numberText(card.says.number))),
          !expired && h("span", { class: "held-go" }, t("card.show"))));
    })),
    notice.element,
    h("div", { class: "more" },
      recordButton(holder),
      h("button", { type: "button", class: "quiet danger", "data-testid": "revoke-all", onclick: () => void confirmRevoking(holder, undefined, notice, signal) }, t("card.revoke.all"))),
    h("details", { class: "typed" }, h("summary", {}, t("card.move")), h("p", {}, t("card.move.how"))));
}

function recordButton(holder: Holder): HTMLElement {
  return h("button", { type: "button", class: "quiet", "data-testid": "record", onclick: () => holder.record() }, icon("clock"), t("card.record"));
}
