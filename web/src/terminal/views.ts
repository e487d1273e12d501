// What the issuing device shows: its enrolment, who is identified, and the offer for that person's phone.

import { now } from "../cards/clock.ts";
import { dateText } from "../cards/facts.ts";
import { FaceCheck } from "../face/check.ts";
import { t } from "../messages.ts";
import { isProblem } from "../problem.ts";
import { documentStep } from "../steps/document.ts";
import { busily } from "../ui/busily.ts";
import { h, icon, replace } from "../ui/dom.ts";
import { field } from "../ui/field.ts";
import { formatSeconds } from "../ui/format.ts";
import { Notice } from "../ui/notice.ts";
import { symbolOf } from "../ui/symbol.ts";
import { PersonFields } from "../visitor/person_fields.ts";
import type { Desk } from "./main.ts";
import type { Seen } from "./terminal.ts";

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

/** Reads both sides of the card, and goes back with what was read. */
export function documentView(desk: Desk, signal: AbortSignal): HTMLElement {
  const { visitor } = desk;
  visitor.prepare();
  const step = documentStep(visitor, signal);
  step.append(h("div", { class: "actions" },
    h("button", { type: "button", class: "quiet", "data-testid": "type-instead", onclick: () => desk.person() }, t("terminal.read.or"))));
  return step;
}

export function personView(desk: Desk): HTMLElement {
  const { terminal, visitor, next } = desk;
  const until = terminal.enrolment?.expires_at ?? 0;
  const fields = new PersonFields(visitor.written, false);
  const moves = h("input", { type: "checkbox", "data-testid": "moves", checked: visitor.moves, "aria-describedby": "moves-hint" });
  const submit = h("button", { type: "submit", class: "primary", "data-testid": "ask-offer" }, t("terminal.offer.submit"));

  // What the gate found wrong, said beside it.
  const places = { "/name": fields.name, "/id_number": fields.number, "/valid_until": fields.validUntil };
  for (const [pointer, { wrong }] of Object.entries(places)) if (visitor.wrong.includes(pointer)) wrong(t("fault.unknown"));

  return h("section", { class: "step" },
    h("h1", {}, t("terminal.person")),
    h("p", { class: "lead" }, t("terminal.person.lead")),
    until <= now() && h("p", { class: "notice notice-bad" }, icon("alert"), h("span", {}, t("terminal.expired"))),
    h("form", { class: "card", novalidate: true, onsubmit: (event) => {
      event.preventDefault();
      const written = fields.read();
      if (written === undefined) return;
      const { name, id_number, valid_until } = written;
      visitor.written = written;
      visitor.identified = { document: "cn_resident_id", name, id_number, ...(valid_until !== "" && { valid_until }) };
      visitor.moves = moves.checked;
      visitor.wrong = [];
      desk.face();
    } },
    h("button", { type: "button", class: "secondary", "data-testid": "read-document", onclick: () => desk.read() }, icon("camera"), t("terminal.read")),
    h("p", { class: "aside or" }, t("terminal.read.or")),
    ...fields.elements,
    h("label", { class: "tick" }, moves, t("terminal.moves")), h("p", { class: "hint", id: "moves-hint" }, t("terminal.moves.hint")),
    h("div", { class: "actions" }, submit)),
    h("details", { class: "typed", "data-testid": "device" },
      h("summary", {}, t("terminal.device")),
      h("dl", { class: "facts about" },
        h("div", {}, h("dt", {}, t("terminal.device.id")), h("dd", { class: "figures", "data-testid": "device-id" }, terminal.enrolment?.device ?? "")),
        h("div", {}, h("dt", {}, t("terminal.device.until")), h("dd", {}, dateText(until)))),
      h("button", { type: "button", class: "quiet danger", "data-testid": "forget-device", onclick: () => void terminal.forget().then(next) }, t("terminal.device.forget"))));
}

export function faceView(desk: Desk, signal: AbortSignal): HTMLElement {
  const { terminal, visitor, faces } = desk;
  const { identified, moves } = visitor;
  const notice = new Notice();

  /** Asks for the offer. Where the gate says that a field cannot be right, it is corrected first. */
  async function ask(seen: Seen): Promise<void> {
    if (identified === undefined) return desk.person();
    try {
      const answer = await terminal.offer(identified, seen, signal);
      if (!signal.aborted) desk.answered(answer);
    } catch (error) {
      // Another picture of the document may help, or the first one.
      reread.hidden = !isProblem(error, "live-face-required", "face-differs");
      visitor.wrong = isProblem(error, "evidence-invalid") ? (error.problem.pointers ?? []) : [];
      if (signal.aborted || visitor.wrong.length === 0) throw error;
      desk.person();
    }
  }

  /** The portrait on the document, where that was read and shows a face. */
  async function portrait(): Promise<{ document?: string }> {
    if (visitor.front === undefined) return {};
    const jpeg = visitor.front.slice(0);
    const document = await faces.ask("describe", { jpeg, page: "cn_resident_id.front" }, [jpeg]).catch(() => undefined);
    return document === undefined ? {} : { document };
  }

  const reread = h("button", { type: "button", class: "secondary", "data-testid": "read-again", hidden: true, onclick: () => desk.read() },
    icon("camera"), t("terminal.read"));
  const check = new FaceCheck({
    faces,
    challenge: () => terminal.challenge(signal),
    done: async (live) => ask({ face: { ...live, ...(await portrait()) }, ...(moves && { moves }) }),
  }, signal);
  const without = h("button", { type: "button", class: "quiet", "data-testid": "without-face", onclick: () => {
    // An older phone's cards end only by a live face.
    void busily(without, notice, signal, () => ask({}));
  } }, t("face.without"));
  return h("section", { class: "step step-face" },
    h("h1", {}, t("face.title")),
    h("p", { class: "lead" }, t("face.lead")),
    check.element,
    notice.element,
    h("div", { class: "actions" }, reread),
    h("div", { class: "more" },
      h("button", { type: "button", class: "quiet", "data-testid": "back-to-person", onclick: () => desk.person() }, icon("back"), t("app.back")),
      !moves && without));
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
