// The document's front, then its back, by camera or from a file: step 2 of a registration, and how a terminal reads a card.
// Pictures go to the worker and nowhere else.

import { Camera, type CameraFault } from "../camera.ts";
import { sideRead } from "../evidence.ts";
import { AutoShot, SteadyHint, withLamp } from "../guide.ts";
import { t, tCode } from "../messages.ts";
import type { Reader } from "../reader.ts";
import { ReaderError, transferOf } from "../remote.ts";
import type { Draft } from "../session.ts";
import type { Outcome } from "../reader_protocol.ts";
import { h, icon, replace } from "../ui/dom.ts";
import { Notice } from "../ui/notice.ts";
import { Outline } from "../ui/outline.ts";
import { progressBar } from "../ui/progress.ts";
import { type Scene, Viewfinder } from "../viewfinder.ts";
import { type Booth, readByVote } from "../voting.ts";
import type { FormatParameters, Side } from "../wire.ts";

/** After a refusal the camera does not shoot by itself for this long: time to do what it said. */
const REST_MS = 2000;
/** And for this long when the card was not turned over yet. */
const TURN_MS = 1000;
/** The reader is started again this often. */
const MOST_CRASHES = 3;
/** How long the user is shown that the side was read before the camera wants the next. */
const PRAISE_MS = 1600;
const PICTURES = "image/jpeg,image/png,image/webp";

/** What is read, and where it is kept. */
export interface DocumentDesk {
  readonly reader: Reader;
  draft: Draft;
  /** The side to take again, when the user asked for that. */
  retake: Side | undefined;
  /** Settles once [`format`] is known, or cannot be; where that is not from the beginning. */
  ready?(): Promise<void>;
  /** `undefined` while it is not known. */
  format(side: Side): FormatParameters | undefined;
  setPicture(side: Side, jpeg: ArrayBuffer): void;
  /** Both sides were read. */
  go(step: "check"): void;
}

export function documentStep(flow: DocumentDesk, signal: AbortSignal): HTMLElement {
  return new DocumentStep(flow, signal).element;
}

class DocumentStep implements Scene<Camera> {
  readonly element: HTMLElement;
  #side: Side;
  readonly #viewfinder: Viewfinder<Camera>;
  /** A picture is being read. */
  #busy = false;
  /** How often the reader broke down on this step; it is started again, but not for ever. */
  #crashes = 0;
  #wantsShot = false;
  /** Whether the lamp is on; `undefined` where there is none. */
  #lamp: boolean | undefined;
  #hinted = "";
  readonly #steady = new SteadyHint("starting");
  readonly #auto = new AutoShot();
  readonly #outline = new Outline();
  readonly #notice = new Notice();

  readonly #sideLine = h("p", { class: "side", "data-testid": "side", "aria-live": "polite" });
  readonly #video = h("video", { playsinline: true, muted: true, "aria-label": t("document.video") });
  readonly #hint = h("p", { class: "hint-pill", role: "status", "aria-live": "polite", "data-testid": "hint" });
  readonly #veil = h("div", { class: "veil", hidden: true });
  readonly #guide = h("div", { class: "guide", "aria-hidden": "true" }, h("i"), h("i"), h("i"), h("i"));
  readonly #stage = h("div", { class: "stage", "data-testid": "camera" }, this.#video, this.#outline.element, this.#guide, this.#hint, this.#veil);
  readonly #progress = progressBar("models-progress", t("document.models"));
  readonly #refusal = h("div", { class: "notice notice-warn", role: "alert", "data-testid": "refusal", hidden: true });
  readonly #file = h("input", { type: "file", accept: PICTURES, class: "unseen", "data-testid": "file-input", tabindex: -1, "aria-hidden": "true" });
  readonly #shutter = h("button", { type: "button", class: "shutter", "data-testid": "shutter", "aria-label": t("document.shutter"), disabled: true }, h("span"));
  readonly #torchButton = h("button", { type: "button", class: "round", "data-testid": "torch", "aria-pressed": "false", hidden: true }, icon("torch"), h("span", {}, t("document.torch")));
  readonly #bar = h("div", { class: "camera-bar" });
  readonly #pick = h("button", { type: "button", class: "round", "data-testid": "pick-file" }, icon("picture"), h("span", {}, t("document.pick")));

  constructor(private readonly flow: DocumentDesk, private readonly signal: AbortSignal) {
    const { front, back } = flow.draft;
    this.#side = flow.retake ?? (front === undefined ? "front" : "back");
    const complete = front !== undefined && back !== undefined;

    this.#file.addEventListener("change", () => void this.#readFile());
    this.#pick.addEventListener("click", () => this.#file.click());
    this.#shutter.addEventListener("click", () => { this.#wantsShot = true; });
    this.#torchButton.addEventListener("click", () => void this.#switchLamp());
    flow.reader.addEventListener("progress", () => this.#progress.show(flow.reader.progress), { signal });
    this.#viewfinder = new Viewfinder(this, signal);

    this.#bar.append(this.#pick, this.#shutter, this.#torchButton);
    this.element = h("section", { class: "step step-document" },
      h("h1", {}, t("document.title")),
      this.#sideLine,
      this.#stage,
      this.#progress.element,
      this.#refusal,
      this.#notice.element,
      this.#bar,
      this.#file,
      complete && flow.retake === undefined && h("div", { class: "actions" },
        h("button", { type: "button", class: "secondary", "data-testid": "keep-pictures", onclick: () => flow.go("check") }, t("document.keep"))),
      h("p", { class: "aside" }, t("document.private")),
    );
    this.#showSide();
    void this.#loadModels();
    void this.#viewfinder.start();
  }

  get #camera(): Camera | undefined {
    return this.#viewfinder.camera;
  }

  async #loadModels(): Promise<void> {
    this.#progress.show(this.flow.reader.progress);
    try {
      await this.flow.reader.load();
      await this.flow.reader.ask("forget", {});
    } catch (error) {
      this.#notice.show(error);
      this.#notice.element.append(this.#again(() => {
        this.#notice.clear();
        void this.#loadModels();
        if (this.#camera !== undefined) void this.#look(this.#camera);
      }));
    }
    this.#progress.hide();
  }

  #again(act: () => void): HTMLButtonElement {
    return h("button", { type: "button", class: "quiet", "data-testid": "again", onclick: act }, t("document.again"));
  }

  #showSide(): void {
    this.#sideLine.dataset["side"] = this.#side;
    this.#stage.dataset["side"] = this.#side;
    replace(this.#sideLine, t(`document.${this.#side}`));
    this.#file.setAttribute("aria-label", t(`document.${this.#side}`));
    this.#hintNow("searching");
  }

  open(off: AbortSignal): Promise<Camera> {
    this.#state("starting");
    this.#hintNow("starting");
    return Camera.open(this.#video, off);
  }

  live(camera: Camera, off: AbortSignal): void {
    this.#offerLamp(camera);
    // The lamp goes out with the camera.
    off.addEventListener("abort", () => this.#showLamp(undefined));
    this.#shape();
    this.#video.addEventListener("resize", () => this.#shape(), { signal: off });
    this.#state("live");
    void this.#look(camera);
  }

  /** The stage takes the stream's shape, so that its whole width is seen; of a tall one top and bottom are cut. */
  #shape(): void {
    const { videoWidth: width, videoHeight: height } = this.#video;
    if (height > 0) this.#stage.style.setProperty("--shape", String(Math.max(width / height, 3 / 4)));
  }

  #state(state: "starting" | "live" | CameraFault): void {
    this.#stage.dataset["state"] = state;
    this.#shutter.disabled = state !== "live";
    const fault = state !== "starting" && state !== "live";
    this.#guide.toggleAttribute("hidden", fault);
    this.#bar.hidden = fault;
    this.#hint.hidden = fault;
    if (!fault) this.#veil.hidden = true;
  }

  /** No camera: say why, and what does instead. */
  fault(fault: CameraFault): void {
    this.#state(fault);
    this.#veil.hidden = false;
    replace(this.#veil,
      icon("camera"),
      h("h2", {}, t(`camera.${fault}`)),
      h("p", {}, t(`camera.${fault}.do`)),
      h("div", { class: "actions" },
        h("button", { type: "button", class: "primary", "data-testid": "pick-file-instead", onclick: () => this.#file.click() }, icon("picture"), t("document.pick")),
        (fault === "denied" || fault === "failed") && h("button", { type: "button", class: "secondary", "data-testid": "camera-retry", onclick: () => void this.#viewfinder.start() }, t("camera.retry"))));
  }

  /** Looks at frame after frame until the step or the camera ends. */
  async #look(camera: Camera): Promise<void> {
    const { signal } = this.#viewfinder;
    const format = () => this.flow.format(this.#side);
    try {
      await this.flow.reader.load();
      await camera.next(signal);
      this.#offerLamp(camera);
      while (!signal.aborted) {
        await camera.next(signal);
        const wanted = format();
        if (this.#busy || wanted === undefined) continue;
        const side = this.#side;
        const frame = await camera.frame();
        const transfer = transferOf(frame);
        if (this.#wantsShot) {
          this.#wantsShot = false;
          await this.#read(side, "camera", () => this.flow.reader.ask("readFrame", { frame, format: wanted }, transfer));
          continue;
        }
        const report = await this.flow.reader.ask("inspect", { frame, format: wanted }, transfer);
        if (signal.aborted || this.#busy) continue;
        const now = performance.now();
        this.#outline.draw(report.quad, this.#video.videoWidth, this.#video.videoHeight, report.hint === "ready");
        this.#showHint(this.#steady.next(report.hint, now));
        if (this.#auto.next(report, now)) {
          await this.#read(side, "camera", () => readByVote(this.#booth(camera, wanted)), true);
        }
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof ReaderError)) return this.#viewfinder.fail("failed");
      // That the reader cannot be loaded was said where it is loaded.
      if (error.code === "crashed" && this.#crashes++ < MOST_CRASHES) {
        this.#notice.show(error);
        void this.#look(camera);
      }
    }
  }

  #booth(camera: Camera, format: FormatParameters): Booth {
    const { reader } = this.flow;
    return {
      shoot: () => reader.ask("shoot", { format }),
      lookFor: (deadline) => this.#lookFor(camera, format, deadline),
      vote: (readings) => reader.ask("vote", { readings, format }),
      now: () => performance.now(),
    };
  }

  /** Looks for another good frame of a document that is still held there, until `deadline`; whether there is one. */
  async #lookFor(camera: Camera, format: FormatParameters, deadline: number): Promise<boolean> {
    const { signal } = this.#viewfinder;
    void this.#video.play().catch(() => undefined);
    const end = new Promise((resolve) => setTimeout(resolve, deadline - performance.now()));
    while (!signal.aborted && performance.now() < deadline) {
      // Whichever comes first; a camera that is lost meanwhile ends the search.
      await Promise.race([camera.next(signal).catch(() => undefined), end]);
      if (signal.aborted || performance.now() >= deadline) return false;
      const frame = await camera.frame();
      const { hint, quad } = await this.flow.reader.ask("inspect", { frame, format }, transferOf(frame));
      this.#outline.draw(quad, this.#video.videoWidth, this.#video.videoHeight, hint === "ready");
      if (hint === "ready") return true;
    }
    return false;
  }

  async #readFile(): Promise<void> {
    const file = this.#file.files?.[0];
    this.#file.value = "";
    if (file === undefined) return;
    await this.flow.ready?.();
    const format = this.flow.format(this.#side);
    if (format === undefined || this.#busy || this.signal.aborted) return;
    const bytes = await file.arrayBuffer();
    await this.#read(this.#side, "file", () => this.flow.reader.ask("readFile", { bytes, format }, [bytes]));
  }

  /** Reads one picture of `side`, tells what came of it and goes on. */
  async #read(side: Side, source: "camera" | "file", ask: () => Promise<Outcome>, automatic = false): Promise<void> {
    this.#busy = true;
    this.#refusal.hidden = true;
    this.#notice.clear();
    this.#shutter.disabled = true;
    this.#pick.disabled = true;
    this.#stage.classList.add("reading");
    this.#hintNow("reading");
    // The user sees the picture that is read, not the next one.
    this.#video.pause();
    let rest = 0;
    try {
      const outcome = await ask();
      if (this.signal.aborted) return;
      if ("reading" in outcome) await this.#accept(side, source, outcome);
      else if (automatic && outcome.refused === "other_side" && this.flow.draft[side === "back" ? "front" : "back"] !== undefined) {
        // The side that was read just now still lies there: no fault of the user's, only a reminder.
        rest = TURN_MS;
        this.#hintNow("other_side");
      } else {
        rest = REST_MS;
        this.#refuse(outcome.refused, outcome.hint ?? "searching");
      }
    } catch (error) {
      if (!this.signal.aborted) this.#notice.show(error);
    } finally {
      this.#busy = false;
      this.#stage.classList.remove("reading");
      this.#shutter.disabled = this.#camera === undefined;
      this.#pick.disabled = false;
      this.#auto.restAndStartOver(performance.now() + rest);
      if (this.#camera !== undefined) void this.#video.play().catch(() => undefined);
      void this.flow.reader.ask("forget", {}).catch(() => undefined);
    }
  }

  #refuse(reason: string, hint: string): void {
    this.#refusal.dataset["reason"] = reason;
    this.#refusal.hidden = false;
    const side = t(`side.${this.#side}`);
    replace(this.#refusal, icon("alert"), h("p", {}, tCode("refused", reason, "refused.unknown", { side })));
    this.#hintNow(hint);
  }

  async #accept(side: Side, source: "camera" | "file", outcome: Extract<Outcome, { jpeg: ArrayBuffer }>): Promise<void> {
    const { flow } = this;
    flow.draft = { ...flow.draft, [side]: sideRead(outcome.reading, source, outcome.models) };
    flow.setPicture(side, outcome.jpeg);
    flow.retake = undefined;
    navigator.vibrate?.(40);
    const next: Side | undefined = flow.draft.front === undefined ? "front" : flow.draft.back === undefined ? "back" : undefined;
    if (next === undefined) {
      flow.go("check");
      return;
    }
    this.#side = next;
    this.#showSide();
    this.#hintNow("flip");
    this.#outline.draw(null, 1, 1, false);
    this.#stage.classList.remove("reading");
    this.#stage.classList.add("turning");
    if (this.#camera !== undefined) void this.#video.play().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, PRAISE_MS));
    this.#stage.classList.remove("turning");
  }

  #hintNow(hint: string): void {
    this.#steady.force(hint, performance.now());
    this.#showHint(hint);
  }

  #showHint(hint: string): void {
    this.#hinted = hint;
    const said = withLamp(hint, this.#lamp);
    this.#torchButton.dataset["wanted"] = String(said !== hint);
    const text = tCode("hint", said, "hint.searching", { side: t(`side.${this.#side}`) });
    if (this.#hint.dataset["hint"] === hint && this.#hint.textContent === text) return;
    this.#hint.dataset["hint"] = hint;
    replace(this.#hint, text);
  }

  #offerLamp(camera: Camera): void {
    if (camera.hasTorch) this.#showLamp(this.#lamp ?? false);
  }

  #showLamp(lamp: boolean | undefined): void {
    this.#lamp = lamp;
    this.#torchButton.hidden = lamp === undefined;
    this.#torchButton.setAttribute("aria-pressed", String(lamp === true));
  }

  async #switchLamp(): Promise<void> {
    const on = this.#lamp !== true;
    try {
      await this.#camera?.setTorch(on);
      this.#showLamp(on);
    } catch {
      this.#showLamp(undefined);
    }
    // What was said of the lamp has another answer now.
    this.#showHint(this.#hinted);
  }
}
