// How much a registration sends. The rule is 4,096 bytes in all (`wire::MAX_REGISTRATION_BYTES`): bodies, queries and
// the headers that we add.

const utf8 = new TextEncoder();

/** UTF-8 bytes of `text`. */
export function byteLength(text: string): number {
  return utf8.encode(text).length;
}

/** What one request sends: its query, its own headers (name, `: `, value, CRLF) and its body. */
export function requestBytes(query: string, headers: Record<string, string>, body: string | undefined): number {
  let bytes = byteLength(query) + (body === undefined ? 0 : byteLength(body));
  for (const [name, value] of Object.entries(headers)) bytes += byteLength(name) + byteLength(value) + 4;
  return bytes;
}

/** Counts what was sent and tells whoever shows it. */
export class Traffic extends EventTarget {
  #sent: number;

  constructor(sent = 0) {
    super();
    this.#sent = sent;
  }

  get sent(): number {
    return this.#sent;
  }

  add(bytes: number): void {
    this.set(this.#sent + bytes);
  }

  set(bytes: number): void {
    this.#sent = bytes;
    this.dispatchEvent(new Event("change"));
  }
}
