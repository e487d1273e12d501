// Holding hints steady and deciding when to shoot. No browser types: time comes in as milliseconds.

import type { FrameReport } from "./reader_protocol.ts";

/** A hint stays at least this long, so that it can be read. */
const HOLD_MS = 1000;
/** A new hint must come up this many frames in a row, so that one odd frame changes nothing. */
const FRAMES_TO_CHANGE = 2;

/** One hint at a time, held long enough to be read and followed. */
export class SteadyHint {
  #shown: string;
  #since = Number.NEGATIVE_INFINITY;
  #candidate = "";
  #seen = 0;

  constructor(first: string) {
    this.#shown = first;
  }

  /** The hint to show at `now`, given what the newest frame asks for. */
  next(hint: string, now: number): string {
    this.#seen = hint === this.#candidate ? this.#seen + 1 : 1;
    this.#candidate = hint;
    if (hint !== this.#shown && this.#seen >= FRAMES_TO_CHANGE && now - this.#since >= HOLD_MS) {
      this.#shown = hint;
      this.#since = now;
    }
    return this.#shown;
  }

  /** Shows `hint` now, and holds it. */
  force(hint: string, now: number): void {
    this.#shown = hint;
    this.#since = now;
    this.#seen = 0;
  }
}

/** Hints that a lamp answers, and whether it should be on for that. */
const LAMP_FOR: Readonly<Record<string, boolean>> = { more_light: true, less_light: false, less_glare: false };

/**
 * What to say for a hint where the lens has a lamp (`lamp`: whether it is on; `undefined` without one): `<hint>.torch` where
 * switching it is what helps, else the hint.
 */
export function withLamp(hint: string, lamp: boolean | undefined): string {
  const wanted = LAMP_FOR[hint];
  return lamp === undefined || wanted === undefined || wanted === lamp ? hint : `${hint}.torch`;
}

/** Frames that must be ready in a row. */
const READY_FRAMES = 4;
/** And for how long. */
const READY_MS = 350;
/** How far a corner may move between two of them, as a fraction of the frame. */
const STILL = 0.03;

/** Fires when the document is ready, and still, for several frames. */
export class AutoShot {
  #frames = 0;
  #since = 0;
  #quad: FrameReport["quad"] = null;
  #armedAt = 0;

  /** Whether to shoot now. */
  next(report: Pick<FrameReport, "hint" | "quad">, now: number): boolean {
    const still = this.#quad === null || report.quad === null || moved(this.#quad, report.quad) < STILL;
    this.#quad = report.quad;
    if (report.hint !== "ready" || !still || now < this.#armedAt) {
      this.#frames = 0;
      return false;
    }
    if (this.#frames === 0) this.#since = now;
    this.#frames++;
    return this.#frames >= READY_FRAMES && now - this.#since >= READY_MS;
  }

  /** Not before `time`: the user gets a moment to do what the last refusal said. */
  restAndStartOver(time: number): void {
    this.#frames = 0;
    this.#armedAt = time;
  }
}

function moved(before: [number, number][], after: [number, number][]): number {
  let most = 0;
  after.forEach(([x, y], corner) => {
    const [oldX, oldY] = before[corner] ?? [x, y];
    most = Math.max(most, Math.hypot(x - oldX, y - oldY));
  });
  return most;
}
