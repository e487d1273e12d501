// Following a registration by long polls, sparingly: every poll is bytes sent.

import type { Api } from "./api.ts";
import type { RegistrationView } from "./wire.ts";

/** Changes come in bursts (dialling, ringing); this pause before a poll lets one poll bring them all. */
const SETTLE_MS = 500;
/** After this many polls that brought nothing new, each next one waits twice as long before it is sent. */
const PATIENT_POLLS = 2;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 120_000;

/** Polls until `done` says so or `signal` aborts; `seen` gets every new view. */
export async function watch(
  api: Api, id: string, from: RegistrationView, seen: (view: RegistrationView) => void,
  done: (view: RegistrationView) => boolean, signal: AbortSignal,
): Promise<void> {
  let { version } = from;
  let idle = 0;
  for (;;) {
    await sleep(idle > PATIENT_POLLS ? Math.min(FIRST_PAUSE_MS * 2 ** (idle - PATIENT_POLLS), LONGEST_PAUSE_MS) : SETTLE_MS, signal);
    if (signal.aborted) return;
    const view = await api.view(id, version, signal);
    if (view.version > version) {
      version = view.version;
      idle = 0;
      seen(view);
    } else {
      idle++;
    }
    if (done(view)) return;
  }
}

/** Waits; looking at the page again ends the wait. */
function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", visible);
      resolve();
    };
    const visible = (): void => {
      if (document.visibilityState === "visible") end();
    };
    const timer = setTimeout(end, milliseconds);
    document.addEventListener("visibilitychange", visible);
    signal.addEventListener("abort", end, { once: true });
  });
}
