// Certificates are found by their holder's document or their own number, and ended with a reason.

import { dateText, factList } from "../cards/facts.ts";
import { language, t, tCode } from "../messages.ts";
import { isProblem } from "../problem.ts";
import { busily } from "../ui/busily.ts";
import { h, icon, replace } from "../ui/dom.ts";
import { field } from "../ui/field.ts";
import { dayText } from "../ui/format.ts";
import { Notice } from "../ui/notice.ts";
import { type Found, REASONS } from "./desk.ts";
import type { Work } from "./main.ts";

/** A certificate's number without its hyphens: 22 digits and a check character. */
const NUMBER = /^\d{22}[\dX]$/;

export function certificatesView(work: Work, signal: AbortSignal): HTMLElement {
  const notice = new Notice();
  const wanted = field("wanted", t("office.search"), t("office.search.hint"), { class: "figures", maxlength: 40, autocapitalize: "characters", value: work.searched?.for ?? "" });
  const submit = h("button", { type: "submit", class: "primary", "data-testid": "search" }, t("office.search.submit"));
  const list = h("div", { class: "found", "data-testid": "found", "aria-live": "polite" });

  async function search(asked: string): Promise<void> {
    const typed = asked.normalize("NFKC").replaceAll(/[\s-]/g, "").toUpperCase();
    if (typed === "") return wanted.wrong(t("fault.empty"));
    try {
      const found = await work.desk.search(NUMBER.test(typed) ? { number: typed } : { document_number: typed }, signal);
      work.searched = { for: asked, found };
    } catch (error) {
      if (isProblem(error, "malformed-body")) return wanted.wrong(t("office.search.wrong"));
      throw error;
    }
    if (!signal.aborted) show();
  }

  function show(): void {
    const found = work.searched?.found;
    if (found === undefined) return;
    replace(list, ...(found.length === 0
      ? [h("p", { class: "aside", "data-testid": "found-none" }, t("office.search.none"))]
      : found.map((one) => certificate(one, found))));
  }

  function certificate(one: Found, all: readonly Found[]): HTMLElement {
    const { certificate: facts, ended_at, reason, superseded_by } = one;
    const how = ended_at !== null ? (superseded_by === null ? "withdrawn" : "superseded") : "standing";
    const rows: [string, string, string | undefined][] = [
      ["document_number", t("certificate.fact.document_number"), facts.document_number],
      ["office", t("certificate.fact.office"), language() === "en" ? facts.office.en : facts.office.zh],
      ["issued_on", t("certificate.fact.issued_on"), dateText(one.issued_at, true)],
      ["valid_through", t("certificate.fact.valid_through"), dayText(facts.valid_through)],
      ["ended_on", t("certificate.fact.ended_on"), ended_at === null ? undefined : dateText(ended_at, true)],
      ["reason", t("certificate.fact.reason"), reason === null ? undefined : tCode("certificate.reason", reason, "certificate.reason.other")],
      ["superseded_by", t("certificate.fact.superseded_by"), superseded_by ?? undefined],
    ];
    return h("article", { class: "card", "data-testid": "certificate", "data-number": facts.number, "data-how": how },
      h("h2", {}, h("span", {}, facts.name), h("span", { class: "figures" }, facts.number), h("span", { class: "mark", "data-how": how }, t(`office.how.${how}`))),
      factList(rows.filter((row): row is [string, string, string] => row[2] !== undefined), "about"),
      ended_at === null && ending(one, all.filter((other) => other !== one && other.ended_at === null)));
  }

  /** Opens the question why, and what takes its place. */
  function ending({ certificate: { number } }: Found, others: readonly Found[]): HTMLElement {
    const said = new Notice();
    const reasons = h("select", { id: `reason-${number}`, "data-testid": "reason" },
      h("option", { value: "" }, t("office.choose")),
      ...REASONS.map((reason) => h("option", { value: reason }, t(`certificate.reason.${reason}`))));
    const successor = h("select", { id: `successor-${number}`, "data-testid": "successor" },
      h("option", { value: "" }, t("office.successor.none")),
      ...others.map(({ certificate }) => h("option", { value: certificate.number }, certificate.number)));
    const confirm = h("button", { type: "submit", class: "primary danger", "data-testid": "withdraw" }, t("office.withdraw"));
    const withdraw = async (): Promise<void> => {
      reasons.setAttribute("aria-invalid", String(reasons.value === ""));
      if (reasons.value === "") return said.say("no-reason", t("office.reason.empty"));
      try {
        await work.desk.withdraw(number, reasons.value, successor.value || undefined, signal);
      } catch (error) {
        // Somebody else was faster: that is shown, too.
        if (!isProblem(error, "state-conflict")) throw error;
      }
      await search(work.searched?.for ?? number);
    };
    return h("details", { class: "typed" },
      h("summary", { "data-testid": "end" }, t("office.end")),
      h("p", {}, t("office.end.lead")),
      h("form", { novalidate: true, onsubmit: (event) => {
        event.preventDefault();
        void busily(confirm, said, signal, withdraw);
      } },
      h("div", { class: "field" }, h("label", { for: reasons.id }, t("certificate.fact.reason")), reasons),
      others.length > 0 && h("div", { class: "field" }, h("label", { for: successor.id }, t("office.successor")), successor),
      said.element, h("div", { class: "actions" }, confirm)));
  }

  show();
  return h("section", { class: "step" },
    h("h1", {}, t("office.certificates")),
    h("p", { class: "lead" }, t("office.certificates.lead")),
    h("form", { class: "card", novalidate: true, onsubmit: (event) => {
      event.preventDefault();
      void busily(submit, notice, signal, () => search(wanted.input.value));
    } },
    wanted.element, notice.element, h("div", { class: "actions" }, submit)),
    list,
    h("p", { class: "aside" }, icon("shield"), t("office.certificates.audit")));
}
