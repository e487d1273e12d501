// What `crates/capture` exports through wasm-bindgen; the build puts it beside the page as /capture/shiming_capture.js.

/** A picture that was read or refused. */
export interface CaptureOutcome {
  /** `{"reading": …}` or `{"refused": "glare"}`. */
  readonly json: string;
  /** The formatted picture (JPEG), once; `undefined` for a refusal. */
  takeJpeg(): Uint8Array<ArrayBuffer> | undefined;
  free(): void;
}

/** Pictures in, readings out. `format` is one side's `FormatParameters` as JSON. */
export interface Capture {
  /** `scale` is the size of these pixels relative to the camera's. */
  inspect(rgba: Uint8Array, width: number, height: number, format: string, scale: number): string;
  readFrame(rgba: Uint8Array, width: number, height: number, format: string): CaptureOutcome;
  readFile(bytes: Uint8Array, format: string): CaptureOutcome;
}

export interface CaptureModule {
  default(options: { module_or_path: BufferSource }): Promise<unknown>;
  Capture: new (recogniser: Uint8Array, detector: Uint8Array | undefined, characters: string) => Capture;
  /** The better of two readings of the same side, field by field. */
  mergeReadings(first: string, second: string): string;
  checkFields(fields: string, today: string): string;
  checkSim(iccid: string, number: string): string;
}
