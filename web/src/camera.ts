// A camera as a stream of frames: the rear one for what is shown to it, the front one for whoever looks into it. No markup: the caller gives the video element.

import { openRearLens, type OpenLens } from "./lenses.ts";
import type { Frame } from "./reader_protocol.ts";

export type CameraFault = "insecure" | "unsupported" | "denied" | "absent" | "failed";

export class CameraError extends Error {
  constructor(readonly fault: CameraFault) {
    super(fault);
    this.name = "CameraError";
  }
}

/** Whether there is a camera to ask for at all. */
export function cameraFault(): CameraFault | undefined {
  if (!window.isSecureContext) return "insecure";
  return typeof navigator.mediaDevices?.getUserMedia === "function" ? undefined : "unsupported";
}

// What TypeScript's lib does not know yet of Image Capture's constraints.
interface LensCapabilities extends MediaTrackCapabilities {
  torch?: boolean;
  focusMode?: string[];
}
interface LensConstraints extends MediaTrackConstraintSet {
  torch?: boolean;
  focusMode?: string;
}

/**
 * 1080p: a card that fills the guide is then about 900 pixels wide, near twice the least that is read. As the camera has it:
 * Chromium would cut an upright picture to these numbers.
 */
const RESOLUTION = { width: { ideal: 1920 }, height: { ideal: 1080 }, resizeMode: { ideal: "none" } } as const;
/** A face needs less, and small frames come faster. */
const FACE_RESOLUTION = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 30 } } as const;

export type Facing = "rear" | "front";

export class Camera {
  private constructor(
    private readonly video: HTMLVideoElement,
    private readonly track: MediaStreamTrack,
  ) {}

  /** Opens the rear main lens, or the front camera, into `video`. `signal` closes it. */
  static async open(video: HTMLVideoElement, signal: AbortSignal, facing: Facing = "rear"): Promise<Camera> {
    const missing = cameraFault();
    if (missing !== undefined) throw new CameraError(missing);
    let stream: MediaStream;
    try {
      stream = await (facing === "rear" ? openRear() : openFront());
    } catch (error) {
      throw new CameraError(faultOf(error));
    }
    const track = stream.getVideoTracks()[0];
    if (signal.aborted || track === undefined) {
      stop(stream);
      throw new CameraError("failed");
    }
    signal.addEventListener("abort", () => {
      stop(stream);
      video.srcObject = null;
    });
    await focusContinuously(track);
    signal.throwIfAborted();
    video.muted = true;
    video.playsInline = true;
    video.srcObject = stream;
    try {
      await video.play();
    } catch {
      // Autoplay forbidden, or the element left the page meanwhile: the first tap plays it.
      video.addEventListener("click", () => void video.play(), { once: true, signal });
    }
    return new Camera(video, track);
  }

  /** Whether the lens has a lamp. Some browsers know only once frames come. */
  get hasTorch(): boolean {
    return capabilities(this.track).torch === true;
  }

  async setTorch(on: boolean): Promise<void> {
    await this.track.applyConstraints({ advanced: [{ torch: on } as LensConstraints] });
  }

  /** Calls `ended` when the system takes the camera away. */
  onEnded(ended: () => void, signal: AbortSignal): void {
    this.track.addEventListener("ended", ended, { signal });
  }

  /** The picture shown now, without a copy in JavaScript where the browser can do that. */
  async frame(): Promise<Frame> {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (typeof createImageBitmap === "function" && typeof OffscreenCanvas === "function") {
      return createImageBitmap(this.video);
    }
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (context === null) throw new CameraError("failed");
    context.drawImage(this.video, 0, 0);
    return { rgba: context.getImageData(0, 0, width, height).data.buffer, width, height };
  }

  /** Waits for the next new picture. */
  async next(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
      if (this.video.requestVideoFrameCallback) {
        this.video.requestVideoFrameCallback(() => resolve());
      } else {
        requestAnimationFrame(() => resolve());
      }
    });
    signal.throwIfAborted();
  }
}

interface OpenStream extends OpenLens {
  stream: MediaStream;
}

async function openRear(): Promise<MediaStream> {
  const { stream } = await openRearLens<OpenStream>({
    open: async (deviceId) => {
      const which = deviceId === undefined ? { facingMode: { ideal: "environment" } } : { deviceId: { exact: deviceId } };
      return describe(await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...RESOLUTION, ...which } }));
    },
    list: async () => (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === "videoinput"),
  });
  return stream;
}

function openFront(): Promise<MediaStream> {
  return navigator.mediaDevices.getUserMedia({ audio: false, video: { ...FACE_RESOLUTION, facingMode: { ideal: "user" } } });
}

function describe(stream: MediaStream): OpenStream {
  const track = stream.getVideoTracks()[0];
  const { deviceId, facingMode } = track?.getSettings() ?? {};
  return {
    stream, deviceId, facing: facingMode, focus: track && capabilities(track).focusMode, close: () => stop(stream),
  };
}

function stop(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function capabilities(track: MediaStreamTrack): LensCapabilities {
  return typeof track.getCapabilities === "function" ? track.getCapabilities() : {};
}

async function focusContinuously(track: MediaStreamTrack): Promise<void> {
  if (!capabilities(track).focusMode?.includes("continuous")) return;
  try {
    await track.applyConstraints({ advanced: [{ focusMode: "continuous" } as LensConstraints] });
  } catch {
    // The lens keeps the focus it has.
  }
}

function faultOf(error: unknown): CameraFault {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "absent";
  return "failed"; // Another app has it, most often.
}
