// What `crates/card` and `crates/scanner` export through wasm-bindgen; the build bundles their glue and publishes their modules.

declare module "shiming-card" {
  export default function init(options: { module_or_path: BufferSource | Promise<Response> }): Promise<unknown>;

  /** Errors have a member `code`: `keys`, `list`, `card`, `signature`, `too_long`. */
  export class Verifier {
    /** With the issuer's keys, a JWK set. */
    constructor(keys: string);
    /** Takes a status list; what it says of itself (`ListView`) as JSON. */
    addList(bytes: Uint8Array): string;
    /** A `Verdict` as JSON. `now` is in seconds since 1970. */
    verify(code: string, now: number): string;
    /** The status list that the card in a code names, where the issuer did sign that card. */
    listOf(code: string): string | undefined;
    free(): void;
  }

  /** What a card says, a `Statement` as JSON; no signature is looked at. */
  export function readCard(card: Uint8Array): string;

  /** A card as it is shown at one time. */
  export class Presentation {
    constructor(card: Uint8Array, now: number);
    toBeSigned(): Uint8Array<ArrayBuffer>;
    /** The text of the code; uses the presentation up. */
    code(signature: Uint8Array): string;
  }

  /** The QR symbol of a text: its modules row by row, 1 for a dark one, without the quiet zone. */
  export function symbol(text: string): Uint8Array;
}

declare module "shiming-scanner" {
  export default function init(options: { module_or_path: BufferSource | Promise<Response> }): Promise<unknown>;

  /** The text of the QR symbol in a picture of RGBA pixels. */
  export function textIn(rgba: Uint8Array | Uint8ClampedArray, width: number, height: number): string | undefined;
}
