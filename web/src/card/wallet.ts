// What the holder's phone keeps: the key, which cannot be taken out, the cards that name it, and a record of what was shown.
// It stays in this browser; nothing of it is sent but what claiming and revoking need.

import { fromBase64url } from "../base64.ts";
import { now } from "../cards/clock.ts";
import { cardModule, type Statement } from "../cards/module.ts";
import { Client, type Network } from "../client.ts";
import { type DeviceKey, makeDeviceKey } from "../device_key.ts";
import { type Store, TabPending, TabValue } from "../storage.ts";
import { Traffic } from "../traffic.ts";

/** What a selection can show, as the issuer calls it. */
export const CLAIMS = ["name", "over_18", "sex", "birth_date"] as const;
export type Claim = (typeof CLAIMS)[number];

/** A card and what it says. */
export interface HeldCard {
  /** `COSE_Sign1`, base64url. */
  card: string;
  says: Statement;
}

/** Cards of one claim and the key that may show them. */
interface Held {
  key: DeviceKey;
  holder: string;
  cards: HeldCard[];
}

/** A claim between the click and its answer: a reload repeats it with the same key. */
interface Claiming {
  offer: string;
  key: DeviceKey;
}

/** When which card was shown. */
export interface Showing {
  /** Seconds since 1970. */
  at: number;
  number: string;
  /** What the card shows, in the words of `disclosedNames`, as they were then. */
  shown: string;
}

/** Older records go. */
const MOST_SHOWINGS = 200;

/** What the issuer answers to a claim. */
interface Claimed {
  holder: string;
  cards: string[];
}

/** Emits `change`. */
export class Wallet extends EventTarget {
  cards: readonly HeldCard[] = [];
  showings: readonly Showing[] = [];
  readonly #pending = new TabPending("shiming.card.pending");
  readonly #offer = new TabValue<{ offer?: string }>("shiming.card.offer", {});
  #held: Held | undefined;

  constructor(private readonly store: Store, private readonly network: Network) {
    super();
  }

  /** The offer that the link brought and that was not claimed yet. */
  get offer(): string | undefined {
    return this.#offer.get().offer;
  }

  /** Takes the offer out of the address, so that it stays in no history. */
  takeOffer(): void {
    const offer = /^#offer=([A-Za-z0-9_-]{22})$/.exec(location.hash)?.[1];
    if (offer === undefined) return;
    this.#offer.set({ offer });
    history.replaceState(history.state, "", location.pathname + location.search);
  }

  dropOffer(): void {
    this.#offer.clear();
    this.#pending.clear();
    void this.store.delete("claiming").catch(() => undefined);
  }

  async load(): Promise<void> {
    this.#take(await this.store.get<Held>("held").catch(() => undefined));
    this.showings = (await this.store.get<Showing[]>("showings").catch(() => undefined)) ?? [];
  }

  /** Claims a card for each selection. Cards that were here before are no longer good, and go. */
  async claim(offer: string, selections: readonly (readonly Claim[])[], signal: AbortSignal): Promise<void> {
    const key = await this.#keyFor(offer);
    const request = { offer, public_key: key.publicKey, selections };
    const { holder, cards } = await this.#client(key).post<Claimed>("/v1/cards", request, "claim", signal);
    const { readCard } = await cardModule();
    const read = cards.map((card): HeldCard => ({ card, says: JSON.parse(readCard(fromBase64url(card))) as Statement }));
    await this.#keep({ key, holder, cards: read });
    // Not before: what was claimed must not be lost with the key.
    this.dropOffer();
  }

  /** The text of the code that shows a card now, signed by this phone's key. */
  async show({ card }: HeldCard): Promise<string> {
    const held = this.#held;
    if (held === undefined) throw new Error("no key");
    const { Presentation } = await cardModule();
    const presentation = new Presentation(fromBase64url(card), now());
    const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, held.key.privateKey, presentation.toBeSigned());
    return presentation.code(new Uint8Array(signature));
  }

  /** Writes down, on this phone only, that a card was shown. */
  async record(number: string, shown: string): Promise<void> {
    this.showings = [{ at: now(), number, shown }, ...this.showings].slice(0, MOST_SHOWINGS);
    await this.store.put("showings", this.showings).catch(() => undefined);
  }

  async forgetShowings(): Promise<void> {
    this.showings = [];
    await this.store.delete("showings").catch(() => undefined);
    this.dispatchEvent(new Event("change"));
  }

  /** Has one card revoked, or all, and drops what was. */
  async revoke(card: HeldCard | undefined, signal: AbortSignal): Promise<void> {
    const held = this.#held;
    if (held === undefined) return;
    const what = card === undefined ? { holder: held.holder } : { number: card.says.number };
    await this.#client(held.key, held.holder).post("/v1/cards/revocations", what, "revoke", signal);
    await this.#keep({ ...held, cards: card === undefined ? [] : held.cards.filter((other) => other !== card) });
  }

  /** The key that this offer is claimed with: the same after a reload. */
  async #keyFor(offer: string): Promise<DeviceKey> {
    const begun = await this.store.get<Claiming>("claiming").catch(() => undefined);
    if (begun?.offer === offer) return begun.key;
    const key = await makeDeviceKey();
    // Where nothing can be kept there is no card to be had: this fails, and the offer stays good.
    await this.store.put("claiming", { offer, key } satisfies Claiming);
    return key;
  }

  #client(key: DeviceKey, keyId?: string): Client {
    return new Client(key, new Traffic(), this.network, this.#pending, keyId);
  }

  async #keep(held: Held): Promise<void> {
    if (held.cards.length === 0) await this.store.delete("held");
    else await this.store.put("held", held);
    this.#take(held.cards.length === 0 ? undefined : held);
  }

  #take(held: Held | undefined): void {
    this.#held = held;
    this.cards = held?.cards ?? [];
    this.dispatchEvent(new Event("change"));
  }
}
