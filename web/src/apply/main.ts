// The page on which somebody applies for a certificate of no criminal record: on their phone, or at an office's kiosk
// (`/apply?kiosk=110105-021`), where it prints.

import { Connection } from "../connection.ts";
import { Faces } from "../face/faces.ts";
import { chooseLanguage } from "../messages.ts";
import { Reader } from "../reader.ts";
import { Store } from "../storage.ts";
import { Shell } from "../ui/shell.ts";
import { Visitor } from "../visitor/visitor.ts";
import { Application, type Wanted } from "./application.ts";
import { beginView, documentView, endView, faceView, lineView, personView, takeView, waitView } from "./views.ts";

/** Set by the build: the workers' files. */
declare const READER_WORKER_URL: string;
declare const FACE_WORKER_URL: string;

/** Where the page may go. */
export interface Booth {
  readonly faces: Faces;
  readonly network: Connection;
  /** The office whose kiosk this is. */
  readonly kiosk: string | undefined;
  /** The office that was asked for, on a phone. */
  readonly office: string | undefined;
  /** Where the application is kept over a reload; a kiosk keeps nothing. */
  readonly store: Store | undefined;
  visitor: Visitor;
  language: Wanted["language"];
  application: Application | undefined;
  /** Starts again, with nothing of whoever was here. */
  again(): void;
  read(): void;
  person(): void;
  /** Shows what the server wants now. */
  next(): void;
}

chooseLanguage("apply.title");
const connection = new Connection();
const shell = new Shell("apply.name", "apply.promise", connection);
const reader = new Reader(READER_WORKER_URL);
const asked = new URLSearchParams(location.search);
const officeIn = (name: string): string | undefined => asked.get(name)?.match(/^\d{6}-?\d{3}$/)?.[0];
const kiosk = officeIn("kiosk");
const booth: Booth = {
  faces: new Faces(FACE_WORKER_URL),
  network: connection,
  kiosk,
  office: kiosk ?? officeIn("office"),
  store: kiosk === undefined ? new Store("shiming-apply", "kept") : undefined,
  visitor: new Visitor(reader, () => booth.person()),
  language: "chinese",
  application: undefined,
  again: () => {
    void Application.forget(booth.store);
    booth.application = undefined;
    booth.language = "chinese";
    booth.visitor = new Visitor(reader, () => booth.person());
    shell.show("begin", () => beginView(booth));
  },
  read: () => {
    booth.visitor.forget();
    shell.show("document", (signal) => documentView(booth, signal));
  },
  person: () => shell.show("person", (signal) => personView(booth, signal)),
  next: () => {
    const { application } = booth;
    if (application === undefined) return booth.again();
    const { next } = application.view;
    if (next === "prove_line") shell.show("line", (signal) => lineView(booth, application, signal));
    else if (next === "show_face") shell.show("face", (signal) => faceView(booth, application, signal));
    else if (next === "wait") shell.show("wait", (signal) => waitView(booth, application, signal));
    else if (next === "take_issued" || next === "take_notice") shell.show("take", (signal) => takeView(booth, application, next, signal));
    else shell.show("end", () => endView(booth, next));
  },
};

async function begin(): Promise<void> {
  booth.application = booth.store && (await Application.resume(connection, booth.store, new AbortController().signal));
  booth.next();
}
void begin();
