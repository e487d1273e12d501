// Pictures of every step for docs/img: `node screenshots.js DIR`. Phone size in light and dark, desktop in light; and
// `flow.webp`, the phone's steps side by side.

import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { film } from "./camera.js";
import { enrol, identify, offered } from "./desk.js";
import { ACTIONS, living } from "./living.js";
import * as sandbox from "./sandbox.js";
import { Studio } from "./studio.js";
import { by, confirmFields, phone, photo, pick, start, step } from "./walk.js";

const [folder] = process.argv.slice(2);

const people = await sandbox.citizens();

const studio = await new Studio(folder).open();
const shoot = (page, name) => studio.shoot(page, name);

/** Walks once and shoots every step. */
async function walk({ suffix, citizen, place, ...look }) {
  const shots = [];
  const { iccid, number, contact_line: line } = people[place].subscription;
  const front = await phone({ ...look, citizen, camera: "shows", scale: 2 });
  try {
    const { page } = front;
    const shot = async (name) => shots.push(await shoot(page, `${name}-${suffix}`));
    await page.goto(`${process.env.EDGE_URL}/`);
    await step(page, "start");
    await page.fill(by("iccid"), iccid);
    await page.fill(by("number"), number);
    await shot("1-start");
    await page.click(by("start-submit"));
    await step(page, "document");
    await page.waitForSelector(`${by("hint")}:is([data-hint="ready"],[data-hint="hold_still"],[data-hint="reading"])`);
    await shot("2-document");
    await step(page, "check");
    await shot("3-check");
    await confirmFields(page);
    await page.click(by("request-voice"));
    await page.waitForSelector(`${by("code-progress")}:is([data-progress="ringing"],[data-progress="answered"])`);
    await shot("4-code");
    await page.fill(by("code-input"), await sandbox.hear(line));
    await step(page, "consent");
    await shot("5-consent");
    await page.click(by("consent-submit"));
    await page.waitForSelector(`${by("result")}[data-outcome="active"]`);
    await shot("6-result");
    assert.deepEqual(front.errors, []);
  } finally {
    await front.close();
  }
  return shots;
}

const light = await walk({ suffix: "light", citizen: 5, place: 5 });
await walk({ suffix: "dark", dark: true, citizen: 6, place: 6 });
await walk({ suffix: "english", language: "en", citizen: 10, place: 10 });
await walk({ suffix: "desktop", desktop: true, language: "en", citizen: 11, place: 11 });

// What else a person may meet: a photo that is no good.
const refused = await phone({ scale: 2 });
await start(refused.page, people[12].subscription);
await refused.page.waitForFunction((button) => document.querySelector(button)?.disabled === false, by("pick-file"));
await refused.page.setInputFiles(by("file-input"), join(process.env.STREAMS, "0-glare.jpg"));
await refused.page.waitForSelector(`${by("refusal")}:not([hidden])`);
await shoot(refused.page, "2-refused-light");
await refused.close();

// And a rare character that was read as another one.
const rare = await phone({ scale: 2 });
await start(rare.page, people[13].subscription);
await pick(rare.page, photo(1, "soft"));
await rare.page.waitForSelector(`${by("side")}[data-side="back"]`);
await pick(rare.page, photo(1, "back"));
await step(rare.page, "check");
await rare.page.click(by("check-submit"));
await rare.page.waitForSelector(`${by("name-confirm")}[open]`);
await shoot(rare.page, "3-name-light");
await rare.page.click(by("name-confirm-no"));
await rare.page.click(`${by("name-character")}[data-doubt="true"]`);
await rare.page.fill(by("character-query"), "龙");
await rare.page.click(`${by("character-found")} [data-character="䶮"]`);
await shoot(rare.page, "3-character-light");
await rare.close();

/** Electronic ID cards: issued at a terminal (desktop), held on a phone, checked by another one. */
async function cards({ suffix, person, ...look }) {
  const shots = [];
  const desk = await phone({ desktop: true, ...look });
  const holder = await phone({ ...look, scale: 2 });
  let checker;
  try {
    const shot = (name) => shoot(desk.page, `${name}-${suffix}`);
    await enrol(desk.page, () => shot("terminal-1-enrol"));
    await desk.page.fill(by("person-name"), person.name);
    await desk.page.fill(by("person-number"), person.id_number);
    await shot("terminal-2-person");
    await identify(desk.page, person);
    await desk.page.waitForSelector(`${by("camera")}:not([data-state="starting"])`);
    await desk.page.click(by("without-face"));
    const link = await offered(desk.page);
    await shot("terminal-4-offered");

    const { page } = holder;
    const held = async (name) => shots.push(await shoot(page, `${name}-${suffix}`));
    await page.goto(link);
    await step(page, "offer");
    await held("card-1-offer");
    await page.click(by("claim"));
    await step(page, "cards");
    await held("card-2-cards");
    await page.locator(by("held-card")).first().click();
    await page.waitForSelector(`${by("code")} svg`);
    await held("card-3-show");

    const stream = join(tmpdir(), `shown-${suffix}.y4m`);
    await film(studio.page, await page.locator(`${by("code")} svg`).screenshot(), stream);
    checker = await phone({ ...look, camera: "shows", stream, scale: 2 });
    await checker.page.goto(`${process.env.EDGE_URL}/verify`);
    await checker.page.waitForSelector(`${by("verdict")}[data-verdict]`);
    shots.push(await shoot(checker.page, `verify-2-valid-${suffix}`));
    rmSync(stream);
    assert.deepEqual([...desk.errors, ...holder.errors, ...checker.errors], []);
  } finally {
    await Promise.all([desk.close(), holder.close(), checker?.close()]);
  }
  return shots;
}

const shown = await cards({ suffix: "light", person: people[0] });
await cards({ suffix: "dark", dark: true, person: people[2], language: "en" });

/** A living face at a terminal on a phone. */
async function face({ suffix, person, ...look }) {
  const desk = await living(Object.fromEntries(ACTIONS.map((action) => [action, action])), { ...look, scale: 2 });
  try {
    await identify(desk.page, person);
    await desk.page.waitForSelector(`${by("camera")}[data-step="ready"]`);
    await shoot(desk.page, `terminal-3-face-${suffix}`);
    await desk.page.click(by("face-begin"));
    await desk.page.waitForSelector(`${by("hint")}:is(${ACTIONS.map((action) => `[data-hint="${action}"]`).join()})`);
    await shoot(desk.page, `terminal-3-watched-${suffix}`);
  } finally {
    await desk.close();
  }
}
await face({ suffix: "light", person: people[3] });
await face({ suffix: "dark", dark: true, language: "en", person: people[4] });

await studio.together("flow", light);
await studio.together("cards", shown);
await studio.close();
