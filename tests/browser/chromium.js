// One way to start Chromium, quiet and offline.

import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-domain-reliability",
  "--allow-browser-signin=false",
  "--disable-features=AutofillServerCommunication,NetworkTimeServiceQuerying,OptimizationHints,MediaRouter,Translate",
];

/** Where Chromium is: the environment says it, or Debian's place. */
export function executable() {
  const found = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => path && existsSync(path));
  if (found === undefined) throw new Error("Chromium is missing: apt-get install chromium, or set CHROMIUM");
  return found;
}

/**
 * Starts Chromium.
 * @param {string[]} [args] more switches
 * @param {Omit<import("playwright-core").LaunchOptions, "args" | "executablePath">} [options]
 */
export function launch(args = [], options = {}) {
  return chromium.launch({ executablePath: executable(), args: [...QUIET, ...args], ...options });
}
