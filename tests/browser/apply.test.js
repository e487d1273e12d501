// A certificate of no criminal record from the camera to the file (NC-1 to NC-6): on a phone, where it is saved, and at a kiosk, where
// it is printed. The file is opened with PDFium, and the code on its rendered page is what `/c` reads.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { activeLine, apply, willing } from "./applying.js";
import { LIVING, livingPhone } from "./living.js";
import { opened } from "./pdf.js";
import * as sandbox from "./sandbox.js";
import { bytesOf } from "./traffic.js";
import { ORIGIN, TRUTH, by, clean, phone, photo, pick, step } from "./walk.js";

/** The length of every document, certificate or notice. */
const LENGTH = 131_072;
const folder = mkdtempSync(join(tmpdir(), "shiming-apply-"));
after(() => rmSync(folder, { recursive: true }));

test("NC-1 to NC-5: on a phone a certificate is issued in one visit, saved, opened by another tool, and its code checked", async (t) => {
  const begin = Date.now();
  const mine = await livingPhone(willing, { language: "en", shows: true });
  const { page, recorder, errors } = mine;
  const checker = await phone({ language: "en" });
  try {
    await apply(page, "/apply", "bilingual", "sms");
    await page.waitForSelector(`${by("document")}[data-kind="issued"]`);
    await clean(page, "take");
    const [download] = await Promise.all([page.waitForEvent("download"), page.click(by("save"))]);
    assert.equal(download.suggestedFilename(), "certificate.pdf");
    const file = readFileSync(await download.path());
    assert.equal(file.length, LENGTH);
    t.diagnostic(`measured a certificate in one visit after ${((Date.now() - begin) / 1000).toFixed(1)} s`);

    const { text, png } = await opened(checker.page, file);
    assert.ok(text.includes(TRUTH[LIVING].name), text);
    assert.ok(text.replaceAll(/\s/g, "").includes(TRUTH[LIVING].id_number), text);
    writeFileSync(join(folder, "page.png"), png);
    await checker.page.goto(`${ORIGIN}/c`);
    await checker.page.click(by("certificate-scan"));
    await checker.page.setInputFiles(by("file-input"), join(folder, "page.png"));
    const verdict = await checker.page.waitForSelector(`${by("verdict")}[data-verdict]:not([hidden])`);
    assert.equal(await verdict.getAttribute("data-verdict"), "valid");
    const number = await checker.page.textContent(by("claim-number"));
    assert.ok(text.includes(number), `${number} is on the paper`);

    // What left the phone: no picture, and little.
    const sent = recorder.sent.filter(({ method }) => method === "POST");
    t.diagnostic(`measured an application: ${bytesOf(recorder.sent)} bytes sent`);
    for (const { body, url } of sent) {
      assert.doesNotMatch(body.toString("latin1"), /\xff\xd8\xff|\x89PNG|RIFF|\/9j\/|iVBORw0KGgo/, url.pathname);
      assert.ok(body.length < 2048, `${url.pathname}: ${body.length} bytes`);
    }
    // After a reload it can still be taken.
    await page.reload();
    await page.waitForSelector(`${by("document")}[data-kind="issued"]`);
    await page.click(by("finish"));
    await step(page, "begin");
    assert.deepEqual(errors, []);
  } finally {
    await Promise.all([mine.close(), checker.close()]);
  }
});

test("NC-5, NC-6: at a kiosk it prints; whoever gets no certificate prints a notice as long, and the next one finds nothing of it", async () => {
  const kiosk = await livingPhone(willing, { desktop: true, shows: true });
  const { page, recorder, errors } = kiosk;
  try {
    await sandbox.control({ action: "police", number: TRUTH[LIVING].id_number, says: "recorded" });
    await apply(page, "/apply?kiosk=110105-021", "chinese", "voice");
    await page.waitForSelector(`${by("document")}[data-kind="notice"]`);
    await clean(page, "take");
    await page.click(by("print"));
    await page.waitForSelector(`${by("print-result")}:not([hidden])`);
    const documents = recorder.sent.filter(({ url }) => url.pathname.endsWith("/document"));
    assert.equal(documents.length, 1);
    await page.click(by("finish"));
    await step(page, "begin");
    await page.reload();
    await step(page, "begin");
    const kept = await page.evaluate(() => indexedDB.databases().then((all) => all.map(({ name }) => name)));
    assert.ok(!kept.includes("shiming-apply"), "a kiosk keeps nothing");
    assert.deepEqual(errors, []);
  } finally {
    await sandbox.control({ action: "police", number: TRUTH[LIVING].id_number, says: "no_record" });
    await kiosk.close();
  }
});

test("NC-1: somebody else's face gets no certificate, and is told what to do", async () => {
  const mine = await livingPhone(willing, { language: "en" });
  const { page, errors } = mine;
  try {
    await page.goto(`${ORIGIN}/apply`);
    await page.click(by("begin"));
    await page.waitForSelector(`${by("side")}[data-side="front"]`);
    await pick(page, photo(6, "front"));
    await page.waitForSelector(`${by("side")}[data-side="back"]`);
    await pick(page, photo(6, "back"));
    await step(page, "person");
    await page.click(by("person-submit"));
    await step(page, "line");
    const line = await activeLine();
    await page.fill(by("line"), line);
    const seen = (await sandbox.messages(line)).length;
    await page.click(by("request-sms"));
    await page.fill(by("code-input"), await sandbox.read(line, seen));
    await step(page, "face");
    await page.waitForSelector(`${by("camera")}[data-step="ready"]`);
    await page.click(by("face-begin"));
    await page.waitForSelector(`${by("problem")}[data-problem="face-differs"], ${by("end")}[data-how="refused_face"]`);
    assert.deepEqual(errors, []);
  } finally {
    await mine.close();
  }
});
