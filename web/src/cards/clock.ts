// Whether this device's clock can be relied on: codes are good for a minute, and two clocks have to agree on which.

/** Off by more than this, seconds, a clock makes good codes stale. */
export const TOLERATED = 20;

/** Seconds since 1970, by the clock here. */
export const now = (): number => Math.floor(Date.now() / 1000);

/** By how many seconds the clock here is behind the server's, by the answer that just came; `undefined` where it does not say. */
export function behind(response: Response): number | undefined {
  const date = Date.parse(response.headers.get("Date") ?? "");
  return Number.isNaN(date) ? undefined : Math.round((date - Date.now()) / 1000);
}
