// The traffic rule's checker catches what it is there to catch: every disguise of a real picture, and every way out.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { LIMIT, faultsOf } from "./traffic.js";
import { ORIGIN, phone, photo, step } from "./walk.js";

const PICTURE = readFileSync(photo(0, "front")).subarray(0, 3000);

const sent = (body, { method = "POST", path = "/v1/registrations", headers = [] } = {}) =>
  [{ method, url: new URL(path, ORIGIN), headers, body: Buffer.from(body) }];

const create = {
  device_key: "B".padEnd(87, "A"),
  sim: { card: { iccid: "89869900000000000003", number: "13800000001" } },
  document: "cn_resident_id",
  terminal: "own",
};

test("a request as it should be passes", () => {
  assert.deepEqual(faultsOf(sent(JSON.stringify(create)), ORIGIN), []);
});

const disguises = {
  "as it is": PICTURE,
  "in base64": PICTURE.toString("base64"),
  "in base64url": PICTURE.toString("base64url"),
  "in hexadecimal": PICTURE.toString("hex"),
  "as a data URL": `data:image/jpeg;base64,${PICTURE.toString("base64")}`,
  "in a form": `--x\r\ncontent-disposition: form-data; name="p"\r\n\r\n${PICTURE.toString("latin1")}`,
  "compressed": gzipSync(PICTURE),
  "in short pieces": JSON.stringify({ ...create, parts: PICTURE.toString("base64").match(/.{1,60}/g) }),
  "in a field that is free": JSON.stringify({ ...create, sim: { card: { iccid: PICTURE.toString("base64"), number: "1" } } }),
  "behind blanks": JSON.stringify(create) + " ".repeat(2000),
};
for (const [how, body] of Object.entries(disguises)) {
  test(`a picture ${how} is caught`, () => {
    assert.notDeepEqual(faultsOf(sent(body), ORIGIN), []);
  });
}

test("a picture in a header, a query or an address is caught", () => {
  const text = PICTURE.subarray(0, 600).toString("base64url");
  const good = JSON.stringify(create);
  assert.notDeepEqual(faultsOf(sent(good, { headers: [["x-more", text]] }), ORIGIN), []);
  assert.notDeepEqual(faultsOf(sent("", { method: "GET", path: `/v1/registrations/${"0".repeat(32)}?after=${text}` }), ORIGIN), []);
  assert.notDeepEqual(faultsOf(sent("", { method: "GET", path: `/assets/${text}/x.png` }), ORIGIN), []);
  assert.notDeepEqual(faultsOf(sent("", { method: "GET", path: `/r?${text}` }), ORIGIN), []);
});

test("what describes portraits is loaded, and a descriptor sent, only where the operator compares them", () => { // RN-7
  const [field, side] = [{ value: "1", confidence: 99 }, { source: "camera", sharpness: 90, brightness: 120, glare: 0, coverage: 60 }];
  const names = ["name", "sex", "ethnicity", "birth_date", "address", "id_number", "issuer", "valid_from", "valid_until"];
  const evidence = (bytes, more) => JSON.stringify({
    nonce: "A".repeat(22), document: "cn_resident_id", ...Object.fromEntries(names.map((name) => [name, field])),
    front: side, back: side, models: "1-0123456789ab", portrait: Buffer.from(bytes).toString("base64url"), ...more,
  });
  const path = `/v1/registrations/${"0".repeat(32)}/evidence`;
  const face = Uint8Array.from({ length: 194 }, (_, at) => (at < 2 ? 1 : (at * 37) % 128));
  const portrait = true;
  const faults = (body, allowed) => faultsOf(sent(body, { path }), ORIGIN, allowed);
  assert.deepEqual(faults(evidence(face), { portrait }), []);
  assert.match(faults(evidence(face)).join(), /letters without a pause/);
  for (const other of [PICTURE.subarray(0, 194), [...face, 1], face.map(() => 1)]) assert.notDeepEqual(faults(evidence(other), { portrait }), []);
  assert.notDeepEqual(faultsOf(sent(JSON.stringify({ ...create, portrait: Buffer.from(face).toString("base64url") })), ORIGIN, { portrait }), []);
  for (const file of ["/face/shiming_face_bg.wasm", "/models/face_mesh-0123456789.onnx"]) {
    const asked = sent("", { method: "GET", path: file });
    assert.deepEqual(faultsOf(asked, ORIGIN, { portrait }), []);
    assert.match(faultsOf(asked, ORIGIN).join(), /neither the API nor a file/);
  }
});

test("too much of what is allowed is caught", () => {
  const many = Array.from({ length: Math.ceil(LIMIT / JSON.stringify(create).length) + 1 }, () => sent(JSON.stringify(create))).flat();
  assert.match(faultsOf(many, ORIGIN).join(), /4096 are allowed/);
});

test("another origin is caught", () => {
  const one = sent("{}");
  one[0].url = new URL("http://example.com/v1/registrations");
  assert.match(faultsOf(one, ORIGIN).join(), /another origin/);
});

test("a page that sends a picture is seen through the proxy, whichever way it takes", async () => {
  const { page, recorder, close } = await phone();
  try {
    await page.goto(ORIGIN + "/");
    await step(page, "start");
    const before = recorder.sent.length;
    assert.deepEqual(faultsOf(recorder.sent, ORIGIN), []);
    await page.evaluate(async (picture) => {
      const bytes = Uint8Array.from(atob(picture), (c) => c.charCodeAt(0));
      await fetch("/v1/registrations", { method: "POST", body: bytes });
      navigator.sendBeacon("/v1/registrations", bytes);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }, PICTURE.toString("base64"));
    const caught = faultsOf(recorder.sent.slice(before), ORIGIN);
    assert.equal(caught.filter((fault) => fault.includes("jpeg bytes")).length, 2, caught.join("\n"));
    // DC-1: nothing reaches another origin even if a script of ours wanted it to (Content-Security-Policy).
    const refused = await page.evaluate(() => fetch("http://127.0.0.1:1/", { mode: "no-cors" }).then(() => false, () => true));
    assert.ok(refused);
    assert.ok(recorder.sent.every(({ url }) => url.origin === ORIGIN));
  } finally {
    await close();
  }
});
