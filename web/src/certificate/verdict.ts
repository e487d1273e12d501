// What a certificate of no criminal record is worth: `POST /v1/certificates/verdicts`, which anybody may ask.

import { request } from "../request.ts";

export interface Facts {
  readonly name: string;
  readonly document_number: string;
  readonly number: string;
  readonly office: { readonly zh: string; readonly en: string };
  readonly issued_on: string;
  readonly valid_through: string;
}

export interface CertificateVerdict {
  readonly verdict: "valid" | "expired" | "withdrawn" | "superseded";
  /** The certificate's facts as issued, masked. */
  readonly certificate: Facts;
  readonly ended_on?: string;
  readonly reason?: string;
  readonly superseded_by?: string;
}

/** What stands on the paper, and in its code. */
export interface Question {
  readonly number: string;
  readonly code: string;
}

/** The question that a link asks, as codes on certificates carry it; `elsewhere` for a link to another site that looks like ours. */
export function questionIn(text: string, origin: string): Question | "elsewhere" | undefined {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return undefined;
  }
  const question = questionAfter(url.hash);
  if (question === undefined || url.pathname !== "/c") return undefined;
  return url.origin === origin ? question : "elsewhere";
}

/** `#NUMBER.CODE` */
export function questionAfter(hash: string): Question | undefined {
  const [, number, code] = /^#([0-9]{22}[0-9X])\.([0-9A-Z]{15})$/.exec(hash) ?? [];
  return number === undefined || code === undefined ? undefined : { number, code };
}

/** A refusal is a `ProblemError`. */
export async function ask(question: Question, signal?: AbortSignal): Promise<CertificateVerdict> {
  const headers = { "Content-Type": "application/json" };
  const response = await request("/v1/certificates/verdicts", { method: "POST", headers, body: JSON.stringify(question) }, signal);
  return (await response.json()) as CertificateVerdict;
}
