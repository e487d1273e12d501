// The scanner's Web Worker: pixels in, the text of a code out.

import init, { textIn } from "shiming-scanner";
import type { Frame } from "../reader_protocol.ts";

/** Set by the build: the module's file with the hash of its content. */
declare const SCANNER_WASM: string;

export interface ToScanner {
  id: number;
  frame: Frame;
  /** The longer side is looked at in so many pixels at most. */
  longest: number;
}

export interface FromScanner {
  id: number;
  text: string | undefined;
  /** The module gave up, or could not be loaded. */
  failed: boolean;
}

const loaded = init({ module_or_path: fetch(SCANNER_WASM) });

addEventListener("message", ({ data }: MessageEvent<ToScanner>) => void answer(data));

async function answer({ id, frame, longest }: ToScanner): Promise<void> {
  let text: string | undefined;
  let failed = false;
  try {
    await loaded;
    const { data, width, height } = pixels(frame, longest);
    text = textIn(data, width, height);
  } catch {
    failed = true;
  }
  postMessage({ id, text, failed } satisfies FromScanner);
}

function pixels(frame: Frame, longest: number): { data: Uint8ClampedArray; width: number; height: number } {
  if ("rgba" in frame) return { data: new Uint8ClampedArray(frame.rgba), width: frame.width, height: frame.height };
  const scale = Math.min(1, longest / Math.max(frame.width, frame.height));
  const [width, height] = [Math.round(frame.width * scale), Math.round(frame.height * scale)];
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (context === null) throw new Error("no canvas");
  context.drawImage(frame, 0, 0, width, height);
  frame.close();
  return context.getImageData(0, 0, width, height);
}
