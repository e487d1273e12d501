// One card is shown: a code that this phone signs anew twice a minute, so that a picture of it is stale in one.

import { behind, TOLERATED } from "../cards/clock.ts";
import { cardFacts, disclosedFacts, disclosedNames, factList } from "../cards/facts.ts";
import { t } from "../messages.ts";
import { h, icon, replace } from "../ui/dom.ts";
import { Notice } from "../ui/notice.ts";
import { symbolOf } from "../ui/symbol.ts";
import type { Holder } from "./main.ts";
import { confirmRevoking } from "./revoking.ts";
import type { HeldCard } from "./wallet.ts";

/** A code is replaced after this many seconds; it is good for sixty. */
const RENEW = 30;

export function showView(holder: Holder, card: HeldCard, signal: AbortSignal): HTMLElement {
  return new ShowView(holder, card, signal).element;
}

class ShowView {
  readonly element: HTMLElement;
  readonly #notice = new Notice();
  readonly #code = h("div", { class: "code-frame", "data-testid": "code" });
  readonly #left = h("p", { class: "renews", role: "timer", "aria-live": "off", "data-testid": "renews" });
  readonly #bar = h("i");
  readonly #clock = h("p", { class: "notice notice-warn", "data-testid": "clock", hidden: true });
  #renewAt = 0;
  #renewing = false;

  constructor(private readonly holder: Holder, private readonly card: HeldCard, private readonly signal: AbortSignal) {
    const { says } = card;
    const facts = disclosedFacts(says);
    this.element = h("section", { class: "step step-show" },
      h("h1", {}, t("card.show.title")),
      h("p", { class: "lead" }, t("card.show.lead")),
      h("div", { class: "presented" },
        this.#code,
        h("div", { class: "bar" }, this.#bar),
        this.#left),
      this.#clock,
      this.#notice.element,
      h("h2", { class: "facts-title" }, t("card.show.says")),
      facts.length > 0 ? factList(facts, "disclosed card") : h("p", { class: "aside" }, t("verify.nothing")),
      h("details", { class: "typed" }, h("summary", {}, t("card.show.about")),
        factList(cardFacts(says), "about"),
        h("button", { type: "button", class: "quiet danger", "data-testid": "revoke", onclick: () => void confirmRevoking(holder, card, this.#notice, signal) }, t("card.revoke"))),
      h("div", { class: "actions" },
        h("button", { type: "button", class: "secondary", "data-testid": "back", onclick: () => holder.cards() }, icon("back"), t("card.back"))));
    // The list of what was shown is the holder's memory: that it was on the screen counts.
    void holder.wallet.record(says.number, disclosedNames(says));
    const timer = setInterval(() => this.#tick(), 250);
    signal.addEventListener("abort", () => clearInterval(timer));
    document.addEventListener("visibilitychange", () => this.#tick(), { signal });
    void keepAwake(signal);
    void this.#checkClock();
    this.#tick();
  }

  #tick(): void {
    if (document.hidden) return;
    const left = Math.max(0, this.#renewAt - performance.now() / 1000);
    if (left <= 0) return void this.#renew();
    this.#bar.style.width = `${(left / RENEW) * 100}%`;
    const text = t("card.show.renews", { n: Math.ceil(left) });
    if (this.#left.textContent !== text) replace(this.#left, text);
  }

  async #renew(): Promise<void> {
    if (this.#renewing) return;
    this.#renewing = true;
    try {
      const text = await this.holder.wallet.show(this.card);
      const symbol = await symbolOf(text, t("card.show.symbol"));
      if (this.signal.aborted) return;
      this.#code.dataset["code"] = text;
      replace(this.#code, symbol);
      this.#renewAt = performance.now() / 1000 + RENEW;
    } catch (error) {
      if (this.signal.aborted) return;
      this.#notice.show(error);
      // Not at once: what failed a moment ago fails again.
      this.#renewAt = performance.now() / 1000 + 5;
    } finally {
      this.#renewing = false;
    }
  }

  /** With a network: whether the clock here is right. Codes with a wrong time are stale wherever they are checked. */
  async #checkClock(): Promise<void> {
    try {
      const off = behind(await fetch("/v1/health", { method: "HEAD", cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(5000) })) ?? 0;
      if (this.signal.aborted || Math.abs(off) <= TOLERATED) return;
      this.#clock.hidden = false;
      replace(this.#clock, icon("clock"), h("span", {}, t("clock.wrong", { n: Math.abs(off) })));
    } catch {
      // No network: nothing to compare with.
    }
  }
}

/** Keeps the screen on while the code is seen, where the browser can. */
async function keepAwake(signal: AbortSignal): Promise<void> {
  const ask = async (): Promise<void> => {
    if (document.hidden || signal.aborted) return;
    const lock = await navigator.wakeLock?.request("screen").catch(() => undefined);
    if (signal.aborted) void lock?.release();
    else signal.addEventListener("abort", () => void lock?.release());
  };
  document.addEventListener("visibilitychange", () => void ask(), { signal });
  await ask();
}
