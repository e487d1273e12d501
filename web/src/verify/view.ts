// The verifier's one view: the camera, or what came of a code; and below how new the lists are.

import { now, TOLERATED } from "../cards/clock.ts";
import { cardFacts, dateText, disclosedFacts, factList } from "../cards/facts.ts";
import type { Verdict, VerdictCode } from "../cards/module.ts";
import { t } from "../messages.ts";
import { h, icon, replace } from "../ui/dom.ts";
import { CodeCamera, type Finder } from "./code_camera.ts";
import type { Scanner } from "./scanner.ts";
import type { Trust } from "./trust.ts";

/** What outlives a change of language. */
export interface Check {
  readonly trust: Trust;
  readonly scanner: Scanner;
  /** The verdict that is shown; `undefined` while the camera looks. */
  verdict: Verdict | undefined;
  /** The page opens without a network from now on. */
  offline: boolean;
}

/** What a card says goes away by itself: the phone may be put aside. */
const SHOWN_MS = 120_000;

/** How a verdict looks: its mark, and how bad it is. */
const LOOK: Record<VerdictCode, readonly ["check" | "clock" | "cross" | "alert", "good" | "warn" | "bad"]> = {
  valid: ["check", "good"],
  stale: ["clock", "warn"],
  expired: ["clock", "warn"],
  not_yet_valid: ["clock", "warn"],
  unknown_issuer: ["alert", "warn"],
  status_unknown: ["alert", "warn"],
  other_code: ["alert", "warn"],
  malformed: ["alert", "warn"],
  revoked: ["cross", "bad"],
  forged: ["cross", "bad"],
};

export function verifyView(check: Check, signal: AbortSignal): HTMLElement {
  return new VerifyView(check, signal).element;
}

class VerifyView implements Finder {
  readonly element: HTMLElement;
  readonly faults = { denied: "verify.camera.denied", failed: "verify.camera.failed", none: "verify.camera.none" } as const;
  readonly #camera: CodeCamera;
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly #text = h("textarea", { id: "code-text", rows: 3, spellcheck: "false", autocomplete: "off", autocapitalize: "characters", "data-testid": "code-text", placeholder: "SM1:…" });
  readonly #typed = h("details", { class: "typed" },
    h("summary", { "data-testid": "type-code" }, t("verify.type")),
    h("form", { novalidate: true, onsubmit: (event) => this.#submit(event) },
      h("label", { for: "code-text" }, t("verify.type.label")),
      this.#text,
      h("div", { class: "actions" }, h("button", { type: "submit", class: "secondary", "data-testid": "code-submit" }, t("verify.type.submit")))));
  readonly #looking: HTMLElement;
  readonly #result = h("div", { class: "verdict", "data-testid": "verdict", hidden: true });
  readonly #lists = h("div", { class: "lists", "data-testid": "lists" });

  constructor(private readonly check: Check, private readonly signal: AbortSignal) {
    this.#camera = new CodeCamera(check.scanner, this, signal);
    this.#looking = h("div", { class: "looking" }, this.#camera.element, this.#typed);
    check.trust.addEventListener("change", () => this.#showLists(), { signal });
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
    this.element = h("section", { class: "step step-verify" },
      h("h1", {}, t("verify.title")),
      h("p", { class: "lead" }, t("verify.lead")),
      this.#looking, this.#result, this.#lists);
    this.#showLists();
    if (check.verdict === undefined) void this.#camera.start();
    else this.#showVerdict(check.verdict);
  }

  unusable(): void {
    this.#typed.open = true;
  }

  empty(): void {
    this.#show({ verdict: "malformed", problem: "" }, t("verify.noCode"));
  }

  #submit(event: Event): void {
    event.preventDefault();
    // As it was copied: perhaps with line breaks, which no code has. Spaces are characters of the code.
    const text = this.#text.value.replaceAll(/[\r\n\t]/g, "").trimStart();
    if (text !== "") void this.found(text, false);
  }

  /** Judges a code and shows what came of it; a camera that saw some other code goes on. Whether the verdict is shown. */
  async found(text: string, byCamera: boolean): Promise<boolean> {
    let verdict: Verdict;
    try {
      verdict = await this.check.trust.verify(text);
    } catch {
      this.#camera.unloaded();
      return true;
    }
    if (this.signal.aborted) return true;
    if (byCamera && (verdict.verdict === "other_code" || verdict.verdict === "malformed")) {
      this.#camera.say(t(`verdict.${verdict.verdict}`), verdict.verdict);
      return false;
    }
    this.#show(verdict);
    return true;
  }

  #show(verdict: Verdict, instead?: string): void {
    this.check.verdict = verdict;
    this.#camera.stop();
    navigator.vibrate?.(verdict.verdict === "valid" ? 40 : [60, 60, 60]);
    this.#showVerdict(verdict, instead);
    this.#result.querySelector("h2")?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  #showVerdict(verdict: Verdict, instead?: string): void {
    const { verdict: code } = verdict;
    const [mark, tone] = LOOK[code] ?? LOOK.forged;
    this.#looking.hidden = true;
    this.#result.hidden = false;
    this.#result.dataset["verdict"] = code;
    this.#result.dataset["tone"] = tone;
    const trouble = code === "unknown_issuer" || code === "status_unknown";
    const facts = verdict.verdict === "valid" ? disclosedFacts(verdict) : [];
    replace(this.#result,
      h("div", { class: "verdict-head" },
        icon(mark),
        h("h2", { tabindex: -1 }, instead === undefined ? t(`verdict.${code}`) : t("verify.noCode.title")),
        h("p", {}, instead ?? t(`verdict.${code}.do`))),
      this.#clock(code),
      verdict.verdict === "valid" && h("div", { class: "verdict-body" },
        facts.length > 0 ? factList(facts, "disclosed") : h("p", { class: "aside" }, t("verify.nothing")),
        factList([
          ...cardFacts(verdict),
          ["shown_at", t("claim.shown_at"), t("verify.ago", { n: Math.max(0, now() - (verdict.shown_at ?? now())) })],
          ["list", t("verify.list"), dateText(this.check.trust.listsOf ?? 0, true)],
        ], "about")),
      h("div", { class: "actions" },
        trouble && h("button", { type: "button", class: "secondary", "data-testid": "refresh-trust", onclick: () => void this.check.trust.refresh().then(() => this.#next()) }, icon("flip"), t("verify.refresh")),
        h("button", { type: "button", class: "primary", "data-testid": "next", onclick: () => this.#next() }, icon("camera"), t("verify.next"))));
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#next(), SHOWN_MS);
  }

  /** A clock that is wrong makes good codes stale: said where that may be why. */
  #clock(code: VerdictCode): HTMLElement | false {
    const { behind } = this.check.trust;
    const matters = code === "stale" || code === "not_yet_valid" || code === "expired";
    if (!matters || Math.abs(behind) <= TOLERATED) return false;
    return h("p", { class: "notice notice-warn", "data-testid": "clock" }, icon("clock"), h("span", {}, t("clock.wrong", { n: Math.abs(behind) })));
  }

  /** Drops what was shown and looks again. */
  #next(): void {
    clearTimeout(this.#timer);
    this.check.verdict = undefined;
    this.#text.value = "";
    this.#result.hidden = true;
    replace(this.#result);
    this.#looking.hidden = false;
    if (!this.#camera.faulty) void this.#camera.start();
    this.element.querySelector("h1")?.focus({ preventScroll: true });
  }

  #showLists(): void {
    const { trust, offline } = this.check;
    const { listsOf, listsUntil } = trust;
    const old = listsUntil !== undefined && listsUntil <= now();
    this.#lists.dataset["state"] = listsOf === undefined ? "none" : old ? "old" : "fresh";
    this.#lists.dataset["offline"] = String(offline);
    replace(this.#lists,
      h("p", {},
        listsOf === undefined ? t("verify.lists.none") : t(old ? "verify.lists.old" : "verify.lists", { time: dateText(listsOf, true) }),
        offline && !old && listsOf !== undefined && h("span", {}, " ", t("verify.offline"))),
      h("button", {
        type: "button", class: "quiet", "data-testid": "refresh", disabled: trust.refreshing, "aria-busy": trust.refreshing ? "true" : undefined,
        onclick: () => void trust.refresh(),
      }, t("verify.refresh")));
  }
}
