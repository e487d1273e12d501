// The desk of the operator's people who issue certificates of no criminal record: certificates, offices, templates, log.

import { chooseLanguage, t } from "../messages.ts";
import { h } from "../ui/dom.ts";
import { Shell } from "../ui/shell.ts";
import { certificatesView } from "./certificates_view.ts";
import type { Desk, Found, Template } from "./desk.ts";
import { enterView } from "./enter_view.ts";
import { logView } from "./log_view.ts";
import { officesView } from "./offices_view.ts";
import { templatesView } from "./templates_view.ts";

const PLACES = { certificates: certificatesView, offices: officesView, templates: templatesView, log: logView } as const;
type Place = keyof typeof PLACES;

/** Where somebody works, and what outlives a change of language. */
export interface Work {
  readonly desk: Desk;
  /** What was searched for, and found. */
  searched: { for: string; found: Found[] } | undefined;
  /** The words that are being written. */
  draft: Template | undefined;
}

chooseLanguage("office.title");
const shell = new Shell("office.name", "office.promise");

function enter(): void {
  shell.show("enter", (signal) => enterView((desk) => go({ desk, searched: undefined, draft: undefined }, "certificates"), signal));
}

function go(work: Work, place: Place): void {
  shell.show(place, (signal) => h("div", { class: "desk" }, tabs(work, place), PLACES[place](work, signal)));
}

function tabs(work: Work, place: Place): HTMLElement {
  return h("nav", { class: "tabs", "aria-label": t("office.places") },
    ...(Object.keys(PLACES) as Place[]).map((name) => h("button", {
      type: "button", "data-testid": `place-${name}`, "aria-current": name === place ? "page" : undefined, onclick: () => go(work, name),
    }, t(`office.${name}`))),
    h("button", { type: "button", class: "leave", "data-testid": "leave", onclick: enter }, t("office.leave")));
}

enter();
