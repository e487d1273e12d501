// What somebody sees who applies for a certificate, one view a step. None says why there is a notice and no certificate (NC-6).

import { FaceCheck } from "../face/check.ts";
import { t } from "../messages.ts";
import { isProblem } from "../problem.ts";
import { documentStep } from "../steps/document.ts";
import { busily } from "../ui/busily.ts";
import { type CodeDesk, CodeEntry } from "../ui/code_entry.ts";
import { h, icon, replace } from "../ui/dom.ts";
import { field } from "../ui/field.ts";
import { Notice } from "../ui/notice.ts";
import { progressBar } from "../ui/progress.ts";
import { PersonFields, type Written } from "../visitor/person_fields.ts";
import type { Channel, CodeView } from "../wire.ts";
import { type Applicant, Application } from "./application.ts";
import type { Booth } from "./main.ts";

/** How often the server is asked while something is under way elsewhere. */
const LOOK_MS = 1000;
/** A kiosk shows a finished document so long, then it is the next person's. */
const KIOSK_SHOWN_MS = 120_000;

export function beginView(booth: Booth): HTMLElement {
  const choice = (language: Booth["language"]) => h("label", { class: "pick" },
    h("input", { type: "radio", name: "language", value: language, "data-testid": `language-${language}`, checked: booth.language === language, onchange: () => {
      booth.language = language;
    } }),
    h("span", {}, h("strong", {}, t(`apply.language.${language}`)), h("small", {}, t(`apply.language.${language}.hint`))));
  return h("section", { class: "step" },
    h("h1", {}, t("apply.title")),
    h("p", { class: "lead" }, t("apply.lead")),
    h("ol", { class: "card how" }, ...(["document", "line", "face", booth.kiosk === undefined ? "save" : "print"] as const).map((what) => h("li", {}, h("span", {}, t(`apply.how.${what}`))))),
    h("fieldset", { class: "card choices-list" }, h("legend", {}, t("apply.language")), choice("chinese"), choice("bilingual")),
    h("div", { class: "actions" }, h("button", { type: "button", class: "primary", "data-testid": "begin", onclick: () => booth.read() }, icon("camera"), t("apply.begin"))),
    h("p", { class: "aside" }, t("apply.sent")));
}

/** Reads both sides of the card. */
export function documentView(booth: Booth, signal: AbortSignal): HTMLElement {
  booth.visitor.prepare();
  return documentStep(booth.visitor, signal);
}

/** What was read, to be compared with the document; then it is sent. */
export function personView(booth: Booth, signal: AbortSignal): HTMLElement {
  const { visitor, faces } = booth;
  const notice = new Notice();
  const progress = progressBar("models-progress", t("face.loading"));
  faces.addEventListener("progress", () => progress.show(faces.progress), { signal });
  const person = new PersonFields(visitor.written, true);
  const latin = field("person-latin-name", t("apply.latin"), t("apply.latin.hint"), { maxlength: 50, autocapitalize: "characters" });
  const fields = { name: person.name, number: person.number, valid_until: person.validUntil, latin_name: latin };
  const submit = h("button", { type: "submit", class: "primary", "data-testid": "person-submit" }, t("apply.person.submit"));
  const reread = h("button", { type: "button", class: "secondary", "data-testid": "read-again", onclick: () => booth.read() }, icon("camera"), t("apply.read.again"));

  function applicant({ name, id_number: number, valid_until }: Written): Applicant {
    const latinName = latin.input.value.trim();
    const written = { document: "cn_resident_id", name, number, valid_until } as const;
    return booth.language === "bilingual" && latinName !== "" ? { ...written, latin_name: latinName } : written;
  }

  /** The face on the document, described here: the picture goes nowhere. */
  async function portrait(): Promise<string | undefined> {
    if (visitor.front === undefined) return undefined;
    const jpeg = visitor.front.slice(0);
    try {
      await faces.load();
      return await faces.ask("describe", { jpeg, page: "cn_resident_id.front" }, [jpeg]).then((found) => found ?? undefined);
    } finally {
      progress.hide();
    }
  }

  async function send(): Promise<void> {
    const written = person.read();
    if (written === undefined) return;
    visitor.written = written;
    const face = await portrait();
    if (face === undefined) return notice.say("no-portrait", t("apply.noPortrait"));
    try {
      const { office, language, network, store } = booth;
      const wanted = { applicant: applicant(written), portrait: face, ...(office !== undefined && { office }), language };
      booth.application = await Application.open(wanted, network, store, signal);
      if (!signal.aborted) booth.next();
    } catch (error) {
      const pointers = isProblem(error, "evidence-invalid") ? (error.problem.pointers ?? []) : [];
      for (const [member, { wrong }] of Object.entries(fields)) if (pointers.includes(`/applicant/${member}`)) wrong(t(member === "name" ? "apply.person.nameWrong" : "fault.unknown"));
      throw error;
    }
  }

  return h("section", { class: "step" },
    h("h1", {}, t("apply.person")),
    h("p", { class: "lead" }, t("apply.person.lead")),
    h("form", { class: "card", novalidate: true, onsubmit: (event) => {
      event.preventDefault();
      void busily(submit, notice, signal, send);
    } },
    ...person.elements, booth.language === "bilingual" && latin.element,
    progress.element, notice.element,
    h("div", { class: "actions" }, submit, reread)));
}

/** Proves the applicant's line (NC-2). */
export function lineView(booth: Booth, application: Application, signal: AbortSignal): HTMLElement {
  const line = field("line", t("apply.line.number"), t("apply.line.hint"), { type: "tel", inputmode: "tel", maxlength: 20, class: "figures", autocomplete: "tel-national" });
  /** The number without what people group it with; full-width digits come from Chinese keyboards. */
  const typed = (): string => line.input.value.normalize("NFKC").replaceAll(/[\s-]/g, "");
  const desk: CodeDesk = {
    channels: ["voice", "sms"],
    get code(): CodeView | undefined {
      return application.view.next === "prove_line" ? application.view.code : undefined;
    },
    ready: () => {
      line.wrong(/^\+?\d{5,15}$/.test(typed()) ? undefined : t("apply.line.malformed"));
      if (line.input.getAttribute("aria-invalid") !== "true") return true;
      line.input.focus();
      return false;
    },
    request: async (channel: Channel, off: AbortSignal) => {
      try {
        await application.requestCode(channel, typed(), off);
      } catch (error) {
        if (isProblem(error, "invalid-parameter")) line.wrong(t(`apply.line.unknown.${application.view.line}`));
        throw error;
      }
    },
    confirm: async (code, off) => {
      await application.confirm(code, off);
      proved();
    },
    follow: async (changed, over, off) => {
      while (!over()) {
        await rest(LOOK_MS, off);
        if (off.aborted) return;
        await application.look(off);
        proved();
        changed();
      }
    },
    reread: async (off) => {
      await application.look(off);
      proved();
    },
    endedBy: (error) => endedBy(booth, error),
  };
  function proved(): void {
    if (!signal.aborted && application.view.next !== "prove_line") booth.next();
  }
  return h("section", { class: "step" },
    h("h1", {}, t("apply.line")),
    h("p", { class: "lead" }, t(`apply.line.lead.${application.view.line}`)),
    h("div", { class: "card" }, line.element),
    new CodeEntry(desk, signal).element);
}

/** Whether they are alive, and the one on the document (NC-1). */
export function faceView(booth: Booth, application: Application, signal: AbortSignal): HTMLElement {
  const over = async (work: Promise<unknown>): Promise<void> => {
    try {
      await work;
    } catch (error) {
      if (!signal.aborted && endedBy(booth, error)) return;
      if (!signal.aborted && isProblem(error, "live-face-refused", "face-differs", "attempts-spent", "state-conflict")) {
        // The last try that there is ends the application: its view says so.
        await application.look(signal);
        if (application.view.next !== "show_face") return booth.next();
      }
      throw error;
    }
  };
  const check = new FaceCheck({
    faces: booth.faces,
    challenge: async () => {
      await over(application.challenge(signal));
      const { face } = application.view;
      if (face === undefined) throw new Error("no challenge");
      return face;
    },
    done: async (live) => {
      await over(application.answer(live, signal));
      if (!signal.aborted) booth.next();
    },
  }, signal);
  return h("section", { class: "step step-face" },
    h("h1", {}, t("face.title")),
    h("p", { class: "lead" }, t("apply.face.lead")),
    check.element);
}

/** The police are being asked (NC-3). */
export function waitView(booth: Booth, application: Application, signal: AbortSignal): HTMLElement {
  const notice = new Notice();
  async function wait(): Promise<void> {
    try {
      while (application.view.next === "wait") {
        await rest(LOOK_MS, signal);
        if (signal.aborted) return;
        await application.look(signal);
      }
      booth.next();
    } catch (error) {
      if (!signal.aborted && !endedBy(booth, error)) notice.show(error);
    }
  }
  void wait();
  return h("section", { class: "step" },
    h("h1", {}, t("apply.wait")),
    h("div", { class: "card", role: "status" }, h("div", { class: "line-progress moving" }, icon("clock"), h("span", {}, t("apply.wait.lead")))),
    notice.element,
    h("p", { class: "aside" }, t("apply.wait.long")));
}

/**
 * The document: on the screen where the browser shows PDF (on most phones it does not: it is opened from where it was saved), printed
 * at a kiosk, saved or shared on a phone (NC-5).
 */
export function takeView(booth: Booth, application: Application, next: "take_issued" | "take_notice", signal: AbortSignal): HTMLElement {
  const kind = next === "take_issued" ? "issued" : "notice";
  const notice = new Notice();
  const said = h("p", { class: "notice notice-good", role: "status", "data-testid": "print-result", hidden: true });
  // Not at a kiosk: the viewer has a button that saves it there.
  const shows = navigator.pdfViewerEnabled === true && booth.kiosk === undefined;
  const frame = h("iframe", shows ? { class: "document-frame", title: t(`apply.take.${kind}.file`) } : { class: "print-frame", "aria-hidden": "true", tabindex: -1, title: t("apply.print") });
  const name = `${t(`apply.take.${kind}.file`)}.pdf`;
  let pdf: Promise<{ file: File; url: string }> | undefined;
  let opened: Promise<void> | undefined;

  const file = () => (pdf ??= fetched());
  const open = () => (opened ??= shown());

  async function fetched(): Promise<{ file: File; url: string }> {
    try {
      const blob = await application.document(signal);
      const url = URL.createObjectURL(blob);
      signal.addEventListener("abort", () => URL.revokeObjectURL(url));
      return { file: new File([blob], name, { type: "application/pdf" }), url };
    } catch (error) {
      // The next try fetches it anew.
      [pdf, opened] = [undefined, undefined];
      throw error;
    }
  }

  async function shown(): Promise<void> {
    const { url } = await file();
    await new Promise((resolve) => {
      frame.onload = resolve;
      frame.src = url;
    });
  }

  /** Has the browser print it: at a kiosk without a question (Chromium's `--kiosk-printing`). */
  async function print(): Promise<void> {
    await open();
    frame.contentWindow?.focus();
    frame.contentWindow?.print();
    said.hidden = false;
    replace(said, icon("check"), h("span", {}, t("apply.print.sent")));
  }

  async function save(): Promise<void> {
    const { url } = await file();
    h("a", { href: url, download: name }).click();
  }

  async function share(): Promise<void> {
    const { file: shared } = await file();
    await navigator.share({ files: [shared] }).catch((error: unknown) => {
      if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
    });
  }

  const button = (id: string, look: string, symbol: Parameters<typeof icon>[0], label: string, work: () => Promise<void>) => {
    const element: HTMLButtonElement = h("button", { type: "button", class: look, "data-testid": id, onclick: () => void busily(element, notice, signal, work) }, icon(symbol), label);
    return element;
  };
  const shares = navigator.canShare?.({ files: [new File([""], "a.pdf", { type: "application/pdf" })] }) === true;
  // Where it cannot be shown, the buttons say what went wrong.
  if (shows) void open().catch(() => undefined);
  if (booth.kiosk !== undefined) {
    const timer = setTimeout(() => booth.again(), KIOSK_SHOWN_MS);
    signal.addEventListener("abort", () => clearTimeout(timer));
  }
  return h("section", { class: "step", "data-testid": "document", "data-kind": kind },
    h("h1", {}, t(`apply.take.${kind}`)),
    h("p", { class: "lead" }, t(`apply.take.${kind}.lead`)),
    said, notice.element,
    h("div", { class: "actions" },
      booth.kiosk !== undefined && button("print", "primary", "card", t("apply.print"), print),
      booth.kiosk === undefined && button("save", "primary", "picture", t("apply.save"), save),
      booth.kiosk === undefined && shares && button("share", "secondary", "message", t("apply.share"), share),
      h("button", { type: "button", class: booth.kiosk === undefined ? "quiet" : "secondary", "data-testid": "finish", onclick: () => booth.again() }, t("apply.finish"))),
    h("p", { class: "aside" }, t(booth.kiosk === undefined ? "apply.take.day" : "apply.take.kiosk")),
    (shows || booth.kiosk !== undefined) && frame);
}

/** Nothing more follows: why, and what to do. */
export function endView(booth: Booth, how: "refused_face" | "expired"): HTMLElement {
  return h("section", { class: "step", "data-testid": "end", "data-how": how },
    h("h1", {}, t(`apply.end.${how}`)),
    h("p", { class: "lead" }, t(`apply.end.${how}.do`)),
    h("div", { class: "actions" }, h("button", { type: "button", class: "primary", "data-testid": "again", onclick: () => booth.again() }, t("apply.again"))));
}

/** An application that is no more leads to its end; other errors are the caller's. */
function endedBy(booth: Booth, error: unknown): boolean {
  if (!isProblem(error, "application-not-found") || booth.application === undefined) return false;
  booth.application.view = { ...booth.application.view, next: "expired" };
  booth.next();
  return true;
}

function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
