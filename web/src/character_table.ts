// Fetches the table of characters when somebody needs it. Its name holds the hash of its content, so that the browser
// may keep it; the browser checks its digest.

import { CharacterTable } from "./characters.ts";
import { ReaderError } from "./remote.ts";

/** Set by the build: where the table is, and its digest as `integrity` writes it. */
declare const CHARACTERS_URL: string;
declare const CHARACTERS_INTEGRITY: string;

let loading: Promise<CharacterTable> | undefined;
let failed = false;

/** The table; a download that failed is tried again by the next call. */
export function characterTable(): Promise<CharacterTable> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    failed = true;
    throw error;
  });
  return loading;
}

async function load(): Promise<CharacterTable> {
  try {
    // What was not right must not come out of the browser's cache again.
    const cache = failed ? "reload" : "default";
    const response = await fetch(CHARACTERS_URL, { integrity: CHARACTERS_INTEGRITY, credentials: "omit", cache });
    if (response.ok) return new CharacterTable(await response.text());
  } catch {
    // No network, or not what the build published.
  }
  throw new ReaderError("characters");
}
