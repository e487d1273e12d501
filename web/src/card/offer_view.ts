// An offer is taken: the holder chooses which cards, each of which shows this much and no more.

import { t } from "../messages.ts";
import { h, icon } from "../ui/dom.ts";
import { Notice } from "../ui/notice.ts";
import type { Holder } from "./main.ts";
import { CLAIMS, type Claim } from "./wallet.ts";

/** What most who check cards ask for. */
const USUAL = [
  { id: "age", claims: ["over_18"], chosen: true },
  { id: "name", claims: ["name"], chosen: true },
  { id: "person", claims: ["name", "over_18", "sex"], chosen: false },
  { id: "full", claims: ["name", "sex", "birth_date"], chosen: false },
] as const satisfies readonly { id: string; claims: readonly Claim[]; chosen: boolean }[];

export function offerView({ wallet, cards }: Holder, offer: string, signal: AbortSignal): HTMLElement {
  const notice = new Notice();
  const replaces = wallet.cards.length > 0;
  const submit = h("button", { type: "submit", class: "primary", "data-testid": "claim" }, t("card.offer.submit"));
  const usual = USUAL.map(({ id, claims, chosen }) => ({
    claims, box: h("input", { type: "checkbox", checked: chosen, id: `usual-${id}`, "data-testid": `selection-${id}` }), id,
  }));
  const own = CLAIMS.map((claim) => ({ claim, box: h("input", { type: "checkbox", "data-testid": `own-${claim}` }) }));
  const hint = h("p", { class: "hint bad", role: "alert", hidden: true, "data-testid": "choose-one" }, t("card.offer.none"));

  function selections(): Claim[][] {
    const chosen: Claim[][] = usual.filter(({ box }) => box.checked).map(({ claims }) => [...claims]);
    const composed = own.filter(({ box }) => box.checked).map(({ claim }) => claim);
    const same = (one: readonly Claim[]): boolean => one.length === composed.length && one.every((claim) => composed.includes(claim));
    return composed.length === 0 || chosen.some(same) ? chosen : [...chosen, composed];
  }

  async function claim(): Promise<void> {
    const chosen = selections();
    hint.hidden = chosen.length > 0;
    if (chosen.length === 0) return usual[0]?.box.focus();
    notice.clear();
    submit.disabled = true;
    submit.setAttribute("aria-busy", "true");
    try {
      await wallet.claim(offer, chosen, signal);
      if (!signal.aborted) cards();
    } catch (error) {
      if (!signal.aborted) notice.show(error);
    } finally {
      submit.disabled = false;
      submit.removeAttribute("aria-busy");
    }
  }

  const composed = h("details", { class: "typed" },
    h("summary", { "data-testid": "own" }, t("card.offer.own")),
    h("div", { class: "ticks" }, ...own.map(({ claim, box }) => h("label", { class: "tick" }, box, h("span", {}, t(`card.claim.${claim}`))))));

  return h("section", { class: "step step-offer" },
    h("h1", {}, t("card.offer.title")),
    h("p", { class: "lead" }, t("card.offer.lead")),
    replaces && h("p", { class: "notice notice-warn" }, icon("alert"), h("span", {}, t("card.offer.replaces"))),
    h("form", { novalidate: true, onsubmit: (event) => {
      event.preventDefault();
      void claim();
    } },
      h("fieldset", { class: "card choices-list" },
        h("legend", {}, t("card.offer.legend")),
        ...usual.map(({ id, box }) => h("label", { class: "pick" }, box,
          h("span", {}, h("strong", {}, t(`card.usual.${id}`)), h("small", {}, t(`card.usual.${id}.says`))))),
        composed, hint),
      notice.element,
      h("div", { class: "actions" },
        submit,
        h("button", { type: "button", class: "quiet", "data-testid": "drop-offer", onclick: () => {
          wallet.dropOffer();
          cards();
        } }, t("card.offer.drop")))),
    h("p", { class: "aside" }, t("card.offer.key")));
}
