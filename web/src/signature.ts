// HTTP message signatures (RFC 9421), the phone's half of the profile in docs/architecture.md.

import { base64 } from "./base64.ts";

export interface Unsigned {
  method: "GET" | "POST";
  path: string;
  /** With its question mark; "" where there is none. */
  query: string;
  /** For a POST. */
  body?: string;
  idempotencyKey?: string;
}

const utf8 = new TextEncoder();

/** `Content-Digest` of a body (RFC 9530). */
export async function contentDigest(body: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", utf8.encode(body));
  return `sha-256=:${base64(new Uint8Array(hash))}:`;
}

/** The signature base (RFC 9421 §2.5) and the parameters it ends with. */
export function signatureBase(components: readonly (readonly [name: string, value: string])[], created: number, keyId?: string) {
  const whose = keyId === undefined ? "" : `;keyid="${keyId}"`;
  const parameters = `(${components.map(([name]) => `"${name}"`).join(" ")});created=${created}${whose}`;
  const lines = components.map(([name, value]) => `"${name}": ${value}\n`).join("");
  return { parameters, base: `${lines}"@signature-params": ${parameters}` };
}

/**
 * The headers that sign a request: `Content-Digest` and `Idempotency-Key` for a POST, `Signature-Input`, `Signature`.
 * `created` is in seconds since 1970; `keyId` is without quotation marks and backslashes.
 */
export async function signedHeaders(
  request: Unsigned, key: CryptoKey, created: number, keyId?: string,
): Promise<Record<string, string>> {
  const headers: Record<string, string> = {};
  const components: [string, string][] = [["@method", request.method], ["@path", request.path]];
  if (request.method === "GET") {
    components.push(["@query", request.query || "?"]);
  } else {
    headers["Content-Digest"] = await contentDigest(request.body ?? "");
    headers["Idempotency-Key"] = request.idempotencyKey ?? "";
    components.push(["content-digest", headers["Content-Digest"]], ["idempotency-key", headers["Idempotency-Key"]]);
  }
  const { parameters, base } = signatureBase(components, created, keyId);
  const signature = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, key, utf8.encode(base));
  headers["Signature-Input"] = `s=${parameters}`;
  headers["Signature"] = `s=:${base64(new Uint8Array(signature))}:`;
  return headers;
}
