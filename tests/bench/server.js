// Serves the page, the contenders and the photos to Chromium. When the line is limited, every file goes compressed by
// brotli at 11, as a good host keeps it, no faster than it is told, and is counted.

import { createHash } from "node:crypto";
import { mkdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants } from "node:zlib";

const TYPES = { ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm", ".json": "application/json", ".html": "text/html" };
/** Compressed already: as they are. */
const COMPRESSED = [".gz", ".jpg"];
/** Bytes that are sent at once when the rate is limited. */
const PIECE = 16 * 1024;

/** What lies under this is on the phone already: neither counted nor held back. */
const LOCAL = "/photos/";

/**
 * @param {Record<string, string>} roots folders by the beginning of their address; the longest that fits counts
 * @param {string} cache where compressed files are kept from one run to the next
 */
export async function serve(roots, cache) {
  mkdirSync(cache, { recursive: true });
  const prefixes = Object.keys(roots).sort((a, b) => b.length - a.length);
  const bodies = new Map();
  const made = new Map();
  const state = { rate: Infinity, requests: [], free: 0 };

  function body(path) {
    const prefix = prefixes.find((prefix) => path.startsWith(prefix));
    const file = join(roots[prefix], path.slice(prefix.length));
    const limited = state.rate !== Infinity && !path.startsWith(LOCAL);
    const key = `${limited} ${file}`;
    if (!bodies.has(key)) bodies.set(key, limited ? compressed(file, cache) : readFile(file).then((bytes) => ({ bytes })));
    return bodies.get(key);
  }

  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    if (path === "/") return response.setHeader("content-type", "text/html").end('<!doctype html><title>bench</title><link rel="icon" href="data:,">');
    if (made.has(path)) return response.end(made.get(path));
    try {
      const { bytes, brotli } = await body(path);
      response.setHeader("content-type", TYPES[extname(path)] ?? "application/octet-stream");
      if (brotli) response.setHeader("content-encoding", "br");
      response.setHeader("content-length", bytes.length);
      if (path.startsWith(LOCAL)) return response.end(bytes);
      state.requests.push({ path, bytes: bytes.length });
      await send(response, bytes, state);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));

  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => server.close(),
    /** From now on: at most so many bytes a second over all connections, and nothing counted yet. */
    limit: (rate) => Object.assign(state, { rate, requests: [], free: 0 }),
    /** Compresses what was sent since, so that nobody waits for that when the line is limited. */
    compress: async () => {
      const paths = state.requests.map(({ path }) => path);
      state.rate = 1;
      for (const path of paths) await body(path);
      state.rate = Infinity;
    },
    /** What was sent since. */
    requests: () => state.requests,
    /** Serves these bytes under a path below `/photos/`. */
    put: (path, bytes) => made.set(path, bytes),
  };
}

/** A file as it is sent. */
async function compressed(file, cache) {
  const bytes = await readFile(file);
  if (COMPRESSED.includes(extname(file))) return { bytes };
  const kept = join(cache, `${createHash("sha256").update(bytes).digest("hex")}.br`);
  try {
    return { bytes: await readFile(kept), brotli: true };
  } catch {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    const small = await promisify(brotliCompress)(bytes, { params });
    await writeFile(kept, small);
    return { bytes: small, brotli: true };
  }
}

/** Writes a body piece by piece, each when the line is free. */
async function send(response, bytes, state) {
  if (state.rate === Infinity) return response.end(bytes);
  for (let at = 0; at < bytes.length; at += PIECE) {
    const piece = bytes.subarray(at, at + PIECE);
    // Timers are late; what they missed is caught up with, within bounds.
    const start = Math.max(state.free, performance.now() - 50);
    state.free = start + (piece.length / state.rate) * 1000;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, state.free - performance.now())));
    response.write(piece);
  }
  response.end();
}
