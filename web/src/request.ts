// Requests that no phone's key signs: what anybody may ask, and what the operator's people ask in their own name.

import { NoNetwork, readProblem } from "./problem.ts";

/** Nothing of this browser goes along, nothing is kept, and nobody leads the request elsewhere. */
export const ALONE = { cache: "no-store", credentials: "omit", redirect: "error", referrerPolicy: "no-referrer" } as const;

/** The answer to one try. A refusal is a `ProblemError`, no network `NoNetwork`. */
export async function request(path: string, init: RequestInit, signal?: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { ...init, ...ALONE, signal: signal ?? null });
  } catch {
    signal?.throwIfAborted();
    throw new NoNetwork();
  }
  if (!response.ok) throw await readProblem(response);
  return response;
}
