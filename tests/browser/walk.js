// Walks the page as a person does. Selectors: web/README.md.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { launch } from "./chromium.js";
import { Recorder } from "./proxy.js";
import * as sandbox from "./sandbox.js";

export const ORIGIN = process.env.EDGE_URL;
const STREAMS = process.env.STREAMS;

/** Longest wait for a step; two slow cores and a cold start have to fit. */
export const PATIENCE = 60_000;

export const FIELDS = ["name", "sex", "ethnicity", "birth_date", "address", "id_number", "issuer", "valid_from", "valid_until"];

/** Who the drawn citizens are. */
export const TRUTH = JSON.parse(readFileSync(join(STREAMS, "citizens.json"), "utf8"));
/** Owners of rare names whose soft photo is read wrong, by their place among the citizens. */
export const SOFT = JSON.parse(readFileSync(join(STREAMS, "soft.json"), "utf8"));

/** A drawn photo: `front`, `back`, or a fault of the first citizen's front. */
export const photo = (index, name) => join(STREAMS, `${index}-${name}.jpg`);

export const by = (id) => `[data-testid="${id}"]`;

/**
 * A phone: Chromium behind a recording proxy, with a camera that shows one citizen's card (a number, or the name of a video), or
 * the video in a file, `stream`.
 * @param {{citizen?: number | string, stream?: string, camera?: "shows" | "denied" | "absent", language?: string, dark?: boolean, desktop?: boolean, scale?: number}} [options]
 */
export async function phone({ citizen = 0, stream = join(STREAMS, `${citizen}.y4m`), camera = "absent", language = "zh-CN", dark = false, desktop = false, scale = 1 } = {}) {
  const recorder = await new Recorder().start();
  const switches = {
    shows: ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${stream}`],
    denied: ["--deny-permission-prompts", "--use-fake-device-for-media-stream"],
    absent: ["--deny-permission-prompts"],
  };
  const browser = await launch([...recorder.switches, ...switches[camera]]);
  const context = await browser.newContext({
    locale: language,
    colorScheme: dark ? "dark" : "light",
    viewport: desktop ? { width: 1280, height: 800 } : { width: 390, height: 844 },
    deviceScaleFactor: scale,
    isMobile: !desktop,
    hasTouch: !desktop,
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  // When the shutter fell and when the reading was there, as the page shows it.
  await page.addInitScript(() => {
    globalThis.readings = [];
    let since;
    new MutationObserver(() => {
      const hint = document.querySelector('[data-testid="hint"]')?.dataset.hint;
      if (hint === "reading") since ??= performance.now();
      else if (since !== undefined) {
        const accepted = hint === "flip" || document.querySelector("main")?.dataset.step === "check";
        if (accepted) globalThis.readings.push(Math.round(performance.now() - since));
        since = undefined;
      }
    }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-hint", "data-step"] });
  });
  return {
    page,
    context,
    recorder,
    errors,
    async close() {
      await browser.close();
      recorder.stop();
    },
  };
}

/** Everybody can use what the page shows: axe finds nothing. */
export async function clean(page, where) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`), [], where);
}

export const step = (page, name) => page.waitForSelector(`main[data-step="${name}"]`);

/** Names the SIM card by what is printed on it (RN-13). */
export async function start(page, { iccid, number }) {
  await page.goto(ORIGIN + "/");
  await step(page, "start");
  await page.fill(by("iccid"), iccid);
  await page.fill(by("number"), number);
  await page.click(by("start-submit"));
  await step(page, "document");
}

/** Picks a file for the side that is asked for, once the page takes one: while it reads, its button is disabled. */
export async function pick(page, file) {
  await page.waitForFunction((button) => document.querySelector(button)?.disabled === false, by("pick-file"));
  await page.setInputFiles(by("file-input"), file);
}

/** Both sides from files, to the fields. */
export async function pickBoth(page, index) {
  await page.waitForSelector(`${by("side")}[data-side="front"]`);
  await pick(page, photo(index, "front"));
  await page.waitForSelector(`${by("side")}[data-side="back"]`);
  await pick(page, photo(index, "back"));
  await step(page, "check");
}

/** What the page read, field by field. */
export async function fields(page) {
  const read = {};
  for (const name of FIELDS) read[name] = await page.inputValue(by(`field-${name}`));
  if (await page.isChecked(by("field-valid_until-forever"))) read.valid_until = "长期";
  return read;
}

/**
 * Says that the fields are right. Where the page asks whether the name is the user's, it is answered as the user would:
 * yes if it is `name`.
 */
export async function confirmFields(page, name) {
  await page.click(by("check-submit"));
  const question = `${by("name-confirm")}[open]`;
  await page.waitForSelector(`${question}, main:not([data-step="check"])`);
  const asked = await page.isVisible(question);
  if (asked) {
    const shown = await page.textContent(by("name-confirm-name"));
    if (name !== undefined && shown !== name) throw new Error(`asked whether ${shown} is the name, and it is ${name}`);
    await page.click(by("name-confirm-yes"));
  }
  await page.waitForSelector('main:is([data-step="code"],[data-step="consent"])');
  return asked;
}

/** Asks for a code, takes it from the phone and types it. */
export async function prove(page, channel, line) {
  await step(page, "code");
  const seen = channel === "sms" ? (await sandbox.messages(line)).length : 0;
  await page.click(by(`request-${channel}`));
  await page.waitForSelector(by("code-input"));
  const code = channel === "sms" ? await sandbox.read(line, seen) : await sandbox.hear(line);
  await page.fill(by("code-input"), code);
  await step(page, "consent");
}

/** Sends the evidence and waits for the end. */
export async function finish(page, outcome = "active") {
  await page.click(by("consent-submit"));
  await page.waitForSelector(`${by("result")}[data-outcome="${outcome}"]`);
}
