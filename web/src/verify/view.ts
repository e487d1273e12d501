// The verifier's one view: the camera, or what came of a code; and below how new the lists are.

import { Camera, type CameraFault } from "../camera.ts";
import { now, TOLERATED } from "../cards/clock.ts";
import { cardFacts, dateText, disclosedFacts, factList } from "../cards/facts.ts";
import type { Verdict, VerdictCode } from "../cards/module.ts";
import { t } from "../messages.ts";
import { h, icon, replace } from "../ui/dom.ts";
import { type Scene, Viewfinder } from "../viewfinder.ts";
import { type Scanner, ScannerError } from "./scanner.ts";
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

/** A camera's frames are looked at in so many pixels, the longer side. */
const LONGEST = 1280;
/** A code that was no card's, or damaged, is said so for this long. */
const SAY_MS = 2500;
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

class VerifyView implements Scene<Camera> {
  readonly element: HTMLElement;
  readonly #viewfinder: Viewfinder<Camera>;
  #saidUntil = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly #video = h("video", { playsinline: true, muted: true, "aria-label": t("verify.video") });
  readonly #hint = h("p", { class: "hint-pill", role: "status", "aria-live": "polite", "data-testid": "hint" });
  readonly #veil = h("div", { class: "veil", hidden: true });
  readonly #target = h("div", { class: "target", "aria-hidden": "true" }, h("i"), h("i"), h("i"), h("i"));
  readonly #stage = h("div", { class: "stage stage-code", "data-testid": "camera" }, this.#video, this.#target, this.#hint, this.#veil);
  readonly #file = h("input", { type: "file", accept: "image/*", class: "unseen", "data-testid": "file-input", tabindex: -1, "aria-hidden": "true" });
  readonly #pick = h("button", { type: "button", class: "round", "data-testid": "pick-file" }, icon("picture"), h("span", {}, t("verify.pick")));
  readonly #torch = h("button", { type: "button", class: "round", "data-testid": "torch", "aria-pressed": "false", hidden: true }, icon("torch"), h("span", {}, t("document.torch")));
  readonly #bar = h("div", { class: "camera-bar" }, this.#pick, h("span", {}), this.#torch);
  readonly #text = h("textarea", { id: "code-text", rows: 3, spellcheck: "false", autocomplete: "off", autocapitalize: "characters", "data-testid": "code-text", placeholder: "SM1:…" });
  readonly #typed = h("details", { class: "typed" },
    h("summary", { "data-testid": "type-code" }, t("verify.type")),
    h("form", { novalidate: true, onsubmit: (event) => this.#submit(event) },
      h("label", { for: "code-text" }, t("verify.type.label")),
      this.#text,
      h("div", { class: "actions" }, h("button", { type: "submit", class: "secondary", "data-testid": "code-submit" }, t("verify.type.submit")))));
  readonly #looking = h("div", { class: "looking" }, this.#stage, this.#bar, this.#typed);
  readonly #result = h("div", { class: "verdict", "data-testid": "verdict", hidden: true });
  readonly #lists = h("div", { class: "lists", "data-testid": "lists" });

  constructor(private readonly check: Check, private readonly signal: AbortSignal) {
    this.#file.addEventListener("change", () => void this.#readFile());
    this.#pick.addEventListener("click", () => this.#file.click());
    this.#torch.addEventListener("click", () => void this.#switchLamp());
    check.trust.addEventListener("change", () => this.#showLists(), { signal });
    this.#viewfinder = new Viewfinder(this, signal);
    signal.addEventListener("abort", () => clearTimeout(this.#timer));
    this.element = h("section", { class: "step step-verify" },
      h("h1", {}, t("verify.title")),
      h("p", { class: "lead" }, t("verify.lead")),
      this.#looking, this.#file, this.#result, this.#lists);
    this.#showLists();
    if (check.verdict === undefined) void this.#viewfinder.start();
    else this.#showVerdict(check.verdict);
  }

  open(off: AbortSignal): Promise<Camera> {
    this.#state("starting");
    this.#say(t("verify.starting"), "starting");
    return Camera.open(this.#video, off);
  }

  async live(camera: Camera, off: AbortSignal): Promise<void> {
    this.#state("live");
    this.#say(t("verify.aim"), "searching");
    off.addEventListener("abort", () => {
      this.#torch.hidden = true;
      this.#torch.setAttribute("aria-pressed", "false");
    });
    try {
      await this.#look(camera, off);
    } catch (error) {
      if (!(error instanceof ScannerError)) throw error;
      if (!off.aborted) this.#unloaded();
    }
  }

  /** What judges or scans could not be loaded: there is no network, and this page was not kept yet. */
  #unloaded(): void {
    this.#viewfinder.pause();
    this.#say(t("verify.notLoaded"), "not_loaded");
    this.#typed.open = true;
    this.check.scanner.reset();
    addEventListener("online", () => void this.#viewfinder.start(), { once: true, signal: this.signal });
  }

  #state(state: "starting" | "live" | CameraFault): void {
    this.#stage.dataset["state"] = state;
    const fault = state !== "starting" && state !== "live";
    this.#target.toggleAttribute("hidden", fault);
    this.#hint.hidden = fault;
    this.#bar.hidden = fault;
    this.#veil.hidden = !fault;
  }

  /** No camera: say why, and what does instead. */
  fault(fault: CameraFault): void {
    this.#state(fault);
    this.#typed.open = true;
    replace(this.#veil,
      icon("camera"),
      h("h2", {}, t(`camera.${fault}`)),
      h("p", {}, t(`verify.camera.${fault === "absent" || fault === "unsupported" || fault === "insecure" ? "none" : fault}`)),
      h("div", { class: "actions" },
        h("button", { type: "button", class: "primary", "data-testid": "pick-file-instead", onclick: () => this.#file.click() }, icon("picture"), t("verify.pick")),
        (fault === "denied" || fault === "failed") && h("button", { type: "button", class: "secondary", "data-testid": "camera-retry", onclick: () => void this.#viewfinder.start() }, t("camera.retry"))));
  }

  /** Looks at frame after frame until a code is read or the camera ends. */
  async #look(camera: Camera, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await camera.next(signal);
      if (camera.hasTorch) this.#torch.hidden = false;
      const text = await this.check.scanner.find(await camera.frame(), LONGEST);
      if (signal.aborted) return;
      if (text !== undefined && (await this.#judge(text, true))) return;
      if (text === undefined && performance.now() > this.#saidUntil) this.#say(t("verify.aim"), "searching");
    }
  }

  async #readFile(): Promise<void> {
    const file = this.#file.files?.[0];
    this.#file.value = "";
    if (file === undefined) return;
    let text: string | undefined;
    try {
      text = await this.check.scanner.findInFile(file);
    } catch {
      return this.#unloaded();
    }
    if (this.signal.aborted) return;
    if (text === undefined) this.#show({ verdict: "malformed", problem: "" }, t("verify.noCode"));
    else await this.#judge(text, false);
  }

  #submit(event: Event): void {
    event.preventDefault();
    // As it was copied: perhaps with line breaks, which no code has. Spaces are characters of the code.
    const text = this.#text.value.replaceAll(/[\r\n\t]/g, "").trimStart();
    if (text !== "") void this.#judge(text, false);
  }

  /** Judges a code and shows what came of it; a camera that saw some other code goes on. Whether the verdict is shown. */
  async #judge(text: string, byCamera: boolean): Promise<boolean> {
    let verdict: Verdict;
    try {
      verdict = await this.check.trust.verify(text);
    } catch {
      this.#unloaded();
      return true;
    }
    if (this.signal.aborted) return true;
    if (byCamera && (verdict.verdict === "other_code" || verdict.verdict === "malformed")) {
      this.#say(t(`verdict.${verdict.verdict}`), verdict.verdict);
      this.#saidUntil = performance.now() + SAY_MS;
      return false;
    }
    this.#show(verdict);
    return true;
  }

  #show(verdict: Verdict, instead?: string): void {
    this.check.verdict = verdict;
    this.#viewfinder.stop();
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
    const camera = this.#stage.dataset["state"];
    if (camera === undefined || camera === "live" || camera === "starting") void this.#viewfinder.start();
    this.element.querySelector("h1")?.focus({ preventScroll: true });
  }

  #say(text: string, hint: string): void {
    if (this.#hint.dataset["hint"] === hint && this.#hint.textContent === text) return;
    this.#hint.dataset["hint"] = hint;
    replace(this.#hint, text);
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

  async #switchLamp(): Promise<void> {
    const on = this.#torch.getAttribute("aria-pressed") !== "true";
    try {
      await this.#viewfinder.camera?.setTorch(on);
      this.#torch.setAttribute("aria-pressed", String(on));
    } catch {
      this.#torch.hidden = true;
    }
  }
}
