// The browser package reports the golden pictures as the native reader does: every page, every warning.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch } from "./chromium.js";

const { EDGE_URL, GOLDEN } = process.env;
/** The day on which the golden reports were made: 2026-11-22T00:00:00Z. */
const NOW = 1_795_305_600;
/** Sums in floating point differ a little between processors; nothing else may. */
const CONFIDENCE = 0.03;

/** Every module that a phone may get. */
const MODULES = ["shiming_capture_bg.wasm", "shiming_capture_relaxed_bg.wasm"];

let browser;

before(async () => {
  browser = await launch();
});

after(() => browser?.close());

/** A page in which `capture` reads. */
async function opened(name) {
  const page = await browser.newPage();
  await page.goto(new URL("/icon.svg", EDGE_URL).href);
  await page.evaluate(async (name) => {
    const module = await import("/capture/shiming_capture.js");
    await module.default({ module_or_path: `/capture/${name}` });
    const manifest = await (await fetch("/models/manifest.json")).json();
    const model = async (role) => {
      const { file } = manifest.files.find((listed) => listed.role === role);
      return new Uint8Array(await (await fetch(`/models/${file}`)).arrayBuffer());
    };
    const [finder, sorter, grain, narrow, recogniser] =
      await Promise.all(["finder", "sorter", "grain", "narrow", "recogniser"].map(model));
    window.capture = new module.Capture(finder, sorter);
    window.capture.addReader(grain, narrow, recogniser);
  }, name);
  return page;
}

for (const name of MODULES) test(`RN-4, RN-5: the golden pictures are reported as natively: ${name}`, async () => {
  const page = await opened(name);
  const golden = (await readFile(join(GOLDEN, "documents.jsonl"), "utf8")).trim().split("\n").map((line) => JSON.parse(line));
  const pictures = (await readdir(GOLDEN)).filter((name) => name.endsWith(".jpg"));
  assert.equal(pictures.length, golden.length);
  for (const { picture, reports } of golden) {
    const bytes = (await readFile(join(GOLDEN, `${picture}.jpg`))).toString("base64");
    const read = await page.evaluate(([text, now]) => {
      const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
      return JSON.parse(window.capture.readDocuments(bytes, now));
    }, [bytes, NOW]);
    assert.equal(read.length, reports.length, picture);
    reports.forEach((expected, index) => {
      const { confidence, ...rest } = read[index];
      const { confidence: expectedConfidence, ...expectedRest } = expected;
      assert.deepEqual(rest, expectedRest, picture);
      assert.deepEqual(Object.keys(confidence), Object.keys(expectedConfidence), picture);
      for (const [field, sure] of Object.entries(confidence)) {
        assert.ok(Math.abs(sure - expectedConfidence[field]) <= CONFIDENCE, `${picture}: ${field} ${sure}`);
      }
    });
  }
});
