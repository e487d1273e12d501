// The scanner's Web Worker: pixels in, the text of a code out.

import init, { textIn } from "shiming-scanner";
import { pixels } from "../pixels.ts";
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
    const { rgba, width, height } = pixels(frame, longest);
    text = textIn(rgba, width, height);
  } catch {
    failed = true;
  }
  if (!("rgba" in frame)) frame.close();
  postMessage({ id, text, failed } satisfies FromScanner);
}
