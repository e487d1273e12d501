// What pages keep: records in IndexedDB, which outlive the tab and can hold keys, and JSON in the tab's session storage.

import type { Pending } from "./client.ts";

/** Records by name in a database of one page. */
export class Store {
  constructor(private readonly database: string, private readonly store: string) {}

  get<T>(name: string): Promise<T | undefined> {
    return this.#use<T | undefined>("readonly", (store) => store.get(name));
  }

  async put(name: string, value: unknown): Promise<void> {
    await this.#use("readwrite", (store) => store.put(value, name));
  }

  async delete(name: string): Promise<void> {
    await this.#use("readwrite", (store) => store.delete(name));
  }

  async #use<T>(mode: IDBTransactionMode, use: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const db = await this.#open();
    try {
      return await new Promise<T>((resolve, reject) => {
        const transaction = db.transaction(this.store, mode);
        const request = use(transaction.objectStore(this.store));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onerror = () => reject(transaction.error);
        transaction.onabort = () => reject(transaction.error);
      });
    } finally {
      db.close();
    }
  }

  #open(): Promise<IDBDatabase> {
    return new Promise((resolve, reject) => {
      const opening = indexedDB.open(this.database, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore(this.store);
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
  }
}

/** A JSON value in this tab's session storage. */
export class TabValue<T extends object> {
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

type Requests = Record<string, { body: string; key: string } | undefined>;

/** Idempotency keys that outlive a reload. */
export class TabPending implements Pending {
  readonly #requests: TabValue<Requests>;

  constructor(name: string) {
    this.#requests = new TabValue<Requests>(name, {});
  }

  get(action: string): { body: string; key: string } | undefined {
    return this.#requests.get()[action];
  }

  set(action: string, request: { body: string; key: string } | undefined): void {
    this.#requests.set({ ...this.#requests.get(), [action]: request });
  }

  clear(): void {
    this.#requests.clear();
  }
}

/** Idempotency keys in memory: what was typed about a person is not written to the disk. */
export class MemoryPending implements Pending {
  readonly #kept = new Map<string, { body: string; key: string }>();

  get(action: string): { body: string; key: string } | undefined {
    return this.#kept.get(action);
  }

  set(action: string, request: { body: string; key: string } | undefined): void {
    if (request === undefined) this.#kept.delete(action);
    else this.#kept.set(action, request);
  }
}
