// Step 6: what came of it, followed until it is final.

import type { Flow } from "../flow.ts";
import { t, tCode } from "../messages.ts";
import { h, icon, replace } from "../ui/dom.ts";
import { Notice } from "../ui/notice.ts";
import { watch } from "../watch.ts";
import type { RegistrationView } from "../wire.ts";

type Outcome = "active" | "activating" | "effective" | "stored" | "checking" | "refused" | "expired";

const MARK = {
  active: "check", effective: "check", activating: "clock", stored: "clock", checking: "clock", refused: "cross", expired: "cross",
} as const satisfies Record<Outcome, string>;

/** The register takes longer than this: say that it is still asked. */
const SLOW_MS = 12_000;

export function resultStep(flow: Flow, signal: AbortSignal): HTMLElement {
  const { api, session, view } = flow;
  const body = h("div", { class: "result", role: "status", "aria-live": "polite", "data-testid": "result" });
  const notice = new Notice();
  let slow = false;

  // Nothing is left to correct: what was read and shown goes away.
  flow.dropPictures();
  flow.draft = {};

  function show(now: RegistrationView | undefined): void {
    const outcome = outcomeOf(now);
    body.dataset["outcome"] = outcome;
    body.dataset["sim"] = now?.sim ?? "unchanged";
    if (now !== undefined && isFinal(now)) flow.finish();
    const over = outcome === "refused" || outcome === "expired";
    const pending = outcome === "checking" || outcome === "activating";
    replace(body,
      h("div", { class: `mark ${outcome}${pending ? " moving" : ""}` }, icon(MARK[outcome])),
      h("h1", {}, t(`result.${outcome}`)),
      h("p", { class: "lead" }, slow && outcome === "checking" ? t("result.checking.slow") : t(`result.${outcome}.do`)),
      outcome === "refused" && h("p", { "data-testid": "result-reason", "data-reason": now?.refusal ?? "unknown", class: "notice notice-warn" },
        icon("alert"), h("span", {}, tCode("refusal", now?.refusal ?? "", "refusal.unknown"))),
      now !== undefined && simLine(outcome, now) !== undefined && h("p", { class: "sim-line" }, icon("card"), simLine(outcome, now) ?? ""),
      !over && now !== undefined && stages(now),
      (over || now === undefined) && h("div", { class: "actions" },
        h("button", { type: "button", class: "primary", "data-testid": "restart", onclick: () => void flow.restart() }, t("result.restart"))),
      (outcome === "active" || outcome === "effective" || outcome === "stored") && h("div", { class: "actions" },
        h("button", { type: "button", class: "secondary", "data-testid": "restart", onclick: () => void flow.restart() }, t("result.another"))));
  }

  async function follow(from: RegistrationView): Promise<void> {
    if (api === undefined || session === undefined) return;
    const timer = setTimeout(() => {
      slow = true;
      if (flow.view?.state === "checking") show(flow.view);
    }, SLOW_MS);
    signal.addEventListener("abort", () => clearTimeout(timer));
    try {
      await watch(api, session.registration.id, from, (next) => {
        flow.view = next;
        show(next);
      }, isFinal, signal);
    } catch (error) {
      if (!signal.aborted && !flow.endedBy(error)) notice.show(error);
    }
  }

  const ended = flow.ended || view === undefined;
  show(ended ? undefined : view);
  if (!ended && !isFinal(view)) void follow(view);
  return h("section", { class: "step" }, body, notice.element);
}

function outcomeOf(view: RegistrationView | undefined): Outcome {
  if (view === undefined || view.state === "expired") return "expired";
  if (view.state !== "effective") return view.state === "stored" || view.state === "refused" ? view.state : "checking";
  if (view.sim === "active") return "active";
  return view.sim === "activating" ? "activating" : "effective";
}

/** Nothing more will change by itself. */
function isFinal({ state, sim }: RegistrationView): boolean {
  if (state === "expired") return true;
  return (state === "effective" || state === "refused") && sim !== "activating" && sim !== "deactivating";
}

/** How far it is: received, verified, effective, switched on. */
function stages({ state, sim }: RegistrationView): HTMLElement {
  const verified = state === "stored" || state === "effective";
  const on = sim === "active" || (state === "effective" && sim === "unchanged");
  const marks = [
    ["received", "done"],
    ["verified", verified ? "done" : "now"],
    ["effective", state === "effective" ? "done" : verified ? "now" : "todo"],
    ["sim", on ? "done" : sim === "activating" || state === "effective" ? "now" : "todo"],
  ] as const;
  return h("ol", { class: "stages card" }, ...marks.map(([name, mark]) =>
    h("li", { class: mark }, icon(mark === "done" ? "check" : "clock"), h("span", {}, t(`stage.${name}`)), h("em", {}, t(`stage.${mark}`)))));
}

/** What became of the card, where the outcome does not say it. */
function simLine(outcome: Outcome, { sim }: RegistrationView): string | undefined {
  if (outcome === "refused" && (sim === "deactivating" || sim === "deactivated")) return t(`sim.${sim}`);
  if (outcome === "stored" && (sim === "activating" || sim === "active")) return t(`sim.${sim}`);
  return undefined;
}
