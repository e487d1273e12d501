// Bundles the pages and their workers and copies what goes with them:
// `node web/build.mjs [out = dist/web] [card] [scanner]`, the latter two being where `cargo xtask build web` left the packages of
// `crates/card` and `crates/scanner`. What it puts beside the pages (capture/, models/) is left as it is.

import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, "../dist/web"));
const [card, scanner] = ["card", "scanner"].map((name, at) => resolve(process.argv[3 + at] ?? join(here, `../target/xtask/package-${name}`)));
const assets = join(out, "assets");
/** Scripts of Web Workers, which a service worker serves only below its own scope. */
const below = { assets, verify: join(out, "verify") };
for (const folder of Object.values(below)) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
}

const wasm = { plain: "capture/shiming_capture_bg.wasm", relaxed: "capture/shiming_capture_relaxed_bg.wasm" };
/** Their sizes; 0 for what is not built. */
const sizes = Object.entries(wasm).map(([kind, path]) => [kind, statSync(join(out, path), { throwIfNoEntry: false })?.size ?? 0]);

/** Puts `contents` into `<folder>/<name>-<hash>.<kind>` and returns that path. */
function publish(name, kind, contents, folder = "assets") {
  const path = `${folder}/${name}-${digest(contents).toString("hex").slice(0, 10)}.${kind}`;
  writeFileSync(join(out, path), contents);
  return path;
}

function digest(contents) {
  return createHash("sha256").update(contents).digest();
}

/** Bundles one entry point to `<folder>/<name>-<hash>.<js|css>` and returns that path. */
async function bundle(entry, define = {}, name = basename(entry).replace(/\.(ts|css)$/, ""), folder = "assets") {
  const kind = entry.endsWith(".css") ? "css" : "js";
  return publish(name, kind, await contentsOf(entry, kind, define), folder);
}

/**
 * The bundle of one entry point; files that it names go to the assets. Of the messages it has those that it can say: a key's first
 * word stands in the script, whether the rest is put together or not.
 */
async function contentsOf(entry, kind, define) {
  if (kind === "css") return built(entry, kind, define, () => false);
  const script = new TextDecoder().decode(await built(entry, kind, define, () => false));
  const said = new Set(Array.from(script.matchAll(/["'`](\w+)(?=["'`.])/g), ([, word]) => word));
  return built(entry, kind, define, (key) => said.has(key.split(".")[0]));
}

/** Messages, as far as they are wanted. */
const messages = (wanted) => ({
  name: "messages",
  setup: ({ onLoad }) => onLoad({ filter: /messages[/\\][\w-]+\.json$/ }, ({ path }) => ({
    contents: text(Object.fromEntries(Object.entries(JSON.parse(readFileSync(path, "utf8"))).filter(([key]) => wanted(key)))),
    loader: "json",
  })),
});

async function built(entry, kind, define, wanted) {
  const { outputFiles } = await build({
    plugins: [messages(wanted)],
    // The font lies beside the style sheet that names it.
    loader: { ".woff2": "file" },
    assetNames: "[name]-[hash]",
    outdir: assets,
    entryPoints: [join(here, entry)],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: ["es2022"],
    charset: "utf8",
    legalComments: "none",
    external: ["/capture/*", "/face/*"],
    alias: { "shiming-card": join(card, "shiming_card.js"), "shiming-scanner": join(scanner, "shiming_scanner.js") },
    define,
    logLevel: "warning",
  });
  const main = outputFiles.find(({ path }) => path.endsWith(`.${kind}`));
  for (const { path, contents } of outputFiles) if (path !== main.path) writeFileSync(path, contents);
  return main.contents;
}

/** A JSON text for esbuild's `define`. */
const text = (value) => JSON.stringify(value);

const worker = await bundle("src/reader.worker.ts", { WASM_BYTES: JSON.stringify(Object.fromEntries(sizes)) });
const FACE_WASM_BYTES = text(statSync(join(out, "face/shiming_face_bg.wasm"), { throwIfNoEntry: false })?.size ?? 0);
const faceWorker = await bundle("src/face/faces.worker.ts", { FACE_WASM_BYTES });
/** The workers of pages that read documents and faces. */
const workers = { READER_WORKER_URL: text(`/${worker}`), FACE_WORKER_URL: text(`/${faceWorker}`) };
const table = readFileSync(join(here, "data/characters.txt"));
const characters = publish("characters", "txt", table);
const script = await bundle("src/main.ts", {
  ...workers,
  CHARACTERS_URL: JSON.stringify(`/${characters}`),
  CHARACTERS_INTEGRITY: JSON.stringify(`sha256-${digest(table).toString("base64")}`),
});
const style = await bundle("styles/page.css");

/** What a page is called and says of itself before its script runs; that knows the language. */
const WORDS = {
  index: ["实名登记", "手机卡实名登记：照片不离开手机。 SIM registration: no picture leaves your phone."],
  verify: ["核验电子证件", "核验电子证件：在手机上完成，没有网络也行。 Check an electronic ID on the phone, without a network too."],
  card: ["我的电子证件", "电子证件：只存在这部手机上。 Your electronic ID, on this phone only."],
  apply: ["无犯罪记录证明", "当场开具无犯罪记录证明。 A certificate of no criminal record, issued now."],
  c: ["查验无犯罪记录证明", "查验无犯罪记录证明的真伪和效力。 Check a certificate of no criminal record."],
  office: ["无犯罪记录证明管理", "签发机关：证明、单位、模板和日志。 For those who issue certificates of no criminal record."],
  terminal: ["签发电子证件", "签发电子证件的终端。 A terminal that issues electronic IDs."],
};

/** Writes a page with its words, style and script in place, under its name and under `others`. */
function page(name, style, script, ...others) {
  const [title, description] = WORDS[name];
  const places = { TITLE: title, DESCRIPTION: description, STYLE: style, SCRIPT: script };
  const html = readFileSync(join(here, "page.html"), "utf8").replaceAll(/%([A-Z]+)%/g, (_, place) => places[place]);
  for (const file of [name, ...others]) writeFileSync(join(out, `${file}.html`), html);
  return html;
}

// `/r` is where capture links lead; their token is in the fragment.
page("index", style, script, "r");

// Electronic ID cards: checked, held, issued.
const cardModule = publish("card", "wasm", readFileSync(join(card, "shiming_card_bg.wasm")));
const scannerModule = publish("scanner", "wasm", readFileSync(join(scanner, "shiming_scanner_bg.wasm")));
const scan = await bundle("src/verify/scan.worker.ts", { SCANNER_WASM: text(`/${scannerModule}`) }, "scan", "verify");
const CARD_WASM = text(`/${cardModule}`);
const cards = await bundle("styles/cards.css");
const verify = await bundle("src/verify/main.ts", { CARD_WASM, SCAN_WORKER_URL: text(`/${scan}`) }, "verify");
const wallet = await bundle("src/card/main.ts", { CARD_WASM }, "wallet");
const terminal = await bundle("src/terminal/main.ts", { CARD_WASM, ...workers }, "terminal");
page("terminal", cards, terminal);
// Certificates of no criminal record: applied for, checked. `/c` is where the codes on certificates lead; number and code are in the fragment.
page("apply", await bundle("styles/apply.css"), await bundle("src/apply/main.ts", workers, "apply"));
page("c", cards, await bundle("src/certificate/main.ts", { SCAN_WORKER_URL: text(`/${scan}`) }, "certificate"));
page("office", await bundle("styles/office.css"), await bundle("src/office/main.ts", {}, "office"));
await keptOffline("/verify", page("verify", cards, verify), [cards, verify, cardModule, scan, scannerModule]);
await keptOffline("/card", page("card", cards, wallet), [cards, wallet, cardModule]);

/** The service worker that keeps a page and its files: at the root, since its scope is the page's path. */
async function keptOffline(path, html, files) {
  const FILES = [...files.map((file) => `/${file}`), "/icon.svg"];
  const VERSION = digest(html + FILES.join()).toString("hex").slice(0, 10);
  const define = { PAGE: text(path), FILES: text(FILES), VERSION: text(VERSION) };
  writeFileSync(join(out, `${path.slice(1)}-sw.js`), await contentsOf("src/cards/service_worker.ts", "js", define));
}

for (const name of ["_headers", "icon.svg"]) copyFileSync(join(here, name), join(out, name));

const total = readdirSync(assets).reduce((sum, name) => sum + statSync(join(assets, name)).size, 0);
console.log(`web: ${script}, ${worker}, ${style}: ${(total / 1000).toFixed(1)} kB`);
