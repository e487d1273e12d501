// A person registers a SIM card with the camera, end to end, and what left the phone (DC-1, RN-1 to RN-13, CB-1 to CB-7).

import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as sandbox from "./sandbox.js";
import { LIMIT, bytesOf, faultsOf } from "./traffic.js";
import { FIELDS, ORIGIN, TRUTH, by, confirmFields, fields, finish, phone, prove, start, step } from "./walk.js";

/** @type {Awaited<ReturnType<typeof sandbox.citizens>>} */
let people;
before(async () => {
  people = await sandbox.citizens();
});

test("the drawn citizens hold what this test is about", () => {
  const rare = TRUTH.filter(({ name }) => [...name].some((c) => c.codePointAt(0) > 0x9fa5 || c.codePointAt(0) < 0x4e00 && c !== "·"));
  assert.ok(TRUTH.length >= 10);
  assert.ok(rare.length >= 2, "two rare names");
  assert.ok(TRUTH.some(({ name }) => name.includes("·")), "a name with a middle dot");
});

for (const [index, truth] of TRUTH.entries()) {
  const channel = index % 2 === 0 ? "voice" : "sms";
  test(`citizen ${index} registers from camera frames, code by ${channel}`, async (t) => {
    const { iccid, number, contact_line: line } = people[index].subscription;
    const { page, context, recorder, errors, close } = await phone({ citizen: index, camera: "shows" });
    try {
      const inside = await witness(context, page);

      await start(page, { iccid, number });
      await step(page, "check");
      const read = await fields(page);
      const drawn = Object.fromEntries(FIELDS.map((name) => [name, truth[name]]));
      assert.deepEqual(read, drawn, "read as drawn, nothing edited"); // RN-5
      const sure = Number(await page.getAttribute(by("field-name"), "data-confidence"));
      assert.equal(await page.locator('[data-edited="true"]').count(), 0);
      const asked = await confirmFields(page, truth.name);
      assert.equal(asked, sure < 97, "asked whether the name is right where it was read with doubt"); // RC-6
      await prove(page, channel, line); // CB-2, CB-7
      await finish(page);

      const records = (await sandbox.records()).filter(({ record }) => record.iccid === iccid);
      assert.equal(records.length, 1, "one record"); // RN-8
      assert.deepEqual(records[0].record.identity, drawn, "the record equals the drawn truth");
      assert.deepEqual(records[0].record.edited, []);
      assert.equal(records[0].state, "effective");
      assert.equal((await sandbox.subscription(iccid)).sim, "active"); // RN-9
      const activations = (await sandbox.ledger()).filter((entry) => entry.iccid === iccid);
      assert.deepEqual(activations.map(({ operation }) => operation), ["activate"], "exactly one activation");

      // DC-1: outside the page stands a witness, and inside the browser another one.
      assert.deepEqual(faultsOf(recorder.sent, ORIGIN), []);
      assert.deepEqual(inside.elsewhere, [], "the page and its workers asked nobody else");
      const through = recorder.sent.filter(({ method }) => method === "POST").map(({ url }) => url.href);
      assert.ok(through.length >= 4);
      assert.deepEqual(through.toSorted(), inside.posts.toSorted(), "proxy and browser saw the same requests");
      assert.deepEqual(errors, []);
      const shown = Number(await page.getAttribute(by("sent-bytes"), "data-bytes"));
      const [front, back] = await page.evaluate(() => globalThis.readings);
      t.diagnostic(`measured citizen ${index}: ${bytesOf(recorder.sent)} of ${LIMIT} bytes sent (the page says ${shown}); shutter to fields ${front} ms front, ${back} ms back`);
    } finally {
      await close();
    }
  });
}

/** What Chromium's own network log says of the page and of its workers. */
async function witness(context, page) {
  const seen = { posts: [], elsewhere: [] };
  const note = (url, method) => {
    if (method === "POST") seen.posts.push(url);
    if (!url.startsWith(ORIGIN + "/") && !/^(blob|data):/.test(url)) seen.elsewhere.push(`${method} ${url}`);
  };
  context.on("request", (request) => note(request.url(), request.method()));
  const cdp = await context.newCDPSession(page);
  await cdp.send("Network.enable");
  cdp.on("Network.webSocketCreated", ({ url }) => seen.elsewhere.push(`WebSocket ${url}`));
  cdp.on("Network.webTransportCreated", ({ url }) => seen.elsewhere.push(`WebTransport ${url}`));
  cdp.on("Network.directTCPSocketCreated", ({ remoteAddr }) => seen.elsewhere.push(`socket ${remoteAddr}`));
  return seen;
}
