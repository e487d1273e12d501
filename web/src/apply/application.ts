// An application for a certificate of no criminal record, as its device sees it (NC-1 to NC-3): the server says what it wants next.

import { Client, type Network } from "../client.ts";
import { type DeviceKey, makeDeviceKey } from "../device_key.ts";
import type { Challenge, LiveFace } from "../face/check.ts";
import { MemoryPending, type Store } from "../storage.ts";
import { Traffic } from "../traffic.ts";
import type { Channel, CodeView } from "../wire.ts";

/** What the server waits for, or how it ended. */
export type NextStep = "prove_line" | "show_face" | "wait" | "take_issued" | "take_notice" | "refused_face" | "expired";

export interface ApplicationView {
  id: string;
  version: number;
  next: NextStep;
  /** Where codes go: to the number that is given, or to what the operator maps it to. */
  line: "typed" | "mapped";
  code?: CodeView;
  face?: Challenge;
  /** Seconds since 1970. */
  expires_at: number;
}

/** Who applies, as their document says. */
export interface Applicant {
  document: "cn_resident_id";
  name: string;
  latin_name?: string;
  number: string;
  valid_until: string;
}

export interface Wanted {
  applicant: Applicant;
  /** Descriptor of the portrait on the document, base64url. */
  portrait: string;
  /** `110105-021`; none where the operator has one office only. */
  office?: string;
  language: "chinese" | "bilingual";
}

/** What is kept to go on after a reload: no word about the person. */
interface Kept {
  key: DeviceKey;
  id: string;
}

const KEPT = "application";

export class Application {
  readonly #client: Client;

  private constructor(readonly key: DeviceKey, network: Network, public view: ApplicationView) {
    this.#client = clientOf(key, network);
  }

  /** Sends who applies; the first answer. The key that signs is made for this application and cannot be taken out. */
  static async open(wanted: Wanted, network: Network, store: Store | undefined, signal: AbortSignal): Promise<Application> {
    const key = await makeDeviceKey();
    const view = await clientOf(key, network).post<ApplicationView>(PATH, { key: key.publicKey, ...wanted }, "open", signal);
    await store?.put(KEPT, { key, id: view.id } satisfies Kept).catch(() => undefined);
    return new Application(key, network, view);
  }

  /** The application that was left by a reload, if it is still there. */
  static async resume(network: Network, store: Store, signal: AbortSignal): Promise<Application | undefined> {
    const kept = await store.get<Kept>(KEPT).catch(() => undefined);
    if (kept === undefined) return undefined;
    try {
      const view = await clientOf(kept.key, network).get<ApplicationView>(`${PATH}/${kept.id}`, "", signal);
      return new Application(kept.key, network, view);
    } catch {
      signal.throwIfAborted();
      await Application.forget(store);
      return undefined;
    }
  }

  static async forget(store: Store | undefined): Promise<void> {
    await store?.delete(KEPT).catch(() => undefined);
  }

  async look(signal: AbortSignal): Promise<ApplicationView> {
    return (this.view = await this.#client.get<ApplicationView>(this.#path(""), "", signal));
  }

  async requestCode(channel: Channel, line: string, signal: AbortSignal): Promise<void> {
    this.view = await this.#post("/codes", { channel, line }, signal);
  }

  async confirm(code: string, signal: AbortSignal): Promise<void> {
    this.view = await this.#post("/confirmation", { code }, signal);
  }

  /** What the person is asked to do; answered once. */
  async challenge(signal: AbortSignal): Promise<Challenge> {
    this.view = await this.#post("/challenges", {}, signal);
    if (this.view.face === undefined) throw new Error("no challenge");
    return this.view.face;
  }

  async answer({ challenge, performed, first, last }: LiveFace, signal: AbortSignal): Promise<void> {
    this.view = await this.#post("/faces", { challenge, performed, first, last }, signal);
  }

  /** The PDF, byte for byte as it was signed. */
  document(signal: AbortSignal): Promise<Blob> {
    return this.#client.file(this.#path("/document"), signal);
  }

  #post(rest: string, body: unknown, signal: AbortSignal): Promise<ApplicationView> {
    return this.#client.post<ApplicationView>(this.#path(rest), body, rest, signal);
  }

  #path(rest: string): string {
    return `${PATH}/${this.view.id}${rest}`;
  }
}

const PATH = "/v1/certificates/applications";

function clientOf(key: DeviceKey, network: Network): Client {
  return new Client(key, new Traffic(), network, new MemoryPending());
}
