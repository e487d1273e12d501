// Bundles the page and its worker and copies what goes with them: `node web/build.mjs [out = dist/web]`.
// What `cargo xtask build web` puts beside them (capture/, models/) is left as it is.

import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2] ?? join(here, "../dist/web"));
const assets = join(out, "assets");
rmSync(assets, { recursive: true, force: true });
mkdirSync(assets, { recursive: true });

const wasm = join(out, "capture/shiming_capture_bg.wasm");

/** Bundles one entry point to `assets/<name>-<hash>.<js|css>` and returns that path. */
async function bundle(entry, define = {}) {
  const { outputFiles } = await build({
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
  const [{ contents }] = outputFiles;
  const [name, kind] = entry.endsWith(".css") ? ["page", "css"] : [basename(entry, ".ts"), "js"];
  const hash = createHash("sha256").update(contents).digest("hex").slice(0, 10);
  const path = `assets/${name}-${hash}.${kind}`;
  writeFileSync(join(out, path), contents);
  return path;
}

const worker = await bundle("src/reader.worker.ts", { WASM_BYTES: String(existsSync(wasm) ? statSync(wasm).size : 0) });
const script = await bundle("src/main.ts", { WORKER_URL: JSON.stringify(`/${worker}`) });
const style = await bundle("styles/page.css");

const html = readFileSync(join(here, "index.html"), "utf8").replace("%STYLE%", style).replace("%SCRIPT%", script);
// `/r` is where capture links lead; their token is in the fragment.
for (const name of ["index.html", "r.html"]) writeFileSync(join(out, name), html);
for (const name of ["_headers", "icon.svg"]) copyFileSync(join(here, name), join(out, name));

const total = readdirSync(assets).reduce((sum, name) => sum + statSync(join(assets, name)).size, 0);
console.log(`web: ${script}, ${worker}, ${style}: ${(total / 1000).toFixed(1)} kB`);
