// The page that checks certificates of no criminal record (NC-5): where the code on the paper leads, and for whoever types what is on it.

import { chooseLanguage } from "../messages.ts";
import { Shell } from "../ui/shell.ts";
import { Scanner } from "../verify/scanner.ts";
import { questionAfter } from "./verdict.ts";
import { type Check, checkView } from "./view.ts";

/** Set by the build: the worker's file with the hash of its content. */
declare const SCAN_WORKER_URL: string;

chooseLanguage("certificate.title");
const shell = new Shell("certificate.name", "certificate.promise");
const check: Check = { scanner: new Scanner(SCAN_WORKER_URL), asked: questionAfter(location.hash), answer: undefined };
const show = (): void => shell.show("certificate", (signal) => checkView(check, signal));
show();
// Another paper's code, opened in the same tab; or back to the empty page.
addEventListener("hashchange", () => {
  check.asked = questionAfter(location.hash);
  check.answer = undefined;
  show();
});
