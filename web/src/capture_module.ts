// What `crates/capture` exports through wasm-bindgen; the build puts it beside the page as /capture/shiming_capture.js.

/** A picture that was read or refused. */
export interface CaptureOutcome {
  /** `{"reading": …}` or `{"refused": "glare", "hint": "less_glare"}`. */
  readonly json: string;
  /** The formatted picture (JPEG), once; `undefined` for a refusal. */
  takeJpeg(): Uint8Array<ArrayBuffer> | undefined;
  free(): void;
}

/** Pictures in, readings out. `format` is one side's `FormatParameters` as JSON; `now` is in seconds since 1970. */
export interface Capture {
  /** `scale` is the size of these pixels relative to the camera's. */
  inspect(rgba: Uint8Array, width: number, height: number, format: string, scale: number): string;
  readFrame(rgba: Uint8Array, width: number, height: number, format: string, now: number): CaptureOutcome;
  readFile(bytes: Uint8Array, format: string, now: number): CaptureOutcome;
  /** Loads what reads. Until then frames can be judged, and reading throws `not_loaded`. */
  addReader(grain: Uint8Array, narrow: Uint8Array, recogniser: Uint8Array | undefined): void;
  /** Every document in a picture file, whichever they are: a JSON list of reports (docs/cli.md). */
  readDocuments(bytes: Uint8Array, now: number): string;
}

export interface CaptureModule {
  default(options: { module_or_path: BufferSource }): Promise<unknown>;
  Capture: new (finder: Uint8Array, sorter: Uint8Array) => Capture;
  /** Lets readings (a JSON list) of the side that `format` is for vote field by field. */
  voteReadings(readings: string, format: string): string;
  checkFields(fields: string, now: number): string;
  checkSim(iccid: string, number: string): string;
  /** A JSON list of `FormatParameters`, one a side. */
  formats(document: string): string;
  /** The ethnic groups as cards print them, a JSON list. */
  ethnicGroups(): string;
}
