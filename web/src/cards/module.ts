// `crates/card` in the browser, loaded once, and what it says.

import init, * as card from "shiming-card";

/** Set by the build: the module's file with the hash of its content. */
declare const CARD_WASM: string;

/** What a card says. Times are seconds since 1970. */
export interface Statement {
  issuer: string;
  /** Sixteen digits. */
  number: string;
  document_class: string;
  issued_at: number;
  expires_at: number;
  /** Where it was shown. */
  shown_at?: number;
  name?: string;
  /** At least so many years old. */
  over?: number;
  sex?: string;
  birth_date?: string;
  holder_reference?: string;
}

/** What a code is worth (docs/credential.md). */
export type VerdictCode =
  | "valid" | "other_code" | "malformed" | "unknown_issuer" | "forged" | "revoked" | "expired" | "not_yet_valid" | "stale"
  | "status_unknown";

export type Verdict = ({ verdict: "valid" } & Statement) | { verdict: Exclude<VerdictCode, "valid">; problem: string };

let loading: Promise<typeof card> | undefined;

/** The module; a load that failed is tried again by the next call. */
export function cardModule(): Promise<typeof card> {
  loading ??= init({ module_or_path: fetch(CARD_WASM) }).then(
    () => card,
    (error: unknown) => {
      loading = undefined;
      throw error;
    },
  );
  return loading;
}
