// What outlives a reload. The registration and the key live in IndexedDB; what was read from the document only in this
// tab's session storage, so that nobody finds it on a phone that was put aside. Pictures are never stored.

import type { Pending } from "./api.ts";
import type { DeviceKey } from "./device_key.ts";
import type { NameCharacter } from "./reader_protocol.ts";
import type { FieldName, Measured, RegistrationCreated, SimSubject } from "./wire.ts";

export interface Session {
  key: DeviceKey;
  subject: SimSubject;
  registration: RegistrationCreated;
  /** Bytes sent so far. */
  sent: number;
  /** The user has seen how it ended. */
  done?: true;
}

/** One field as read and, perhaps, corrected. */
export interface DraftField {
  value: string;
  /** Percent. */
  confidence: number;
  read: string;
  /** Of a name: its characters as read. */
  characters?: NameCharacter[];
  /** The value that the user looked at beside the picture and confirmed. */
  confirmed?: string;
}

/** One side as read and, perhaps, corrected. */
export interface SideRead {
  fields: Partial<Record<FieldName, DraftField>>;
  measured: Measured;
  models: string;
}

/** What was read in this tab. */
export interface Draft {
  front?: SideRead;
  back?: SideRead;
}

const DATABASE = "shiming";
const STORE = "session";
const RECORD = "current";

function database(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

async function withStore<T>(mode: IDBTransactionMode, use: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await database();
  try {
    return await new Promise<T>((resolve, reject) => {
      const transaction = db.transaction(STORE, mode);
      const request = use(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
    });
  } finally {
    db.close();
  }
}

/** The session that was left, if this browser keeps any. */
export async function loadSession(): Promise<Session | undefined> {
  try {
    return await withStore<Session | undefined>("readonly", (store) => store.get(RECORD));
  } catch {
    return undefined; // Private windows of some browsers: the page works, a reload starts again.
  }
}

export async function saveSession(session: Session): Promise<void> {
  try {
    await withStore("readwrite", (store) => store.put(session, RECORD));
  } catch {
    // As above.
  }
}

export async function forgetSession(): Promise<void> {
  draft.clear();
  pending.clear();
  try {
    await withStore("readwrite", (store) => store.delete(RECORD));
  } catch {
    // As above.
  }
}

/** A JSON value in this tab's session storage. */
class TabValue<T extends object> {
  #value: T;

  constructor(private readonly name: string, private readonly empty: T) {
    this.#value = this.#load();
  }

  get(): T {
    return this.#value;
  }

  set(value: T): void {
    this.#value = value;
    try {
      sessionStorage.setItem(this.name, JSON.stringify(value));
    } catch {
      // Full or forbidden: it lives as long as the page.
    }
  }

  clear(): void {
    this.#value = this.empty;
    try {
      sessionStorage.removeItem(this.name);
    } catch {
      // As above.
    }
  }

  #load(): T {
    try {
      const text = sessionStorage.getItem(this.name);
      return text === null ? this.empty : (JSON.parse(text) as T);
    } catch {
      return this.empty;
    }
  }
}

export const draft = new TabValue<Draft>("shiming.draft", {});

type Requests = Record<string, { body: string; key: string } | undefined>;
const requests = new TabValue<Requests>("shiming.pending", {});

export const pending: Pending & { clear(): void } = {
  get: (action) => requests.get()[action],
  set: (action, request) => requests.set({ ...requests.get(), [action]: request }),
  clear: () => requests.clear(),
};

/** The capture link's token (RN-2), from the fragment, so that it never reaches a log. It stays in this tab until used. */
const token = new TabValue<{ token?: string }>("shiming.link", {});

export function takeLinkToken(): string | undefined {
  const found = /^#([A-Za-z0-9_-]{22})$/.exec(location.hash)?.[1];
  if (found !== undefined) {
    token.set({ token: found });
    history.replaceState(history.state, "", location.pathname + location.search);
  }
  return token.get().token;
}

export function forgetLinkToken(): void {
  token.clear();
}
