// What the issuing device shows: its enrolment, who is identified, and the offer for that person's phone.

import { now } from "../cards/clock.ts";
import { dateText } from "../cards/facts.ts";
import { t } from "../messages.ts";
import { isProblem } from "../problem.ts";
import { h, icon, replace } from "../ui/dom.ts";
import { formatSeconds } from "../ui/format.ts";
import { Notice } from "../ui/notice.ts";
import { symbolOf } from "../ui/symbol.ts";
import type { Desk } from "./main.ts";
import type { Identified } from "./terminal.ts";

/** An input with its label, and a line below that says what is wrong. */
function field(id: string, label: string, hint: string, attributes: Record<string, string | number | boolean> = {}) {
  const said = h("p", { class: "hint", id: `${id}-hint`, "data-testid": `${id}-hint` }, hint);
  const input = h("input", { id, name: id, "data-testid": id, autocomplete: "off", spellcheck: "false", "aria-describedby": said.id, ...attributes });
  const wrong = (text: string | undefined): void => {
    input.setAttribute("aria-invalid", String(text !== undefined));
    said.classList.toggle("bad", text !== undefined);
    replace(said, text ?? hint);
  };
  input.addEventListener("input", () => wrong(undefined));
  return { input, wrong, element: h("div", { class: "field" }, h("label", { for: id }, label), input, said) };
}

/** Runs `work` while its button is busy; errors go to `notice`, unless `handled` took them. */
async function busily(
  button: HTMLButtonElement, notice: Notice, signal: AbortSignal, work: () => Promise<void>, handled: (error: unknown) => boolean = () => false,
): Promise<void> {
  notice.clear();
  button.disabled = true;
  button.setAttribute("aria-busy", "true");
  try {
    await work();
  } catch (error) {
    if (!signal.aborted && !handled(error)) notice.show(error);
  } finally {
    button.disabled = false;
    button.removeAttribute("aria-busy");
  }
}

export function enrolView({ terminal, next }: Desk, signal: AbortSignal): HTMLElement {
  const notice = new Notice();
  const code = field("enrolment-code", t("terminal.code"), t("terminal.code.hint"), { maxlength: 40, autocapitalize: "off" });
  const submit = h("button", { type: "submit", class: "primary", "data-testid": "enrol" }, t("terminal.enrol.submit"));
  return h("section", { class: "step" },
    h("h1", {}, t("terminal.enrol")),
    h("p", { class: "lead" }, t("terminal.enrol.lead")),
    h("form", { class: "card", novalidate: true, onsubmit: (event) => {
      event.preventDefault();
      const text = code.input.value.trim();
      if (!/^[\w-]{22}$/.test(text)) {
        code.wrong(t("terminal.code.malformed"));
        return code.input.focus();
      }
      void busily(submit, notice, signal, async () => {
        await terminal.enrol(text, signal);
        next();
      });
    } }, code.element, notice.element, h("div", { class: "actions" }, submit)),
    h("p", { class: "aside" }, t("terminal.enrol.key")));
}

export function personView({ terminal, next, offered, review }: Desk, signal: AbortSignal): HTMLElement {
  const notice = new Notice();
  const until = terminal.enrolment?.expires_at ?? 0;
  const name = field("person-name", t("field.name"), t("terminal.name.hint"), { maxlength: 50 });
  const number = field("person-number", t("field.id_number"), t("terminal.number.hint"), { maxlength: 18, autocapitalize: "characters" });
  const valid = field("person-valid-until", t("field.valid_until"), t("terminal.until.hint"), { maxlength: 10 });
  const submit = h("button", { type: "submit", class: "primary", "data-testid": "ask-offer" }, t("terminal.offer.submit"));

  function person(): Identified | undefined {
    const written = { name: name.input.value.trim(), id_number: number.input.value.trim().toUpperCase(), until: valid.input.value.trim() };
    name.wrong(written.name === "" ? t("fault.empty") : undefined);
    number.wrong(/^\d{17}[\dX]$/.test(written.id_number) ? undefined : t(written.id_number === "" ? "fault.empty" : "fault.malformed"));
    valid.wrong(/^(\d{4}-\d{2}-\d{2}|长期|)$/.test(written.until) ? undefined : t("fault.malformed"));
    const wrong = [name, number, valid].find(({ input }) => input.getAttribute("aria-invalid") === "true");
    wrong?.input.focus();
    if (wrong !== undefined) return undefined;
    return {
      document: "cn_resident_id", name: written.name, id_number: written.id_number,
      ...(written.until !== "" && { valid_until: written.until }),
    };
  }

  /** What the issuer found wrong, said beside it. */
  function pointed(error: unknown): boolean {
    if (!isProblem(error, "evidence-invalid")) return false;
    const fields = { "/name": name, "/id_number": number, "/valid_until": valid };
    const wrong = Object.entries(fields).filter(([pointer]) => error.problem.pointers?.includes(pointer));
    for (const [, { wrong: say }] of wrong) say(t("fault.unknown"));
    wrong[0]?.[1].input.focus();
    return wrong.length > 0;
  }

  return h("section", { class: "step" },
    h("h1", {}, t("terminal.person")),
    h("p", { class: "lead" }, t("terminal.person.lead")),
    until <= now() && h("p", { class: "notice notice-bad" }, icon("alert"), h("span", {}, t("terminal.expired"))),
    h("form", { class: "card", novalidate: true, onsubmit: (event) => {
      event.preventDefault();
      const identified = person();
      if (identified === undefined) return;
      void busily(submit, notice, signal, async () => {
        const answer = await terminal.offer(identified, signal);
        if (signal.aborted) return;
        if ("offer" in answer) offered(answer);
        else review(answer.review);
      }, pointed);
    } }, name.element, number.element, valid.element, notice.element, h("div", { class: "actions" }, submit)),
    h("details", { class: "typed", "data-testid": "device" },
      h("summary", {}, t("terminal.device")),
      h("dl", { class: "facts about" },
        h("div", {}, h("dt", {}, t("terminal.device.id")), h("dd", { class: "figures", "data-testid": "device-id" }, terminal.enrolment?.device ?? "")),
        h("div", {}, h("dt", {}, t("terminal.device.until")), h("dd", {}, dateText(until)))),
      h("button", { type: "button", class: "quiet danger", "data-testid": "forget-device", onclick: () => void terminal.forget().then(next) }, t("terminal.device.forget"))));
}

export function offeredView({ next }: Desk, { offer, expires_at }: { offer: string; expires_at: number }, signal: AbortSignal): HTMLElement {
  const notice = new Notice();
  const link = `${location.origin}/card#offer=${offer}`;
  const code = h("div", { class: "code-frame", "data-testid": "offer-code" });
  const left = h("p", { class: "renews", role: "timer", "aria-live": "off" });
  void symbolOf(link, t("terminal.offered.symbol")).then(
    (symbol) => replace(code, symbol),
    (error: unknown) => notice.show(error),
  );
  const tick = (): void => {
    const seconds = expires_at - now();
    replace(left, seconds > 0 ? t("terminal.offered.left", { time: formatSeconds(seconds) }) : t("terminal.offered.over"));
    code.classList.toggle("over", seconds <= 0);
  };
  const timer = setInterval(tick, 1000);
  signal.addEventListener("abort", () => clearInterval(timer));
  tick();
  return h("section", { class: "step step-show" },
    h("h1", {}, t("terminal.offered")),
    h("p", { class: "lead" }, t("terminal.offered.lead")),
    h("div", { class: "presented" }, code, left),
    notice.element,
    h("details", { class: "typed" }, h("summary", {}, t("terminal.offered.link")), h("p", { class: "figures link", "data-testid": "offer-link" }, link)),
    h("div", { class: "actions" }, h("button", { type: "button", class: "primary", "data-testid": "next-person", onclick: () => next() }, t("terminal.next"))));
}

export function reviewView({ next }: Desk, number: number): HTMLElement {
  return h("section", { class: "step" },
    h("h1", {}, t("terminal.review")),
    h("p", { class: "lead", "data-testid": "review-number", "data-number": number }, t("terminal.review.lead", { n: number })),
    h("div", { class: "actions" }, h("button", { type: "button", class: "primary", "data-testid": "next-person", onclick: () => next() }, t("terminal.next"))));
}
