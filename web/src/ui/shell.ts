// What every page stands in: its name and the language above, a promise below.

import type { Connection } from "../connection.ts";
import { type MessageKey, onLanguage, switchLanguage, t } from "../messages.ts";
import { h, icon, replace } from "./dom.ts";

/** Draws one view; what it started ends when `signal` aborts. */
export type View = (signal: AbortSignal) => HTMLElement;

/** A page without steps of its own order: one view at a time, drawn anew when the language changes. */
export class Shell {
  readonly #main = h("main", { id: "main", tabindex: -1 });
  readonly #header = h("header", { class: "top" });
  readonly #offline = h("div", { class: "offline", role: "status", "data-testid": "offline", hidden: true });
  readonly #footer = h("footer", { class: "promise" });
  #leave = new AbortController();
  #shown: [name: string, view: View] | undefined;

  /** `name` is what the page is called, `promise` what its foot says. A lost `connection` is said. */
  constructor(private readonly name: MessageKey, private readonly promise: MessageKey, private readonly connection?: Connection) {
    connection?.addEventListener("change", () => this.#showConnection());
    this.#relabel();
    onLanguage(() => {
      this.#relabel();
      if (this.#shown !== undefined) this.show(...this.#shown);
    });
    document.body.append(h("div", { class: "page" }, this.#header, this.#offline, this.#main, this.#footer));
  }

  show(name: string, view: View): void {
    this.#leave.abort();
    this.#leave = new AbortController();
    this.#shown = [name, view];
    showIn(this.#main, name, view(this.#leave.signal));
  }

  #relabel(): void {
    fillTop(this.#header, this.#main, this.name);
    replace(this.#footer, icon("shield"), h("p", {}, t(this.promise)));
    this.#showConnection();
  }

  #showConnection(): void {
    const lost = this.connection?.lost === true;
    this.#offline.hidden = !lost;
    replace(this.#offline, lost ? t("app.offline") : "");
  }
}

/** The line above: skip to the text, the page's name, the other language. */
export function fillTop(header: HTMLElement, main: HTMLElement, name: MessageKey): void {
  const skip = (event: Event): void => {
    event.preventDefault();
    main.focus();
  };
  replace(
    header,
    h("a", { class: "skip", href: "#main", onclick: skip }, t("app.skip")),
    h("span", { class: "brand" }, icon("shield"), h("span", {}, t(name))),
    h("button", { type: "button", class: "quiet", "data-testid": "language", lang: t("app.otherLang"), onclick: switchLanguage },
      icon("language"), t("app.otherLanguage")),
  );
}

/** Shows a step and moves the reader's focus to its heading. */
export function showIn(main: HTMLElement, step: string, element: HTMLElement): void {
  main.dataset["step"] = step;
  replace(main, element);
  const heading = element.querySelector("h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({ preventScroll: true });
  scrollTo(0, 0);
}
