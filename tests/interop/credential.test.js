// Electronic ID cards and others' tools (EC-4): what docs/credential.md says, followed with a CBOR library, a base45 library,
// and Node's own zlib and ECDSA, none of which our code uses. Cards go both ways.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { ECDH, createPublicKey, generateKeyPairSync, randomBytes, sign, verify } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { deflateSync, inflateSync } from "node:zlib";
import base45 from "base45";
import { Tagged, decode, encode, rfc8949EncodeOptions } from "cborg";

const NOW = 1_800_000_000;
const DAY = 86_400;
const LIST = "https://id.example/status/1";

const folder = mkdtempSync(join(tmpdir(), "shiming-interop-"));
after(() => rmSync(folder, { recursive: true }));

const cbor = (value) => Buffer.from(encode(value, rfc8949EncodeOptions));
const read = (bytes) => decode(bytes, { useMaps: true, strict: true, rejectDuplicateMapKeys: true, tags: Tagged.preserve(18) });

/** `COSE_Sign1` (RFC 9052 §4.2), ES256. */
function sign1({ privateKey }, kind, kid, payload) {
  const header = cbor(new Map([[1, -7], [16, kind], ...(kid ? [[4, Buffer.from(kid)]] : [])]));
  const signed = cbor(["Signature1", header, Buffer.alloc(0), payload]);
  const signature = sign("sha256", signed, { key: privateKey, dsaEncoding: "ieee-p1363" });
  return cbor(new Tagged(18, [header, new Map(), payload, signature]));
}

/** What a `COSE_Sign1` holds, once its signature is verified. */
function open(bytes, kind, keyOf) {
  const [header, unprotected, payload, signature] = read(bytes).value;
  const fields = read(header);
  assert.deepEqual([fields.get(1), fields.get(16), unprotected.size], [-7, kind, 0]);
  const claims = read(payload);
  const signed = cbor(["Signature1", header, Buffer.alloc(0), payload]);
  const key = createPublicKey({ key: keyOf(fields, claims), format: "jwk" });
  assert.ok(verify("sha256", signed, { key, dsaEncoding: "ieee-p1363" }, signature), `${kind} is signed`);
  return claims;
}

const keyPair = () => generateKeyPairSync("ec", { namedCurve: "P-256" });

/** A public key as `COSE_Key`, its y as a sign (RFC 9053 §7.1.1). */
function coseKey({ publicKey }) {
  const { x, y } = publicKey.export({ format: "jwk" });
  return new Map([[1, 2], [-1, 1], [-2, Buffer.from(x, "base64url")], [-3, Buffer.from(y, "base64url").at(-1) % 2 === 1]]);
}

/** Sixteen digits, of which the last two check the rest (ISO/IEC 7064 MOD 97-10). */
function cardNumber() {
  const body = 10_000_000_000_000n + (randomBytes(8).readBigUInt64BE() % 90_000_000_000_000n);
  return String(body * 100n + (98n - (body * 100n) % 97n));
}

const issuer = keyPair();
const phone = keyPair();
const keys = join(folder, "keys.json");
writeFileSync(keys, JSON.stringify({ keys: [{ ...issuer.publicKey.export({ format: "jwk" }), kid: "2026-a", use: "sig", alg: "ES256" }] }));

/** A list on which one card is revoked. */
function statusList(revoked) {
  const bits = Buffer.alloc(125);
  bits[revoked >> 3] |= 1 << (revoked & 7);
  const list = new Map([["bits", 1], ["lst", deflateSync(bits)]]);
  const claims = new Map([[2, LIST], [6, NOW - 60], [4, NOW + DAY], [65533, list]]);
  return sign1(issuer, "application/statuslist+cwt", "2026-a", cbor(claims));
}

const list = join(folder, "list.cwt");
writeFileSync(list, statusList(7));

function card(index, shown) {
  const claims = new Map([
    [1, "id.example"], [2, cardNumber()], [4, NOW + 30 * DAY], [6, NOW - DAY], [7, randomBytes(16)],
    [8, new Map([[1, coseKey(phone)]])],
    [65535, new Map([["status_list", new Map([["idx", index], ["uri", LIST]])]])],
    [-65537, "cn_resident_id"], [-65538, shown],
  ]);
  return { claims, bytes: sign1(issuer, "shiming-card", "2026-a", cbor(claims)) };
}

/** What the phone shows of a card now. */
const code = (bytes, key = phone) =>
  `SM1:${base45.encode(deflateSync(sign1(key, "shiming-shown", undefined, cbor(new Map([[6, NOW], [-1, bytes]])))))}`;

function shiming(...codes) {
  const { status, stdout, stderr } = spawnSync(
    process.env.SHIMING, ["verify", "--keys", keys, "--status", list, "--at", String(NOW), "--json", ...codes], { encoding: "utf8" });
  assert.equal(stderr, "");
  return { status, verdicts: stdout.trim().split("\n").map((line) => JSON.parse(line)) };
}

test("cards that others issue and show are valid here", () => {
  for (const shown of [new Map(), new Map([[1, "诸葛明哲"], [2, 18], [3, "男"], [4, "2003-02-28"], [5, randomBytes(16)]])]) {
    const { claims, bytes } = card(5, shown);
    const { status, verdicts: [verdict] } = shiming(code(bytes));
    assert.deepEqual(verdict, {
      verdict: "valid", issuer: "id.example", number: claims.get(2), document_class: "cn_resident_id",
      issued_at: NOW - DAY, expires_at: NOW + 30 * DAY, shown_at: NOW,
      ...(shown.size > 0 && { name: "诸葛明哲", over: 18, sex: "男", birth_date: "2003-02-28", holder_reference: shown.get(5).toString("hex") }),
    });
    assert.equal(status, 0);
  }
});

test("others' revoked, forged and borrowed cards are told", () => {
  const { bytes } = card(5, new Map());
  const forged = sign1(keyPair(), "shiming-card", "2026-a", read(bytes).value[2]);
  const borrowed = code(bytes, keyPair());
  const { status, verdicts } = shiming(code(card(7, new Map()).bytes), code(forged), borrowed);
  assert.deepEqual(verdicts.map(({ verdict }) => verdict), ["revoked", "forged", "forged"]);
  assert.equal(status, 3);
});

test("cards that are issued here say the same to others", () => {
  const { keys: jwks, list: published, code: text } = JSON.parse(execFileSync(process.env.ISSUE, [String(NOW)], { encoding: "utf8" }));
  const named = (fields) => jwks.keys.find(({ kid }) => kid === Buffer.from(fields.get(4)).toString());
  const packed = base45.decode(text.slice(4));
  const bytes = inflateSync(packed);
  let claims;
  const shown = open(bytes, "shiming-shown", (_, presented) => {
    claims = open(presented.get(-1), "shiming-card", named);
    return jwkOf(claims.get(8).get(1));
  });
  assert.equal(shown.get(6), NOW);
  assert.deepEqual([claims.get(1), claims.get(-65537), claims.get(4) > NOW], ["id.example", "cn_resident_id", true]);
  assert.equal(BigInt(claims.get(2)) % 97n, 1n, "ISO/IEC 7064 MOD 97-10");
  assert.deepEqual([...claims.get(-65538)], [[1, "阿依努尔·买买提"], [2, 18]]);
  // Written in the one way that there is.
  assert.deepEqual(cbor(read(bytes)), bytes);
  const { idx, uri } = Object.fromEntries(claims.get(65535).get("status_list"));
  const revoked = open(Buffer.from(published, "base64url"), "application/statuslist+cwt", named);
  assert.equal(revoked.get(2), uri);
  const bits = inflateSync(revoked.get(65533).get("lst"));
  assert.deepEqual([bits[idx >> 3] >> (idx & 7) & 1, bits.reduce((sum, byte) => sum + byte, 0)], [0, 1 << 7]);
});

/** A compressed `COSE_Key` as a JWK. */
function jwkOf(cose) {
  assert.deepEqual([cose.get(1), cose.get(-1)], [2, 1]);
  const compressed = Buffer.concat([Buffer.from([cose.get(-3) ? 3 : 2]), cose.get(-2)]);
  const point = ECDH.convertKey(compressed, "prime256v1", undefined, undefined, "uncompressed");
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map((coordinate) => coordinate.toString("base64url"));
  return { kty: "EC", crv: "P-256", x, y };
}
