// Runs the page's own tests, those that need no browser: `node web/test.mjs`.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const tests = join(dirname(fileURLToPath(import.meta.url)), "test");
const out = mkdtempSync(join(tmpdir(), "shiming-web-"));
try {
  const entryPoints = readdirSync(tests).filter((name) => name.endsWith(".test.ts")).map((name) => join(tests, name));
  await build({ entryPoints, bundle: true, outdir: out, format: "esm", platform: "node", target: "node20", outExtension: { ".js": ".mjs" }, logLevel: "warning" });
  const files = readdirSync(out).map((name) => join(out, name));
  process.exitCode = spawnSync(process.execPath, ["--test", ...files], { stdio: "inherit" }).status ?? 1;
} finally {
  rmSync(out, { recursive: true, force: true });
}
