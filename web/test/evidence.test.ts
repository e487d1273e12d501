import assert from "node:assert/strict";
import { test } from "node:test";
import { evidenceOf, nameInDoubt, sideRead, withNameConfirmed, withValue } from "../src/evidence.ts";
import type { Draft } from "../src/session.ts";
import type { RegistrationCreated } from "../src/wire.ts";

const measured = { sharpness: 70, brightness: 150, glare: 0, coverage: 40 };
const registration = { nonce: "AAAAAAAAAAAAAAAAAAAAAA", format: [{ document: "cn_resident_id", side: "front" }] } as unknown as RegistrationCreated;

function draft(): Draft {
  const read = (value: string) => ({ value, confidence: 97 });
  return {
    front: sideRead({ side: "front", measured, fields: {
      name: read("样本"), sex: read("女"), ethnicity: read("汉"), birth_date: read("1990-01-01"), address: read("某省某市"), id_number: read("11010519491231002X"),
    } }, "camera", "1-0"),
    back: sideRead({ side: "back", measured, fields: { valid_from: read("2016-07-01"), valid_until: read("长期") } }, "file", "1-0"),
  };
}

test("the evidence has what was read, what was not read as an empty edit, and nothing of a picture", () => {
  const evidence = evidenceOf(withValue(draft(), "issuer", "某市公安局"), registration);
  assert.deepEqual(evidence?.name, { value: "样本", confidence: 97 });
  assert.deepEqual(evidence?.issuer, { value: "某市公安局", confidence: 0, edited: true });
  assert.deepEqual(evidence?.front, { source: "camera", ...measured });
  assert.equal(evidence?.back.source, "file");
  assert.equal(evidence?.document, "cn_resident_id");
});

test("a value that is put back is not edited", () => {
  const changed = withValue(withValue(draft(), "name", "样品"), "name", "样本");
  assert.equal(evidenceOf(changed, registration)?.name.edited, undefined);
});

// A rare character that was read as a look-alike must not leave unseen (RC-6).
test("a name read with doubt has to be confirmed, and again when it was changed", () => {
  assert.equal(nameInDoubt(draft()), false);
  const doubtful = draft();
  doubtful.front = sideRead({ side: "front", measured, fields: {
    name: { value: "刘顺", confidence: 46, characters: [{ value: "顺", confidence: 46, others: "𫖯", at: [350, 200] }] },
  } }, "camera", "1-0");
  assert.equal(nameInDoubt(doubtful), true);
  const confirmed = withNameConfirmed(doubtful);
  assert.equal(nameInDoubt(confirmed), false);
  assert.equal(nameInDoubt(withValue(confirmed, "name", "刘𫖯")), true);
  // What helps to correct stays on the phone.
  assert.deepEqual(evidenceOf(withValue(confirmed, "name", "刘𫖯"), registration)?.name, { value: "刘𫖯", confidence: 46, edited: true });
});

test("half a document is no evidence", () => {
  assert.equal(evidenceOf({ ...draft(), back: undefined as never }, registration), undefined);
});
