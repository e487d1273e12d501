// The reader worker: loads `capture` and the models, looks at frames, reads pictures. Pictures come in and stay in.

import { relaxedSimd } from "wasm-feature-detect";
import type { Capture, CaptureModule, CaptureOutcome } from "./capture_module.ts";
import { download, loadModel, ModelError, type ModelFile, readManifest, sweepModels } from "./models.ts";
import { pixels } from "./pixels.ts";
import type { Calls, Elected, FieldFault, Frame, FrameReport, Outcome, Reading } from "./reader_protocol.ts";
import { type Handlers, progress, serve } from "./remote.worker.ts";
import type { FormatParameters } from "./wire.ts";

/** Set by the build: sizes of the wasm modules in bytes. */
declare const WASM_BYTES: { plain: number; relaxed: number };

const CAPTURE = "/capture/shiming_capture.js";
/** The same program twice: where the browser can multiply and add in one step, the networks take three quarters of the time. */
const WASM = { plain: "/capture/shiming_capture_bg.wasm", relaxed: "/capture/shiming_capture_relaxed_bg.wasm" };

/** Frames are looked at in this size (long edge, pixels); they are read in their own. */
const INSPECTED = 1280;
/** Most frames that are kept for a shot. */
const MOST_KEPT = 2;

interface Loaded {
  module: CaptureModule;
  capture: Capture;
  models: string;
  /** Done when documents can be read: the small models that judge frames come first. */
  reading: Promise<void>;
}

let loading: Promise<Loaded> | undefined;

/** The sharpest of the newest frames that were ready without a break, best first: of one document, held still. */
let kept: { frame: Frame; sharpness: number }[] = [];

const handlers: Handlers<Calls> = {
  load: async () => ({ models: (await once()).models }),

  inspect: async ({ frame, format }) => {
    const { capture } = await once();
    const { rgba, width, height, scale } = pixels(frame, INSPECTED);
    const report = JSON.parse(capture.inspect(rgba, width, height, JSON.stringify(format), scale)) as FrameReport;
    if (report.hint === "ready") {
      keep(frame, report.sharpness);
    } else {
      close(frame);
      forget();
    }
    return report;
  },

  shoot: async ({ format }) => {
    const best = kept.shift();
    if (best === undefined) return { outcome: { refused: "no_document", hint: "no_document" }, left: 0 };
    try {
      return { outcome: readPixels(await reader(), best.frame, format), left: kept.length };
    } finally {
      close(best.frame);
    }
  },

  vote: async ({ readings, format }) =>
    JSON.parse((await once()).module.voteReadings(JSON.stringify(readings), JSON.stringify(format))) as Elected,

  readFrame: async ({ frame, format }) => {
    try {
      return readPixels(await reader(), frame, format);
    } finally {
      close(frame);
    }
  },

  readFile: async ({ bytes, format }) => {
    const loaded = await reader();
    return finish(loaded, loaded.capture.readFile(new Uint8Array(bytes), JSON.stringify(format), now()));
  },

  forget: async () => {
    forget();
    return null;
  },

  checkFields: async ({ fields }) => JSON.parse((await once()).module.checkFields(JSON.stringify(fields), now())) as FieldFault[],

  checkSim: async ({ iccid, number }) => JSON.parse((await once()).module.checkSim(iccid, number)) as FieldFault[],

  formats: async ({ document }) => JSON.parse((await once()).module.formats(document)) as FormatParameters[],

  ethnicGroups: async () => JSON.parse((await once()).module.ethnicGroups()) as string[],
};

/** Loads once; what failed is tried anew by the next call. */
function once(): Promise<Loaded> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** What is loaded, once documents can be read. */
async function reader(): Promise<Loaded> {
  const loaded = await once();
  await loaded.reading;
  return loaded;
}

async function load(): Promise<Loaded> {
  const manifest = await readManifest();
  const kind = (await relaxedSimd()) ? "relaxed" : "plain";
  const total = WASM_BYTES[kind] + manifest.files.reduce((sum, { bytes }) => sum + bytes, 0);
  const grew = progress(total);

  const file = (role: ModelFile["role"]): ModelFile => {
    const found = manifest.files.find((listed) => listed.role === role);
    if (found === undefined) throw new ModelError("corrupt");
    return found;
  };
  const model = (role: ModelFile["role"]): Promise<Uint8Array> => loadModel(file(role), grew);
  // What judges frames first: the camera can open while the rest is still on its way.
  const [module, wasm, finder, sorter] = await Promise.all([
    import(CAPTURE) as Promise<CaptureModule>,
    download(WASM[kind], grew),
    model("finder"),
    model("sorter"),
  ]);
  await module.default({ module_or_path: wasm });
  const capture = new module.Capture(finder, sorter);
  const reading = Promise.all([model("grain"), model("narrow"), model("recogniser")]).then(([grain, narrow, recogniser]) => {
    capture.addReader(grain, narrow, recogniser);
    void sweepModels(manifest);
  });
  // Who waits for it is told; a failure that nobody waits for yet is no crash.
  reading.catch(() => (loading = undefined));
  return { module, capture, models: `${manifest.version}-${file("recogniser").sha256.slice(0, 12)}`, reading };
}

function readPixels(loaded: Loaded, frame: Frame, format: FormatParameters): Outcome {
  const { rgba, width, height } = pixels(frame, Number.POSITIVE_INFINITY);
  return finish(loaded, loaded.capture.readFrame(rgba, width, height, JSON.stringify(format), now()));
}

function now(): number {
  return Date.now() / 1000;
}

function finish({ models }: Loaded, outcome: CaptureOutcome): Outcome {
  try {
    const result = JSON.parse(outcome.json) as { reading: Reading } | { refused: string; hint?: string };
    if ("refused" in result) return result;
    const jpeg = outcome.takeJpeg();
    return { reading: result.reading, models, jpeg: jpeg?.buffer ?? new ArrayBuffer(0) };
  } finally {
    outcome.free();
  }
}

function keep(frame: Frame, sharpness: number): void {
  kept.push({ frame, sharpness });
  kept.sort((a, b) => b.sharpness - a.sharpness);
  for (const { frame: dropped } of kept.splice(MOST_KEPT)) close(dropped);
}

function forget(): void {
  for (const { frame } of kept) close(frame);
  kept = [];
}

function close(frame: Frame): void {
  if (!("rgba" in frame)) frame.close();
}

serve(handlers, pictures);

/** The formatted picture in an answer, to hand over. */
function pictures(answer: unknown): Transferable[] {
  if (typeof answer !== "object" || answer === null) return [];
  if ("outcome" in answer) return pictures(answer.outcome);
  return "jpeg" in answer ? [answer.jpeg as ArrayBuffer] : [];
}
