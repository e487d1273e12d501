// What ends while somebody is using it: the registration's time, and the camera.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as sandbox from "./sandbox.js";
import { under } from "./staff.js";
import { by, confirmFields, phone, photo, pick, pickBoth, start, step } from "./walk.js";

/** Cards that no other file uses. */
const CARDS = { expired: 43, camera: 44 };

let people;
before(async () => {
  people = await sandbox.citizens();
});

test("a registration whose time ends while the page is open says so, and another begins", async () => {
  const { page, errors, close } = await phone();
  try {
    const { iccid, number, contact_line: line } = people[CARDS.expired].subscription;
    // The shortest that a policy may ask for, seconds.
    const limit = 60;
    await under({ registration_ttl_seconds: limit }, () => start(page, { iccid, number }));
    const opened = Date.now();
    await pickBoth(page, 5);
    await confirmFields(page);
    await step(page, "code");
    await page.click(by("request-sms"));
    const code = await sandbox.read(line);
    await page.waitForTimeout(opened + (limit + 2) * 1000 - Date.now());
    await page.fill(by("code-input"), code);
    await page.waitForSelector(`${by("result")}[data-outcome="expired"]`);
    assert.equal(await page.isVisible(by("restart")), true);
    // A reload shows the same.
    await page.reload();
    await page.waitForSelector(`${by("result")}[data-outcome="expired"]`);
    await page.click(by("restart"));
    await step(page, "start");
    await start(page, { iccid, number });
    // Nothing that was read for the old one is left.
    await page.waitForSelector(`${by("side")}[data-side="front"]`);
    assert.equal((await sandbox.subscription(iccid)).sim, "inactive");
    assert.deepEqual((await sandbox.records()).filter(({ record }) => record.iccid === iccid), []);
    assert.deepEqual(errors, []);
  } finally {
    await close();
  }
});

test("a camera that is lost in the middle can be asked for again, and files do instead", async () => {
  const { page, errors, close } = await phone({ citizen: 1, camera: "shows" });
  const state = (wanted) => page.waitForSelector(`${by("camera")}[data-state="${wanted}"]`);
  try {
    await start(page, people[CARDS.camera].subscription);
    await state("live");
    await lose(page);
    await state("failed");
    assert.equal(await page.isVisible(by("pick-file-instead")), true);

    await page.click(by("camera-retry"));
    await state("live");
    await page.waitForSelector(`${by("side")}[data-side="back"]`);

    await lose(page);
    await state("failed");
    await pick(page, photo(1, "back"));
    await step(page, "check");
    assert.deepEqual(errors, []);
  } finally {
    await close();
  }
});

/**
 * Takes the camera away from the page, as the system does for a call or another app: the track ends, and says so. (A
 * page's own `stop` says nothing, and Chromium's fake camera outlives a permission that is taken back.)
 */
function lose(page) {
  return page.evaluate(() => {
    const [track] = document.querySelector("video").srcObject.getVideoTracks();
    track.stop();
    track.dispatchEvent(new Event("ended"));
  });
}
