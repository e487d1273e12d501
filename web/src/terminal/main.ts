// The issuing device's page: enrol it, identify a person, hand an offer to that person's phone.

import { Connection } from "../connection.ts";
import { Faces } from "../face/faces.ts";
import { chooseLanguage } from "../messages.ts";
import { Reader } from "../reader.ts";
import { Store } from "../storage.ts";
import { Shell } from "../ui/shell.ts";
import { Visitor } from "../visitor/visitor.ts";
import { type Offered, Terminal } from "./terminal.ts";
import { documentView, enrolView, faceView, offeredView, personView, reviewView } from "./views.ts";

/** Set by the build: the workers' files. */
declare const READER_WORKER_URL: string;
declare const FACE_WORKER_URL: string;

/** Where the page may go. */
export interface Desk {
  readonly terminal: Terminal;
  readonly faces: Faces;
  /** The person in front of the device. */
  visitor: Visitor;
  /** The next person, or the enrolment where this device has none. */
  next(): void;
  /** Reads their document by camera. */
  read(): void;
  /** Back to what was written of them. */
  person(): void;
  /** Looks whether they are alive, and who their document shows. */
  face(): void;
  /** What the gate answered. */
  answered(offered: Offered): void;
}

chooseLanguage("terminal.title");
const connection = new Connection();
const terminal = new Terminal(new Store("shiming-terminal", "kept"), connection);
const shell = new Shell("terminal.name", "terminal.promise", connection);
const reader = new Reader(READER_WORKER_URL);
const person = (): void => shell.show("person", () => personView(desk));
const desk: Desk = {
  terminal,
  faces: new Faces(FACE_WORKER_URL),
  visitor: new Visitor(reader, person),
  next: () => {
    desk.visitor = new Visitor(reader, person);
    if (terminal.enrolment === undefined) shell.show("enrol", (signal) => enrolView(desk, signal));
    else person();
  },
  read: () => {
    desk.visitor.forget();
    shell.show("document", (signal) => documentView(desk, signal));
  },
  person,
  face: () => shell.show("face", (signal) => faceView(desk, signal)),
  answered: (offered) => {
    if ("offer" in offered) shell.show("offered", (signal) => offeredView(desk, offered, signal));
    else shell.show("review", () => reviewView(desk, offered.review));
  },
};
void terminal.load().then(desk.next);
