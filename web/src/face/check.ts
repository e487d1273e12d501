// The step that asks for a living face: the front camera, one thing to do at a time, and what was seen of it.

import { Camera, type CameraFault } from "../camera.ts";
import { t, tCode } from "../messages.ts";
import { ReaderError, transferOf } from "../remote.ts";
import { h, icon, replace } from "../ui/dom.ts";
import { Notice } from "../ui/notice.ts";
import { progressBar } from "../ui/progress.ts";
import { type Scene, Viewfinder } from "../viewfinder.ts";
import type { Faces } from "./faces.ts";
import type { Action, Guidance, LiveFailure, Transcript } from "./protocol.ts";

/** What the gate asks for; answered once. */
export interface Challenge {
  challenge: string;
  actions: Action[];
  /** Seconds since 1970. */
  expires_at: number;
}

/** A challenge with what answers it, as it is sent. */
export interface LiveFace extends Transcript {
  challenge: string;
}

export interface FaceDesk {
  readonly faces: Faces;
  /** Asks for a challenge. Its time runs from here. */
  challenge(signal: AbortSignal): Promise<Challenge>;
  /** Takes what was seen. An error is shown here, and the person may try again. */
  done(face: LiveFace, signal: AbortSignal): Promise<void>;
}

/** Which way an arrow shows; the picture is a mirror, so that the person's left is on the left. */
const ARROWS: Partial<Record<Action, string>> = { turn_left: "left", turn_right: "right", nod: "down" };
/** The worker is started again so often. */
const MOST_CRASHES = 2;

type State = "starting" | "ready" | "watching" | "sending" | "failed" | CameraFault;

export class FaceCheck implements Scene<Camera> {
  readonly element: HTMLElement;
  readonly #viewfinder: Viewfinder<Camera>;
  #challenge: Challenge | undefined;
  #crashes = 0;
  /** Frames that were looked at, and how long that took: shown to whoever measures. */
  #looked = { frames: 0, milliseconds: 0 };
  readonly #notice = new Notice();
  readonly #video = h("video", { playsinline: true, muted: true, "aria-label": t("face.video") });
  /** Read out at once: whoever cannot see it has 20 seconds as well. */
  readonly #hint = h("p", { class: "hint-pill", role: "status", "aria-live": "assertive", "data-testid": "hint" });
  readonly #arrow = h("div", { class: "face-arrow", "aria-hidden": "true" });
  readonly #veil = h("div", { class: "veil", hidden: true });
  readonly #stage = h("div", { class: "stage stage-face", "data-testid": "camera" },
    this.#video, h("div", { class: "face-oval", "aria-hidden": "true" }), this.#arrow, this.#hint, this.#veil);
  readonly #steps = h("ol", { class: "face-steps", "aria-hidden": "true" });
  readonly #progress = progressBar("models-progress", t("face.loading"));
  readonly #begin = h("button", { type: "button", class: "primary", "data-testid": "face-begin", disabled: true, onclick: () => void this.#watch() }, t("face.begin"));

  constructor(private readonly desk: FaceDesk, private readonly signal: AbortSignal) {
    desk.faces.addEventListener("progress", () => this.#progress.show(desk.faces.progress), { signal });
    // What was begun is over when the page is hidden.
    this.#viewfinder = new Viewfinder(this, signal);
    this.element = h("div", { class: "face-check" },
      this.#stage, this.#steps, this.#progress.element, this.#notice.element,
      h("div", { class: "actions" }, this.#begin));
    void this.#viewfinder.start();
  }

  open(off: AbortSignal): Promise<Camera> {
    this.#state("starting");
    this.#say(t("face.starting"), "starting");
    return Camera.open(this.#video, off, "front");
  }

  async live(): Promise<void> {
    this.#notice.clear();
    try {
      await this.desk.faces.load();
      if (this.signal.aborted || this.#viewfinder.camera === undefined) return;
      this.#ready("ready", t("face.ready"));
    } catch (error) {
      if (this.signal.aborted) return;
      this.#notice.show(error);
      this.#notice.element.append(h("button", { type: "button", class: "quiet", "data-testid": "again", onclick: () => void this.live() }, t("document.again")));
    } finally {
      this.#progress.hide();
    }
  }

  #ready(state: "ready" | "failed", text: string): void {
    this.#state(state);
    this.#say(text, state);
    replace(this.#begin, t(state === "ready" ? "face.begin" : "face.again"));
    // Whoever uses the keyboard is where they go on.
    if (state === "failed") this.#begin.focus({ preventScroll: true });
  }

  /** Asks for a challenge and watches until it is followed or failed. */
  async #watch(): Promise<void> {
    const { camera, signal } = this.#viewfinder;
    if (camera === undefined) return;
    this.#state("watching");
    this.#notice.clear();
    this.#say(t("face.say.look_straight"), "look_straight");
    try {
      const challenge = await this.desk.challenge(signal);
      const since = performance.now();
      this.#challenge = challenge;
      await this.desk.faces.ask("watch", { actions: challenge.actions });
      for (;;) {
        await camera.next(signal);
        const frame = await camera.frame();
        const looked = performance.now();
        const guidance = await this.desk.faces.ask("see", { frame, now: looked - since }, transferOf(frame));
        signal.throwIfAborted();
        this.#measure(performance.now() - looked);
        this.#guide(guidance);
        if (guidance.say === "failed") return this.#fail(guidance.why);
        if (guidance.say === "done") break;
      }
      await this.#finish(challenge);
    } catch (error) {
      if (signal.aborted) return;
      this.#notice.show(error);
      if (error instanceof ReaderError && error.code === "crashed" && this.#crashes++ >= MOST_CRASHES) return this.#viewfinder.fail("failed");
      this.#ready("failed", t("face.failed"));
    }
  }

  async #finish({ challenge }: Challenge): Promise<void> {
    const seen = await this.desk.faces.ask("finish", {});
    if (seen === null) return this.#fail("interrupted");
    this.#state("sending");
    navigator.vibrate?.(40);
    await this.desk.done({ challenge, ...seen }, this.#viewfinder.signal);
  }

  #fail(why: LiveFailure): void {
    navigator.vibrate?.([60, 60, 60]);
    this.#stage.dataset["why"] = why;
    this.#ready("failed", tCode("face.failed", why, "face.failed"));
  }

  #guide(guidance: Guidance): void {
    const { say, done } = guidance;
    const before = Number(this.#stage.dataset["done"] ?? 0);
    if (done > before) navigator.vibrate?.(30);
    this.#stage.dataset["done"] = String(done);
    const action = say === "do" ? guidance.action : undefined;
    this.#showSteps(done);
    this.#arrow.dataset["to"] = (action && ARROWS[action]) ?? "";
    if (action !== undefined) this.#say(t(`face.do.${action}`), action);
    else if (say !== "failed") this.#say(tCode("face.say", say, "face.say.look_straight"), say);
  }

  #showSteps(done: number): void {
    const total = this.#challenge?.actions.length ?? 0;
    replace(this.#steps, ...Array.from({ length: total }, (_, at) => h("li", { class: at < done ? "done" : at === done ? "now" : "" }, at < done && icon("check"))));
  }

  #measure(milliseconds: number): void {
    this.#looked.frames += 1;
    this.#looked.milliseconds += milliseconds;
    const { frames, milliseconds: all } = this.#looked;
    Object.assign(this.#stage.dataset, { frames, perFrame: (all / frames).toFixed(1) });
  }

  #say(text: string, hint: string): void {
    if (this.#hint.dataset["hint"] === hint && this.#hint.textContent === text) return;
    this.#hint.dataset["hint"] = hint;
    replace(this.#hint, text);
  }

  #state(state: State): void {
    const fault = !["starting", "ready", "watching", "sending", "failed"].includes(state) || (state === "failed" && this.#viewfinder.camera === undefined);
    this.#stage.dataset["state"] = fault ? state : "live";
    this.#stage.dataset["step"] = state;
    this.#veil.hidden = !fault;
    this.#hint.hidden = fault;
    this.#begin.disabled = fault || (state !== "ready" && state !== "failed");
    this.#begin.setAttribute("aria-busy", String(state === "watching" || state === "sending"));
    if (state === "watching") {
      delete this.#stage.dataset["why"];
      this.#stage.dataset["done"] = "0";
    } else {
      this.#arrow.dataset["to"] = "";
    }
    if (state === "ready" || state === "failed") replace(this.#steps);
  }

  /** No camera: say why, and what does instead. */
  fault(fault: CameraFault): void {
    this.#state(fault);
    replace(this.#veil,
      icon("camera"),
      h("h2", {}, t(`camera.${fault}`)),
      h("p", {}, t(`face.camera.${fault === "denied" || fault === "failed" ? fault : "none"}`)),
      h("div", { class: "actions" },
        h("button", { type: "button", class: "secondary", "data-testid": "camera-retry", onclick: () => void this.#viewfinder.start() }, t("camera.retry"))));
  }
}
