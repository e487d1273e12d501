// A forward proxy that writes down everything that the browser sends: the witness of the traffic rule stands outside
// the page and outside the browser.

import { createServer, request as send } from "node:http";

/**
 * One thing that the browser sent.
 * @typedef {object} Sent
 * @property {string} method method; CONNECT for a tunnel, UPGRADE for a WebSocket
 * @property {URL} url where to
 * @property {[string, string][]} headers as sent
 * @property {Buffer} body as sent
 */

/**
 * Where Chromium itself calls, whatever page is open, and no switch of it stops that: its updater and its account
 * service. These are refused and kept apart; what the page and its workers ask is checked a second time inside the
 * browser (register.test.js).
 */
const OF_CHROMIUM = new Set(["update.googleapis.com", "accounts.google.com"]);

export class Recorder {
  /** What the page sent. @type {Sent[]} */
  sent = [];
  /** What Chromium sent for itself; it got no answer. @type {Sent[]} */
  own = [];
  /** Whether requests are let through; else the connection is cut, as where there is no network. */
  open = true;
  #server;
  #sockets = new Set();

  constructor() {
    this.#server = createServer((incoming, outgoing) => void this.#forward(incoming, outgoing));
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("error", () => socket.destroy());
    });
    // A tunnel would hide what goes through it: it is written down and refused.
    this.#server.on("connect", (incoming, socket) => {
      this.#note("CONNECT", new URL(`https://${incoming.url}`), incoming, Buffer.alloc(0));
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
    this.#server.on("upgrade", (incoming, socket) => {
      this.#note("UPGRADE", new URL(incoming.url, `http://${incoming.headers.host}`), incoming, Buffer.alloc(0));
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
  }

  async start() {
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  /** Chromium's switches that send everything here, loopback too, and leave no other way out. */
  get switches() {
    return [
      `--proxy-server=http://127.0.0.1:${this.#server.address().port}`,
      "--proxy-bypass-list=<-loopback>",
      "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
      "--dns-prefetch-disable",
    ];
  }

  /** No network from now on. */
  cut() {
    this.open = false;
    for (const socket of this.#sockets) socket.destroy();
  }

  mend() {
    this.open = true;
  }

  stop() {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #note(method, url, incoming, body) {
    const headers = [];
    for (let i = 0; i < incoming.rawHeaders.length; i += 2) headers.push([incoming.rawHeaders[i], incoming.rawHeaders[i + 1]]);
    const own = OF_CHROMIUM.has(url.hostname);
    (own ? this.own : this.sent).push({ method, url, headers, body });
    return own;
  }

  async #forward(incoming, outgoing) {
    if (!this.open) return incoming.socket.destroy();
    const chunks = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk);
    } catch {
      return outgoing.destroy();
    }
    const body = Buffer.concat(chunks);
    let url;
    try {
      url = new URL(incoming.url);
    } catch {
      return outgoing.writeHead(400).end();
    }
    if (this.#note(incoming.method, url, incoming, body)) return incoming.socket.destroy();
    const { "proxy-connection": _, ...headers } = incoming.headers;
    const onward = send({ host: url.hostname, port: url.port || 80, method: incoming.method, path: url.pathname + url.search, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(outgoing);
    });
    onward.on("error", () => outgoing.destroy());
    outgoing.on("close", () => onward.destroy());
    onward.end(body);
  }
}

