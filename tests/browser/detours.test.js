// Every way that is not the straight one has a way on: files, no camera, bad photos, wrong codes, no network, back.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as sandbox from "./sandbox.js";
import { ORIGIN, TRUTH, by, confirmFields, fields, finish, phone, photo, pick, pickBoth, prove, start, step } from "./walk.js";

/** Cards beyond those that register.test.js registers; even places are provisional, odd ones inactive. */
const CARDS = { files: 12, code: 14, offline: 15, mismatch: 22 };

let people;
before(async () => {
  people = await sandbox.citizens();
});

const card = (index) => people[index].subscription;

async function on(options, walk) {
  const set = await phone(options);
  try {
    await walk(set);
  } finally {
    await set.close();
  }
}

test("picture files do as well as a camera", () =>
  on({}, async ({ page }) => { // RN-1
    const { iccid, number } = card(CARDS.files);
    await start(page, { iccid, number });
    await pickBoth(page, 5);
    const read = await fields(page);
    assert.deepEqual(read.name, TRUTH[5].name);
    assert.deepEqual(read.id_number, TRUTH[5].id_number);
    await confirmFields(page);
    await step(page, "code");
  }));

for (const camera of ["denied", "absent"]) {
  test(`a camera that is ${camera} leaves the files`, () =>
    on({ camera }, async ({ page }) => {
      await start(page, card(CARDS.files));
      await page.waitForSelector(`${by("camera")}:is([data-state="denied"],[data-state="absent"])`);
      assert.ok(await page.isEnabled(by("pick-file")));
      await pick(page, photo(0, "front"));
      await page.waitForSelector(`${by("side")}[data-side="back"]`);
    }));
}

test("a photo that is no good says what to do", () =>
  on({}, async ({ page }) => { // RN-4
    await start(page, card(CARDS.files));
    const reasons = {
      blurred: ["blurred"],
      glare: ["glare"],
      covered: ["covered"],
      dark: ["too_dark"],
      // What is left of the card may be too little to be told from other things; both ask for the whole card.
      cut_off: ["not_whole", "no_document"],
      small: ["too_small"],
      steep: ["too_steep"],
      empty: ["no_document"],
    };
    for (const [fault, expected] of Object.entries(reasons)) {
      await pick(page, photo(0, fault));
      // The last refusal goes before the next one comes.
      await page.waitForFunction(
        ([id, codes]) => {
          const refusal = document.querySelector(`[data-testid="${id}"]`);
          return refusal && !refusal.hidden && codes.includes(refusal.dataset.reason) && refusal.textContent.trim() !== "";
        },
        ["refusal", expected],
      ).catch(async () => assert.fail(`${fault}: ${await page.getAttribute(by("refusal"), "data-reason")}`));
    }
    await pick(page, photo(0, "back"));
    await page.waitForSelector(`${by("refusal")}[data-reason="other_side"]:not([hidden])`);
    await pick(page, photo(0, "front"));
    await page.waitForSelector(`${by("side")}[data-side="back"]`);
  }));

test("a wrong code, then the right one by the other channel", () =>
  on({}, async ({ page }) => { // CB-5, CB-7
    const { iccid, number, contact_line: line } = card(CARDS.code);
    await start(page, { iccid, number });
    await pickBoth(page, 5);
    await confirmFields(page);
    await step(page, "code");
    await page.click(by("request-sms"));
    const code = await sandbox.read(line);
    const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, "0");
    await page.fill(by("code-input"), wrong);
    await page.waitForSelector(`${by("problem")}[data-problem="code-wrong"]`);
    await page.fill(by("code-input"), code);
    await step(page, "consent");
  }));

test("a lost network is waited out, and nothing happens twice", () =>
  on({}, async ({ page, recorder }) => {
    const index = CARDS.offline;
    const { iccid, number, contact_line: line } = card(index);
    await start(page, { iccid, number });
    await pickBoth(page, 10);
    await confirmFields(page);
    await prove(page, "sms", line);
    recorder.cut();
    await page.click(by("consent-submit"));
    await page.waitForSelector(`${by("offline")}:not([hidden])`);
    recorder.mend();
    await page.waitForSelector(`${by("result")}[data-outcome="active"]`);
    const activations = (await sandbox.ledger()).filter((entry) => entry.iccid === iccid);
    assert.deepEqual(activations.map(({ operation }) => operation), ["activate"]);
    assert.equal((await sandbox.records()).filter(({ record }) => record.iccid === iccid).length, 1);
  }));

test("somebody else's name refuses, leaves no record and takes the new card off; then again", () =>
  on({}, async ({ page }) => { // RN-10, RN-11
    const { iccid, number, contact_line: line } = card(CARDS.mismatch);
    await start(page, { iccid, number });
    await pickBoth(page, 5);
    const [first, ...rest] = TRUTH[5].name;
    await page.fill(by("field-name"), ["王", ...rest].join("") === TRUTH[5].name ? `李${rest.join("")}` : `王${rest.join("")}`);
    assert.ok(first);
    await confirmFields(page);
    await prove(page, "sms", line);
    await finish(page, "refused");
    assert.equal(await page.getAttribute(by("result-reason"), "data-reason"), "no_match");
    await sandbox.until("the card to be off", async () => ((await sandbox.subscription(iccid)).sim === "deactivated" ? true : undefined));
    assert.deepEqual((await sandbox.records()).filter(({ record }) => record.iccid === iccid), []);
    await page.click(by("restart"));
    await step(page, "start");
  }));

test("back goes back, and keeps what was read", () =>
  on({}, async ({ page }) => {
    await start(page, card(CARDS.files));
    await pickBoth(page, 5);
    const read = await fields(page);
    await confirmFields(page);
    await step(page, "code");
    await page.goBack();
    await step(page, "check");
    assert.deepEqual(await fields(page), read);
    await page.goBack();
    await step(page, "document");
    await page.click(by("keep-pictures"));
    await step(page, "check");
    assert.equal(new URL(page.url()).origin, ORIGIN);
  }));
