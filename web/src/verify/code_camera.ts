// Looks for codes: the camera with its hint and lamp, and a picture file in its place. What a code is worth is its owner's to say.

import { Camera, type CameraFault } from "../camera.ts";
import { type MessageKey, t } from "../messages.ts";
import { h, icon, replace } from "../ui/dom.ts";
import { type Scene, Viewfinder } from "../viewfinder.ts";
import { type Scanner, ScannerError } from "./scanner.ts";

/** Who wants codes. */
export interface Finder {
  /** What is said where there is no camera: what to do instead, by what is wrong with it. */
  readonly faults: Record<"denied" | "failed" | "none", MessageKey>;
  /** A code was read; whether the camera has done its work. */
  found(text: string, byCamera: boolean): Promise<boolean>;
  /** There is none in the picture that was picked. */
  empty(): void;
  /** Neither the camera nor pictures can be used now: what else there is, is shown. */
  unusable(): void;
}

/** A camera's frames are looked at in so many pixels, the longer side. */
const LONGEST = 1280;
/** What was wrong with a code is said for this long. */
const SAY_MS = 2500;

export class CodeCamera implements Scene<Camera> {
  readonly element: HTMLElement;
  readonly #viewfinder: Viewfinder<Camera>;
  #saidUntil = 0;

  readonly #video = h("video", { playsinline: true, muted: true, "aria-label": t("verify.video") });
  readonly #hint = h("p", { class: "hint-pill", role: "status", "aria-live": "polite", "data-testid": "hint" });
  readonly #veil = h("div", { class: "veil", hidden: true });
  readonly #target = h("div", { class: "target", "aria-hidden": "true" }, h("i"), h("i"), h("i"), h("i"));
  readonly #stage = h("div", { class: "stage stage-code", "data-testid": "camera" }, this.#video, this.#target, this.#hint, this.#veil);
  readonly #file = h("input", { type: "file", accept: "image/*", class: "unseen", "data-testid": "file-input", tabindex: -1, "aria-hidden": "true" });
  readonly #pick = h("button", { type: "button", class: "round", "data-testid": "pick-file" }, icon("picture"), h("span", {}, t("verify.pick")));
  readonly #torch = h("button", { type: "button", class: "round", "data-testid": "torch", "aria-pressed": "false", hidden: true }, icon("torch"), h("span", {}, t("document.torch")));
  readonly #bar = h("div", { class: "camera-bar" }, this.#pick, h("span", {}), this.#torch);

  constructor(private readonly scanner: Scanner, private readonly finder: Finder, private readonly signal: AbortSignal) {
    this.#file.addEventListener("change", () => void this.#readFile());
    this.#pick.addEventListener("click", () => this.#file.click());
    this.#torch.addEventListener("click", () => void this.#switchLamp());
    this.#viewfinder = new Viewfinder(this, signal);
    this.element = h("div", { class: "code-camera" }, this.#stage, this.#bar, this.#file);
  }

  start(): Promise<void> {
    return this.#viewfinder.start();
  }

  /** Closes the camera. */
  stop(): void {
    this.#viewfinder.stop();
  }

  /** Whether it waits for somebody to mend what is wrong with the camera. */
  get faulty(): boolean {
    const state = this.#stage.dataset["state"];
    return state !== undefined && state !== "live" && state !== "starting";
  }

  /** Says for a while what was wrong with a code that was seen. */
  say(text: string, hint: string): void {
    this.#say(text, hint);
    this.#saidUntil = performance.now() + SAY_MS;
  }

  /** What judges or scans could not be loaded: there is no network, and this page was not kept yet. */
  unloaded(): void {
    this.#viewfinder.pause();
    this.#say(t("verify.notLoaded"), "not_loaded");
    this.finder.unusable();
    this.scanner.reset();
    addEventListener("online", () => void this.start(), { once: true, signal: this.signal });
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
      if (!off.aborted) this.unloaded();
    }
  }

  /** No camera: say why, and what does instead. */
  fault(fault: CameraFault): void {
    this.#state(fault);
    this.finder.unusable();
    const mendable = fault === "denied" || fault === "failed";
    replace(this.#veil,
      icon("camera"),
      h("h2", {}, t(`camera.${fault}`)),
      h("p", {}, t(this.finder.faults[mendable ? fault : "none"])),
      h("div", { class: "actions" },
        h("button", { type: "button", class: "primary", "data-testid": "pick-file-instead", onclick: () => this.#file.click() }, icon("picture"), t("verify.pick")),
        mendable && h("button", { type: "button", class: "secondary", "data-testid": "camera-retry", onclick: () => void this.start() }, t("camera.retry"))));
  }

  #state(state: "starting" | "live" | CameraFault): void {
    this.#stage.dataset["state"] = state;
    this.#target.toggleAttribute("hidden", this.faulty);
    this.#hint.hidden = this.faulty;
    this.#bar.hidden = this.faulty;
    this.#veil.hidden = !this.faulty;
  }

  /** Looks at frame after frame until a code is read or the camera ends. */
  async #look(camera: Camera, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await camera.next(signal);
      if (camera.hasTorch) this.#torch.hidden = false;
      const text = await this.scanner.find(await camera.frame(), LONGEST);
      if (signal.aborted) return;
      if (text !== undefined && (await this.finder.found(text, true))) return;
      if (text === undefined && performance.now() > this.#saidUntil) this.#say(t("verify.aim"), "searching");
    }
  }

  async #readFile(): Promise<void> {
    const file = this.#file.files?.[0];
    this.#file.value = "";
    if (file === undefined) return;
    let text: string | undefined;
    try {
      text = await this.scanner.findInFile(file);
    } catch {
      return this.unloaded();
    }
    if (this.signal.aborted) return;
    if (text === undefined) this.finder.empty();
    else await this.finder.found(text, false);
  }

  #say(text: string, hint: string): void {
    if (this.#hint.dataset["hint"] === hint && this.#hint.textContent === text) return;
    this.#hint.dataset["hint"] = hint;
    replace(this.#hint, text);
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
