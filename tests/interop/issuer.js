// An issuer and phones made of others' tools (EC-3, EC-4): what docs/credential.md says, followed with a CBOR library, a base45
// library, and Node's own zlib and ECDSA, none of which our code uses.

import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { deflateSync } from "node:zlib";
import base45 from "base45";
import { Tagged, decode, encode, rfc8949EncodeOptions } from "cborg";

export const DAY = 86_400;

export const cbor = (value) => Buffer.from(encode(value, rfc8949EncodeOptions));
export const read = (bytes) => decode(bytes, { useMaps: true, strict: true, rejectDuplicateMapKeys: true, tags: Tagged.preserve(18) });

export const keyPair = () => generateKeyPairSync("ec", { namedCurve: "P-256" });

/** `COSE_Sign1` (RFC 9052 §4.2), ES256. */
export function sign1({ privateKey }, kind, kid, payload) {
  const header = cbor(new Map([[1, -7], [16, kind], ...(kid ? [[4, Buffer.from(kid)]] : [])]));
  const signed = cbor(["Signature1", header, Buffer.alloc(0), payload]);
  const signature = sign("sha256", signed, { key: privateKey, dsaEncoding: "ieee-p1363" });
  return cbor(new Tagged(18, [header, new Map(), payload, signature]));
}

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

/** The text of a code of any bytes. */
export const codeOf = (bytes) => `SM1:${base45.encode(deflateSync(bytes))}`;

/** What a phone with this key shows of a card at a time, seconds since 1970. */
export const present = (card, key, at) => codeOf(sign1(key, "shiming-shown", undefined, cbor(new Map([[6, at], [-1, card]]))));

/** Issues cards of a day ago and lists of a minute ago, by a clock that says `now`. */
export class Issuer {
  kid = "2026-a";
  key = keyPair();

  constructor(now, list) {
    this.now = now;
    this.list = list;
  }

  get jwks() {
    return JSON.stringify({ keys: [{ ...this.key.publicKey.export({ format: "jwk" }), kid: this.kid, use: "sig", alg: "ES256" }] });
  }

  /** A list of a thousand cards, of which these are revoked. */
  statusList(...revoked) {
    const bits = Buffer.alloc(125);
    for (const index of revoked) bits[index >> 3] |= 1 << (index & 7);
    const list = new Map([["bits", 1], ["lst", deflateSync(bits)]]);
    const claims = new Map([[2, this.list], [6, this.now - 60], [4, this.now + DAY], [65533, list]]);
    return sign1(this.key, "application/statuslist+cwt", this.kid, cbor(claims));
  }

  /** A card for this phone that shows these claims; `days` is how long it is valid from now. */
  card(phone, index, shown, { days = 30, key = this.key, kid = this.kid } = {}) {
    const claims = new Map([
      [1, "id.example"], [2, cardNumber()], [4, this.now + days * DAY], [6, this.now - DAY], [7, randomBytes(16)],
      [8, new Map([[1, coseKey(phone)]])],
      [65535, new Map([["status_list", new Map([["idx", index], ["uri", this.list]])]])],
      [-65537, "cn_resident_id"], [-65538, shown],
    ]);
    return { claims, bytes: sign1(key, "shiming-card", kid, cbor(claims)) };
  }
}
