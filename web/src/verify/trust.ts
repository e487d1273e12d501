// What codes are checked against: the issuer's keys and status lists, fetched when there is a network and kept for when there
// is none. Fetching tells the issuer that somebody checks cards, never which: every list is fetched, at times of its own.

import { behind, now } from "../cards/clock.ts";
import { cardModule, type Verdict } from "../cards/module.ts";
import { ALONE } from "../request.ts";
import type { Store } from "../storage.ts";

const KEYS = "/v1/cards/keys";
/** Lists are numbered from 1; the first is there before there is a card. */
const LISTS = "/v1/cards/status/";
const LIST = /^\/v1\/cards\/status\/\d{1,16}$/;
/** More lists than an issuer has. */
const MOST_LISTS = 64;
/** Nobody waits longer than this for an answer that may not come. */
const PATIENCE_MS = 8000;

/** A status list as it came. */
interface KeptList {
  path: string;
  bytes: Uint8Array<ArrayBuffer>;
}

interface Kept {
  keys: string;
  /** When keys and lists were fetched, seconds since 1970. */
  at: number;
  lists: KeptList[];
}

/** What a list says of itself. */
interface ListView {
  list: string;
  issued_at: number;
  expires_at: number;
}

/** Emits `change`. */
export class Trust extends EventTarget {
  /** By how many seconds the clock here is behind the issuer's, as far as is known. */
  behind = 0;
  #refresh: Promise<boolean> | undefined;
  #kept: Kept | undefined;
  #verifier: import("shiming-card").Verifier | undefined;
  #views: ListView[] = [];

  /** `origin` is the page's: lists elsewhere are not fetched. */
  constructor(private readonly store: Store, private readonly origin: string) {
    super();
  }

  /** Whether a refresh is under way. */
  get refreshing(): boolean {
    return this.#refresh !== undefined;
  }

  /** When the list that is oldest was issued, seconds since 1970; `undefined` while none is here. */
  get listsOf(): number | undefined {
    return this.#views.length === 0 ? undefined : Math.min(...this.#views.map(({ issued_at }) => issued_at));
  }

  /** Until when every list may be relied on, seconds since 1970. */
  get listsUntil(): number | undefined {
    return this.#views.length === 0 ? undefined : Math.min(...this.#views.map(({ expires_at }) => expires_at));
  }

  /** Takes what was kept. */
  async load(): Promise<void> {
    const kept = await this.store.get<Kept>("trust").catch(() => undefined);
    if (kept !== undefined) await this.#take(kept);
  }

  /** Fetches keys and lists; whether both were had. What is here stays where that fails. */
  refresh(): Promise<boolean> {
    this.#refresh ??= this.#fetch().finally(() => {
      this.#refresh = undefined;
      this.dispatchEvent(new Event("change"));
    });
    this.dispatchEvent(new Event("change"));
    return this.#refresh;
  }

  async #fetch(): Promise<boolean> {
    try {
      const response = await get(KEYS);
      if (!response.ok) return false;
      this.behind = behind(response) ?? this.behind;
      const keys = await response.text();
      const lists: KeptList[] = [];
      let complete = true;
      while (lists.length < MOST_LISTS) {
        const path = `${LISTS}${lists.length + 1}`;
        const bytes = await list(path).catch(() => "failed" as const);
        const kept = bytes === "failed" ? this.#kept?.lists.find((other) => other.path === path)?.bytes : bytes;
        complete &&= bytes !== "failed";
        if (kept === undefined) break;
        lists.push({ path, bytes: kept });
      }
      await this.#take({ keys, at: now(), lists }, true);
      return complete;
    } catch {
      return false;
    }
  }

  /** What a code is worth now. Keys or a list that are not here are fetched, if there is a network. */
  async verify(code: string): Promise<Verdict> {
    const { Verifier } = await cardModule();
    // With no keys yet it can be said that a text is no code of a card, and no more.
    this.#verifier ??= new Verifier('{"keys":[]}');
    let verdict = this.#verify(code);
    if (verdict.verdict === "unknown_issuer") {
      await this.refresh();
      verdict = this.#verify(code);
    }
    const uri = this.#verifier.listOf(code);
    if (verdict.verdict === "status_unknown" && uri !== undefined && (await this.#learn(uri))) verdict = this.#verify(code);
    return verdict;
  }

  #verify(code: string): Verdict {
    if (this.#verifier === undefined) throw new Error("no keys");
    return JSON.parse(this.#verifier.verify(code, now())) as Verdict;
  }

  /** Fetches a list that a card names, if it is this issuer's; whether it was had. No card leads this page to another host. */
  async #learn(uri: string): Promise<boolean> {
    const url = URL.canParse(uri) ? new URL(uri) : undefined;
    const kept = this.#kept;
    if (kept === undefined || url === undefined || url.origin !== this.origin || !LIST.test(url.pathname)) return false;
    const path = url.pathname;
    const bytes = await list(path).catch(() => undefined);
    if (bytes === undefined) return false;
    await this.#take({ ...kept, lists: [...kept.lists.filter((other) => other.path !== path), { path, bytes }].slice(-MOST_LISTS) }, true);
    return true;
  }

  /** Checks against these from now on. Lists that the keys did not sign are dropped. */
  async #take(kept: Kept, store = false): Promise<void> {
    const { Verifier } = await cardModule();
    const verifier = new Verifier(kept.keys);
    const views: ListView[] = [];
    const lists = kept.lists.filter(({ bytes }) => {
      try {
        views.push(JSON.parse(verifier.addList(bytes)) as ListView);
        return true;
      } catch {
        return false;
      }
    });
    this.#verifier?.free();
    this.#verifier = verifier;
    this.#views = views;
    this.#kept = { ...kept, lists };
    if (store) await this.store.put("trust", this.#kept).catch(() => undefined);
    this.dispatchEvent(new Event("change"));
  }
}

/** A public answer of the issuer, as new as it is. */
async function get(path: string): Promise<Response> {
  const response = await fetch(path, {
    ...ALONE, signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (!response.ok && response.status !== 404) throw new Error(String(response.status));
  return response;
}

/** A status list; `undefined` where there is none of this number. */
async function list(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const response = await get(path);
  return response.ok ? new Uint8Array(await response.arrayBuffer()) : undefined;
}
