// The verifier's page (EC-4): cards are checked on the phone of who checks them, by camera, picture or text, without a network too;
// and nothing of a card leaves that phone.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { cbor, codeOf, keyPair, present, sign1 } from "../interop/issuer.js";
import { film, pictureOf } from "./camera.js";
import { Pages } from "./pages.js";
import { by, clean, phone } from "./walk.js";

const folder = mkdtempSync(join(tmpdir(), "shiming-verify-"));
const holder = keyPair();
const now = () => Math.floor(Date.now() / 1000);

/** @type {Pages} */
let pages;
/** A page without a policy, to draw on. @type {Awaited<ReturnType<typeof phone>>} */
let studio;
before(async () => {
  pages = await new Pages().start();
  studio = await phone({ desktop: true });
  await studio.page.goto("about:blank");
});
after(async () => {
  await studio.close();
  pages.stop();
  rmSync(folder, { recursive: true });
});

const card = (index, shown, options) => pages.issuer.card(holder, index, shown, options).bytes;
/** What the holder's phone shows of a card, so many seconds ago. */
const code = (bytes, ago = 0) => present(bytes, holder, now() - ago);

/** Points the camera at the symbol of a text; a camera that runs already sees it once it is opened again. */
const aim = async (text) => film(studio.page, await pictureOf(studio.page, text), join(folder, "camera.y4m"));

const verdictOf = async (page) => (await page.waitForSelector(`${by("verdict")}[data-verdict]`)).getAttribute("data-verdict");

/** Opens the page and waits until it has keys and lists, and is kept for when there is no network. */
async function open(page, origin = pages.origin) {
  await page.goto(`${origin}/verify`);
  await page.waitForSelector(`${by("lists")}[data-state="fresh"][data-offline="true"]`);
}

/** Gives the page a code as text. */
async function paste(page, text) {
  if ((await page.getAttribute("details.typed", "open")) === null) await page.click(by("type-code"));
  await page.fill(by("code-text"), text);
  await page.click(by("code-submit"));
}

test("the camera reads a card, without a network too, and nothing of it is sent", async () => {
  const first = code(card(5, new Map([[2, 18]])));
  await aim(first);
  const { page, recorder, errors, close } = await phone({ camera: "shows", stream: join(folder, "camera.y4m") });
  try {
    await open(page);
    assert.equal(await verdictOf(page), "valid");
    assert.equal(await page.textContent(by("claim-over")), "年满 18 岁");
    assert.equal(await page.locator(by("claim-name")).count(), 0, "the holder did not show a name");
    // The newest code that the camera sees once it is opened again, and no network.
    const second = code(card(6, new Map([[1, "诸葛明哲"], [3, "男"]])));
    await aim(second);
    recorder.cut();
    await page.reload();
    assert.equal(await verdictOf(page), "valid");
    assert.equal(await page.textContent(by("claim-name")), "诸葛明哲");
    recorder.mend();
    const bodies = recorder.sent.filter(({ method, body }) => method !== "GET" || body.length > 0);
    assert.deepEqual(bodies.map(({ url }) => url.href), []);
    const asked = new Set(recorder.sent.map(({ url }) => url.pathname).filter((path) => path.startsWith("/v1/")));
    assert.deepEqual([...asked].sort(), ["/v1/cards/keys", "/v1/cards/status/1", "/v1/cards/status/2"]);
    for (const { url, headers } of recorder.sent) assert.ok(!/SM1|%3A/.test(url.href + headers.join()), url.href);
    // What the service worker keeps is the page itself: no answer of /v1.
    const kept = await page.evaluate(async () => {
      const names = await caches.keys();
      const requests = await Promise.all(names.map(async (name) => (await caches.open(name)).keys()));
      return requests.flat().map(({ url }) => new URL(url).pathname);
    });
    assert.ok(kept.includes("/verify"));
    assert.deepEqual(kept.filter((path) => path.startsWith("/v1/")), []);
    assert.deepEqual(errors, []);
  } finally {
    await close();
  }
});

test("a code that is no card's is said, and the camera goes on", async () => {
  await aim("https://id.example/somewhere");
  const { page, close } = await phone({ camera: "shows", stream: join(folder, "camera.y4m") });
  try {
    await open(page);
    await page.waitForSelector(`${by("hint")}[data-hint="other_code"]`);
    assert.ok(await page.isHidden(by("verdict")));
  } finally {
    await close();
  }
});

test("every verdict says what to do; a revocation is known once the list is new", async () => {
  const { page, errors, close } = await phone({ camera: "denied", language: "en" });
  const forger = keyPair();
  const good = card(9, new Map([[1, "诸葛明哲"], [2, 18], [3, "男"], [4, "2003-02-28"]]));
  const cases = [
    ["valid", () => code(good)],
    ["stale", () => code(good, 90)],
    ["expired", () => code(card(9, new Map(), { days: -0.5 }))],
    ["forged", () => code(card(9, new Map([[2, 18]]), { key: forger }))],
    ["forged", () => present(good, forger, now())],
    ["unknown_issuer", () => code(card(9, new Map(), { kid: "2027-a" }))],
    ["malformed", () => code(good).slice(0, -30)],
    ["malformed", () => codeOf(sign1(holder, "shiming-shown", undefined, cbor(new Map([[6, now()]]))))],
    ["other_code", () => "HC1:6BF"],
    ["status_unknown", () => code(card(1000, new Map()))],
  ];
  try {
    await open(page);
    await page.waitForSelector(`${by("camera")}[data-state="denied"]`);
    for (const [verdict, make] of cases) {
      await paste(page, make());
      assert.equal(await verdictOf(page), verdict);
      await clean(page, verdict);
      assert.ok((await page.textContent(".verdict-head p")).length > 20, "it says what to do");
      assert.equal(await page.locator(by("claim-number")).count(), verdict === "valid" ? 1 : 0, "only a valid card is shown");
      await page.click(by("next"));
    }
    pages.revoked = [9];
    await paste(page, code(good));
    assert.equal(await verdictOf(page), "valid", "the list that is here does not know yet");
    await page.click(by("next"));
    const told = page.waitForResponse((response) => response.url().endsWith("/v1/cards/status/1"));
    await page.click(by("refresh"));
    await told;
    await page.waitForSelector(`${by("refresh")}:not([aria-busy])`);
    await paste(page, code(good));
    assert.equal(await verdictOf(page), "revoked");
    await clean(page);
    assert.deepEqual(errors, []);
  } finally {
    pages.revoked = [];
    await close();
  }
});

test("a picture file does as well as a camera", async () => {
  const { page, close } = await phone({ camera: "absent", dark: true });
  try {
    await open(page);
    await page.waitForSelector(`${by("camera")}:is([data-state="absent"],[data-state="denied"])`);
    await clean(page);
    const file = join(folder, "code.png");
    writeFileSync(file, await pictureOf(studio.page, code(card(5, new Map()))));
    await page.setInputFiles(by("file-input"), file);
    assert.equal(await verdictOf(page), "valid");
    await clean(page);
    await page.click(by("next"));
    await page.setInputFiles(by("file-input"), { name: "none.txt", mimeType: "text/plain", buffer: Buffer.from("no picture") });
    await page.waitForSelector(`${by("verdict")}[data-verdict="malformed"]`);
  } finally {
    await close();
  }
});
