// A living face at an issuing device (EC-1): a drawn person follows the challenge before the page's camera, then another order
// is played, then somebody holds still. That a virtual camera which does what is asked passes is said in docs/threat-model.md.

import assert from "node:assert/strict";
import { test } from "node:test";
import { identify, offered } from "./desk.js";
import { ACTIONS, living } from "./living.js";
import { ORIGIN, TRUTH, by, step } from "./walk.js";

const camera = by("camera");

test("EC-1: a person who does what is asked gets an offer; no frame leaves the device", async (t) => {
  const desk = await living(Object.fromEntries(ACTIONS.map((action) => [action, action])));
  const { page, recorder } = desk;
  try {
    const before = recorder.sent.length;
    await identify(page, TRUTH[4]);
    await page.waitForSelector(`${camera}[data-step="ready"]`);
    await page.click(by("face-begin"));
    assert.match(await offered(page), /#offer=/);
    const { frames, perFrame } = await page.evaluate(() => globalThis.looked);
    assert.ok(frames > 20, `${frames} frames were looked at`);
    t.diagnostic(`measured a frame of a face takes ${perFrame} ms, to and from the worker, over ${frames} frames`);
    const sent = recorder.sent.slice(before).filter(({ method }) => method === "POST");
    const bytes = sent.reduce((sum, { body }) => sum + body.length, 0);
    t.diagnostic(`measured a live face and its offer: ${bytes} bytes sent`);
    assert.ok(bytes < 4096, `${bytes} bytes`);
    for (const { body } of sent) assert.doesNotMatch(body.toString("latin1"), /\xff\xd8\xff|\x89PNG|RIFF/);
    assert.ok(sent.some(({ url }) => url.pathname === "/v1/faces/challenges"));
    assert.deepEqual(desk.errors, []);
  } finally {
    await desk.close();
  }
});

test("EC-1: another movement than the one asked for ends the challenge, and the next one is another challenge", async () => {
  // Whatever is asked, the head turns to the other side or the mouth opens.
  const desk = await living({ blink: "open_mouth", turn_left: "turn_right", turn_right: "turn_left", open_mouth: "nod", nod: "open_mouth" });
  const { page, recorder } = desk;
  try {
    await identify(page, TRUTH[5]);
    for (const round of [1, 2]) {
      await page.waitForSelector(`${camera}:is([data-step="ready"],[data-step="failed"])`);
      await page.click(by("face-begin"));
      await page.waitForSelector(`${camera}[data-step="failed"][data-why="other_action"]`);
      assert.equal(recorder.sent.filter(({ url }) => url.pathname === "/v1/faces/challenges").length, round);
    }
    assert.equal(recorder.sent.filter(({ url }) => url.pathname === "/v1/cards/offers").length, 0, "nothing was sent of it");
    assert.equal(await page.textContent(by("face-begin")), "Once more");
    assert.deepEqual(desk.errors, []);
  } finally {
    await desk.close();
  }
});

test("EC-1: whoever holds still runs out of time, and can go on without", async () => {
  const desk = await living({});
  const { page } = desk;
  try {
    await identify(page, TRUTH[6]);
    await page.waitForSelector(`${camera}[data-step="ready"]`);
    await page.click(by("face-begin"));
    await page.waitForSelector(`${camera}[data-step="failed"][data-why="timed_out"]`);
    await page.click(by("without-face"));
    await step(page, "offered");
    assert.equal(new URL(page.url()).origin, ORIGIN);
    assert.deepEqual(desk.errors, []);
  } finally {
    await desk.close();
  }
});
