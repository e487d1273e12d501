// Pictures of certificates of no criminal record for docs/img: `node certificate_shots.js DIR`. Applied for on a phone and at a kiosk,
// the file as PDFium draws it, checked, and looked at from the operator's desk.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { apply, willing } from "./applying.js";
import { LIVING, livingPhone } from "./living.js";
import { opened } from "./pdf.js";
import { Studio } from "./studio.js";
import { ORIGIN, TRUTH, by, phone, step } from "./walk.js";

const [folder] = process.argv.slice(2);
const studio = await new Studio(folder).open();

/** Applies, and on a phone checks the certificate; what was shot, and the file. */
async function issued({ suffix, kiosk = false, ...look }) {
  const shots = [];
  const mine = await livingPhone(willing, { ...look, desktop: kiosk, shows: true, scale: kiosk ? 1 : 2 });
  try {
    const shot = async (page, name) => shots.push(await studio.shoot(page, `apply-${name}-${suffix}`));
    await apply(mine.page, kiosk ? "/apply?kiosk=110105-021" : "/apply", "bilingual", "sms", shot);
    await mine.page.waitForSelector(`${by("document")}[data-kind="issued"]`);
    await shot(mine.page, "take");
    if (kiosk) return { shots };
    const [download] = await Promise.all([mine.page.waitForEvent("download"), mine.page.click(by("save"))]);
    const file = readFileSync(await download.path());
    const checker = await phone({ ...look, scale: 2 });
    await checker.page.goto(linkIn(file));
    await checker.page.waitForSelector(`${by("verdict")}[data-verdict="valid"]`);
    shots.push(await studio.shoot(checker.page, `certificate-${suffix}`));
    await checker.close();
    assert.deepEqual(mine.errors, []);
    return { shots, file };
  } finally {
    await mine.close();
  }
}

/** Where the code on it leads: its link annotation, which is not compressed. */
const linkIn = (file) => /\/URI ?\((http[^)]+)\)/.exec(file.toString("latin1"))[1];

const light = await issued({ suffix: "light" });
await issued({ suffix: "dark", dark: true, language: "en" });
await issued({ suffix: "kiosk", kiosk: true });
await studio.together("apply", light.shots);
const { png } = await opened(studio.page, light.file, 1.5);
await studio.keep(png, "certificate-rendered");

/** The operator's desk. */
async function desk({ suffix, ...look }) {
  const front = await phone({ ...look });
  const { page } = front;
  const shot = (name) => studio.shoot(page, `office-${name}-${suffix}`);
  await page.goto(`${ORIGIN}/office`);
  await step(page, "enter");
  await shot("enter");
  await page.fill(by("secret"), process.env.OPERATOR);
  await page.click(by("enter"));
  await page.fill(by("wanted"), TRUTH[LIVING].id_number);
  await page.click(by("search"));
  await page.waitForSelector(by("certificate"));
  await page.locator(by("end")).first().click();
  await shot("certificates");
  await page.click(by("place-offices"));
  await page.click(by("office"));
  await shot("offices");
  await page.click(by("place-templates"));
  await page.click(by("preview-certificate"));
  await page.waitForSelector(by("specimen"));
  await page.evaluate(() => scrollTo(0, 0));
  await shot("templates");
  await page.click(by("place-log"));
  await step(page, "log");
  await shot("log");
  await front.close();
}
await desk({ suffix: "desktop", desktop: true });
await desk({ suffix: "desktop-dark", desktop: true, dark: true, language: "en" });
await desk({ suffix: "phone", language: "en", scale: 2 });
await studio.close();
