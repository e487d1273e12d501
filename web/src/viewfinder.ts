// A camera's life in a view: opened, lost, put away while the page is hidden, closed with the view. No markup.

import { type CameraFault, CameraError } from "./camera.ts";

/** What the life of a camera needs of it. */
export interface Lens {
  onEnded(ended: () => void, signal: AbortSignal): void;
}

/** How a view follows its camera. */
export interface Scene<Camera> {
  /** Opens the camera; `signal` closes it. */
  open(signal: AbortSignal): Promise<Camera>;
  /** It shows pictures until `signal` ends. What this throws is the camera's fault. */
  live(camera: Camera, signal: AbortSignal): void | Promise<void>;
  /** There is none, until the view asks for it again. */
  fault(fault: CameraFault): void;
}

type Page = Pick<Document, "hidden" | "addEventListener">;

export class Viewfinder<Camera extends Lens> {
  /** The open camera. */
  camera: Camera | undefined;
  /** Ends the camera and whoever looks through it. */
  #off = new AbortController();
  /** The view wants it, whether or not the page is seen. */
  #wanted = false;

  /** `signal` ends the view. */
  constructor(private readonly scene: Scene<Camera>, signal: AbortSignal, page: Page = document) {
    signal.addEventListener("abort", () => this.stop());
    // A hidden page gets no frames, and must not keep the camera's light on.
    page.addEventListener("visibilitychange", () => {
      if (page.hidden) this.pause();
      else if (this.#wanted && this.#off.signal.aborted) void this.start();
    }, { signal });
  }

  /** Ends with the camera that is open, or being opened. */
  get signal(): AbortSignal {
    return this.#off.signal;
  }

  async start(): Promise<void> {
    this.#off.abort();
    const { signal } = this.#off = new AbortController();
    this.#wanted = true;
    try {
      const camera = await this.scene.open(signal);
      if (signal.aborted) return;
      this.camera = camera;
      camera.onEnded(() => this.fail("failed"), signal);
      await this.scene.live(camera, signal);
    } catch (error) {
      if (!signal.aborted) this.fail(error instanceof CameraError ? error.fault : "failed");
    }
  }

  /** Closes the camera until the page is looked at again. */
  pause(): void {
    this.#off.abort();
    this.camera = undefined;
  }

  /** Closes the camera. */
  stop(): void {
    this.#wanted = false;
    this.pause();
  }

  /** There is no camera, or nothing can be seen through it. */
  fail(fault: CameraFault): void {
    this.stop();
    this.scene.fault(fault);
  }
}
