// Step 5: exactly what will leave the phone, and leave to send it.

import { evidenceOf } from "../evidence.ts";
import type { Flow } from "../flow.ts";
import { t } from "../messages.ts";
import { isProblem } from "../problem.ts";
import { ReaderError } from "../remote.ts";
import { byteLength } from "../traffic.ts";
import { h, icon, replace } from "../ui/dom.ts";
import { formatBytes } from "../ui/format.ts";
import { Notice } from "../ui/notice.ts";

export function consentStep(flow: Flow, signal: AbortSignal): HTMLElement {
  // Where the operator compares portraits, nothing can be sent without: it is being made, or the front is taken again.
  if (!flow.comparesPortrait || flow.draft.front?.portrait !== undefined) return readyStep(flow, signal);
  const step = h("section", { class: "step" });
  const ready = (): void => {
    if (!signal.aborted) step.replaceWith(consentStep(flow, signal));
  };
  const retake = (error: unknown): void => {
    if (signal.aborted) return;
    const notice = new Notice();
    notice.show(error);
    replace(step,
      h("h1", {}, t("consent.title")),
      notice.element,
      h("div", { class: "actions" }, h("button", { type: "button", class: "primary", "data-testid": "retake-front", onclick: () => {
        flow.retake = "front";
        flow.go("document");
      } }, icon("camera"), t("check.retake"))));
  };
  replace(step, h("h1", {}, t("consent.title")), h("p", { class: "lead", role: "status", "data-testid": "describing" }, t("consent.portrait")));
  // After a reload the picture is gone.
  (flow.portrait ?? Promise.reject(new ReaderError("no_face"))).then(ready, retake);
  return step;
}

function readyStep(flow: Flow, signal: AbortSignal): HTMLElement {
  const { api, session } = flow;
  const evidence = session === undefined ? undefined : evidenceOf(flow.draft, session.registration);
  const notice = new Notice();
  const bytes = evidence === undefined ? 0 : byteLength(JSON.stringify(evidence));
  const submit = h("button", { type: "button", class: "primary", "data-testid": "consent-submit", onclick: () => void send() }, t("consent.submit"));
  const correct = h("button", { type: "button", class: "secondary", "data-testid": "correct", hidden: true, onclick: () => flow.go("check") }, t("consent.correct"));

  async function send(): Promise<void> {
    if (api === undefined || session === undefined || evidence === undefined) return;
    notice.clear();
    submit.disabled = true;
    submit.setAttribute("aria-busy", "true");
    try {
      flow.update(await api.sendEvidence(session.registration.id, evidence, signal));
    } catch (error) {
      if (signal.aborted || flow.endedBy(error)) return;
      // It was received before: the result knows.
      if (isProblem(error, "evidence-replayed", "state-conflict")) return void reread();
      notice.show(error);
      correct.hidden = !isProblem(error, "evidence-invalid");
    } finally {
      submit.disabled = false;
      submit.removeAttribute("aria-busy");
    }
  }

  async function reread(): Promise<void> {
    if (api === undefined || session === undefined) return;
    try {
      flow.update(await api.view(session.registration.id, undefined, signal));
    } catch (error) {
      if (!signal.aborted && !flow.endedBy(error)) notice.show(error);
    }
  }

  return h("section", { class: "step" },
    h("h1", {}, t("consent.title")),
    h("p", { class: "lead" }, t("consent.lead")),
    h("ul", { class: "leaves" },
      h("li", { class: "stays" }, icon("picture"), h("span", {}, t("consent.pictures")), h("strong", {}, t("consent.never"))),
      h("li", {}, icon("card"), h("span", {}, t("consent.text")),
        h("strong", { "data-testid": "evidence-bytes", "data-bytes": bytes }, formatBytes(bytes))),
      h("li", {}, icon("clock"), h("span", {}, t("consent.before")), h("strong", {}, formatBytes(flow.traffic.sent)))),
    h("figure", { class: "card evidence" },
      h("figcaption", {}, t("consent.exactly")),
      h("pre", { "data-testid": "evidence", tabindex: 0, "aria-label": t("consent.exactly") }, JSON.stringify(evidence, null, 2))),
    notice.element,
    h("p", { class: "aside" }, t("consent.agree")),
    h("div", { class: "actions" }, submit, correct),
  );
}
