// What outlives a reload. The registration and the key live in IndexedDB; what was read from the document only in this
// tab's session storage, so that nobody finds it on a phone that was put aside. Pictures are never stored.

import type { DeviceKey } from "./device_key.ts";
import type { NameCharacter } from "./reader_protocol.ts";
import { Store, TabPending, TabValue } from "./storage.ts";
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
  /** Descriptor of the portrait, base64url, where the operator compares it (RN-7). */
  portrait?: string;
}

/** What was read in this tab. */
export interface Draft {
  front?: SideRead;
  back?: SideRead;
}

const STORE = new Store("shiming", "session");
const RECORD = "current";

/** The session that was left, if this browser keeps any. */
export async function loadSession(): Promise<Session | undefined> {
  try {
    return await STORE.get<Session>(RECORD);
  } catch {
    return undefined; // Private windows of some browsers: the page works, a reload starts again.
  }
}

export async function saveSession(session: Session): Promise<void> {
  try {
    await STORE.put(RECORD, session);
  } catch {
    // As above.
  }
}

export async function forgetSession(): Promise<void> {
  draft.clear();
  pending.clear();
  try {
    await STORE.delete(RECORD);
  } catch {
    // As above.
  }
}

export const draft = new TabValue<Draft>("shiming.draft", {});

export const pending = new TabPending("shiming.pending");

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
