// Whether the edge can be reached, as far as our own requests and the browser tell.

import type { Network } from "./client.ts";

/** Emits `change`. */
export class Connection extends EventTarget implements Network {
  #reachable = true;

  constructor() {
    super();
    window.addEventListener("offline", () => this.reachable(false));
    window.addEventListener("online", () => this.reachable(true));
  }

  get lost(): boolean {
    return !this.#reachable;
  }

  reachable(yes: boolean): void {
    if (yes === this.#reachable) return;
    this.#reachable = yes;
    this.dispatchEvent(new Event("change"));
  }
}
