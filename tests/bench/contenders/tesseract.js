// tesseract.js with its best integer models: chi_sim for cards, eng for machine-readable zones.

import tesseract from "/node_modules/tesseract.js/dist/tesseract.esm.min.js";
import { hasLabel, parse } from "../parse.js";
import { decode } from "../ppocr/image.js";

export const pages = ["cn_resident_id.front", "cn_resident_id.back", "cn_passport.front"];

const workers = new Map();

export const load = () => worker("chi_sim");

/** tesseract.js's own worker for this language, started when it is first needed. */
function worker(language) {
  if (!workers.has(language)) workers.set(language, start(language));
  return workers.get(language);
}

async function start(language) {
  const started = await tesseract.createWorker(language, 1, {
    workerPath: "/bench/contenders/tesseract_worker.js",
    workerBlobURL: false,
    corePath: "/node_modules/tesseract.js-core",
    langPath: `/node_modules/@tesseract.js-data/${language}/4.0.0_best_int`,
  });
  await started.setParameters({ tessedit_pageseg_mode: tesseract.PSM.AUTO, debug_file: "/dev/null" });
  return started;
}

export async function read(bytes, page) {
  const started = await worker(page.endsWith("passport.front") ? "eng" : "chi_sim");
  const canvas = await decode(bytes);
  let lines = await linesOf(started, canvas);
  if (!hasLabel(lines, page)) {
    const turned = await linesOf(started, upsideDown(canvas));
    if (hasLabel(turned, page)) lines = turned;
  }
  return { fields: parse(lines, page), note: lines.map(({ text }) => text.trim()).join("|") };
}

async function linesOf(started, canvas) {
  const { data } = await started.recognize(canvas, { rotateAuto: true }, { text: false, blocks: true });
  return (data.blocks ?? []).flatMap(({ paragraphs }) => paragraphs.flatMap(({ lines }) => lines)).map(({ text, bbox }) => ({
    text, x: (bbox.x0 + bbox.x1) / 2, y: (bbox.y0 + bbox.y1) / 2, width: bbox.x1 - bbox.x0, height: bbox.y1 - bbox.y0,
  }));
}

function upsideDown(canvas) {
  const turned = new OffscreenCanvas(canvas.width, canvas.height);
  const context = turned.getContext("2d");
  context.setTransform(-1, 0, 0, -1, canvas.width, canvas.height);
  context.drawImage(canvas, 0, 0);
  return turned;
}

/** What tesseract.js's workers hold. */
export async function memory() {
  const channel = new BroadcastChannel("wasm-bytes");
  let sum = 0;
  channel.onmessage = ({ data }) => (sum += data);
  channel.postMessage("ask");
  await new Promise((resolve) => setTimeout(resolve, 500));
  channel.close();
  return sum;
}
