// Measures readers beside each other in one headless Chromium:
//
//   node run.js --photos DIR --peers DIR --cache DIR --out FILE.json [--contenders a,b] [--slow-share N] [--large N] [--no-first-use]
//
// DIR of photos holds sets as `cargo xtask specimen set` writes them, each in a folder PAGE.SEVERITY. Every photo goes
// through every contender before the next one does, so that what else the machine does meets all alike.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { launch } from "../browser/chromium.js";
import { serve } from "./server.js";

const { values: options } = parseArgs({
  allowNegative: true,
  options: {
    photos: { type: "string" },
    peers: { type: "string" },
    cache: { type: "string" },
    out: { type: "string" },
    contenders: { type: "string", default: "ours,ppocr_v6,ppocr_v5,ppocr_v4,tesseract" },
    /** tesseract.js reads every so-manieth photo only: it takes many times as long. */
    "slow-share": { type: "string", default: "5" },
    large: { type: "string", default: "8" },
    frames: { type: "string", default: "10" },
    /** So many photos of each page go through every contender before anything is measured. */
    warm: { type: "string", default: "2" },
    /** How long it takes from an empty cache; `--no-first-use` saves compressing everything. */
    "first-use": { type: "boolean", default: true },
  },
});

/** Bytes a second of a first use. */
const RATE = 1_500_000;
const SLOW = ["tesseract"];
/** 12 megapixels. */
const LARGE = [4000, 3000];

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../..");

const server = await serve(
  {
    "/": join(root, "dist/web"), "/bench/": here, "/node_modules/": join(here, "node_modules"),
    "/models-of-peers/": options.peers, "/documents/": join(root, "documents"), "/photos/": options.photos,
  },
  options.cache,
);
const browser = await launch([], { timeout: 0 });
const system = await browser.newBrowserCDPSession();

/** Seconds of processor time that all pages together have used. */
async function processorTime() {
  const { processInfo } = await system.send("SystemInfo.getProcessInfo");
  return processInfo.filter(({ type }) => type === "renderer").reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

/** A contender in a page of its own with an empty cache. */
class Contender {
  constructor(name) {
    this.name = name;
  }

  async open() {
    this.context = await browser.newContext();
    // A busy machine is no fault.
    this.context.setDefaultTimeout(0);
    this.page = await this.context.newPage();
    this.page.on("console", (message) => message.type() === "error" && console.error(`${this.name}: ${message.text()}`));
    await this.page.goto(server.url);
    await this.page.evaluate(() => {
      const waiting = new Map();
      let last = 0;
      globalThis.begin = (name) => {
        globalThis.worker = new Worker(`/bench/worker.js?${name}`, { type: "module" });
        worker.onerror = ({ message }) => waiting.get(0)?.reject(new Error(message || "the worker did not start"));
        worker.onmessage = ({ data: { id, answer, error } }) => {
          if (error === undefined) waiting.get(id)?.resolve(answer);
          else waiting.get(id)?.reject(new Error(error));
        };
        return new Promise((resolve, reject) => waiting.set(0, { resolve, reject }));
      };
      globalThis.call = (call, rest) => new Promise((resolve, reject) => {
        waiting.set(++last, { resolve, reject });
        worker.postMessage({ id: last, call, ...rest });
      });
    });
  }

  call(name, rest = {}) {
    return this.page.evaluate(([name, rest]) => globalThis.call(name, rest), [name, rest]);
  }

  /** From nothing to the fields of one photo. */
  async firstUse(photo) {
    return this.page.evaluate(async ([name, photo]) => {
      const start = performance.now();
      const described = await begin(name);
      await call("load");
      const loaded = performance.now();
      await call("read", photo);
      return { ...described, loaded: loaded - start, read: performance.now() - start };
    }, [this.name, photo]);
  }

  async read(photo) {
    const before = await processorTime();
    const read = await this.call("read", { url: photo.url, page: photo.page });
    return { ...read, processor: (await processorTime() - before) * 1000 };
  }
}

const photos = readdirSync(options.photos).sort().flatMap((set) => {
  const dot = set.lastIndexOf(".");
  const [page, severity] = [set.slice(0, dot), set.slice(dot + 1)];
  const lines = readFileSync(join(options.photos, set, "truth.jsonl"), "utf8").trimEnd().split("\n");
  return lines.map((line, place) => {
    const { file, fields, mrz } = JSON.parse(line);
    return { url: `/photos/${set}/${file}`, page, severity, place, truth: truth(page, fields, mrz) };
  });
});
// The first of every set, then the second of every set: a run that is cut short has something of each.
photos.sort((a, b) => a.place - b.place);

/** What is to be read: of a passport, its zone. */
function truth(page, fields, mrz) {
  return page === "cn_passport.front" ? { mrz1: mrz[0], mrz2: mrz[1] } : fields;
}

const first = photos.find(({ page, severity }) => page === "cn_resident_id.front" && severity === "easy") ?? photos[0];
const results = {
  machine: { processor: cpus()[0].model, cores: cpus().length, chromium: browser.version(), node: process.version, date: new Date().toISOString() },
  contenders: {}, photos, reads: [], large: [],
};

const contenders = [];
for (const name of options.contenders.split(",")) {
  const contender = new Contender(name);
  // Once without a limit, to learn what is fetched.
  await contender.open();
  server.limit(Infinity);
  let { pages, inspects, ...firstUse } = await contender.firstUse(first);
  Object.assign(contender, { pages, inspects });
  if (options["first-use"]) {
    await contender.context.close();
    await server.compress();
    server.limit(RATE);
    await contender.open();
    firstUse = await contender.firstUse(first);
  }
  const requests = server.requests();
  server.limit(Infinity);
  results.contenders[name] = { pages, firstUse, requests, download: requests.reduce((sum, { bytes }) => sum + bytes, 0) };
  contenders.push(contender);
  console.log(`${name}: first use ${(firstUse.read / 1000).toFixed(1)} s, ${(results.contenders[name].download / 1e6).toFixed(2)} MB`);
}

for (const contender of contenders) {
  for (const page of contender.pages) for (const photo of photos.filter((photo) => photo.page === page).slice(0, Number(options.warm))) await contender.read(photo);
}

for (const [at, photo] of photos.entries()) {
  for (const contender of contenders) {
    if (!contender.pages.includes(photo.page)) continue;
    if (SLOW.includes(contender.name) && photo.place % Number(options["slow-share"]) !== 0) continue;
    results.reads.push({ contender: contender.name, photo: at, ...(await contender.read(photo)) });
  }
  save(`${at + 1} of ${photos.length} photos`);
}

const fronts = photos.filter(({ page, severity }) => page === "cn_resident_id.front" && severity === "easy").slice(0, Number(options.large));
for (const [at, photo] of fronts.entries()) {
  const url = `/photos/large/${at}.jpg`;
  server.put(url, await enlarged(photo.url));
  for (const contender of contenders) {
    if (SLOW.includes(contender.name) && at >= 2) continue;
    results.large.push({ contender: contender.name, photo: photos.indexOf(photo), ...(await contender.read({ ...photo, url })) });
  }
  save(`${at + 1} of ${fronts.length} large photos`);
}

for (const contender of contenders) {
  const entry = results.contenders[contender.name];
  entry.memory = await contender.call("memory");
  if (contender.inspects) {
    entry.inspect = [];
    for (const { url, page } of fronts) {
      entry.inspect.push(...(await contender.call("inspect", { url, page, times: Number(options.frames) })).slice(1));
    }
  }
}

save("done");
await browser.close();
server.close();

/** Keeps what was measured so far. */
function save(progress) {
  writeFileSync(options.out, JSON.stringify(results));
  console.log(progress);
}

/** The photo in 12 megapixels, as a JPEG. */
async function enlarged(url) {
  const { page } = contenders[0];
  const base64 = await page.evaluate(async ([url, [long, short]]) => {
    const image = await createImageBitmap(await (await fetch(url)).blob());
    const upright = image.height > image.width;
    const canvas = new OffscreenCanvas(upright ? short : long, upright ? long : short);
    const context = canvas.getContext("2d");
    context.imageSmoothingQuality = "high";
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 })).arrayBuffer());
    let text = "";
    for (let at = 0; at < bytes.length; at += 32768) text += String.fromCharCode(...bytes.subarray(at, at + 32768));
    return btoa(text);
  }, [url, LARGE]);
  return Buffer.from(base64, "base64");
}
