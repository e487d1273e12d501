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
}

export interface CaptureModule {
  default(options: { module_or_path: BufferSource }): Promise<unknown>;
  Capture: new (recogniser: Uint8Array, detector: Uint8Array | undefined) => Capture;
  /** Lets readings (a JSON list) of the side that `format` is for vote field by field. */
  voteReadings(readings: string, format: string): string;
  checkFields(fields: string, now: number): string;
  checkSim(iccid: string, number: string): string;
  /** The ethnic groups as cards print them, a JSON list. */
  ethnicGroups(): string;
}
