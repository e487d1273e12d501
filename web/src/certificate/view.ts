// The one view of the page that checks certificates: number and code, typed or seen by the camera; or what came of them.

import { factList } from "../cards/facts.ts";
import { language, t, tCode } from "../messages.ts";
import { isProblem } from "../problem.ts";
import { h, icon, replace } from "../ui/dom.ts";
import { field } from "../ui/field.ts";
import { dayText } from "../ui/format.ts";
import { Notice, waitText } from "../ui/notice.ts";
import { CodeCamera, type Finder } from "../verify/code_camera.ts";
import type { Scanner } from "../verify/scanner.ts";
import { ask, type CertificateVerdict, type Question, questionIn } from "./verdict.ts";

/** What outlives a change of language. */
export interface Check {
  readonly scanner: Scanner;
  /** What was asked, by the link that led here or by hand. */
  asked: Question | undefined;
  answer: Answer | undefined;
}

/** `unknown`: no certificate has this number and code. `elsewhere`: the code leads to another site. */
type Answer = CertificateVerdict | "unknown" | "elsewhere";

/** How an answer looks: its mark, and how bad it is. */
const LOOK = {
  valid: ["check", "good"],
  expired: ["clock", "warn"],
  superseded: ["clock", "warn"],
  withdrawn: ["cross", "bad"],
  unknown: ["cross", "bad"],
  elsewhere: ["cross", "bad"],
} as const;

export function checkView(check: Check, signal: AbortSignal): HTMLElement {
  return new CheckView(check, signal).element;
}

class CheckView implements Finder {
  readonly element: HTMLElement;
  readonly faults = { denied: "certificate.camera.denied", failed: "certificate.camera.failed", none: "certificate.camera.none" } as const;
  readonly #camera: CodeCamera;
  readonly #notice = new Notice();
  readonly #number = field("certificate-number", t("certificate.number"), t("certificate.number.hint"), { maxlength: 40, class: "figures", autocapitalize: "characters" });
  readonly #code = field("certificate-code", t("certificate.code"), t("certificate.code.hint"), { maxlength: 40, class: "figures", autocapitalize: "characters" });
  readonly #submit = h("button", { type: "submit", class: "primary", "data-testid": "certificate-submit" }, t("certificate.submit"));
  readonly #scan = h("button", { type: "button", class: "secondary", "data-testid": "certificate-scan", onclick: () => this.#look() }, icon("camera"), t("certificate.scan"));
  readonly #looking: HTMLElement;
  readonly #form: HTMLFormElement;
  readonly #result = h("div", { class: "verdict", "data-testid": "verdict", hidden: true });

  constructor(private readonly check: Check, private readonly signal: AbortSignal) {
    this.#camera = new CodeCamera(check.scanner, this, signal);
    this.#looking = h("div", { class: "looking", hidden: true }, this.#camera.element);
    this.#form = h("form", { class: "card", novalidate: true, onsubmit: (event) => this.#typed(event) },
      this.#number.element, this.#code.element,
      h("div", { class: "actions" }, this.#submit, this.#scan));
    this.element = h("section", { class: "step step-verify step-certificate" },
      h("h1", {}, t("certificate.title")),
      h("p", { class: "lead" }, t("certificate.lead")),
      this.#notice.element, this.#looking, this.#form, this.#result);
    if (check.asked !== undefined) {
      this.#number.input.value = check.asked.number;
      this.#code.input.value = check.asked.code;
    }
    if (check.answer !== undefined) this.#show(check.answer);
    else if (check.asked !== undefined) void this.#ask(check.asked);
  }

  async found(text: string, byCamera: boolean): Promise<boolean> {
    const question = questionIn(text, location.origin);
    if (question === undefined) {
      if (byCamera) this.#camera.say(t("certificate.otherCode"), "other_code");
      else this.#notice.say("other-code", t("certificate.otherCode"));
      return false;
    }
    this.#putAway();
    if (question === "elsewhere") this.#answer("elsewhere");
    else {
      this.#number.input.value = question.number;
      this.#code.input.value = question.code;
      await this.#ask(question);
    }
    return true;
  }

  empty(): void {
    this.#notice.say("no-code", t("verify.noCode"));
  }

  unusable(): void {
    // The form stands below.
  }

  #look(): void {
    this.#notice.clear();
    this.#looking.hidden = false;
    this.#scan.hidden = true;
    void this.#camera.start();
  }

  #putAway(): void {
    this.#camera.stop();
    this.#looking.hidden = true;
    this.#scan.hidden = false;
  }

  #typed(event: Event): void {
    event.preventDefault();
    const question = { number: this.#number.input.value.trim(), code: this.#code.input.value.trim() };
    if (question.code === "") this.#wrong(this.#code, t("certificate.code.empty"));
    if (question.number === "") this.#wrong(this.#number, t("certificate.number.empty"));
    if (question.number !== "" && question.code !== "") void this.#ask(question);
  }

  async #ask(question: Question): Promise<void> {
    this.#putAway();
    this.#notice.clear();
    this.#number.wrong(undefined);
    this.#code.wrong(undefined);
    this.#busy(true);
    this.check.asked = question;
    try {
      const verdict = await ask(question, this.signal);
      if (!this.signal.aborted) this.#answer(verdict);
    } catch (error) {
      if (!this.signal.aborted) this.#refused(error);
    } finally {
      this.#busy(false);
    }
  }

  #busy(yes: boolean): void {
    this.#submit.disabled = yes;
    this.#submit.setAttribute("aria-busy", String(yes));
  }

  #refused(error: unknown): void {
    // So that a change of language does not ask again by itself.
    this.check.asked = undefined;
    if (isProblem(error, "certificate-not-found")) return this.#answer("unknown");
    if (isProblem(error, "invalid-parameter", "malformed")) {
      const code = error.problem.pointers?.includes("/code") === true;
      return code ? this.#wrong(this.#code, t("certificate.code.wrong")) : this.#wrong(this.#number, t("certificate.number.wrong"));
    }
    if (isProblem(error, "attempts-spent")) return this.#notice.say(error.code, t("certificate.attemptsSpent", { wait: waitText(error.problem.retry_after) }));
    this.#notice.show(error);
  }

  #wrong({ input, wrong }: ReturnType<typeof field>, text: string): void {
    wrong(text);
    input.focus();
  }

  #answer(answer: Answer): void {
    this.check.answer = answer;
    this.#show(answer);
    this.#result.querySelector("h2")?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }

  #show(answer: Answer): void {
    const [kind, verdict] = typeof answer === "string" ? [answer, undefined] as const : [answer.verdict, answer] as const;
    const [mark, tone] = LOOK[kind];
    this.#form.hidden = true;
    this.#result.hidden = false;
    this.#result.dataset["verdict"] = kind;
    this.#result.dataset["tone"] = tone;
    replace(this.#result,
      h("div", { class: "verdict-head" },
        icon(mark),
        h("h2", { tabindex: -1 }, t(`certificate.verdict.${kind}`)),
        h("p", {}, t(`certificate.verdict.${kind}.do`))),
      verdict !== undefined && h("div", { class: "verdict-body" },
        h("p", { class: "aside" }, t("certificate.compare")),
        factList(facts(verdict), "about")),
      h("div", { class: "actions" },
        h("button", { type: "button", class: "primary", "data-testid": "next", onclick: () => this.#next() }, t("certificate.next"))));
  }

  /** Drops what was shown, and what the address says. */
  #next(): void {
    this.check.asked = undefined;
    this.check.answer = undefined;
    history.replaceState(null, "", location.pathname + location.search);
    this.#number.input.value = "";
    this.#code.input.value = "";
    this.#result.hidden = true;
    replace(this.#result);
    this.#form.hidden = false;
    this.element.querySelector("h1")?.focus({ preventScroll: true });
  }
}

/** What a verdict says, and how its certificate ended, as people read it. */
function facts({ certificate, ended_on, reason, superseded_by }: CertificateVerdict): [id: string, label: string, value: string][] {
  const all: [string, string, string | undefined][] = [
    ["ended_on", t("certificate.fact.ended_on"), ended_on && dayText(ended_on)],
    ["reason", t("certificate.fact.reason"), reason && tCode("certificate.reason", reason, "certificate.reason.other")],
    ["superseded_by", t("certificate.fact.superseded_by"), superseded_by],
    ["name", t("certificate.fact.name"), certificate.name],
    ["document_number", t("certificate.fact.document_number"), certificate.document_number],
    ["number", t("certificate.fact.number"), certificate.number],
    ["office", t("certificate.fact.office"), language() === "en" ? certificate.office.en : certificate.office.zh],
    ["issued_on", t("certificate.fact.issued_on"), dayText(certificate.issued_on)],
    ["valid_through", t("certificate.fact.valid_through"), dayText(certificate.valid_through)],
  ];
  return all.filter((fact): fact is [string, string, string] => fact[2] !== undefined && fact[2] !== "");
}
