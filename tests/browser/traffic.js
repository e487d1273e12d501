// The traffic rule (DC-1): what a whole registration may send, and what no byte of it may be.

import { spawnSync } from "node:child_process";

/** Most bytes of bodies, queries and our own headers of one registration (`shiming_wire::MAX_REGISTRATION_BYTES`). */
export const LIMIT = 4096;

/** What every browser sends by itself with every request, whatever the page. */
const OF_THE_BROWSER = new Set([
  "host", "connection", "proxy-connection", "user-agent", "accept", "accept-encoding", "accept-language", "referer",
  "origin", "content-length", "content-type", "cache-control", "pragma", "upgrade-insecure-requests", "if-none-match",
  "if-modified-since", "priority", "range", "dnt",
]);

/** Addresses of the API; everything else has to be a file of the site, asked for with GET and nothing else. */
const API = /^\/v1\/registrations(\/[A-Za-z0-9_-]{22,32}(\/(codes|confirmation|evidence))?)?$/;
const FILE = /^\/(r|[\w-]+\.[a-z]+|(assets|capture)\/[\w.-]+|models\/(?!face_)[\w.-]+)?$/;
/** What describes a portrait: files that are asked for where the operator compares portraits, and nowhere else. */
const FACE_FILE = /^\/(face\/[\w.-]+|models\/face_[\w.-]+)$/;

/**
 * A portrait's descriptor where evidence has it: 194 bytes, a longer run of letters than any other. Whether it is one is the
 * strict checker's to say; numbers as they come look like the beginning of a picture now and then.
 */
const DESCRIPTOR = /(?<="portrait":")[A-Za-z0-9_-]{259}(?=")/;

/** How pictures begin, as bytes. */
const MAGIC = { jpeg: "ffd8ff", png: "89504e470d0a1a0a", webp: "57454250", gif: "47494638", heic: "66747970", bmp: "424d" };

/** Longest run of letters that base64 or hex can make: a public key of 65 bytes takes 87, a signature 86 to 88. */
const LONGEST_RUN = 100;

const isOurs = (name) => !OF_THE_BROWSER.has(name.toLowerCase()) && !name.toLowerCase().startsWith("sec-");

/** Bytes of bodies, queries and our own headers. */
export function bytesOf(sent) {
  return sent.reduce((sum, { url, headers, body }) => {
    const own = headers.filter(([name]) => isOurs(name)).reduce((size, [name, value]) => size + name.length + Buffer.byteLength(value), 0);
    return sum + body.length + Math.max(0, url.search.length - 1) + own;
  }, 0);
}

/** A picture, or part of one, in any of the usual disguises. */
function pictureIn(bytes) {
  const found = [];
  const hex = bytes.toString("hex");
  for (const [kind, magic] of Object.entries(MAGIC)) {
    // Two letters begin a BMP: they say something only at the beginning of what is long enough for its header; a random
    // key of 22 letters begins so once in 4,096 times.
    if (kind === "bmp" ? bytes.length > 54 && hex.startsWith(magic) : kind === "heic" ? hex.slice(8, 16) === magic : evenIndexOf(hex, magic)) found.push(`${kind} bytes`);
  }
  const text = bytes.toString("latin1");
  for (const [kind, beginning] of Object.entries({ jpeg: "/9j/", png: "iVBORw0KGgo", webp: "UklGR", gif: "R0lGOD" })) {
    if (text.includes(beginning) || text.includes(beginning.replaceAll("/", "_").replaceAll("+", "-"))) found.push(`${kind} in base64`);
  }
  for (const [kind, magic] of Object.entries(MAGIC)) {
    if (magic.length >= 6 && new RegExp(`(^|[^0-9a-z])${magic}`, "i").test(text)) found.push(`${kind} in hexadecimal`);
  }
  if (/data:image/i.test(text)) found.push("a data URL");
  const run = text.match(new RegExp(`[A-Za-z0-9+/_=%-]{${LONGEST_RUN},}`));
  if (run) found.push(`${run[0].length} letters without a pause`);
  return found;
}

function evenIndexOf(hex, magic) {
  for (let at = hex.indexOf(magic); at >= 0; at = hex.indexOf(magic, at + 1)) if (at % 2 === 0) return true;
  return false;
}

/** What of a body may hide a picture: all of it but a descriptor, where that is allowed. */
function partOf({ method, url, body }, portrait) {
  const evidence = method === "POST" && url.pathname.endsWith("/evidence");
  return portrait && evidence ? Buffer.from(body.toString("latin1").replace(DESCRIPTOR, ""), "latin1") : body;
}

/**
 * Everything that is wrong with what was sent; empty if nothing is.
 * @param {import("./proxy.js").Sent[]} sent
 * @param {string} origin the only one that may be asked
 * @param {{portrait?: boolean}} [allowed] whether the operator compares portraits (RN-7)
 */
export function faultsOf(sent, origin, { portrait = false } = {}) {
  const faults = [];
  for (const one of sent) {
    const { method, url, headers, body } = one;
    const fault = (what) => faults.push(`${method} ${url.origin}${url.pathname}: ${what}`);
    if (url.origin !== origin) {
      fault("another origin");
      continue;
    }
    const api = API.test(url.pathname);
    const file = FILE.test(url.pathname) || (portrait && FACE_FILE.test(url.pathname));
    if (!api && (method !== "GET" || body.length > 0 || url.search !== "" || !file)) fault("neither the API nor a file");
    if (api && method !== "GET" && method !== "POST") fault("a method that the API does not have");
    if (method === "GET" && body.length > 0) fault("a body in a GET");
    if (url.search !== "" && !/^\?after=\d{1,10}$/.test(url.search)) fault("a query that the API does not have");
    for (const [name, value] of headers) {
      if (name.toLowerCase() === "cookie") fault("a cookie");
      if (name.toLowerCase() === "range" && value.length > 40) fault("a long range");
      if (isOurs(name)) for (const what of pictureIn(Buffer.from(value))) fault(`${what} in ${name}`);
    }
    for (const what of pictureIn(partOf(one, portrait))) fault(what);
  }
  const strange = strict(sent.filter(({ method, url }) => method === "POST" && url.origin === origin));
  faults.push(...strange);
  const total = bytesOf(sent);
  if (total > LIMIT) faults.push(`${total} bytes of bodies, queries and own headers; at most ${LIMIT} are allowed`);
  return faults;
}

/** Every body through the wire types themselves (`tests/api/src/bin/strict.rs`). */
function strict(posts) {
  const lines = posts.map(({ url, body }) => JSON.stringify({ path: url.pathname, body: body.toString("latin1") }));
  const { status, stdout, stderr } = spawnSync(process.env.STRICT, { input: lines.map((line) => line + "\n").join(""), encoding: "utf8" });
  if (status !== 0) throw new Error(`the strict checker failed: ${stderr}`);
  const answers = stdout.split("\n").slice(0, -1);
  if (answers.length !== lines.length) throw new Error(`the strict checker answered ${answers.length} of ${lines.length} lines`);
  return answers.flatMap((answer, at) => (answer === "ok" ? [] : [`POST ${posts[at].url.pathname}: ${answer}`]));
}
