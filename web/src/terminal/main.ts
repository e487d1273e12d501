// The issuing device's page: enrol it, identify a person, hand an offer to that person's phone.

import { Connection } from "../connection.ts";
import { chooseLanguage } from "../messages.ts";
import { Store } from "../storage.ts";
import { Shell } from "../ui/shell.ts";
import { Terminal } from "./terminal.ts";
import { enrolView, offeredView, personView, reviewView } from "./views.ts";

/** Where the page may go. */
export interface Desk {
  readonly terminal: Terminal;
  /** The next person, or the enrolment where this device has none. */
  next(): void;
  offered(offer: { offer: string; expires_at: number }): void;
  review(number: number): void;
}

chooseLanguage("terminal.title");
const connection = new Connection();
const terminal = new Terminal(new Store("shiming-terminal", "kept"), connection);
const shell = new Shell("terminal.name", "terminal.promise", connection);
const desk: Desk = {
  terminal,
  next: () => {
    if (terminal.enrolment === undefined) shell.show("enrol", (signal) => enrolView(desk, signal));
    else shell.show("person", (signal) => personView(desk, signal));
  },
  offered: (offer) => shell.show("offered", (signal) => offeredView(desk, offer, signal)),
  review: (number) => shell.show("review", () => reviewView(desk, number)),
};
void terminal.load().then(desk.next);
