// One place on a step where something that went wrong is said.

import { t, tCode } from "../messages.ts";
import { NoNetwork, ProblemError } from "../problem.ts";
import { ReaderError } from "../remote.ts";
import { h, icon, replace } from "./dom.ts";

/** An empty alert; `show` fills it. */
export class Notice {
  readonly element = h("div", { class: "notice notice-bad", role: "alert", "data-testid": "problem", hidden: true });

  show(error: unknown): void {
    this.say(...describe(error));
  }

  /** `code` is stable, `text` says what to do. */
  say(code: string, text: string): void {
    this.element.dataset["problem"] = code;
    this.element.hidden = false;
    replace(this.element, icon("alert"), h("p", {}, text));
  }

  clear(): void {
    this.element.hidden = true;
    delete this.element.dataset["problem"];
    replace(this.element);
  }
}

/** A stable code for what went wrong, and a sentence that says what to do. */
function describe(error: unknown): [code: string, text: string] {
  if (error instanceof ProblemError) {
    const { tries_left: tries, retry_after: wait } = error.problem;
    const key = error.code === "code-wrong" && tries !== undefined ? "code-wrong-tries" : error.code;
    return [error.code, tCode("problem", key, "problem.unknown", { tries: tries ?? "", wait: waitText(wait) })];
  }
  if (error instanceof NoNetwork) return ["no-network", t("app.noNetwork")];
  if (error instanceof ReaderError) return [error.code, tCode("reader", error.code, "reader.crashed")];
  return ["unknown", tCode("problem", "unknown", "problem.unknown")];
}

/** When to try again. */
export function waitText(seconds: number | undefined): string {
  if (seconds === undefined || seconds <= 0) return tCode("wait", "later", "wait.later");
  if (seconds < 90) return tCode("wait", "seconds", "wait.later", { n: Math.ceil(seconds) });
  if (seconds < 5400) return tCode("wait", "minutes", "wait.later", { n: Math.ceil(seconds / 60) });
  return tCode("wait", "hours", "wait.later", { n: Math.ceil(seconds / 3600) });
}
