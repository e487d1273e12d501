// Step 4: a code by call or message to the line that the operator's records name.

import type { Api } from "../api.ts";
import type { Flow } from "../flow.ts";
import { t } from "../messages.ts";
import { type CodeDesk, CodeEntry } from "../ui/code_entry.ts";
import { h } from "../ui/dom.ts";
import { watch } from "../watch.ts";
import type { Channel, CodeView, RegistrationView } from "../wire.ts";

export function codeStep(flow: Flow, signal: AbortSignal): HTMLElement {
  const entry = new CodeEntry(new RegistrationLine(flow), signal);
  return h("section", { class: "step" },
    h("h1", {}, t("code.title")),
    h("p", { class: "lead" }, t("code.lead")),
    h("p", { class: "line", "data-testid": "line-hint" }, flow.session?.registration.line_hint ?? ""),
    entry.element,
    h("p", { class: "aside" }, t("code.whose")));
}

/** The line of a registration. */
class RegistrationLine implements CodeDesk {
  constructor(private readonly flow: Flow) {}

  get channels(): readonly Channel[] {
    return this.flow.session?.registration.policy.channels ?? [];
  }

  get code(): CodeView | undefined {
    return this.flow.view?.state === "opened" ? this.flow.view.code : undefined;
  }

  ready(): boolean {
    return this.flow.api !== undefined && this.flow.session !== undefined;
  }

  async request(channel: Channel, signal: AbortSignal): Promise<void> {
    this.#take(await this.#api.requestCode(this.#id, channel, signal), signal);
  }

  async confirm(code: string, signal: AbortSignal): Promise<void> {
    this.#take(await this.#api.confirm(this.#id, code, signal), signal);
  }

  async follow(changed: () => void, over: () => boolean, signal: AbortSignal): Promise<void> {
    if (this.flow.view === undefined) return;
    await watch(this.#api, this.#id, this.flow.view, (view) => {
      this.#take(view, signal);
      changed();
    }, over, signal);
  }

  async reread(signal: AbortSignal): Promise<void> {
    this.#take(await this.#api.view(this.#id, undefined, signal), signal);
  }

  endedBy(error: unknown): boolean {
    return this.flow.endedBy(error);
  }

  get #api(): Api {
    if (this.flow.api === undefined) throw new Error("no registration");
    return this.flow.api;
  }

  get #id(): string {
    return this.flow.session?.registration.id ?? "";
  }

  #take(view: RegistrationView, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.flow.update(view);
    if (view.state === "confirmed") this.flow.go("consent", "replace");
  }
}
