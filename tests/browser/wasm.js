// Runs wasm-bindgen-tests in Chromium: `node wasm.js DIR`, where every folder of DIR holds one test module
// (`tests.js`, `tests_bg.wasm`) as xtask bound it. Prints what libtest would print; ends with status 1 on a failure.

import { readFile, readdir } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { launch } from "./chromium.js";

const [root] = process.argv.slice(2);
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm" };

/** What wasm-bindgen-test expects of a page: a place to write to, and console methods that it can listen to. */
const PAGE = `<!doctype html><meta charset="utf-8"><pre id="output"></pre><pre id="console_output"></pre><script>
  for (const method of ["debug", "log", "info", "warn", "error"]) {
    console[method] = (...args) => {
      document.getElementById("console_output").append(args.map(String).join(" ") + "\\n");
      window["on_console_" + method]?.(args);
    };
  }
  window.__wbg_test_invoke = (test) => test();
</script>`;

const server = createServer(async (request, response) => {
  const path = normalize(new URL(request.url, "http://localhost").pathname);
  if (path === "/") return response.setHeader("content-type", "text/html").end(PAGE);
  try {
    const body = await readFile(join(root, path));
    response.setHeader("content-type", TYPES[extname(path)] ?? "application/octet-stream").end(body);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

const browser = await launch();
let failed = false;
try {
  for (const name of (await readdir(root)).sort()) {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const result = await page.evaluate(async (folder) => {
      const bindings = await import(`/${folder}/tests.js`);
      const wasm = await bindings.default({ module_or_path: `/${folder}/tests_bg.wasm` });
      // The name of a test's export: __wbgt_<modifiers>_<module path>; modifier $ is #[ignore].
      const tests = Object.keys(wasm).filter((key) => key.startsWith("__wbgt_"));
      if (tests.length === 0) return { passed: true, output: "" };
      const context = new bindings.WasmBindgenTestContext(false);
      for (const method of ["debug", "log", "info", "warn", "error"]) {
        window[`on_console_${method}`] = bindings[`__wbgtest_console_${method}`];
      }
      const passed = await context.run(tests.map((test) => wasm[test]));
      return { passed, output: document.getElementById("output").textContent };
    }, name);
    console.log(result.output);
    failed ||= !result.passed;
    await page.close();
  }
} finally {
  await browser.close();
  server.close();
}
process.exitCode = failed ? 1 : 0;
