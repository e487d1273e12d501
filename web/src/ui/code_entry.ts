// A code by call or message that proves a line: asked for, followed, entered (CB-2, CB-5, CB-7, CB-9).

import { type MessageKey, t } from "../messages.ts";
import { isProblem } from "../problem.ts";
import type { Channel, CodeProgress, CodeView } from "../wire.ts";
import { h, icon, replace } from "./dom.ts";
import { formatSeconds } from "./format.ts";
import { Notice } from "./notice.ts";

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

/** Whose line is proved, and by which requests. */
export interface CodeDesk {
  readonly channels: readonly Channel[];
  /** The newest code, as it stands. */
  readonly code: CodeView | undefined;
  /** Whether a code may be asked for; says itself why not. */
  ready(): boolean;
  request(channel: Channel, signal: AbortSignal): Promise<void>;
  /** Goes on by itself where that was the code. */
  confirm(code: string, signal: AbortSignal): Promise<void>;
  /** Looks at the line, calling `changed`, until `over` says that nothing more happens there. */
  follow(changed: () => void, over: () => boolean, signal: AbortSignal): Promise<void>;
  /** Looks again where the other side is further than we thought. */
  reread(signal: AbortSignal): Promise<void>;
  /** Whether an error was the end of it all, and was shown as that. */
  endedBy(error: unknown): boolean;
}

export class CodeEntry {
  readonly element: HTMLElement;
  readonly #channels: readonly Channel[];
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

  constructor(private readonly desk: CodeDesk, private readonly signal: AbortSignal) {
    this.#channels = desk.channels;
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
    this.element = h("div", { class: "code-entry" },
      h("div", { class: "ask" }, this.#askTitle, ...this.#ask.values()),
      this.#entry);
    const tick = setInterval(() => this.#showButtons(), 1000);
    signal.addEventListener("abort", () => {
      clearInterval(tick);
      this.#watching.abort();
    });
    this.#show();
    if (!this.#over()) void this.#follow();
    this.#receiveByMessage();
  }

  async #request(channel: Channel): Promise<void> {
    if (this.#sending || !this.desk.ready()) return;
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
      await this.desk.request(channel, this.signal);
      this.#show();
      void this.#follow();
    } catch (error) {
      this.#free(channel, error);
      this.#progress.hidden = true;
      this.#failed(error);
    }
  }

  /** Whether nothing more will happen on the line. */
  #over(): boolean {
    const { code } = this.desk;
    return code === undefined || OVER.includes(code.progress);
  }

  async #follow(): Promise<void> {
    const { signal } = this.#watching = new AbortController();
    try {
      if (!this.#over()) await this.desk.follow(() => this.#show(), () => this.#over(), signal);
    } catch (error) {
      if (!signal.aborted) this.#failed(error);
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
    const code = this.#input.value;
    if (this.#sending || code.length !== DIGITS) return;
    this.#sending = true;
    this.#watching.abort();
    this.#notice.clear();
    this.#input.readOnly = true;
    this.#submit.disabled = true;
    this.#submit.setAttribute("aria-busy", "true");
    try {
      await this.desk.confirm(code, this.signal);
      this.#show();
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#sending = false;
      this.#input.readOnly = false;
      this.#submit.removeAttribute("aria-busy");
    }
  }

  #failed(error: unknown): void {
    if (this.signal.aborted || this.desk.endedBy(error)) return;
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

  /** Further than we thought (another tab, an answer that was lost): go there. */
  async #reread(): Promise<void> {
    try {
      await this.desk.reread(this.signal);
      this.#show();
    } catch (error) {
      if (!this.signal.aborted) this.#notice.show(error);
    }
  }

  #show(): void {
    if (this.signal.aborted) return;
    if (this.desk.code !== undefined) {
      this.#entry.hidden = false;
      this.#showProgress(this.desk.code);
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
