// A hand that shakes, a focus that hunts, a reflection that passes: the picture takes itself of a good frame, and soon.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import * as sandbox from "./sandbox.js";
import { faultsOfShot, openCameraWhenReady, shotOf, watchReader } from "./shots.js";
import { FIELDS, TRUTH, by, fields, phone, start, step } from "./walk.js";

/** Whose videos there are, and cards that no other file uses. */
const HELD = [{ citizen: 3, card: 45 }, { citizen: 5, card: 46 }, { citizen: 7, card: 48 }];
/** Seconds of the video, after its first good second, within which the shot has to be taken. */
const SOON = 3;
/** Hints that the page gives at once, whatever is shown: they say what it does, not what the user should do. */
const OWN = ["starting", "searching", "reading", "flip"];

let people;
before(async () => {
  people = await sandbox.citizens();
});

for (const { citizen, card } of HELD) {
  // RN-1, RN-4
  test(`the card of citizen ${citizen}, held by hand, is taken when it is good, and soon`, async (t) => {
    const video = JSON.parse(readFileSync(join(process.env.STREAMS, `held-${citizen}.y4m.json`), "utf8"));
    const { page, errors, close } = await phone({ citizen: `held-${citizen}`, camera: "shows" });
    try {
      const seen = watchReader(page);
      await page.addInitScript(openCameraWhenReady);
      await page.addInitScript(() => {
        globalThis.hints = [];
        new MutationObserver(() => {
          const hint = document.querySelector('[data-testid="hint"]')?.dataset.hint;
          if (hint !== undefined && hint !== globalThis.hints.at(-1)?.hint) globalThis.hints.push({ hint, at: performance.now() });
        }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-hint"] });
      });
      await start(page, people[card].subscription);
      await step(page, "check");

      const looks = await seen();
      for (const side of ["front", "back"]) {
        const { began, good, fired, read } = shotOf(video, looks, side);
        const looked = looks.filter((look) => look.side === side && !look.read).length;
        t.diagnostic(
          `measured citizen ${citizen}, ${side}, held by hand: looked from frame ${began} on, ${looked} times; good for a second ` +
            `from ${good} on; shot at ${fired}, read ${read.join(" and ")} (${video.fps} frames a second)`,
        );
        assert.deepEqual(faultsOfShot(video, looks, side, SOON), []);
      }

      // What is not pointed out to the user was read as it was drawn (RN-5).
      const read = await fields(page);
      for (const name of FIELDS) {
        const uncertain = await page.getAttribute(by(`field-${name}`), "data-uncertain");
        if (uncertain !== "true") assert.equal(read[name], TRUTH[citizen][name], name);
      }

      // One hint at a time, for a second at least, until the page has something of its own to say.
      const hints = await page.evaluate(() => globalThis.hints);
      for (const [place, { hint, at }] of hints.slice(1).entries()) {
        const last = hints[place];
        if (!OWN.includes(hint) && !["starting", "reading"].includes(last.hint)) assert.ok(at - last.at >= 990, `${last.hint}, then ${hint} after ${at - last.at} ms`);
      }
      assert.deepEqual(errors, []);
    } finally {
      await close();
    }
  });
}
