// The page's side of a Web Worker that is loaded once and then answers calls, so that nothing it does holds up the page.

import type { Frame } from "./reader_protocol.ts";

/** A reader cannot do it. Codes: `no_simd`, `no_worker`, `download`, `corrupt`, `characters`, `crashed`, and those of its module. */
export class ReaderError extends Error {
  constructor(readonly code: string) {
    super(code);
    this.name = "ReaderError";
  }
}

export interface LoadProgress {
  loaded: number;
  /** 0 while unknown. */
  total: number;
}

/** A function body that uses one SIMD instruction: `() -> v128.any_true(v128.const 0)`. */
const SIMD_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 127, 3, 2, 1, 0, 10, 24, 1, 22, 0, 253, 12,
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 253, 83, 11,
]);

/** Whether this browser runs WebAssembly with SIMD (all since 2023). */
export function hasSimd(): boolean {
  return typeof WebAssembly === "object" && WebAssembly.validate(SIMD_PROBE);
}

/** What can be asked of a worker, and how it answers. */
export type CallTypes = Record<string, { request: object; answer: unknown }>;

/** The page says to the worker: */
export type ToWorker<Calls extends CallTypes> = {
  [Kind in keyof Calls & string]: { id: number; kind: Kind } & Calls[Kind]["request"];
}[keyof Calls & string];

/** The worker says to the page: */
export type FromWorker =
  | { kind: "progress"; loaded: number; total: number }
  | { kind: "answer"; id: number; answer: unknown }
  | { kind: "failure"; id: number; code: string; fatal: boolean };

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: ReaderError): void;
}

/**
 * Loads once, early (`load`), then answers calls. After a crash of the worker the next call starts a fresh one.
 * Emits `progress` while models load.
 */
export class Remote<Calls extends CallTypes & { load: { request: Record<never, never>; answer: unknown } }> extends EventTarget {
  progress: LoadProgress = { loaded: 0, total: 0 };
  #worker: Worker | undefined;
  #loading: Promise<Calls["load"]["answer"]> | undefined;
  #waiting = new Map<number, Waiting>();
  #nextId = 1;

  constructor(private readonly workerUrl: string) {
    super();
  }

  /** Loads the module and its models. Repeating it costs nothing. */
  load(): Promise<Calls["load"]["answer"]> {
    this.#loading ??= this.#call("load", {}, []).catch((error: unknown) => {
      this.#loading = undefined; // The next call tries again.
      throw error;
    });
    return this.#loading;
  }

  async ask<Kind extends keyof Calls & string>(
    kind: Kind, request: Calls[Kind]["request"], transfer: Transferable[] = [],
  ): Promise<Calls[Kind]["answer"]> {
    await this.load();
    return this.#call(kind, request, transfer);
  }

  #call<Kind extends keyof Calls & string>(
    kind: Kind, request: Calls[Kind]["request"], transfer: Transferable[],
  ): Promise<Calls[Kind]["answer"]> {
    if (!hasSimd()) return Promise.reject(new ReaderError("no_simd"));
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (answer: unknown) => void, reject });
      this.#start().postMessage({ ...request, id, kind }, transfer);
    });
  }

  #start(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(this.workerUrl, { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data);
    worker.onerror = () => this.#end(new ReaderError("no_worker"));
    this.#worker = worker;
    return worker;
  }

  #receive(message: FromWorker): void {
    if (message.kind === "progress") {
      this.progress = { loaded: message.loaded, total: message.total };
      this.dispatchEvent(new Event("progress"));
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === "answer") {
      waiting?.resolve(message.answer);
    } else {
      const error = new ReaderError(message.code);
      waiting?.reject(error);
      // A module that panicked must not be used again.
      if (message.fatal) this.#end(error);
    }
  }

  #end(error: ReaderError): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#loading = undefined;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const call of waiting) call.reject(error);
  }
}

/** The transfer list of a frame. */
export function transferOf(frame: Frame): Transferable[] {
  return "rgba" in frame ? [frame.rgba] : [frame];
}
