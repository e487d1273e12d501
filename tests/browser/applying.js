// Who applies for a certificate of no criminal record, from the first page to the question to the police.

import assert from "node:assert/strict";
import { ACTIONS, LIVING } from "./living.js";
import * as sandbox from "./sandbox.js";
import { ORIGIN, TRUTH, by, clean, step } from "./walk.js";

/** Does what is asked for. */
export const willing = Object.fromEntries(ACTIONS.map((action) => [action, action]));

let lines = 0;
/** A line that is switched on, another one every time. */
export async function activeLine() {
  const active = (await sandbox.citizens()).filter(({ subscription: { sim, number, contact_line } }) => sim === "active" && number === contact_line);
  lines += 1;
  return active.at(-lines).subscription.number;
}

/** From the first page to the question to the police; `channel` is how the code comes, `look` is called on every step. */
export async function apply(page, address, language, channel, look = clean) {
  await page.goto(ORIGIN + address);
  await step(page, "begin");
  await look(page, "begin");
  await page.check(by(`language-${language}`));
  await page.click(by("begin"));
  await step(page, "document");
  // Both sides by the camera, which shoots by itself.
  await step(page, "person");
  assert.equal(await page.inputValue(by("person-name")), TRUTH[LIVING].name);
  assert.equal(await page.inputValue(by("person-number")), TRUTH[LIVING].id_number);
  await look(page, "person");
  await page.click(by("person-submit"));
  await step(page, "line");
  await look(page, "line");
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
