// The registration page: language, frame, and the step that the flow asks for.

import { Flow, type StepName } from "./flow.ts";
import { chooseLanguage, onLanguage } from "./messages.ts";
import { checkStep } from "./steps/check.ts";
import { codeStep } from "./steps/code.ts";
import { consentStep } from "./steps/consent.ts";
import { documentStep } from "./steps/document.ts";
import { resultStep } from "./steps/result.ts";
import { startStep } from "./steps/start.ts";
import { Frame } from "./ui/frame.ts";

/** Draws one step; what it started ends when `signal` aborts. */
export type Step = (flow: Flow, signal: AbortSignal) => HTMLElement;

const STEPS: Record<StepName, Step> = {
  start: startStep, document: documentStep, check: checkStep, code: codeStep, consent: consentStep, result: resultStep,
};

/** Set by the build: the workers' files with the hash of their content. */
declare const READER_WORKER_URL: string;
declare const FACE_WORKER_URL: string;

chooseLanguage();
const flow = new Flow(READER_WORKER_URL, FACE_WORKER_URL);
const frame = new Frame(flow);
let leave = new AbortController();

function show(): void {
  leave.abort();
  leave = new AbortController();
  frame.show(flow.step, STEPS[flow.step](flow, leave.signal));
}

flow.addEventListener("step", show);
onLanguage(() => {
  frame.relabel();
  show();
});
document.body.append(frame.element);
void flow.begin();
