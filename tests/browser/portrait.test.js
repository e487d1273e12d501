// The portrait on the card against the register's, where the operator has them compared (RN-7): the phone describes it, sends
// numbers and never a picture (DC-1), and says what came of it. That the page loads nothing of this where they are not
// compared, every registration of register.test.js says (traffic.js).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as sandbox from "./sandbox.js";
import { approve, under } from "./staff.js";
import { LIMIT, bytesOf, faultsOf } from "./traffic.js";
import { ORIGIN, TRUTH, by, clean, confirmFields, finish, phone, pickBoth, prove, start, step } from "./walk.js";

/** Cards that no other file uses; even places are provisional, odd ones inactive. */
const CARDS = { same: 33, other: [34, 36], none: 37 };
/** Whose document is shown. */
const OWNER = 5;

let people;
before(async () => {
  people = await sandbox.citizens();
});
// The register as it was.
after(() => sandbox.control({ action: "reset" }));

/** From now on the register has this portrait of the owner (JPEG, base64), or none. */
const register = (portrait) => sandbox.control({ action: "portrait", id_number: TRUTH[OWNER].id_number, portrait });

const record = async (iccid) => (await sandbox.records()).find((each) => each.record.iccid === iccid);

/** The bodies that went to the edge as evidence. */
const evidenceIn = ({ sent }) => sent.filter(({ method, url }) => method === "POST" && url.pathname.endsWith("/evidence")).map(({ body }) => JSON.parse(body));

/** Files that describe a face. */
const filesIn = ({ sent }) => new Set(sent.map(({ url }) => url.pathname).filter((path) => /^\/(face\/|models\/face_)/.test(path)).map((path) => path.replace(/-\w{10}\.onnx/, "")));

/** A head that is not the owner's: the first picture of a strip that another test plays before a terminal's camera. */
async function somebody(page) {
  const strip = readFileSync(join(process.env.STREAMS, "face-nod.jpg")).toString("base64");
  return page.evaluate(async (base64) => {
    const jpeg = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const canvas = new OffscreenCanvas(240, 320);
    canvas.getContext("2d").drawImage(await createImageBitmap(new Blob([jpeg]), 0, 0, 240, 320), 0, 0);
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 })).arrayBuffer());
    return btoa(String.fromCharCode(...bytes));
  }, strip);
}

/** Opens a registration whose portrait is compared, and goes on to the last step with the owner's document; the card's ICCID. */
async function toTheEnd(page, card, opened = async () => {}) {
  const { iccid, number, contact_line: line } = people[card].subscription;
  await under({ portrait: "compare", activate_on: "effective" }, () => start(page, { iccid, number }));
  await opened();
  await pickBoth(page, OWNER);
  await confirmFields(page, TRUTH[OWNER].name);
  await prove(page, "sms", line);
  return iccid;
}

test("the portrait on the card is described on the phone, and the register's is of the same person", async (t) => {
  const { page, context, recorder, errors, close } = await phone();
  try {
    // What describes faces takes its time.
    let arrive;
    const arrived = new Promise((resolve) => { arrive = resolve; });
    await context.route(/\/face\/.*\.wasm$/, async (route) => {
      await arrived;
      await route.continue();
    });
    const iccid = await toTheEnd(page, CARDS.same);
    await page.waitForSelector(by("describing"));
    assert.equal(await page.isVisible(by("consent-submit")), false, "nothing is sent without it");
    await clean(page, "describing");
    arrive();
    await page.waitForSelector(by("consent-submit"));
    const shown = JSON.parse(await page.textContent(by("evidence")));
    const descriptor = Buffer.from(shown.portrait, "base64url");
    assert.deepEqual([descriptor.length, ...descriptor.subarray(0, 2)], [194, 1, 1]);
    await clean(page, "consent");
    await finish(page);

    // DC-1
    assert.deepEqual(faultsOf(recorder.sent, ORIGIN, { portrait: true }), []);
    assert.deepEqual(evidenceIn(recorder), [shown], "what was shown is what was sent");
    assert.deepEqual([...filesIn(recorder)].sort(), [
      "/face/shiming_face.js", "/face/shiming_face_bg.wasm", "/models/face_describer", "/models/face_finder", "/models/face_mesh",
    ]);
    t.diagnostic(`measured a registration with its portrait compared: ${bytesOf(recorder.sent)} of ${LIMIT} bytes sent`);
    // RN-7, RN-8: what was compared is gone, and what the register has is in the record.
    const { record: saved, state } = await record(iccid);
    assert.deepEqual([state, saved.portrait_check], ["effective", "consistent"]);
    assert.ok(saved.portrait.length > 1000);
    assert.ok(!JSON.stringify(saved).includes(shown.portrait));
    assert.equal((await sandbox.subscription(iccid)).sim, "active");
    assert.deepEqual(errors, []);
  } finally {
    await close();
  }
});

for (const [at, language] of ["zh-CN", "en"].entries()) {
  test(`where the register shows another face the page says so and what may help, ${language}`, async () => { // RN-7, RN-10, RN-11
    const { page, recorder, errors, close } = await phone({ language });
    try {
      await register(await somebody(page));
      const iccid = await toTheEnd(page, CARDS.other[at]);
      await finish(page, "refused");
      assert.equal(await page.getAttribute(by("result-reason"), "data-reason"), "portrait_inconsistent");
      assert.match(await page.textContent(by("result-reason")), language === "en" ? /without reflections.*shop/ : /避开反光.*营业厅/);
      await sandbox.until("the card to be off", async () => ((await sandbox.subscription(iccid)).sim === "deactivated" ? true : undefined));
      await page.waitForSelector(`${by("result")}[data-sim="deactivated"]`);
      await clean(page, "refused");
      assert.equal(await record(iccid), undefined);
      assert.deepEqual(faultsOf(recorder.sent, ORIGIN, { portrait: true }), []); // DC-1
      await page.click(by("restart"));
      await step(page, "start");
      assert.deepEqual(errors, []);
    } finally {
      await close();
    }
  });
}

test("a phone that could not load what describes faces tries again; where the register has no portrait a person looks", async () => {
  const { page, context, recorder, errors, close } = await phone({ language: "en", dark: true });
  try {
    await register(undefined);
    // The reader is there; then the network is not.
    let lost = false;
    await context.route(/\/models\/manifest\.json$/, (route) => (lost ? route.abort() : route.continue()));
    const iccid = await toTheEnd(page, CARDS.none, async () => {
      await page.waitForSelector(`${by("models-progress")}[hidden]`, { state: "attached" });
      lost = true;
    });
    await page.waitForSelector(`${by("problem")}[data-problem="download"]`);
    await clean(page, "not loaded");
    lost = false;
    await page.click(by("again"));
    await page.waitForSelector(by("consent-submit"));

    // The page was opened again: the numbers are kept with what was read, the picture is not.
    await page.reload();
    await step(page, "consent");
    assert.ok(await page.isVisible(by("consent-submit")));
    await finish(page, "stored");
    const { record: saved } = await record(iccid);
    assert.equal(saved.portrait_check, "not_available");
    assert.equal((await sandbox.subscription(iccid)).sim, "inactive");
    await approve(saved.registration, ["portrait_not_available"]);
    await page.waitForSelector(`${by("result")}[data-outcome="active"]`);
    assert.deepEqual(faultsOf(recorder.sent, ORIGIN, { portrait: true }), []); // DC-1
    assert.deepEqual(errors, []);
  } finally {
    await close();
  }
});
