import assert from "node:assert/strict";
import { test } from "node:test";
import { makeDeviceKey } from "../src/device_key.ts";
import { contentDigest, signatureBase, signedHeaders } from "../src/signature.ts";

const utf8 = new TextEncoder();

test("the digest is the one of RFC 9530, appendix B.1", async () => {
  assert.equal(await contentDigest('{"hello": "world"}\n'), "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:");
});

test("the signature base is that of RFC 9421 §2.5", () => {
  const { base, parameters } = signatureBase([["@method", "POST"], ["@path", "/v1/x"]], 1618884473);
  assert.equal(parameters, '("@method" "@path");created=1618884473');
  assert.equal(base, '"@method": POST\n"@path": /v1/x\n"@signature-params": ("@method" "@path");created=1618884473');
});

test("a signature covers the request and verifies with the public key", async () => {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  const request = { method: "POST", path: "/v1/registrations", query: "", body: '{"a":1}', idempotencyKey: "0123456789abcdef" } as const;
  const headers = await signedHeaders(request, pair.privateKey, 1_700_000_000);
  assert.deepEqual(Object.keys(headers), ["Content-Digest", "Idempotency-Key", "Signature-Input", "Signature"]);
  const base = [
    '"@method": POST', '"@path": /v1/registrations', `"content-digest": ${headers["Content-Digest"]}`,
    '"idempotency-key": 0123456789abcdef',
    '"@signature-params": ("@method" "@path" "content-digest" "idempotency-key");created=1700000000',
  ];
  const raw = Buffer.from(headers["Signature"]!.slice("s=:".length, -1), "base64");
  assert.equal(raw.length, 64);
  const verify = (text: string): Promise<boolean> =>
    crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, pair.publicKey, raw, utf8.encode(text));
  assert.ok(await verify(base.join("\n")));
  assert.ok(!(await verify(base.join("\n").replace("registrations", "registration"))));
});

// EC-2
test("a key that the edge knows already is named", async () => {
  const pair = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]);
  const request = { method: "POST", path: "/v1/cards/offers", query: "", body: "{}", idempotencyKey: "0123456789abcdef" } as const;
  const headers = await signedHeaders(request, pair.privateKey, 1_700_000_000, "AAAAAAAAAAAAAAAAAAAAAA");
  const parameters = '("@method" "@path" "content-digest" "idempotency-key");created=1700000000;keyid="AAAAAAAAAAAAAAAAAAAAAA"';
  assert.equal(headers["Signature-Input"], `s=${parameters}`);
  const base = [
    '"@method": POST', '"@path": /v1/cards/offers', `"content-digest": ${headers["Content-Digest"]}`,
    '"idempotency-key": 0123456789abcdef', `"@signature-params": ${parameters}`,
  ].join("\n");
  const raw = Buffer.from(headers["Signature"]!.slice("s=:".length, -1), "base64");
  assert.ok(await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, pair.publicKey, raw, utf8.encode(base)));
});

test("a GET covers its query", async () => {
  const { privateKey } = await makeDeviceKey();
  const headers = await signedHeaders({ method: "GET", path: "/v1/registrations/x", query: "?after=3" }, privateKey, 1);
  assert.deepEqual(Object.keys(headers), ["Signature-Input", "Signature"]);
  assert.equal(headers["Signature-Input"], 's=("@method" "@path" "@query");created=1');
});

test("the device key cannot be taken out", async () => {
  const { privateKey, publicKey } = await makeDeviceKey();
  assert.equal(privateKey.extractable, false);
  assert.equal(Buffer.from(publicKey, "base64url").length, 65);
});
