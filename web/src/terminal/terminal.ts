// An issuing device: enrolled once by a code of the operator's, it asks for offers in its own name.

import { base64url, randomToken } from "../base64.ts";
import { now } from "../cards/clock.ts";
import { Client, type Network } from "../client.ts";
import { type DeviceKey, makeDeviceKey } from "../device_key.ts";
import type { Challenge, LiveFace } from "../face/check.ts";
import { isProblem } from "../problem.ts";
import { MemoryPending, type Store } from "../storage.ts";
import { Traffic } from "../traffic.ts";

/** What the operator's system knows this device by. */
export interface Enrolment {
  key: DeviceKey;
  device: string;
  certificate: string;
  /** Seconds since 1970. */
  expires_at: number;
}

/** Who stands in front of the device, as their document says. */
export interface Identified {
  document: "cn_resident_id";
  name: string;
  id_number: string;
  valid_until?: string;
}

/** What else goes with a request for an offer. */
export interface Seen {
  /** The live face, and the portrait on the document where that was read. */
  face?: LiveFace & { document?: string };
  /** Cards on an older phone end when these are taken. */
  moves?: true;
}

/** An offer, or the number under which an operator decides first. */
export type Offered = { offer: string; expires_at: number } | { review: number };

/** Another key for the device, asked for and not answered yet. */
interface Rotation {
  key: DeviceKey;
  body: { public_key: string; proof: string };
  idempotencyKey: string;
}

/** The device gets another key so many seconds before its certificate ends. */
const RENEWED_BEFORE = 30 * 86_400;

export class Terminal {
  enrolment: Enrolment | undefined;
  readonly #pending = new MemoryPending();

  constructor(private readonly store: Store, private readonly network: Network) {}

  async load(): Promise<void> {
    this.enrolment = await this.store.get<Enrolment>("enrolment").catch(() => undefined);
  }

  /** Makes a key that cannot be taken out, and has it certified. */
  async enrol(code: string, signal: AbortSignal): Promise<void> {
    // The same key for the same code, until there is an answer: a code is good once.
    const begun = await this.store.get<{ code: string; key: DeviceKey }>("enrolling").catch(() => undefined);
    const key = begun?.code === code ? begun.key : await makeDeviceKey();
    await this.store.put("enrolling", { code, key });
    const answer = await this.#client(key).post<Omit<Enrolment, "key">>("/v1/devices", { code, public_key: key.publicKey }, "enrol", signal);
    const { device, certificate, expires_at } = answer;
    const enrolment = { key, device, certificate, expires_at };
    await this.store.put("enrolment", enrolment);
    await this.store.delete("enrolling");
    this.enrolment = enrolment;
  }

  /** Asks what a person in front of the device is to do. */
  async challenge(signal: AbortSignal): Promise<Challenge> {
    await this.#rotate(signal);
    // One answer each: a challenge that got lost is not asked for again.
    this.#pending.set("challenge", undefined);
    return this.#enrolled().post<Challenge>("/v1/faces/challenges", {}, "challenge", signal);
  }

  /** Asks for an offer for the person who was identified here. */
  async offer(person: Identified, seen: Seen, signal: AbortSignal): Promise<Offered> {
    await this.#rotate(signal);
    return this.#enrolled().post<Offered>("/v1/cards/offers", { ...person, ...seen }, "offer", signal);
  }

  /** Drops key and certificate: the operator revokes the device, or its certificate ran out. */
  async forget(): Promise<void> {
    await this.store.delete("enrolment").catch(() => undefined);
    this.enrolment = undefined;
  }

  /**
   * Gives the device another key where its certificate ends soon (EC-5). The request is kept until it was answered: once the gate
   * has taken the key, the one before is good for nothing but to ask that again.
   */
  async #rotate(signal: AbortSignal): Promise<void> {
    const { enrolment } = this;
    if (enrolment === undefined) return;
    let begun = await this.store.get<Rotation>("rotating").catch(() => undefined);
    if (begun === undefined) {
      if (enrolment.expires_at - now() > RENEWED_BEFORE) return;
      begun = await rotation(enrolment.device);
      await this.store.put("rotating", begun);
    }
    const { key, body, idempotencyKey } = begun;
    this.#pending.set("rotation", { body: JSON.stringify(body), key: idempotencyKey });
    try {
      const path = `/v1/devices/${enrolment.device}/rotation`;
      const { device, certificate, expires_at } = await this.#enrolled().post<Omit<Enrolment, "key">>(path, body, "rotation", signal);
      const renewed = { key, device, certificate, expires_at };
      await this.store.put("enrolment", renewed);
      this.enrolment = renewed;
    } catch (error) {
      // Refused: the device works on with the key it has, as long as that is good.
      if (!isProblem(error) || error.problem.status >= 500) throw error;
    }
    await this.store.delete("rotating");
  }

  #enrolled(): Client {
    if (this.enrolment === undefined) throw new Error("not enrolled");
    return this.#client(this.enrolment.key, this.enrolment.device);
  }

  #client(key: DeviceKey, keyId?: string): Client {
    return new Client(key, new Traffic(), this.network, this.#pending, keyId);
  }
}

/** A new key, and the proof that it is this device's own (`shiming_service::device::rotation_proof`). */
async function rotation(device: string): Promise<Rotation> {
  const key = await makeDeviceKey();
  const text = new TextEncoder().encode(`shiming device rotation ${device} ${key.publicKey}`);
  const proof = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key.privateKey, text);
  return { key, body: { public_key: key.publicKey, proof: base64url(new Uint8Array(proof)) }, idempotencyKey: randomToken(12) };
}
