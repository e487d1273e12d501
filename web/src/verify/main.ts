// The verifier's page: who holds the phone checks somebody else's electronic ID card on it.

import { keepOffline } from "../cards/offline.ts";
import { chooseLanguage } from "../messages.ts";
import { Store } from "../storage.ts";
import { Shell } from "../ui/shell.ts";
import { Scanner } from "./scanner.ts";
import { Trust } from "./trust.ts";
import { type Check, verifyView } from "./view.ts";

/** Set by the build: the worker's file with the hash of its content. */
declare const SCAN_WORKER_URL: string;

/** Lists are fetched again this often while the page is seen. */
const REFRESH_MS = 5 * 60_000;

chooseLanguage("verify.title");
const trust = new Trust(new Store("shiming-verifier", "kept"), location.origin);
const check: Check = { trust, scanner: new Scanner(SCAN_WORKER_URL), verdict: undefined, offline: false };
const shell = new Shell("verify.name", "verify.promise");
shell.show("verify", (signal) => verifyView(check, signal));

const refresh = (): void => {
  if (!document.hidden) void trust.refresh();
};
void trust.load().then(refresh);
setInterval(refresh, REFRESH_MS);
addEventListener("online", refresh);
void keepOffline("/verify").then((kept) => {
  check.offline = kept;
  trust.dispatchEvent(new Event("change"));
});
