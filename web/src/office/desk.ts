// Requests in the name of one of the operator's people. Their credential is in memory only: whoever reloads the page shows it again.

import { randomToken } from "../base64.ts";
import type { Facts } from "../certificate/verdict.ts";
import { isProblem } from "../problem.ts";
import { request } from "../request.ts";
import { MemoryPending } from "../storage.ts";

export interface Bilingual {
  zh: string;
  en: string;
}

export interface Office {
  readonly code: string;
  readonly name: Bilingual;
  readonly address: Bilingual;
  readonly telephone: string;
}

/** A certificate as it is listed: its facts masked. */
export interface Found {
  readonly certificate: Facts;
  /** Seconds since 1970. */
  readonly issued_at: number;
  readonly ended_at: number | null;
  readonly reason: string | null;
  readonly superseded_by: string | null;
}

/** The words of one document: a text, or several. */
export type Words = Record<string, Bilingual | Bilingual[]>;

/** `crates/certificate/templates/standard.json` */
export interface Template {
  version: string;
  certificate: Words;
  notice: Words;
}

/** The template's parts: a document each. */
export const DOCUMENTS = ["certificate", "notice"] as const;
export type DocumentName = (typeof DOCUMENTS)[number];

export interface Versions {
  readonly in_use: string;
  readonly versions: readonly { readonly version: string; readonly set_by: string | null; readonly set_at: number | null }[];
}

/** Why a certificate may end. */
export const REASONS = ["issued_in_error", "obtained_by_fraud", "holder_request", "key_compromised", "office_decision"] as const;

const PATH = "/v1/certificates";

export class Desk {
  readonly #pending = new MemoryPending();

  constructor(private readonly secret: string) {}

  offices(signal: AbortSignal): Promise<Office[]> {
    return this.#json("GET", "/offices", undefined, signal);
  }

  setOffice({ code, ...words }: Office, signal: AbortSignal): Promise<Office> {
    return this.#json("PUT", `/offices/${code}`, words, signal);
  }

  versions(signal: AbortSignal): Promise<Versions> {
    return this.#json("GET", "/templates", undefined, signal);
  }

  template(version: string, signal: AbortSignal): Promise<Template> {
    return this.#json("GET", `/templates/${version}`, undefined, signal);
  }

  enter(template: Template, signal: AbortSignal): Promise<Template> {
    return this.#json("PUT", `/templates/${encodeURIComponent(template.version)}`, template, signal);
  }

  use(version: string, signal: AbortSignal): Promise<Versions> {
    return this.#json("PUT", "/template", { version }, signal);
  }

  /** A specimen, as PDF. */
  async preview(template: Template, document: DocumentName, language: "chinese" | "bilingual", signal: AbortSignal): Promise<Blob> {
    return (await this.#send("POST", "/previews", { template, document, language }, signal)).blob();
  }

  search(wanted: { document_number: string } | { number: string }, signal: AbortSignal): Promise<Found[]> {
    return this.#json("POST", "/search", wanted, signal);
  }

  /** Ends a certificate; where another takes its place, it is superseded. */
  async withdraw(number: string, reason: string, successor: string | undefined, signal: AbortSignal): Promise<void> {
    await this.#json("POST", "/withdrawals", { number, reason, ...(successor !== undefined && { successor }) }, signal);
  }

  /** The whole log, as it is audited. */
  async log(signal: AbortSignal): Promise<Blob> {
    return (await this.#send("GET", "/log", undefined, signal)).blob();
  }

  async #json<T>(method: string, path: string, value: unknown, signal: AbortSignal): Promise<T> {
    return (await (await this.#send(method, path, value, signal)).json()) as T;
  }

  async #send(method: string, path: string, value: unknown, signal: AbortSignal): Promise<Response> {
    const body = value === undefined ? null : JSON.stringify(value);
    const headers: Record<string, string> = { Authorization: `Bearer ${this.secret}` };
    if (body !== null) headers["Content-Type"] = "application/json";
    if (method === "POST" && body !== null) {
      // The same again, until there is an answer.
      const earlier = this.#pending.get(path);
      const key = earlier?.body === body ? earlier.key : randomToken(12);
      this.#pending.set(path, { body, key });
      headers["Idempotency-Key"] = key;
    }
    try {
      const response = await request(PATH + path, { method, headers, body }, signal);
      this.#pending.set(path, undefined);
      return response;
    } catch (error) {
      if (isProblem(error) && error.problem.status < 500) this.#pending.set(path, undefined);
      throw error;
    }
  }
}

/** The member that a refusal is about, if that is a value that cannot be used. */
export function refusedMember(error: unknown): string | undefined {
  return isProblem(error, "invalid-parameter") ? error.problem.pointers?.[0] : undefined;
}
