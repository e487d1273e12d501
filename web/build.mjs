// Bundles the page and its worker and copies what goes with them: `node web/build.mjs [out = dist/web]`.
// What `cargo xtask build web` puts beside them (capture/, models/) is left as it is.

import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, "../dist/web"));
const assets = join(out, "assets");
rmSync(assets, { recursive: true, force: true });
mkdirSync(assets, { recursive: true });

const wasm = { plain: "capture/shiming_capture_bg.wasm", relaxed: "capture/shiming_capture_relaxed_bg.wasm" };
/** Their sizes; 0 for what is not built. */
const sizes = Object.entries(wasm).map(([kind, path]) => [kind, statSync(join(out, path), { throwIfNoEntry: false })?.size ?? 0]);

/** Puts `contents` into `assets/<name>-<hash>.<kind>` and returns that path. */
function publish(name, kind, contents) {
  const path = `assets/${name}-${digest(contents).toString("hex").slice(0, 10)}.${kind}`;
  writeFileSync(join(out, path), contents);
  return path;
}

function digest(contents) {
  return createHash("sha256").update(contents).digest();
}

/** Bundles one entry point to `assets/<name>-<hash>.<js|css>` and returns that path. */
async function bundle(entry, define = {}) {
  const { outputFiles } = await build({
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
    external: ["/capture/*"],
    define,
    logLevel: "warning",
  });
  const [name, kind] = entry.endsWith(".css") ? ["page", "css"] : [basename(entry, ".ts"), "js"];
  const bundled = outputFiles.find(({ path }) => path.endsWith(`.${kind}`));
  for (const { path, contents } of outputFiles) if (path !== bundled.path) writeFileSync(path, contents);
  return publish(name, kind, bundled.contents);
}

const worker = await bundle("src/reader.worker.ts", { WASM_BYTES: JSON.stringify(Object.fromEntries(sizes)) });
const table = readFileSync(join(here, "data/characters.txt"));
const characters = publish("characters", "txt", table);
const script = await bundle("src/main.ts", {
  WORKER_URL: JSON.stringify(`/${worker}`),
  CHARACTERS_URL: JSON.stringify(`/${characters}`),
  CHARACTERS_INTEGRITY: JSON.stringify(`sha256-${digest(table).toString("base64")}`),
});
const style = await bundle("styles/page.css");

const html = readFileSync(join(here, "index.html"), "utf8").replace("%STYLE%", style).replace("%SCRIPT%", script);
// `/r` is where capture links lead; their token is in the fragment.
for (const name of ["index.html", "r.html"]) writeFileSync(join(out, name), html);
for (const name of ["_headers", "icon.svg"]) copyFileSync(join(here, name), join(out, name));

const total = readdirSync(assets).reduce((sum, name) => sum + statSync(join(assets, name)).size, 0);
console.log(`web: ${script}, ${worker}, ${style}: ${(total / 1000).toFixed(1)} kB`);
