// Electronic ID cards and others' tools (EC-4): cards go both ways between our code and an issuer that is made of none of it.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { ECDH, createPublicKey, randomBytes, verify } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { inflateSync } from "node:zlib";
import base45 from "base45";
import { DAY, Issuer, cbor, keyPair, present, read, sign1 } from "./issuer.js";

const NOW = 1_800_000_000;
const LIST = "https://id.example/status/1";

const folder = mkdtempSync(join(tmpdir(), "shiming-interop-"));
after(() => rmSync(folder, { recursive: true }));

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

const issuer = new Issuer(NOW, LIST);
const phone = keyPair();
const keys = join(folder, "keys.json");
writeFileSync(keys, issuer.jwks);
const list = join(folder, "list.cwt");
writeFileSync(list, issuer.statusList(7));

const card = (index, shown) => issuer.card(phone, index, shown);
/** What the phone shows of a card now. */
const code = (bytes, key = phone) => present(bytes, key, NOW);

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
