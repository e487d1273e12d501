// What the pages of electronic ID cards run in the browser (`crates/card`), in Node: cards of an issuer that is made of none of
// our code are checked, shown, altered (EC-4).

import assert from "node:assert/strict";
import { randomInt, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { Issuer, cbor, codeOf, keyPair, present, read, sign1 } from "./issuer.js";

const NOW = 1_800_000_000;
const LIST = "https://id.example/v1/cards/status/1";
const issuer = new Issuer(NOW, LIST);
const phone = keyPair();

let module;
let verifier;
before(async () => {
  module = await import(pathToFileURL(join(process.env.CARD, "shiming_card.js")).href);
  module.initSync({ module: readFileSync(join(process.env.CARD, "shiming_card_bg.wasm")) });
  verifier = new module.Verifier(issuer.jwks);
  const said = JSON.parse(verifier.addList(issuer.statusList(7)));
  assert.deepEqual(said, { list: LIST, issued_at: NOW - 60, expires_at: NOW + 86_400 });
});

const verdict = (code, at = NOW) => JSON.parse(verifier.verify(code, at));

test("cards are checked as the command line checks them", () => {
  const { claims, bytes } = issuer.card(phone, 5, new Map([[1, "诸葛明哲"], [2, 18]]));
  const code = present(bytes, phone, NOW);
  assert.deepEqual(verdict(code), {
    verdict: "valid", issuer: "id.example", number: claims.get(2), document_class: "cn_resident_id",
    issued_at: NOW - 86_400, expires_at: NOW + 30 * 86_400, shown_at: NOW, name: "诸葛明哲", over: 18,
  });
  assert.equal(verdict(code, NOW + 61).verdict, "stale");
  assert.equal(verdict(present(issuer.card(phone, 7, new Map()).bytes, phone, NOW)).verdict, "revoked");
  assert.equal(verdict(present(issuer.card(phone, 1000, new Map()).bytes, phone, NOW)).verdict, "status_unknown");
  assert.equal(verdict(present(issuer.card(phone, 5, new Map(), { days: -0.5 }).bytes, phone, NOW)).verdict, "expired");
  assert.equal(verdict(present(issuer.card(phone, 5, new Map(), { kid: "2027-a" }).bytes, phone, NOW)).verdict, "unknown_issuer");
  assert.equal(verdict("HC1:6BF").verdict, "other_code");
});

test("only a card that the issuer signed leads to a list", () => {
  const listOf = (card, key = phone) => verifier.listOf(present(card, key, NOW));
  assert.equal(listOf(issuer.card(phone, 5, new Map()).bytes), LIST);
  assert.equal(listOf(issuer.card(phone, 5, new Map(), { key: keyPair() }).bytes), undefined);
  assert.equal(listOf(issuer.card(phone, 5, new Map()).bytes, keyPair()), undefined);
});

test("a card is shown with the phone's own signature, and in a symbol", () => {
  const { bytes } = issuer.card(phone, 5, new Map([[2, 18]]));
  assert.equal(JSON.parse(module.readCard(bytes)).over, 18);
  const presentation = new module.Presentation(bytes, NOW);
  const signature = sign("sha256", presentation.toBeSigned(), { key: phone.privateKey, dsaEncoding: "ieee-p1363" });
  const code = presentation.code(signature);
  assert.equal(verdict(code).verdict, "valid");
  const modules = module.symbol(code);
  const side = Math.sqrt(modules.length);
  assert.ok(side === Math.floor(side) && side <= 105, `version ${(side - 17) / 4}`);
  // The corner of a finder pattern.
  assert.deepEqual([...modules.slice(0, 8)], [1, 1, 1, 1, 1, 1, 1, 0]);
});

test("what cannot be used says so", () => {
  const code = (of) => (error) => error.code === of;
  assert.throws(() => new module.Verifier("{}"), code("keys"));
  assert.throws(() => verifier.addList(new Issuer(NOW, LIST).statusList()), code("list"));
  assert.throws(() => module.readCard(Buffer.from("card")), code("card"));
  assert.throws(() => new module.Presentation(Buffer.from("card"), NOW).code(Buffer.alloc(63)), code("signature"));
  assert.throws(() => module.symbol("1".repeat(8000)), code("too_long"));
});

/** Changes bytes: one flipped, one more, one less, cut off, two exchanged. */
function changed(bytes) {
  const list = [...bytes];
  const [one, other] = [randomInt(list.length), randomInt(list.length)];
  switch (randomInt(5)) {
    case 0: list[one] ^= 1 << randomInt(8); break;
    case 1: list.splice(one, 0, randomInt(256)); break;
    case 2: list.splice(one, 1); break;
    case 3: list.length = one; break;
    default: [list[one], list[other]] = [list[other], list[one]];
  }
  return Buffer.from(list);
}

// EC-4: ≥ 10,000 altered codes
test("no altered code is accepted with other claims, and none brings the module down", () => {
  const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  const { bytes: card } = issuer.card(phone, 5, new Map([[2, 18]]));
  const older = issuer.card(phone, 5, new Map([[2, 60], [1, "诸葛明哲"]]));
  const claims = [...older.claims];
  const text = present(card, phone, NOW);
  const truth = verdict(text);
  assert.equal(truth.verdict, "valid");
  const shown = sign1(phone, "shiming-shown", undefined, cbor(new Map([[6, NOW], [-1, card]])));
  const forger = { privateKey: keyPair().privateKey };
  const ways = {
    character: () => {
      const at = randomInt(text.length);
      return text.slice(0, at) + ALPHABET[randomInt(ALPHABET.length)] + text.slice(at + 1);
    },
    truncated: () => text.slice(0, randomInt(text.length)),
    altered: () => codeOf(changed(shown)),
    // A holder with a phone of their own shows an altered card, rightly signed by that phone.
    presented: () => present(changed(card), phone, NOW),
    // The issuer's signature moved to other claims, and claims signed by somebody else.
    moved: () => {
      const [header, unprotected, , signature] = read(card).value;
      const tagged = read(older.bytes);
      tagged.value = [header, unprotected, tagged.value[2], signature];
      return present(cbor(tagged), phone, NOW);
    },
    resigned: () => present(sign1(forger, "shiming-card", issuer.kid, cbor(new Map(claims))), phone, NOW),
    borrowed: () => present(card, forger, NOW),
  };
  const refused = {};
  const slow = new Set(["moved", "resigned", "borrowed"]);
  for (let round = 0; round < 12_000; round++) {
    for (const [way, make] of Object.entries(ways)) {
      // Those are signed with other tools each time, which takes most of the time of this test.
      if (round % (slow.has(way) ? 60 : 4) !== 0) continue;
      const answer = verdict(make());
      // The same again: a character replaced by itself, another way to pack the same bytes.
      if (answer.verdict === "valid") assert.deepEqual(answer, truth);
      else refused[way] = (refused[way] ?? 0) + 1;
    }
  }
  const sum = Object.values(refused).reduce((all, some) => all + some, 0);
  assert.ok(sum > 10_000, JSON.stringify(refused));
  for (const way of slow) assert.equal(refused[way], 200, way);
  // It still works.
  assert.deepEqual(verdict(text), truth);
});
