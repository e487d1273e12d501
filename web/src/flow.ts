// What the page knows and where it may go next. Steps read and change it; it knows nothing of their markup.

import { Api } from "./api.ts";
import { Connection } from "./connection.ts";
import { type DeviceKey, makeDeviceKey } from "./device_key.ts";
import { nameInDoubt } from "./evidence.ts";
import { Faces } from "./face/faces.ts";
import { isProblem } from "./problem.ts";
import { Reader } from "./reader.ts";
import { ReaderError } from "./remote.ts";
import {
  type Draft, draft, forgetLinkToken, forgetSession, loadSession, pending, saveSession, type Session, takeLinkToken,
} from "./session.ts";
import { Traffic } from "./traffic.ts";
import type { FormatParameters, RegistrationView, Side, SimSubject } from "./wire.ts";

export const STEPS = ["start", "document", "check", "code", "consent", "result"] as const;
export type StepName = (typeof STEPS)[number];

/** Emits `step` when another step is to be shown. */
export class Flow extends EventTarget {
  readonly connection = new Connection();
  readonly traffic = new Traffic();
  readonly reader: Reader;
  readonly faces: Faces;
  /** What was typed at the start; kept while the page lives. */
  readonly typed = { iccid: "", number: "" };
  /** `blob:` addresses of the formatted pictures, for the eyes of the user only. */
  readonly pictures: Partial<Record<Side, string>> = {};
  /** The side to take again, when the user asked for that. */
  retake: Side | undefined;
  step: StepName = "start";
  linkToken: string | undefined;
  session: Session | undefined;
  api: Api | undefined;
  view: RegistrationView | undefined;
  /** The formatted front, while it is here to be described. */
  #front: ArrayBuffer | undefined;
  /** How many fronts were described: only the newest counts. */
  #described = 0;
  /** Being made: the descriptor of the portrait on the front, where the operator compares it. */
  portrait: Promise<void> | undefined;
  /** The registration ended without an answer of its own: it ran out or is unknown. */
  ended = false;

  constructor(workerUrl: string, faceWorkerUrl: string) {
    super();
    this.reader = new Reader(workerUrl);
    this.faces = new Faces(faceWorkerUrl);
    this.traffic.addEventListener("change", () => {
      if (this.session === undefined) return;
      this.session.sent = this.traffic.sent;
      void saveSession(this.session);
    });
    window.addEventListener("hashchange", () => this.#newLink());
    // The back button moves through the steps; leaving the page is the last thing it does.
    window.addEventListener("popstate", ({ state }: PopStateEvent) => {
      if (location.hash !== "") return;
      const wanted = stepOf(state) ?? "start";
      this.#show(this.#allowed(wanted), "replace");
    });
  }

  /** Another link opened in this tab changes the fragment only. */
  #newLink(): void {
    if (location.hash !== "") location.reload();
  }

  /** Goes on where a reload or a new link left off. */
  async begin(): Promise<void> {
    this.linkToken = takeLinkToken();
    const left = await loadSession();
    if (left !== undefined && !sameSubject(left.subject, this.linkToken)) {
      await forgetSession(); // Another link: another SIM card.
    } else if (left !== undefined) {
      this.#adopt(left);
      await this.#refresh();
      // It ended well or ill, the user knows, and the edge has removed it: there is nothing to tell.
      if (this.ended && left.done) await this.forget();
    }
    const wanted = this.session === undefined ? "start" : (stepOf(history.state) ?? this.#furthest());
    this.#show(this.#allowed(wanted), "replace");
  }

  get draft(): Draft {
    return draft.get();
  }

  set draft(value: Draft) {
    draft.set(value);
  }

  /** Opens a registration for `subject`. */
  async register(subject: SimSubject): Promise<void> {
    await this.forget();
    const key = await makeDeviceKey();
    const api = this.#apiFor(key);
    const registration = await api.create({ device_key: key.publicKey, sim: subject, document: "cn_resident_id", terminal: "own" });
    this.#adopt({ key, subject, registration, sent: this.traffic.sent });
    await saveSession({ key, subject, registration, sent: this.traffic.sent });
    forgetLinkToken();
    this.linkToken = undefined;
  }

  /** Takes the newest state of the registration; a final one ends in the result. */
  update(view: RegistrationView): void {
    this.view = view;
    if (hasEvidence(view) && this.step !== "result") this.go("result", "replace");
  }

  /** An ended registration leads to the result; other errors are the caller's. Whether it was one. */
  endedBy(error: unknown): boolean {
    if (!isProblem(error, "registration-expired", "registration-not-found")) return false;
    this.ended = true;
    this.go("result", "replace");
    return true;
  }

  /** The user was shown how it ended. */
  finish(): void {
    if (this.session === undefined || this.session.done) return;
    this.session.done = true;
    void saveSession(this.session);
  }

  go(step: StepName, how: "push" | "replace" = "push"): void {
    this.#show(this.#allowed(step), how);
  }

  back(): void {
    history.back();
  }

  /** Drops everything and starts again. */
  async restart(): Promise<void> {
    await this.forget();
    this.go("start", "replace");
  }

  async forget(): Promise<void> {
    await forgetSession();
    this.dropPictures();
    this.session = undefined;
    this.api = undefined;
    this.view = undefined;
    this.ended = false;
    this.retake = undefined;
    this.portrait = undefined;
    this.traffic.set(0);
  }

  format(side: Side): FormatParameters | undefined {
    return this.session?.registration.format.find((format) => format.side === side);
  }

  setPicture(side: Side, jpeg: ArrayBuffer): void {
    const old = this.pictures[side];
    if (old !== undefined) URL.revokeObjectURL(old);
    this.pictures[side] = URL.createObjectURL(new Blob([jpeg], { type: "image/jpeg" }));
    if (side === "front" && this.comparesPortrait) {
      this.#front = jpeg;
      this.describePortrait();
    }
  }

  /** Whether the operator compares the portrait on the document with the register's (RN-7). */
  get comparesPortrait(): boolean {
    return this.session?.registration.policy.portrait === "compare";
  }

  /** Has the portrait on the front described; again where that failed. */
  describePortrait(): Promise<void> {
    this.portrait = this.#describe();
    // Whoever goes on to the end is told there.
    this.portrait.catch(() => undefined);
    return this.portrait;
  }

  /** Keeps the descriptor of the front's portrait with the front, unless that was taken again meanwhile. */
  async #describe(): Promise<void> {
    // After a reload the picture is gone.
    if (this.#front === undefined) throw new ReaderError("no_picture");
    const run = ++this.#described;
    const jpeg = this.#front.slice(0);
    const portrait = await this.faces.ask("describe", { jpeg, page: "cn_resident_id.front" }, [jpeg]);
    const { front } = this.draft;
    if (run === this.#described && front !== undefined) this.draft = { ...this.draft, front: { ...front, portrait } };
  }

  dropPictures(): void {
    for (const side of ["front", "back"] as const) {
      const url = this.pictures[side];
      if (url !== undefined) URL.revokeObjectURL(url);
      delete this.pictures[side];
    }
    this.#front = undefined;
  }

  /** The step itself, or the last one before it that makes sense now. */
  #allowed(step: StepName): StepName {
    if (this.session === undefined) return "start";
    if (this.ended || (this.view !== undefined && hasEvidence(this.view))) return "result";
    const furthest = this.#furthest();
    if (step === "result" || STEPS.indexOf(step) > STEPS.indexOf(furthest)) return furthest;
    if (step === "code" && this.view?.state === "confirmed") return "consent";
    return step;
  }

  #furthest(): StepName {
    if (this.draft.front === undefined || this.draft.back === undefined) return "document";
    if (nameInDoubt(this.draft)) return "check";
    return this.view?.state === "confirmed" ? "consent" : "code";
  }

  #show(step: StepName, how: "push" | "replace"): void {
    if (how === "push" && step !== this.step) history.pushState({ step }, "");
    else history.replaceState({ step }, "");
    this.step = step;
    this.dispatchEvent(new Event("step"));
  }

  #adopt(session: Session): void {
    this.session = session;
    this.api = this.#apiFor(session.key);
    this.traffic.set(session.sent);
    this.view = {
      version: 0, state: "opened", sim: "unchanged", portrait: "not_checked", expires_at: session.registration.expires_at,
    };
  }

  #apiFor(key: DeviceKey): Api {
    return new Api(key, this.traffic, this.connection, pending);
  }

  /** Asks where the registration stands after a reload. */
  async #refresh(): Promise<void> {
    if (this.session === undefined || this.api === undefined) return;
    // A lost network must not hold up the page: it shows what it knows.
    const soon = new AbortController();
    const timer = setTimeout(() => soon.abort(), 5000);
    try {
      this.view = await this.api.view(this.session.registration.id, undefined, soon.signal);
    } catch (error) {
      if (isProblem(error, "registration-expired", "registration-not-found")) this.ended = true;
    } finally {
      clearTimeout(timer);
    }
    if (this.session.registration.expires_at * 1000 < Date.now() && !(this.view && hasEvidence(this.view))) this.ended = true;
  }
}

function stepOf(state: unknown): StepName | undefined {
  const step = typeof state === "object" && state !== null && "step" in state ? state.step : undefined;
  return STEPS.find((name) => name === step);
}

/** Whether evidence was received, or the registration is over: there is nothing to do but look. */
function hasEvidence({ state }: RegistrationView): boolean {
  return state !== "opened" && state !== "confirmed";
}

function sameSubject(subject: SimSubject, token: string | undefined): boolean {
  return token === undefined || ("link" in subject && subject.link === token);
}
