// A button that is busy while something is done.

import type { Notice } from "./notice.ts";

/** Runs `work` while its button is busy; errors go to `notice`. */
export async function busily(button: HTMLButtonElement, notice: Notice, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  notice.clear();
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    await work();
  } catch (error) {
    if (!signal.aborted) notice.show(error);
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}
