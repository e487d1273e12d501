// An electronic ID card from end to end (EC-2 to EC-4): a device is enrolled, a person identified at it, the card claimed on the
// holder's phone, shown there, checked by another phone without a network, revoked, and seen to be.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { film } from "./camera.js";
import { enrol, identify, offered } from "./desk.js";
import { ORIGIN, TRUTH, by, clean, phone, step } from "./walk.js";

const folder = mkdtempSync(join(tmpdir(), "shiming-card-"));
after(() => rmSync(folder, { recursive: true }));

/** Enrols a device and identifies a person at it, without a face; the link of the offer. */
async function offer(page, person) {
  await enrol(page, clean);
  await clean(page, "person");
  await identify(page, person);
  // This device has no camera; whether a face is wanted is the gate's to say.
  await page.waitForSelector(`${by("camera")}:not([data-state="starting"])`);
  await clean(page, "face");
  await page.click(by("without-face"));
  const link = await offered(page);
  await clean(page, "offered");
  return link;
}

test("a card is issued, shown, checked without a network, revoked, and known to be", async (t) => {
  const begin = Date.now();
  const lap = (what) => t.diagnostic(`measured ${what} after ${((Date.now() - begin) / 1000).toFixed(1)} s`);
  const person = TRUTH[0];
  const desk = await phone({ desktop: true });
  const holder = await phone({ scale: 2 });
  const stream = join(folder, "camera.y4m");
  let checker;
  try {
    const link = await offer(desk.page, person);
    lap("the offer");

    const { page } = holder;
    await page.goto(link);
    await step(page, "offer");
    assert.equal(new URL(page.url()).hash, "", "the offer stays in no history");
    await clean(page, "offer");
    await page.click(by("claim"));
    await step(page, "cards");
    await clean(page, "cards");
    assert.equal(await page.locator(by("held-card")).count(), 2);
    lap("the cards");
    // What is kept outlives the page; that the key cannot be taken out is the key's own word.
    await page.reload();
    await step(page, "cards");
    const extractable = await page.evaluate(() => new Promise((resolve, reject) => {
      const opening = indexedDB.open("shiming-card");
      opening.onerror = reject;
      opening.onsuccess = () => {
        const asking = opening.result.transaction("kept").objectStore("kept").get("held");
        asking.onsuccess = () => resolve(asking.result.key.privateKey.extractable);
      };
    }));
    assert.equal(extractable, false);

    // Over 18, and no name.
    await page.locator(by("held-card")).first().click();
    await page.waitForSelector(`${by("code")} svg`);
    await clean(page, "show");
    const record = async () => film(desk.page, await page.locator(`${by("code")} svg`).screenshot(), stream);
    await desk.page.goto("about:blank");
    await record();
    checker = await phone({ camera: "shows", stream });
    const seen = checker.page;
    const verdict = async () => (await seen.waitForSelector(`${by("verdict")}[data-verdict]`)).getAttribute("data-verdict");
    // First with a network, then without.
    await seen.goto(`${ORIGIN}/verify`);
    await seen.waitForSelector(`${by("lists")}[data-state="fresh"][data-offline="true"]`);
    await verdict();
    checker.recorder.cut();
    const code = await page.getAttribute(by("code"), "data-code");
    await page.waitForFunction(([frame, before]) => document.querySelector(frame).dataset.code !== before, [by("code"), code]);
    await record();
    await seen.reload();
    assert.equal(await verdict(), "valid");
    assert.equal(await seen.textContent(by("claim-over")), "年满 18 岁");
    assert.equal(await seen.locator(by("claim-name")).count(), 0);
    const number = (await seen.textContent(by("claim-number"))).replaceAll(" ", "");
    assert.equal(checker.recorder.sent.filter(({ method, body }) => method !== "GET" || body.length > 0).length, 0);
    lap("checked without a network");

    // Revoked by its holder; whoever checks it knows once the list is new.
    await record();
    await page.click("details.typed summary");
    await page.click(by("revoke"));
    await clean(page, "revoke");
    await page.click(by("revoke-yes"));
    await step(page, "cards");
    assert.equal(await page.locator(`${by("held-card")}[data-number="${number}"]`).count(), 0);
    assert.equal(await page.locator(by("held-card")).count(), 1, "the other card is still there");
    checker.recorder.mend();
    await seen.click(by("next"));
    await seen.reload();
    await seen.waitForFunction((lists) => document.querySelector(lists)?.dataset.state === "fresh", by("lists"));
    await seen.waitForSelector(`${by("verdict")}:is([data-verdict="revoked"],[data-verdict="valid"])`);
    for (let tries = 0; tries < 5 && (await verdict()) !== "revoked"; tries += 1) {
      await seen.click(by("refresh"));
      await seen.waitForSelector(`${by("refresh")}:not([aria-busy])`);
      await seen.click(by("next"));
    }
    assert.equal(await verdict(), "revoked");
    lap("revoked");

    await page.click(by("record"));
    await step(page, "record");
    assert.equal(await page.locator(by("showing")).count(), 1);
    await clean(page, "record");
    assert.deepEqual([...desk.errors, ...holder.errors, ...checker.errors], []);
  } finally {
    await Promise.all([desk.close(), holder.close(), checker?.close()]);
  }
});

test("EC-5: a device whose certificate ends soon gets another key, also where the first answer is lost", async () => {
  const desk = await phone({ desktop: true, language: "en" });
  const { page } = desk;
  /** What the page keeps of its enrolment; `change` is put into it first. */
  const enrolment = (change) => page.evaluate((change) => new Promise((resolve, reject) => {
    const opening = indexedDB.open("shiming-terminal");
    opening.onerror = reject;
    opening.onsuccess = () => {
      const kept = opening.result.transaction("kept", "readwrite").objectStore("kept");
      kept.get("enrolment").onsuccess = ({ target: { result } }) => {
        kept.put({ ...result, ...change }, "enrolment").onsuccess = () =>
          resolve({ key: result.key.publicKey, until: result.expires_at, extractable: result.key.privateKey.extractable });
      };
    };
  }), change);
  try {
    await enrol(page);
    const before = await enrolment({ expires_at: Math.floor(Date.now() / 1000) + 86_400 });
    await page.reload();
    await identify(page, TRUTH[3]);
    // The gate takes the key, and nobody hears of it.
    const rotation = (url) => url.pathname.endsWith("/rotation");
    let taken = 0;
    await page.route(rotation, async (route) => {
      taken = (await route.fetch()).status();
      await route.abort();
    });
    await page.click(by("without-face"));
    await page.waitForSelector(`${by("offline")}:not([hidden])`);
    assert.equal(taken, 200);
    await page.unroute(rotation);
    await page.reload();
    await identify(page, TRUTH[3]);
    await page.click(by("without-face"));
    await offered(page);
    const after = await enrolment({});
    assert.notEqual(after.key, before.key);
    assert.ok(after.until > Date.now() / 1000 + 80 * 86_400);
    assert.equal(after.extractable, false);
    assert.deepEqual(desk.errors, []);
  } finally {
    await desk.close();
  }
});

test("an offer is good once", async () => {
  const desk = await phone({ desktop: true, language: "en" });
  const holder = await phone({ language: "en", dark: true });
  try {
    const link = await offer(desk.page, TRUTH[2]);
    await holder.page.goto(link);
    await holder.page.click(by("claim"));
    await step(holder.page, "cards");
    await holder.page.goto("about:blank");
    await holder.page.goto(link);
    await holder.page.click(by("claim"));
    await holder.page.waitForSelector(`${by("problem")}[data-problem="offer-void"]`);
    await holder.page.click(by("drop-offer"));
    await step(holder.page, "cards");
    assert.equal(await holder.page.locator(by("held-card")).count(), 2, "what was claimed before stays");
  } finally {
    await Promise.all([desk.close(), holder.close()]);
  }
});
