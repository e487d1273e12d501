// The page that checks certificates of no criminal record (NC-5): where the code on the paper leads, or what is typed from it.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { film, pictureOf } from "./camera.js";
import { operate } from "./staff.js";
import { by, clean, ORIGIN, phone } from "./walk.js";

const folder = mkdtempSync(join(tmpdir(), "shiming-certificate-"));
/** Where the code of a certificate leads that was issued to somebody, its number and its verification code. */
let link, number, code;
/** A page without a policy, to draw on. @type {Awaited<ReturnType<typeof phone>>} */
let studio;

before(async () => {
  link = execFileSync(process.env.APPLY, [ORIGIN, process.env.SANDBOX_URL, join(folder, "certificate.pdf")], { encoding: "utf8" }).trim();
  [, number, code] = /#(\w+)\.(\w+)$/.exec(link);
  studio = await phone({ desktop: true });
  await studio.page.goto("about:blank");
});
after(async () => {
  await studio.close();
  rmSync(folder, { recursive: true });
});

const verdictOf = async (page) => (await page.waitForSelector(`${by("verdict")}[data-verdict]:not([hidden])`)).getAttribute("data-verdict");
const aim = async (text) => film(studio.page, await pictureOf(studio.page, text), join(folder, "camera.y4m"));

async function type(page, typedNumber, typedCode) {
  await page.fill(by("certificate-number"), typedNumber);
  await page.fill(by("certificate-code"), typedCode);
  await page.click(by("certificate-submit"));
}

test("the link on the paper shows the facts, masked; typed by hand it is the same certificate, and what is mistyped is told", async () => {
  const { page, recorder, errors, close } = await phone({ language: "en" });
  try {
    await page.goto(link);
    assert.equal(await verdictOf(page), "valid");
    assert.match(await page.textContent(by("claim-name")), /^.\*+$/u);
    assert.match(await page.textContent(by("claim-document_number")), /^.\*+.$/u);
    assert.equal((await page.textContent(by("claim-number"))).replaceAll("-", ""), number);
    assert.match(await page.textContent(by("claim-office")), /^Shili Police Station/);
    await clean(page, "valid");
    // The other language asks nothing anew.
    const asked = () => recorder.sent.filter(({ url }) => url.pathname === "/v1/certificates/verdicts").length;
    assert.equal(asked(), 1);
    await page.click(by("language"));
    assert.match(await page.textContent(by("claim-office")), /示例派出所$/);
    assert.equal(asked(), 1);

    await page.click(by("next"));
    assert.equal(new URL(page.url()).hash, "");
    await page.click(by("certificate-submit"));
    assert.ok(await page.isVisible(`${by("certificate-number-hint")}.bad`));
    // A slip of the finger: told by the check characters, and no guess.
    const slip = (text) => (text[4] === "7" ? "8" : "7");
    await type(page, number.slice(0, 4) + slip(number) + number.slice(5), code);
    await page.waitForSelector(`${by("certificate-number-hint")}.bad`);
    await type(page, number, code.slice(0, 4) + slip(code) + code.slice(5));
    await page.waitForSelector(`${by("certificate-code-hint")}.bad`);
    // As people type: small letters, groups, spaces.
    await type(page, ` ${number.replace(/^(\d{6})(\d{3})/, "$1-$2-")} `, code.toLowerCase().replaceAll(/(.{5})(?=.)/g, "$1-"));
    assert.equal(await verdictOf(page), "valid");
    assert.deepEqual(errors, []);
  } finally {
    await close();
  }
});

test("without a network it says so, and the next try is answered", async () => {
  const { page, recorder, close } = await phone();
  try {
    await page.goto(`${ORIGIN}/c`);
    recorder.cut();
    await type(page, number, code);
    await page.waitForSelector(`${by("problem")}[data-problem="no-network"]`);
    recorder.mend();
    await page.click(by("certificate-submit"));
    assert.equal(await verdictOf(page), "valid");
  } finally {
    await close();
  }
});

test("the camera reads the paper; a code that leads to another site is no certificate of ours", async () => {
  await aim(link);
  const { page, errors, close } = await phone({ camera: "shows", stream: join(folder, "camera.y4m") });
  try {
    await page.goto(`${ORIGIN}/c`);
    await page.click(by("certificate-scan"));
    assert.equal(await verdictOf(page), "valid");
    await page.click(by("next"));
    await aim(link.replace(/^https?:\/\/[^/]+/, "https://shiming-check.example"));
    await page.click(by("certificate-scan"));
    assert.equal(await verdictOf(page), "elsewhere");
    await page.click(by("next"));
    await aim("https://id.example/somewhere");
    await page.click(by("certificate-scan"));
    await page.waitForSelector(`${by("hint")}[data-hint="other_code"]`);
    assert.deepEqual(errors, []);
  } finally {
    await close();
  }
});

test("a camera that is not allowed leaves the form, and another's code is not found", async () => {
  const { page, close } = await phone({ camera: "denied" });
  try {
    await page.goto(`${ORIGIN}/c`);
    await page.click(by("certificate-scan"));
    await page.waitForSelector(by("camera-retry"));
    // A right code by its check character, of no certificate.
    await type(page, number, "23456789ACDEFGH");
    await page.waitForSelector(`${by("verdict")}[data-verdict="unknown"], ${by("certificate-code-hint")}.bad`);
  } finally {
    await close();
  }
});

test("what the office withdraws is withdrawn here, with the reason", async () => {
  await operate("/v1/certificates/withdrawals", { number, reason: "issued_in_error" });
  const { page, close } = await phone({ language: "en" });
  try {
    await page.goto(link);
    assert.equal(await verdictOf(page), "withdrawn");
    assert.equal(await page.textContent(by("claim-reason")), "Issued in error");
  } finally {
    await close();
  }
});
