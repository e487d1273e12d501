// Ours, as the page's reader worker loads and calls it (web/src/reader.worker.ts). All that this comparison knows of our
// interface is in this file.

export const pages = ["cn_resident_id.front", "cn_resident_id.back", "cn_passport.front"];

/** Frames are looked at in this size (long edge, pixels). */
const INSPECTED = 1280;

let capture;
const formats = {};

export async function load() {
  const fetched = async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer());
  const { files } = await (await fetch("/models/manifest.json")).json();
  const [module, wasm, models] = await Promise.all([
    import("/capture/shiming_capture.js"),
    fetched("/capture/shiming_capture_relaxed_bg.wasm"),
    Promise.all(files.map(async ({ role, file }) => [role, await fetched(`/models/${file}`)])),
    Promise.all(pages.map(async (page) => {
      formats[page] = JSON.stringify((await (await fetch(`/documents/${page}.json`)).json()).format);
    })),
  ]);
  await module.default({ module_or_path: wasm });
  const { finder, sorter, grain, narrow, recogniser } = Object.fromEntries(models);
  capture = new module.Capture(finder, sorter);
  capture.addReader(grain, narrow, recogniser);
}

export async function read(bytes) {
  const [{ fields, mrz, problem }] = JSON.parse(capture.readDocuments(bytes, Date.now() / 1000));
  if (problem !== undefined) return { fields: {}, note: `refused: ${problem.code}` };
  const [mrz1, mrz2] = mrz;
  return { fields: { ...fields, ...(mrz1 !== undefined && { mrz1, mrz2 }) } };
}

let canvas;

export function inspect(image, page) {
  const scale = Math.min(1, INSPECTED / Math.max(image.width, image.height));
  const [width, height] = [image.width, image.height].map((side) => Math.round(side * scale));
  if (canvas?.width !== width || canvas.height !== height) canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.drawImage(image, 0, 0, width, height);
  const rgba = new Uint8Array(context.getImageData(0, 0, width, height).data.buffer);
  return JSON.parse(capture.inspect(rgba, width, height, formats[page], scale)).hint;
}
