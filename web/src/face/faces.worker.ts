// The face worker: loads `crates/face` and its nets, watches frames, describes. Pictures come in and stay in.

import { base64url } from "../base64.ts";
import { download, loadModel, ModelError, type ModelFile, readManifest, sweepModels } from "../models.ts";
import { pixels } from "../pixels.ts";
import { type Handlers, progress, serve } from "../remote.worker.ts";
import type { FaceCalls, Guidance, Transcript } from "./protocol.ts";

/** What `crates/face` exports through wasm-bindgen; the build puts it beside the page. */
interface FaceReader {
  addDescriber(describer: Uint8Array): void;
  watch(actions: string): void;
  see(rgba: Uint8Array, width: number, height: number, now: number): string;
  finish(): string | undefined;
  describePortrait(jpeg: Uint8Array, page: string): Uint8Array;
}
interface FaceModule {
  default(options: { module_or_path: BufferSource }): Promise<unknown>;
  FaceReader: new (finder: Uint8Array, mesh: Uint8Array) => FaceReader;
}

/** Set by the build: size of the wasm module in bytes. */
declare const FACE_WASM_BYTES: number;

const MODULE = "/face/shiming_face.js";
const WASM = "/face/shiming_face_bg.wasm";
/** Frames are looked at in this size (long edge, pixels): a face that fills a third of it has all that the nets take. */
const WATCHED = 640;

let loading: Promise<FaceReader> | undefined;

const handlers: Handlers<FaceCalls> = {
  load: async () => {
    await once();
    return null;
  },

  watch: async ({ actions }) => {
    (await once()).watch(JSON.stringify(actions));
    return null;
  },

  see: async ({ frame, now }) => {
    try {
      const { rgba, width, height } = pixels(frame, WATCHED);
      return JSON.parse((await once()).see(rgba, width, height, Math.round(now))) as Guidance;
    } finally {
      if (!("rgba" in frame)) frame.close();
    }
  },

  finish: async () => {
    const seen = (await once()).finish();
    return seen === undefined ? null : (JSON.parse(seen) as Transcript);
  },

  describe: async ({ jpeg, page }) => base64url((await once()).describePortrait(new Uint8Array(jpeg), page)),
};

/** Loads once; what failed is tried anew by the next call. */
function once(): Promise<FaceReader> {
  loading ??= load().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

async function load(): Promise<FaceReader> {
  const manifest = await readManifest();
  const grew = progress(FACE_WASM_BYTES + manifest.face.reduce((sum, { bytes }) => sum + bytes, 0));
  const net = (role: ModelFile["role"]): Promise<Uint8Array> => {
    const file = manifest.face.find((listed) => listed.role === role);
    if (file === undefined) throw new ModelError("corrupt");
    return loadModel(file, grew);
  };
  const [module, wasm, finder, mesh, describer] = await Promise.all([
    import(MODULE) as Promise<FaceModule>,
    download(WASM, grew),
    net("face_finder"),
    net("face_mesh"),
    net("face_describer"),
  ]);
  await module.default({ module_or_path: wasm });
  const reader = new module.FaceReader(finder, mesh);
  reader.addDescriber(describer);
  void sweepModels(manifest);
  return reader;
}

serve(handlers);
