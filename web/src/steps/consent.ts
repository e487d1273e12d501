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
import { progressBar } from "../ui/progress.ts";

export function consentStep(flow: Flow, signal: AbortSignal): HTMLElement {
  const wanting = flow.comparesPortrait && flow.draft.front?.portrait === undefined;
  return wanting ? portraitStep(flow, signal) : readyStep(flow, signal);
}

/** Where the operator compares portraits, nothing can be sent without: it is being made, is tried again, or the front is taken again. */
function portraitStep(flow: Flow, signal: AbortSignal): HTMLElement {
  const notice = new Notice();
  const actions = h("div", { class: "actions", hidden: true });
  const making = h("p", { class: "lead", role: "status", "data-testid": "describing" }, t("consent.portrait.making"));
  const bar = progressBar("models-progress", t("face.loading"));
  const begin = (): void => flow.go("consent", "replace");

  function fail(error: unknown): void {
    bar.hide();
    making.hidden = true;
    notice.show(error);
    actions.hidden = false;
    // The picture is good; what reads it is not there.
    const unloaded = error instanceof ReaderError && (error.code === "download" || error.code === "corrupt");
    replace(actions, unloaded
      ? h("button", { type: "button", class: "primary", "data-testid": "again", onclick: () => {
        void flow.describePortrait();
        begin();
      } }, t("document.again"))
      : h("button", { type: "button", class: "primary", "data-testid": "retake-front", onclick: () => {
        flow.retake = "front";
        flow.go("document");
      } }, icon("camera"), t("check.retake")));
  }

  flow.faces.addEventListener("progress", () => bar.show(flow.faces.progress), { signal });
  bar.show(flow.faces.progress);
  (flow.portrait ?? flow.describePortrait()).then(
    () => { if (!signal.aborted) begin(); },
    (error: unknown) => { if (!signal.aborted) fail(error); });
  return h("section", { class: "step" },
    h("h1", {}, t("consent.portrait")), making, bar.element, notice.element, actions);
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
      h("li", {}, icon("card"), h("span", {}, t(evidence?.portrait === undefined ? "consent.text" : "consent.text.portrait")),
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
