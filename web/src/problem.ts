// Problem details (RFC 9457) as errors that the page can branch on.

import type { Problem } from "./wire.ts";

const PREFIX = "urn:shiming:problem:";

/** The edge refused. `code` is the stable last part of the problem's type. */
export class ProblemError extends Error {
  readonly code: string;
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.title);
    this.name = "ProblemError";
    this.problem = problem;
    this.code = problem.type.startsWith(PREFIX) ? problem.type.slice(PREFIX.length) : "unknown";
  }
}

/** The answer would have to come over a network that is not there. */
export class NoNetwork extends Error {}

/** Whether `error` is a refusal with one of these codes. */
export function isProblem(error: unknown, ...codes: string[]): error is ProblemError {
  return error instanceof ProblemError && (codes.length === 0 || codes.includes(error.code));
}

/** The problem that a response carries; anything that is no problem document becomes an unknown one. */
export async function readProblem(response: Response): Promise<ProblemError> {
  let problem: Partial<Problem> = {};
  try {
    const body: unknown = await response.json();
    if (typeof body === "object" && body !== null) problem = body;
  } catch {
    // Not JSON: an answer by something between us and the edge.
  }
  const retryAfter = problem.retry_after ?? (Number(response.headers.get("Retry-After")) || undefined);
  return new ProblemError({
    ...problem,
    type: typeof problem.type === "string" ? problem.type : "about:blank",
    title: typeof problem.title === "string" ? problem.title : `HTTP ${response.status}`,
    status: response.status,
    ...(retryAfter === undefined ? {} : { retry_after: retryAfter }),
  });
}
