// Requests that the phone's key signs. One that meets no network is sent again, with the same idempotency key, until it is
// answered.

import { randomToken } from "./base64.ts";
import type { DeviceKey } from "./device_key.ts";
import { isProblem, type ProblemError, readProblem } from "./problem.ts";
import { ALONE } from "./request.ts";
import { signedHeaders, type Unsigned } from "./signature.ts";
import { requestBytes, type Traffic } from "./traffic.ts";

/** What a request meets besides its answer. */
export interface Network {
  /** `false` when a request found no network and waits to be sent again, `true` when one was answered. */
  reachable(yes: boolean): void;
}

/** Where a POST's idempotency key is kept between the click and the answer, so that a reload repeats nothing. */
export interface Pending {
  get(action: string): { body: string; key: string } | undefined;
  set(action: string, request: { body: string; key: string } | undefined): void;
}

/** A long poll waits up to 20 s at the edge; after this we take the line for dead. */
const TIMEOUT_MS = 40_000;
const LONGEST_PAUSE_MS = 15_000;
/** A server that fails is asked again a few times only; a network that fails, for as long as the user waits. */
const SERVER_TRIES = 4;

export class Client {
  /** Server's clock minus the phone's, seconds; learned when the edge finds our signature's time wrong. */
  #skew = 0;

  /** `keyId` names the key where the edge knows it already, and the request does not say whose it is. */
  constructor(
    private readonly key: DeviceKey,
    private readonly traffic: Traffic,
    private readonly network: Network,
    private readonly pending: Pending,
    private readonly keyId?: string,
  ) {}

  get<T>(path: string, query: string, signal?: AbortSignal): Promise<T> {
    return this.#send<T>({ method: "GET", path, query }, json, signal);
  }

  /** Something that is no JSON. */
  file(path: string, signal?: AbortSignal): Promise<Blob> {
    return this.#send({ method: "GET", path, query: "" }, (response) => response.blob(), signal);
  }

  /** `action` names the request for `Pending`. */
  async post<T>(path: string, value: unknown, action: string, signal?: AbortSignal): Promise<T> {
    const body = JSON.stringify(value);
    const earlier = this.pending.get(action);
    // 96 random bits. The same request again (after a reload, say) takes the key it had.
    const key = earlier?.body === body ? earlier.key : randomToken(12);
    this.pending.set(action, { body, key });
    try {
      const answer = await this.#send<T>({ method: "POST", path, query: "", body, idempotencyKey: key }, json, signal);
      this.pending.set(action, undefined);
      return answer;
    } catch (error) {
      // A refusal is an answer: the next try is another request. Without an answer the key has to stay.
      if (isProblem(error) && error.problem.status < 500) this.pending.set(action, undefined);
      throw error;
    }
  }

  async #send<T>(request: Unsigned, read: (response: Response) => Promise<T>, signal?: AbortSignal): Promise<T> {
    let serverTries = 0;
    let clockSet = false;
    for (let attempt = 0; ; attempt++) {
      signal?.throwIfAborted();
      const answer = await this.#sendOnce(request, read, signal);
      if (answer === undefined) {
        this.network.reachable(false);
        await pause(Math.min(1000 * 2 ** attempt, LONGEST_PAUSE_MS), signal);
        continue;
      }
      this.network.reachable(true);
      if ("value" in answer) return answer.value;
      const { problem } = answer.refusal;
      if (answer.refusal.code === "signature-stale" && !clockSet && answer.date !== undefined) {
        // The phone's clock is wrong. Ours to allow for, not the user's to mend.
        this.#skew = Math.round((answer.date - Date.now()) / 1000);
        clockSet = true;
        continue;
      }
      if (problem.status >= 500 && ++serverTries < SERVER_TRIES) {
        await pause(problem.retry_after ? problem.retry_after * 1000 : 1000 * 2 ** attempt, signal);
        continue;
      }
      throw answer.refusal;
    }
  }

  /** One try; `undefined` when nothing that could be the edge answered. */
  async #sendOnce<T>(request: Unsigned, read: (response: Response) => Promise<T>, signal?: AbortSignal): Promise<Answer<T> | undefined> {
    const created = Math.floor(Date.now() / 1000) + this.#skew;
    const headers = await signedHeaders(request, this.key.privateKey, created, this.keyId);
    this.traffic.add(requestBytes(request.query, headers, request.body));
    const line = new AbortController();
    const dead = setTimeout(() => line.abort(), TIMEOUT_MS);
    const left = () => line.abort();
    signal?.addEventListener("abort", left);
    try {
      const response = await fetch(request.path + request.query, {
        method: request.method,
        headers: request.body === undefined ? headers : { ...headers, "Content-Type": "application/json" },
        body: request.body ?? null,
        signal: line.signal,
        ...ALONE,
      });
      if (response.ok) return { value: await read(response) };
      const date = Date.parse(response.headers.get("Date") ?? "");
      return { refusal: await readProblem(response), date: Number.isNaN(date) ? undefined : date };
    } catch {
      // No network, a line that died half way, or a portal that answers in place of the edge.
      signal?.throwIfAborted();
      return undefined;
    } finally {
      clearTimeout(dead);
      signal?.removeEventListener("abort", left);
    }
  }
}

async function json<T>(response: Response): Promise<T> {
  return (await response.json()) as T;
}

type Answer<T> = { value: T } | { refusal: ProblemError; date: number | undefined };

/** Waits, but no longer than until the network comes back. */
function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      clearTimeout(timer);
      globalThis.removeEventListener?.("online", woken);
      signal?.removeEventListener("abort", aborted);
      settle();
    };
    const woken = () => end(resolve);
    const aborted = () => end(() => reject(signal?.reason));
    const timer = setTimeout(woken, milliseconds);
    globalThis.addEventListener?.("online", woken);
    signal?.addEventListener("abort", aborted);
  });
}
