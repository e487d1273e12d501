// Step 4: a code by call or message to the line that the operator's records name (CB-2, CB-5, CB-7, CB-9).

import type { Flow } from "../flow.ts";
import { type MessageKey, t } from "../messages.ts";
import { isProblem } from "../problem.ts";
import { h, icon, replace } from "../ui/dom.ts";
import { formatSeconds } from "../ui/format.ts";
import { Notice } from "../ui/notice.ts";
import { watch } from "../watch.ts";
import type { Channel, CodeProgress, CodeView, RegistrationView } from "../wire.ts";

/** A new code by the same channel can be asked for after this; the operators' providers allow no more. */
const SAME_CHANNEL_MS = 60_000;
/** By the other channel sooner, and at once when the first went wrong (CB-7). */
const OTHER_CHANNEL_MS = 20_000;
const DIGITS = 6;
/** Nothing more will happen on the line. */
const OVER: readonly CodeProgress[] = ["busy", "no_answer", "completed", "sent", "failed"];
const WENT_WRONG: readonly CodeProgress[] = ["busy", "no_answer", "failed"];

/** From when on each channel may be asked (again): survives a change of language and a step back. */
const askableAt: Record<Channel, number> = { voice: 0, sms: 0 };

export function codeStep(flow: Flow, signal: AbortSignal): HTMLElement {
  return new CodeStep(flow, signal).element;
}

class CodeStep {
  readonly element: HTMLElement;
  readonly #channels: Channel[];
  #watching = new AbortController();
  #sending = false;
  readonly #notice = new Notice();
  readonly #ask: Map<Channel, HTMLButtonElement>;
  readonly #askTitle = h("p", { class: "ask-title" });
  readonly #progress = h("div", { class: "line-progress", role: "status", "aria-live": "polite", "data-testid": "code-progress", hidden: true });
  readonly #input = h("input", {
    id: "code", "data-testid": "code-input", inputmode: "numeric", autocomplete: "one-time-code", pattern: "[0-9]*", maxlength: DIGITS,
    class: "code", "aria-describedby": "code-hint", spellcheck: "false",
  });
  readonly #submit = h("button", { type: "submit", class: "primary", "data-testid": "code-submit", disabled: true }, t("code.submit"));
  readonly #entry: HTMLElement;

  constructor(private readonly flow: Flow, private readonly signal: AbortSignal) {
    const registration = flow.session?.registration;
    this.#channels = registration?.policy.channels ?? [];
    this.#ask = new Map(this.#channels.map((channel) => [channel, h("button", {
      type: "button", "data-testid": `request-${channel}`, onclick: () => void this.#request(channel),
    })]));
    this.#input.addEventListener("input", () => this.#typed());
    this.#entry = h("form", { class: "card", novalidate: true, hidden: true, onsubmit: (event) => {
      event.preventDefault();
      void this.#confirm();
    } },
      this.#progress,
      h("label", { for: "code" }, t("code.label")),
      this.#input,
      h("p", { class: "hint", id: "code-hint" }, t("code.hint")),
      this.#notice.element,
      h("div", { class: "actions" }, this.#submit));
    this.element = h("section", { class: "step" },
      h("h1", {}, t("code.title")),
      h("p", { class: "lead" }, t("code.lead")),
      h("p", { class: "line", "data-testid": "line-hint" }, registration?.line_hint ?? ""),
      h("div", { class: "ask" }, this.#askTitle, ...this.#ask.values()),
      this.#entry,
      h("p", { class: "aside" }, t("code.whose")),
    );

    const tick = setInterval(() => this.#showButtons(), 1000);
    signal.addEventListener("abort", () => {
      clearInterval(tick);
      this.#watching.abort();
    });
    this.#show(flow.view);
    if (flow.view?.code !== undefined && !OVER.includes(flow.view.code.progress)) void this.#follow(flow.view);
    this.#receiveByMessage();
  }

  async #request(channel: Channel): Promise<void> {
    const { api, session } = this.flow;
    if (api === undefined || session === undefined || this.#sending) return;
    this.#notice.clear();
    // The box is there before the phone rings (CB-9).
    for (const each of this.#channels) {
      askableAt[each] = Date.now() + (each === channel ? SAME_CHANNEL_MS : OTHER_CHANNEL_MS);
    }
    this.#entry.hidden = false;
    this.#showProgress({ channel, progress: "queued", expires_at: 0, tries_left: 0 });
    this.#showButtons();
    this.#input.value = "";
    this.#typed();
    this.#input.focus();
    this.#watching.abort();
    try {
      const view = await api.requestCode(session.registration.id, channel, this.signal);
      this.#take(view);
      void this.#follow(view);
    } catch (error) {
      this.#free(channel, error);
      this.#progress.hidden = true;
      this.#failed(error);
    }
  }

  /** Follows the line until nothing more will happen on it. */
  async #follow(view: RegistrationView): Promise<void> {
    const { api, session } = this.flow;
    if (api === undefined || session === undefined) return;
    this.#watching = new AbortController();
    const over = ({ state, code }: RegistrationView): boolean =>
      state !== "opened" || code === undefined || OVER.includes(code.progress);
    try {
      if (!over(view)) await watch(api, session.registration.id, view, (next) => this.#take(next), over, this.#watching.signal);
    } catch (error) {
      if (!this.#watching.signal.aborted) this.#failed(error);
    }
  }

  #typed(): void {
    // Full-width digits come from Chinese keyboards.
    const digits = this.#input.value.normalize("NFKC").replaceAll(/\D/g, "").slice(0, DIGITS);
    if (digits !== this.#input.value) this.#input.value = digits;
    this.#submit.disabled = digits.length < DIGITS;
    if (digits.length === DIGITS) void this.#confirm();
  }

  async #confirm(): Promise<void> {
    const { api, session } = this.flow;
    const code = this.#input.value;
    if (api === undefined || session === undefined || this.#sending || code.length !== DIGITS) return;
    this.#sending = true;
    this.#watching.abort();
    this.#notice.clear();
    this.#input.readOnly = true;
    this.#submit.disabled = true;
    this.#submit.setAttribute("aria-busy", "true");
    try {
      this.#take(await api.confirm(session.registration.id, code, this.signal));
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#sending = false;
      this.#input.readOnly = false;
      this.#submit.removeAttribute("aria-busy");
    }
  }

  #take(view: RegistrationView): void {
    if (this.signal.aborted) return;
    this.flow.update(view);
    if (view.state === "confirmed") this.flow.go("consent", "replace");
    else this.#show(view);
  }

  #failed(error: unknown): void {
    if (this.signal.aborted || this.flow.endedBy(error)) return;
    this.#notice.show(error);
    this.#entry.hidden = false;
    if (isProblem(error, "code-wrong", "code-expired", "code-tries-spent", "code-not-requested")) {
      this.#input.value = "";
      this.#submit.disabled = true;
      this.#input.setAttribute("aria-invalid", "true");
      if (!isProblem(error, "code-wrong")) this.#progress.hidden = true;
      this.#input.focus();
    } else if (isProblem(error, "state-conflict")) {
      void this.#reread();
    }
    this.#showButtons();
  }

  /** The registration is further than we thought (another tab, an answer that was lost): go there. */
  async #reread(): Promise<void> {
    const { api, session } = this.flow;
    if (api === undefined || session === undefined) return;
    try {
      this.#take(await api.view(session.registration.id, undefined, this.signal));
    } catch (error) {
      if (!this.signal.aborted) this.#notice.show(error);
    }
  }

  #show(view: RegistrationView | undefined): void {
    if (view?.code !== undefined) {
      this.#entry.hidden = false;
      this.#showProgress(view.code);
    }
    this.#showButtons();
  }

  #showProgress({ channel, progress }: CodeView): void {
    if (WENT_WRONG.includes(progress)) this.#freeOther(channel);
    this.#input.removeAttribute("aria-invalid");
    this.#progress.hidden = false;
    if (this.#progress.dataset["progress"] === progress && this.#progress.dataset["channel"] === channel) return;
    this.#progress.dataset["progress"] = progress;
    this.#progress.dataset["channel"] = channel;
    this.#progress.classList.toggle("wrong", WENT_WRONG.includes(progress));
    this.#progress.classList.toggle("moving", !OVER.includes(progress));
    const key: MessageKey = progress === "queued" || progress === "failed" ? `progress.${channel}.${progress}` : `progress.${progress}`;
    replace(this.#progress, icon(channel === "voice" ? "phone" : "message"), h("span", {}, t(key)));
  }

  /** Before the first request the operator's first choice is the main button; then both ask for another code. */
  #showButtons(): void {
    const again = !this.#entry.hidden;
    replace(this.#askTitle, again ? t("code.again") : t("code.how"));
    this.#channels.forEach((channel, index) => {
      const button = this.#ask.get(channel);
      if (button === undefined) return;
      const left = askableAt[channel] - Date.now();
      button.disabled = left > 0;
      button.className = again ? "quiet" : index === 0 ? "primary" : "secondary";
      const name = t(`code.${channel}${again ? ".again" : ""}`);
      const label = left > 0 ? t("code.in", { what: name, time: formatSeconds(left / 1000) }) : name;
      if (button.dataset["label"] === label) return;
      button.dataset["label"] = label;
      replace(button, icon(channel === "voice" ? "phone" : "message"), label);
    });
  }

  /** The request was refused or met no network: the channel may be asked again, at once or when the edge says. */
  #free(channel: Channel, error: unknown): void {
    const wait = isProblem(error) ? (error.problem.retry_after ?? 0) : 0;
    askableAt[channel] = Date.now() + wait * 1000;
    this.#freeOther(channel);
  }

  #freeOther(channel: Channel): void {
    for (const other of this.#channels) {
      if (other !== channel) askableAt[other] = Math.min(askableAt[other], Date.now());
    }
  }

  /** WebOTP: the browser offers to take the code out of the message. */
  #receiveByMessage(): void {
    if (!("OTPCredential" in window) || !this.#channels.includes("sms")) return;
    const options = { otp: { transport: ["sms"] }, signal: this.signal } as CredentialRequestOptions;
    navigator.credentials.get(options).then((credential) => {
      const code = credential !== null && "code" in credential ? String(credential.code) : "";
      if (this.signal.aborted || code === "") return;
      this.#input.value = code;
      this.#typed();
    }, () => undefined);
  }
}
