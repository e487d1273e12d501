// A frame's pixels, in the size that is wanted.

import type { Frame } from "./reader_protocol.ts";

// One canvas for looks, which are many; reads make their own, so that its memory goes with it.
let glance: OffscreenCanvas | undefined;

/** The frame's pixels, no larger than `longEdge`. */
export function pixels(frame: Frame, longEdge: number): { rgba: Uint8Array; width: number; height: number; scale: number } {
  if ("rgba" in frame) return { ...frame, rgba: new Uint8Array(frame.rgba), scale: 1 };
  const scale = Math.min(1, longEdge / Math.max(frame.width, frame.height));
  const width = Math.round(frame.width * scale);
  const height = Math.round(frame.height * scale);
  let canvas = scale < 1 ? glance : undefined;
  if (canvas?.width !== width || canvas.height !== height) canvas = new OffscreenCanvas(width, height);
  if (scale < 1) glance = canvas;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("no 2d context");
  context.drawImage(frame, 0, 0, width, height);
  return { rgba: new Uint8Array(context.getImageData(0, 0, width, height).data.buffer), width, height, scale };
}
