// The pages of electronic ID cards in front of an issuer that is made of others' tools: for what a real issuer does not do, such as
// forging cards and letting them expire.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Issuer } from "../interop/issuer.js";

const ROOT = fileURLToPath(new URL("../../dist/web/", import.meta.url));
const KINDS = { ".html": "text/html; charset=utf-8", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".svg": "image/svg+xml", ".woff2": "font/woff2" };
/** The headers of every answer, as `web/_headers` says. */
const HEADERS = Object.fromEntries(
  readFileSync(join(ROOT, "_headers"), "utf8").split("\n\n")[0].split("\n").slice(1).map((line) => line.trim().split(/: (.*)/).slice(0, 2)));

export class Pages {
  /** The cards that its list calls revoked, by their place. */
  revoked = [];
  #server = createServer((request, response) => this.#answer(new URL(request.url, this.origin), response));

  async start() {
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.origin = `http://127.0.0.1:${this.#server.address().port}`;
    this.issuer = new Issuer(Math.floor(Date.now() / 1000), `${this.origin}/v1/cards/status/1`);
    return this;
  }

  stop() {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer({ pathname }, response) {
    const answer = {
      "/v1/cards/keys": () => ["application/jwk-set+json", this.issuer.jwks],
      "/v1/cards/status/1": () => ["application/statuslist+cwt", this.issuer.statusList(...this.revoked)],
    }[pathname];
    try {
      const file = extname(pathname) === "" ? `${pathname}.html` : pathname;
      const [kind, body] = answer?.() ?? [KINDS[extname(file)], readFileSync(join(ROOT, file))];
      response.writeHead(200, { ...HEADERS, "Content-Type": kind }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  }
}
