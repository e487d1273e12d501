// Codes in pictures: by the browser where it finds them, else by `crates/scanner` in a Web Worker.

import type { Frame } from "../reader_protocol.ts";
import { transferOf } from "../remote.ts";
import type { FromScanner } from "./scan.worker.ts";

// What TypeScript's lib does not know yet (Shape Detection API).
interface BarcodeDetector {
  detect(source: ImageBitmapSource): Promise<{ rawValue: string }[]>;
}
declare const BarcodeDetector: {
  new (options: { formats: string[] }): BarcodeDetector;
  getSupportedFormats(): Promise<string[]>;
} | undefined;

/** The scanner cannot be loaded, or breaks down on every picture. */
export class ScannerError extends Error {}

/** The worker is started again this often, unless it answers in between. */
const MOST_CRASHES = 3;

interface Waiting {
  resolve(text: string | undefined): void;
}

export class Scanner {
  #detector: Promise<BarcodeDetector | undefined> | undefined;
  #worker: Worker | undefined;
  #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #crashes = 0;

  constructor(private readonly workerUrl: string) {}

  /** Tries again what failed: the network may be back. */
  reset(): void {
    this.#crashes = 0;
  }

  /** The text of the code in a frame, which is used up; its longer side is looked at in `longest` pixels at most. */
  async find(frame: Frame, longest: number): Promise<string | undefined> {
    const detector = await (this.#detector ??= nativeDetector());
    if (detector === undefined) return this.#ask(frame, longest);
    try {
      const source = "rgba" in frame ? new ImageData(new Uint8ClampedArray(frame.rgba), frame.width, frame.height) : frame;
      return (await detector.detect(source))[0]?.rawValue;
    } catch {
      // It is there, but what it relies on is not (some Androids without Google's services).
      this.#detector = Promise.resolve(undefined);
      return this.#ask(frame, longest);
    } finally {
      if (!("rgba" in frame) && (await this.#detector) !== undefined) frame.close();
    }
  }

  /** The text of the code in a picture file; `undefined` where it is no picture, too. */
  async findInFile(file: Blob): Promise<string | undefined> {
    for (const longest of [1400, 2800]) {
      const frame = await createImageBitmap(file).catch(() => undefined);
      const text = frame && (await this.find(frame, longest));
      if (text !== undefined) return text;
    }
    return undefined;
  }

  #ask(frame: Frame, longest: number): Promise<string | undefined> {
    if (this.#crashes > MOST_CRASHES) return Promise.reject(new ScannerError());
    const id = this.#nextId++;
    return new Promise((resolve) => {
      this.#waiting.set(id, { resolve });
      this.#start().postMessage({ id, frame, longest }, transferOf(frame));
    });
  }

  #start(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(this.workerUrl, { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<FromScanner>) => {
      this.#waiting.get(data.id)?.resolve(data.text);
      this.#waiting.delete(data.id);
      // A module that gave up must not be used again.
      if (data.failed) this.#end();
      else this.#crashes = 0;
    };
    worker.onerror = () => this.#end();
    this.#worker = worker;
    return worker;
  }

  /** The next picture gets a fresh worker; those that wait saw nothing. */
  #end(): void {
    this.#crashes++;
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const { resolve } of this.#waiting.values()) resolve(undefined);
    this.#waiting.clear();
  }
}

async function nativeDetector(): Promise<BarcodeDetector | undefined> {
  if (typeof BarcodeDetector === "undefined") return undefined;
  try {
    const formats = await BarcodeDetector.getSupportedFormats();
    return formats.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : undefined;
  } catch {
    return undefined;
  }
}
