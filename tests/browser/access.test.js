// Everybody can use the page: without a mouse, and with a screen reader, in both languages and both colour schemes.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import * as sandbox from "./sandbox.js";
import { FIELDS, TRUTH, by, clean, confirmFields, phone, photo, pick, pickBoth, prove, start, step } from "./walk.js";

let people;
before(async () => {
  people = await sandbox.citizens();
});

// A subscription for each walk; those below 16 are other tests', every fifth is taken.
const WALKS = [
  { language: "zh-CN", dark: false, citizen: 21 },
  { language: "zh-CN", dark: true, citizen: 23 },
  { language: "en", dark: false, citizen: 24 },
  { language: "en", dark: true, citizen: 26 },
];

for (const { language, dark, citizen } of WALKS) {
  test(`axe finds nothing on any step, ${language}, ${dark ? "dark" : "light"}`, async () => {
    const { page, close } = await phone({ language, dark });
    try {
      const { iccid, number, contact_line: line } = people[citizen].subscription;
      await page.goto(process.env.EDGE_URL + "/");
      await step(page, "start");
      assert.equal(await page.getAttribute("html", "lang"), language);
      await clean(page, "start");
      await start(page, { iccid, number });
      await clean(page, "document");
      await pickBoth(page, 5);
      await clean(page, "check");
      await confirmFields(page);
      await clean(page, "code");
      await prove(page, "sms", line);
      await clean(page, "consent");
      await page.click(by("consent-submit"));
      await page.waitForSelector(by("result"));
      // The register does not know this person with these fields twice over: any end will do here.
      await page.waitForSelector(`${by("result")}:not([data-outcome="checking"]):not([data-outcome="activating"])`);
      await clean(page, "result");
    } finally {
      await close();
    }
  });
}

for (const { language, dark } of [WALKS[0], WALKS[3]]) {
  test(`axe finds nothing where a name is put right, ${language}, ${dark ? "dark" : "light"}`, async () => {
    const { page, close } = await phone({ language, dark });
    try {
      await start(page, people[29].subscription);
      await page.waitForSelector(`${by("side")}[data-side="front"]`);
      await pick(page, photo(1, "soft"));
      await page.waitForSelector(`${by("side")}[data-side="back"]`);
      await pick(page, photo(1, "back"));
      await step(page, "check");
      await page.click(by("check-submit"));
      await page.waitForSelector(`${by("name-confirm")}[open]`);
      await clean(page, "the question");
      await page.click(by("name-confirm-no"));
      await page.click(`${by("name-character")}[data-doubt="true"]`);
      await page.waitForSelector(`${by("character-parts")} [data-part]`);
      await clean(page, "the candidates");
      await page.fill(by("character-query"), "女");
      await page.click(`${by("character-found")} label`);
      await clean(page, "what was found");
    } finally {
      await close();
    }
  });
}

test("the keyboard alone registers a card", async () => {
  const { page, close } = await phone({ desktop: true });
  try {
    const { iccid, number, contact_line: line } = people[27].subscription;
    const { keyboard } = page;
    /** Tabs on until the thing has the focus: it can be reached, and the focus can be seen. */
    const reach = async (selector) => {
      for (let presses = 0; presses < 60; presses += 1) {
        const focus = await page.evaluate((wanted) => {
          const style = document.activeElement && getComputedStyle(document.activeElement);
          return { there: document.activeElement?.matches(wanted), seen: style?.outlineStyle !== "none" || style?.boxShadow !== "none" };
        }, selector);
        if (focus.there) {
          assert.ok(focus.seen, `the focus on ${selector} can be seen`);
          return;
        }
        await keyboard.press("Tab");
      }
      assert.fail(`${selector} cannot be reached with Tab`);
    };
    // Listening from the beginning: a listener that comes with the key press may come too late for it.
    const choosers = [];
    page.on("filechooser", (chooser) => choosers.push(chooser));
    await page.goto(process.env.EDGE_URL + "/");
    await step(page, "start");
    await reach(by("iccid"));
    await keyboard.type(iccid);
    await reach(by("number"));
    await keyboard.type(number);
    await keyboard.press("Enter");
    await step(page, "document");
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), "H1", "a new step takes the focus");
    // The dialogue that picks a file is the system's: reaching its button is ours. It moves once no camera was found.
    await page.waitForSelector(`${by("camera")}:is([data-state="denied"],[data-state="absent"])`);
    for (const side of ["front", "back"]) {
      await page.waitForSelector(`${by("side")}[data-side="${side}"]`);
      await page.waitForFunction((button) => document.querySelector(button)?.disabled === false, by("pick-file"));
      // Without a camera the button stands where its picture would be.
      await reach(`${by("pick-file")}, ${by("camera")} button.primary`);
      await keyboard.press("Enter");
      const chooser = await sandbox.until("the system's dialogue", async () => choosers.shift());
      await chooser.setFiles(`${process.env.STREAMS}/5-${side}.jpg`);
    }
    await step(page, "check");
    for (const name of FIELDS) await reach(by(`field-${name}`));
    assert.equal(await page.inputValue(by("field-name")), TRUTH[5].name);
    await reach(by("check-submit"));
    await keyboard.press("Enter");
    await step(page, "code");
    await reach(by("request-voice"));
    await keyboard.press("Enter");
    const code = await sandbox.hear(line);
    await reach(by("code-input"));
    await keyboard.type(code);
    await step(page, "consent");
    await reach(by("consent-submit"));
    await keyboard.press("Enter");
    await page.waitForSelector(`${by("result")}[data-outcome="active"]`);
  } finally {
    await close();
  }
});
