// A certificate of no criminal record from the camera to the file (NC-1 to NC-6): on a phone, where it is saved, and at a kiosk, where
// it is printed. The file is opened with PDFium, and the code on its rendered page is what `/c` reads.

import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { AxeBuilder } from "@axe-core/playwright";
import { PDFiumLibrary } from "@hyzyla/pdfium";
import { ACTIONS, livingPhone } from "./living.js";
import * as sandbox from "./sandbox.js";
import { bytesOf } from "./traffic.js";
import { ORIGIN, TRUTH, by, phone, photo, pick, step } from "./walk.js";

/** Who is before the camera: `xtask::run::LIVING`. */
const LIVING = 4;
/** The length of every document, certificate or notice. */
const LENGTH = 131_072;
const folder = mkdtempSync(join(tmpdir(), "shiming-apply-"));
after(() => rmSync(folder, { recursive: true }));

const willing = Object.fromEntries(ACTIONS.map((action) => [action, action]));

async function clean(page, where) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`), [], where);
}

let lines = 0;
/** A line that is switched on, another one every time. */
async function activeLine() {
  const active = (await sandbox.citizens()).filter(({ subscription: { sim, number, contact_line } }) => sim === "active" && number === contact_line);
  lines += 1;
  return active.at(-lines).subscription.number;
}

/** From the first page to the question to the police; `channel` is how the code comes. */
async function apply(page, address, language, channel) {
  await page.goto(ORIGIN + address);
  await step(page, "begin");
  await clean(page, "begin");
  await page.check(by(`language-${language}`));
  await page.click(by("begin"));
  await step(page, "document");
  await page.waitForSelector(`${by("side")}[data-side="front"]`);
  await pick(page, photo(LIVING, "living"));
  await page.waitForSelector(`${by("side")}[data-side="back"]`);
  await pick(page, photo(LIVING, "back"));
  await step(page, "person");
  assert.equal(await page.inputValue(by("person-name")), TRUTH[LIVING].name);
  assert.equal(await page.inputValue(by("person-number")), TRUTH[LIVING].id_number);
  await clean(page, "person");
  await page.click(by("person-submit"));
  await step(page, "line");
  await clean(page, "line");
  await page.click(by(`request-${channel}`));
  assert.ok(await page.isVisible(`${by("line-hint")}.bad`), "no number, no code");
  const line = await activeLine();
  await page.fill(by("line"), line);
  const seen = (await sandbox.messages(line)).length;
  await page.click(by(`request-${channel}`));
  await page.waitForSelector(by("code-input"));
  await page.fill(by("code-input"), channel === "sms" ? await sandbox.read(line, seen) : await sandbox.hear(line));
  await step(page, "face");
  await page.waitForSelector(`${by("camera")}[data-step="ready"]`);
  await page.click(by("face-begin"));
  // A slow machine sees too few frames of a blink: whoever is there tries again.
  for (let tries = 0; tries < 2; tries += 1) {
    await page.waitForSelector(`${by("camera")}[data-step="failed"], main:not([data-step="face"])`);
    if (!(await page.isVisible(by("camera")))) return;
    await page.click(by("face-begin"));
  }
}

/** The text of the first page, and its picture (PNG) at twice 72 dots an inch. */
async function opened(page, file) {
  const library = await PDFiumLibrary.init();
  const document = await library.loadDocument(file);
  try {
    assert.equal(document.getPageCount(), 1);
    // Before it is rendered: PDFium's text cannot be had afterwards.
    const text = document.getPage(0).getText();
    const first = document.getPage(0);
    const { data, width, height } = await first.render({ scale: 2, render: "bitmap" });
    const png = await page.evaluate(async ([bgra, w, h]) => {
      const bytes = Uint8ClampedArray.from(atob(bgra), (c) => c.charCodeAt(0));
      for (let at = 0; at < bytes.length; at += 4) [bytes[at], bytes[at + 2], bytes[at + 3]] = [bytes[at + 2], bytes[at], 255];
      const canvas = new OffscreenCanvas(w, h);
      canvas.getContext("2d").putImageData(new ImageData(bytes, w, h), 0, 0);
      const blob = await canvas.convertToBlob({ type: "image/png" });
      return btoa(Array.from(new Uint8Array(await blob.arrayBuffer()), (byte) => String.fromCharCode(byte)).join(""));
    }, [Buffer.from(data).toString("base64"), width, height]);
    return { text, png: Buffer.from(png, "base64") };
  } finally {
    document.destroy();
    library.destroy();
  }
}

test("NC-1 to NC-5: on a phone a certificate is issued in one visit, saved, opened by another tool, and its code checked", async (t) => {
  const begin = Date.now();
  const mine = await livingPhone(willing, { language: "en" });
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
  const kiosk = await livingPhone(willing, { desktop: true });
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
