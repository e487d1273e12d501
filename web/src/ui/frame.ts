// What every step stands in: name, language, stepper, lost-network banner, the count of what was sent.

import type { Flow, StepName } from "../flow.ts";
import { t } from "../messages.ts";
import { formatBytes } from "./format.ts";
import { h, icon, replace } from "./dom.ts";
import { fillTop, showIn } from "./shell.ts";

/** The stepper's stations; `consent` and `result` are one. */
const STATIONS = ["start", "document", "check", "code", "consent"] as const;

export class Frame {
  readonly element = h("div", { class: "page" });
  readonly #flow: Flow;
  readonly #main = h("main", { id: "main", tabindex: -1 });
  readonly #header = h("header", { class: "top" });
  readonly #stepper = h("nav", { class: "stepper" });
  readonly #offline = h("div", { class: "offline", role: "status", "data-testid": "offline", hidden: true });
  readonly #footer = h("footer", { class: "promise" });

  constructor(flow: Flow) {
    this.#flow = flow;
    this.element.append(this.#header, this.#offline, this.#stepper, this.#main, this.#footer);
    flow.connection.addEventListener("change", () => this.#showConnection());
    flow.traffic.addEventListener("change", () => this.#showTraffic());
    this.relabel();
  }

  /** Puts everything but the step into the language chosen. */
  relabel(): void {
    fillTop(this.#header, this.#main, "app.name");
    this.#stepper.setAttribute("aria-label", t("app.steps"));
    this.#showConnection();
    this.#showTraffic();
  }

  /** Shows a step and moves the reader's focus to its heading. */
  show(step: StepName, element: HTMLElement): void {
    this.#showStepper(step);
    showIn(this.#main, step, element);
  }

  #showStepper(step: StepName): void {
    const at = step === "result" ? STATIONS.length : STATIONS.indexOf(step);
    const canGoBack = at > 0 && step !== "result";
    replace(
      this.#stepper,
      h("button", {
        type: "button", class: "back", "data-testid": "back", "aria-label": t("app.back"), hidden: !canGoBack,
        onclick: () => this.#flow.back(),
      }, icon("back")),
      h("ol", {}, ...STATIONS.map((station, index) =>
        h("li", { class: index < at ? "done" : index === at ? "now" : "", "aria-current": index === at ? "step" : undefined },
          h("span", {}, t(`step.${station}`)),
          index < at && h("span", { class: "unseen" }, t("step.done"))))),
    );
  }

  #showConnection(): void {
    const { lost } = this.#flow.connection;
    this.#offline.hidden = !lost;
    replace(this.#offline, lost ? t("app.offline") : "");
  }

  #showTraffic(): void {
    const { sent } = this.#flow.traffic;
    replace(
      this.#footer,
      icon("shield"),
      h("p", {}, t("app.promise"), " ",
        h("span", { "data-testid": "sent-bytes", "data-bytes": sent }, t("app.sent", { bytes: formatBytes(sent) }))),
    );
  }
}
