// Pages that have to work without a network keep themselves: their service worker, and nothing else, is registered here.

/** Keeps the page at `path`; whether it can be opened without a network from now on. */
export async function keepOffline(path: "/verify" | "/card"): Promise<boolean> {
  if (navigator.serviceWorker === undefined) return false;
  try {
    const registration = await navigator.serviceWorker.register(`${path}-sw.js`, { scope: path });
    // Not `ready`, which waits for ever where the installation fails.
    const worker = registration.active ?? registration.installing ?? registration.waiting;
    if (worker === null) return false;
    while (worker.state !== "activated") {
      if (worker.state === "redundant") return false;
      await new Promise((resolve) => worker.addEventListener("statechange", resolve, { once: true }));
    }
    return true;
  } catch {
    return false; // Private windows of some browsers: the page works with a network.
  }
}
