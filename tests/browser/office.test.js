// The operator's desk (NC-4, NC-5): certificates are found and ended, offices and templates entered, the log taken out.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { opened } from "./pdf.js";
import { ORIGIN, by, clean, phone, step } from "./walk.js";

const folder = mkdtempSync(join(tmpdir(), "shiming-office-"));
after(() => rmSync(folder, { recursive: true }));

/** Two certificates of one person: their links. */
let links;
before(() => {
  const files = ["1.pdf", "2.pdf"].map((name) => join(folder, name));
  links = execFileSync(process.env.APPLY, [ORIGIN, process.env.SANDBOX_URL, ...files], { encoding: "utf8" }).trim().split("\n");
});

const numberOf = (link) => /#(\d{6})(\d{3})(\d{8})(\d{5})(.)\./.exec(link).slice(1).join("-");

/** The desk, entered as the operator. */
async function desk(options) {
  const all = await phone({ language: "en", desktop: true, ...options });
  await all.page.goto(`${ORIGIN}/office`);
  await step(all.page, "enter");
  await all.page.fill(by("secret"), process.env.OPERATOR);
  await all.page.click(by("enter"));
  await step(all.page, "certificates");
  return all;
}

const value = (page, id) => page.inputValue(by(id));

test("only an operator enters, and whoever reloads has left", async () => {
  const { page, recorder, errors, close } = await phone({ language: "en" });
  try {
    await page.goto(`${ORIGIN}/office`);
    await clean(page, "enter");
    for (const [secret, told] of [["", /fill/], ["short", /not known/], ["x".repeat(40), /not known/], [process.env.REVIEWER, /not an operator/]]) {
      await page.fill(by("secret"), secret);
      await page.click(by("enter"));
      await page.waitForFunction(([hint, wanted]) => new RegExp(wanted).test(document.querySelector(hint)?.textContent ?? ""), [`${by("secret-hint")}.bad`, told.source]);
    }
    recorder.cut();
    await page.fill(by("secret"), process.env.OPERATOR);
    await page.click(by("enter"));
    await page.waitForSelector(`${by("problem")}[data-problem="no-network"]`);
    recorder.mend();
    await page.click(by("enter"));
    await step(page, "certificates");
    await page.reload();
    await step(page, "enter");
    assert.equal(await value(page, "secret"), "");
    assert.ok(recorder.sent.every(({ url }) => !url.href.includes(process.env.OPERATOR)), "the credential is in no address");
    assert.deepEqual(errors, []);
  } finally {
    await close();
  }
});

test("NC-5: a certificate is found by its number and its holder's, superseded and withdrawn with a reason; the log has it all", async () => {
  const { page, errors, close } = await desk();
  try {
    const [old, current] = links.map(numberOf);
    await page.fill(by("wanted"), "11010519491231002X");
    await page.click(by("search"));
    await page.waitForSelector(by("found-none"));
    await page.fill(by("wanted"), old.toLowerCase());
    await page.click(by("search"));
    const article = (number) => `${by("certificate")}[data-number="${number}"]`;
    await page.waitForSelector(`${article(old)}[data-how="standing"]`);
    await clean(page, "found");
    assert.match(await page.textContent(`${article(old)} h2`), /^.\*/u, "the name is masked");

    // By the holder's number both are found: it is on the paper.
    const { text } = await opened(page, readFileSync(join(folder, "1.pdf")));
    const [id] = /\d{17}[\dX]/.exec(text.replaceAll(/\s/g, ""));
    await page.fill(by("wanted"), id);
    await page.click(by("search"));
    await page.waitForSelector(article(current));
    await page.click(`${article(old)} ${by("end")}`);
    await page.click(`${article(old)} ${by("withdraw")}`);
    await page.waitForSelector(`${by("problem")}[data-problem="no-reason"]`);
    await clean(page, "end");
    await page.selectOption(`${article(old)} ${by("reason")}`, "holder_request");
    await page.selectOption(`${article(old)} ${by("successor")}`, current);
    await page.click(`${article(old)} ${by("withdraw")}`);
    await page.waitForSelector(`${article(old)}[data-how="superseded"]`);
    await page.click(`${article(current)} ${by("end")}`);
    await page.selectOption(`${article(current)} ${by("reason")}`, "issued_in_error");
    await page.click(`${article(current)} ${by("withdraw")}`);
    await page.waitForSelector(`${article(current)}[data-how="withdrawn"]`);

    await page.click(by("place-log"));
    await step(page, "log");
    await clean(page, "log");
    const [download] = await Promise.all([page.waitForEvent("download"), page.click(by("log-save"))]);
    const lines = readFileSync(await download.path(), "utf8").trimEnd().split("\n").map((line) => JSON.parse(line));
    const kinds = (number) => lines.filter((line) => line.number === number).map(({ kind }) => kind);
    assert.deepEqual([kinds(old), kinds(current)], [["issued", "superseded"], ["issued", "withdrawn"]]);
    assert.ok("head" in lines.at(-1));

    // Whoever has the paper is told.
    await page.goto(links[0]);
    await page.waitForSelector(`${by("verdict")}[data-verdict="superseded"]`);
    assert.equal(await page.textContent(by("claim-superseded_by")), current);
    assert.deepEqual(errors, []);
  } finally {
    await close();
  }
});

test("NC-4: what is printed of an office is changed here; what does not fit the paper is told", async () => {
  const { page, errors, close } = await desk();
  try {
    await page.click(by("place-offices"));
    await page.click(`${by("office")}[data-code="110105-021"]`);
    await clean(page, "office");
    const before = await value(page, "office-telephone");
    await page.fill(by("office-name-en"), "W".repeat(60));
    await page.click(by("office-save"));
    await page.waitForSelector(`${by("office-name-en-hint")}.bad`);
    await page.click(`${by("office")}[data-code="110105-021"]`);
    for (const telephone of ["010-5555 0199", before]) {
      await page.fill(by("office-telephone"), telephone);
      await page.click(by("office-save"));
      await page.waitForFunction(([office, wanted]) => document.querySelector(office)?.textContent.includes(wanted), [by("office"), telephone]);
      await page.click(`${by("office")}[data-code="110105-021"]`);
    }
    await page.click(by("office-add"));
    await page.fill(by("office-code"), "110105");
    await page.click(by("office-save"));
    await page.waitForSelector(`${by("office-code-hint")}.bad`);
    assert.deepEqual(errors, []);
  } finally {
    await close();
  }
});

test("NC-4: a template is looked at before it is saved, and used once it is put to use", async () => {
  const { page, errors, close } = await desk();
  const words = (place) => by(`words${place}`);
  const used = () => page.getAttribute(`${by("version")}[data-used="true"]`, "data-version");
  try {
    await page.click(by("place-templates"));
    await page.waitForSelector(words("/certificate/statement/en"));
    await clean(page, "templates");
    const own = await used();
    const statement = await page.inputValue(words("/certificate/statement/en"));
    await page.fill(words("/certificate/statement/en"), "No record was found.");
    await page.click(by("preview-certificate"));
    await page.waitForSelector(`${words("/certificate/statement/en")}[aria-invalid="true"]`);
    await page.fill(words("/certificate/statement/en"), statement);
    await page.fill(words("/certificate/closing/en"), "Thus certified.");
    // Another language keeps what is being written.
    await page.click(by("language"));
    await page.waitForSelector(words("/certificate/closing/en"));
    assert.equal(await page.inputValue(words("/certificate/closing/en")), "Thus certified.");
    await page.click(by("language"));
    await page.click(by("preview-certificate"));
    const [download] = await Promise.all([page.waitForEvent("download"), page.click(by("specimen"))]);
    const { text } = await opened(page, readFileSync(await download.path()));
    assert.match(text, /SPECIMEN/);
    assert.match(text.replaceAll(/\s+/g, " "), /Thus certified\./);

    await page.click(by("template-save"));
    await page.waitForSelector(`${by("template-version-hint")}.bad`);
    await page.fill(by("template-version"), "2026-desk");
    await page.click(by("template-save"));
    await page.waitForSelector(`${by("template-saved")}:not([hidden])`);
    await page.click(`${by("version")}[data-version="2026-desk"] ${by("version-use")}`);
    await page.waitForSelector(`${by("version")}[data-version="2026-desk"][data-used="true"]`);
    await page.click(`${by("version")}[data-version="${own}"] ${by("version-use")}`);
    await page.waitForSelector(`${by("version")}[data-version="${own}"][data-used="true"]`);
    assert.deepEqual(errors, []);
  } finally {
    await close();
  }
});
