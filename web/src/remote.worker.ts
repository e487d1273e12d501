// The worker's side of `Remote`: calls in, answers out.

import { ModelError } from "./models.ts";
import type { CallTypes, FromWorker, ToWorker } from "./remote.ts";

declare const self: DedicatedWorkerGlobalScope;

export type Handlers<Calls extends CallTypes> = {
  [Kind in keyof Calls]: (request: Calls[Kind]["request"]) => Promise<Calls[Kind]["answer"]>;
};

/** Answers every call by its handler; `handOver` says what of an answer is moved to the page instead of copied. */
export function serve<Calls extends CallTypes>(handlers: Handlers<Calls>, handOver: (answer: unknown) => Transferable[] = () => []): void {
  self.onmessage = async ({ data }: MessageEvent<ToWorker<Calls>>) => {
    try {
      const handler = handlers[data.kind] as (request: unknown) => Promise<unknown>;
      const answer = await handler(data);
      post({ kind: "answer", id: data.id, answer }, handOver(answer));
    } catch (error) {
      const fatal = error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
      const code = error instanceof ModelError ? error.code : fatal ? "crashed" : codeOf(error);
      post({ kind: "failure", id: data.id, code, fatal });
    }
  };
}

/** Tells the page how much of `total` bytes was loaded, whenever the returned function is given more. */
export function progress(total: number): (bytes: number) => void {
  let done = 0;
  const grew = (bytes: number): void => {
    done += bytes;
    post({ kind: "progress", loaded: Math.min(done, total), total });
  };
  grew(0);
  return grew;
}

function post(message: FromWorker, transfer: Transferable[] = []): void {
  self.postMessage(message, transfer);
}

/** The code of an error that a module threw. */
function codeOf(error: unknown): string {
  const code = typeof error === "object" && error !== null && "code" in error ? error.code : undefined;
  return typeof code === "string" ? code : "crashed";
}
