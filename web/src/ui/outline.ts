// The found document's outline over the camera's picture.

import type { FrameReport } from "../reader_protocol.ts";

export class Outline {
  readonly element = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  readonly #polygon = document.createElementNS("http://www.w3.org/2000/svg", "polygon");

  constructor() {
    this.element.setAttribute("class", "outline");
    this.element.setAttribute("aria-hidden", "true");
    this.element.append(this.#polygon);
  }

  /** Draws the corners (fractions of the frame) of a frame of this size, cropped as the video beside it is. */
  draw(quad: FrameReport["quad"], width: number, height: number, ready: boolean): void {
    this.element.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.element.setAttribute("preserveAspectRatio", "xMidYMid slice");
    this.element.classList.toggle("ready", ready);
    this.element.classList.toggle("seen", quad !== null);
    this.#polygon.setAttribute("points", (quad ?? []).map(([x, y]) => `${x * width},${y * height}`).join(" "));
  }
}
