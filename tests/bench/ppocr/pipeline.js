// PP-OCR as a whole on onnxruntime-web: detector → lines → recogniser → fields. One thread, SIMD, every optimisation of
// the graph.

import * as ort from "/node_modules/onnxruntime-web/dist/ort.wasm.min.mjs";
import { hasLabel, parse } from "../parse.js";
import { boxesOf } from "./boxes.js";
import { decode, detectorInput, lineInput, pixels } from "./image.js";

/** Lines that are less sure are not text (RapidOCR's `text_score`). */
const LEAST_SCORE = 0.5;
/** PaddleOCR's usual size for detection. */
const DETECTOR_SIDE = 960;

const OPTIONS = { executionProviders: ["wasm"], graphOptimizationLevel: "all", executionMode: "sequential" };

export class Pipeline {
  #detector;
  #recogniser;
  #characters;
  #normal;
  #least;

  /**
   * @param {{ detector: string, recogniser: string, characters: (model: Uint8Array) => string[] | Promise<string[]>,
   *           normal: { mean: number[], deviation: number[] }, least: number }} models
   *   two addresses; what the recogniser's classes mean; how the detector's input is normalised; the least width of a line
   */
  async load({ detector, recogniser, characters, normal, least }) {
    ort.env.wasm.numThreads = 1;
    ort.env.wasm.wasmPaths = "/node_modules/onnxruntime-web/dist/";
    const fetched = async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer());
    const [found, read] = await Promise.all([fetched(detector), fetched(recogniser)]);
    this.#characters = ["", ...(await characters(read)), " "];
    this.#normal = normal;
    this.#least = least;
    this.#detector = await ort.InferenceSession.create(found, OPTIONS);
    this.#recogniser = await ort.InferenceSession.create(read, OPTIONS);
  }

  /** The fields of a page on an encoded picture. */
  async read(bytes, page) {
    const canvas = await decode(bytes);
    const boxes = await this.#detect(canvas);
    if (boxes.length === 0) return { fields: {} };
    const image = pixels(canvas);
    const slant = directionOf(boxes);
    // The other way round only if nothing that should be there was read this way.
    let lines = await this.#recognise(image, boxes, slant);
    if (!hasLabel(lines, page)) {
      const turned = await this.#recognise(image, boxes, slant + Math.PI);
      if (hasLabel(turned, page)) lines = turned;
    }
    return { fields: parse(lines, page), note: lines.map(({ text }) => text).join("|") };
  }

  async #detect(canvas) {
    const { planes, width, height } = detectorInput(canvas, DETECTOR_SIDE, this.#normal);
    const map = await run(this.#detector, new ort.Tensor("float32", planes, [1, 3, height, width]));
    const scale = [canvas.width / width, canvas.height / height];
    // Both scales are nearly one.
    const size = Math.sqrt(scale[0] * scale[1]);
    return boxesOf(map.data, width, height).map((box) => ({
      ...box, x: (box.x + 0.5) * scale[0], y: (box.y + 0.5) * scale[1], width: box.width * size, height: box.height * size,
    }));
  }

  /** What the boxes say when read along `direction`, with their places as if that were level. */
  async #recognise(image, boxes, direction) {
    const [cos, sin] = [Math.cos(direction), Math.sin(direction)];
    const lines = [];
    for (const box of boxes) {
      const along = aligned(box, direction);
      const { planes, width, height } = lineInput(image, along, along.angle, this.#least);
      const output = await run(this.#recogniser, new ort.Tensor("float32", planes, [1, 3, height, width]));
      const { text, score } = this.#decoded(output);
      if (text.trim() === "" || score < LEAST_SCORE) continue;
      const [x, y] = [box.x * cos + box.y * sin, box.y * cos - box.x * sin];
      lines.push({ text, score, x, y, width: along.width, height: along.height });
    }
    return lines;
  }

  /** The likeliest class of each step, repetitions and blanks taken out. */
  #decoded({ data, dims: [, steps, classes] }) {
    let [text, sum, count, last] = ["", 0, 0, 0];
    for (let step = 0; step < steps; step++) {
      const from = step * classes;
      let best = 0;
      for (let at = 1; at < classes; at++) if (data[from + at] > data[from + best]) best = at;
      if (best !== 0 && best !== last) {
        text += this.#characters[best] ?? "";
        sum += data[from + best];
        count++;
      }
      last = best;
    }
    return { text, score: count === 0 ? 0 : sum / count };
  }
}

async function run(session, tensor) {
  const outputs = await session.run({ [session.inputNames[0]]: tensor });
  return outputs[session.outputNames[0]];
}

/** The direction that most of the printing runs in: of the two, the one nearer to level. */
function directionOf(boxes) {
  const long = boxes.filter(({ width, height }) => width > 2 * height);
  // Directions repeat after half a turn: the mean of doubled angles, weighted by length.
  let [x, y] = [0, 0];
  for (const { angle, width } of long.length > 0 ? long : boxes) {
    x += width * Math.cos(2 * angle);
    y += width * Math.sin(2 * angle);
  }
  return Math.atan2(y, x) / 2;
}

/** The box with `width` along that one of its sides which is nearest to `direction`. */
function aligned(box, direction) {
  const quarters = Math.round((direction - box.angle) / (Math.PI / 2));
  const angle = box.angle + (quarters * Math.PI) / 2;
  return quarters % 2 === 0 ? { ...box, angle } : { ...box, angle, width: box.height, height: box.width };
}
