// Measures how well faces are told apart: our descriptors, made natively and in wasm, beside what the nets' reference
// implementations make of the same chips.
//
//   node run.js --set DIR --package DIR --models DIR
//
// DIR of the set is what `examples/faces.rs` of `vision` wrote, `mobile.f32` in it what `reference.py` made of its chips;
// the package is that of `crates/face`.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { calibrate, cosine, equalErrorRate, nearness, nonMatchAt, pairs, thresholdAt } from "./rates.js";

const names = ["set", "package", "models"];
const { values: options } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, { type: "string" }])) });

/** Bytes before the values on the wire, and values of a descriptor. */
const HEAD = 2;
const LENGTH = 192;
const BYTES = HEAD + LENGTH;
/** Sides of the chips. */
const CHIPS = [150, 112];
/** Native and wasm may differ by no more. */
const AGREE = 1e-3;
/** How much worse than the reference a rate may be, in percent. */
const WORSE = 0.2;

const read = (name) => readFileSync(join(options.set, name));
const index = JSON.parse(read("index.json"));
const native = read("descriptors.bin");
const entries = index.map((entry, at) => ({ ...entry, at })).filter(({ found }) => found);
assert.equal(native.length, entries.length * BYTES);

/** The values of a descriptor. */
const valuesOf = (bytes) => new Int8Array(bytes.buffer, bytes.byteOffset + HEAD, LENGTH);

/** Our descriptors in wasm, from the same picture files. */
async function wasm() {
  const module = await import(pathToFileURL(join(options.package, "shiming_face.js")));
  module.initSync({ module: readFileSync(join(options.package, "shiming_face_bg.wasm")) });
  const model = (role) => readFileSync(join(options.models, `${role}.onnx`));
  const reader = new module.FaceReader(model("face_finder"), model("face_mesh"));
  reader.addDescriber(model("face_describer"));
  let time = 0;
  for (const [at, entry] of entries.entries()) {
    const picture = read(`${entry.at}.png`);
    const start = performance.now();
    entry.wasm = valuesOf(reader.describePicture(picture));
    time += performance.now() - start;
    entry.bytes = native.subarray(at * BYTES, (at + 1) * BYTES);
    entry.native = valuesOf(entry.bytes);
  }
  return { time: time / entries.length, compare: module.compareDescriptors };
}

/** dlib's net as @vladmandic/face-api runs it: another net, for comparison. */
async function residual() {
  const require = createRequire(import.meta.url);
  const api = require("@vladmandic/face-api/dist/face-api.node-wasm.js");
  const folder = join(import.meta.dirname, "node_modules");
  await require("@tensorflow/tfjs-backend-wasm").setWasmPaths(`${join(folder, "@tensorflow/tfjs-backend-wasm/dist")}/`);
  await api.tf.setBackend("wasm");
  await api.tf.ready();
  await api.nets.faceRecognitionNet.loadFromDisk(join(folder, "@vladmandic/face-api/model"));
  const chips = read("residual.rgb");
  const size = CHIPS[0] * CHIPS[0] * 3;
  for (const [at, entry] of entries.entries()) {
    const tensor = api.tf.tensor3d(chips.subarray(at * size, (at + 1) * size), [CHIPS[0], CHIPS[0], 3], "int32");
    entry.residual = await api.nets.faceRecognitionNet.computeFaceDescriptor(tensor);
    tensor.dispose();
  }
}

/** MobileFaceNet as TensorFlow Lite runs it. */
function mobile() {
  const bytes = read("mobile.f32");
  const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  entries.forEach((entry, at) => (entry.mobile = values.subarray(at * LENGTH, (at + 1) * LENGTH)));
}

const percent = (share) => (100 * share).toFixed(2);

const { time, compare } = await wasm();
await residual();
mobile();

const people = new Set(entries.map(({ person }) => person)).size;
const of = (way) => entries.filter((entry) => entry.way === way);
const missed = (way) => index.filter((entry) => entry.way === way && !entry.found).length;
console.log(`${people} people; no face found in ${missed("clean")} clean pictures and ${missed("card")} card portraits`);
console.log(`in wasm: ${time.toFixed(1)} ms to decode, find, follow and describe (mean)`);

const ways = [
  ["native", "shiming, natively", (a, b) => cosine(a.native, b.native)],
  ["wasm", "shiming, wasm", (a, b) => cosine(a.wasm, b.wasm)],
  ["reference", "MobileFaceNet, TensorFlow Lite", (a, b) => cosine(a.mobile, b.mobile)],
  ["distance", "dlib's net, face-api.js, distance", (a, b) => nearness(a.residual, b.residual)],
  ["cosine", "the same, cosine", (a, b) => cosine(a.residual, b.residual)],
  ["sum", "both nets, sum of cosines", (a, b) => (cosine(a.residual, b.residual) + cosine(a.mobile, b.mobile)) / 2],
];
const rates = {};
console.log("\n| | clean: EER | FNMR at FMR 1/1,000 | card: EER | FNMR at FMR 1/1,000 |\n| --- | --- | --- | --- | --- |");
for (const [key, name, similarity] of ways) {
  const cells = ["clean", "card"].flatMap((way) => {
    const clean = of("clean");
    const { genuine, impostor } = pairs(way === "clean" ? clean : of(way), clean, similarity);
    return [equalErrorRate(genuine, impostor), nonMatchAt(genuine, impostor, 0.001)];
  });
  rates[key] = cells;
  console.log(`| ${name} | ${cells.map(percent).join(" | ")} |`);
}

/** What identity's table of operating points and calibration is made from: card portraits against live pictures. */
const { genuine, impostor } = pairs(of("card"), of("clean"), ways[0][2]);
const { slope, offset } = calibrate(genuine, impostor);
console.log(`\n${genuine.length} pairs of one person, ${impostor.length} of two; log-odds ${slope.toFixed(2)} x ${offset.toFixed(2)}`);
for (const fmr of [0.01, 0.001, 0.0001]) {
  const threshold = thresholdAt(impostor, fmr);
  console.log(`FMR ${fmr}: similarity ${threshold.toFixed(4)}, FNMR ${percent(nonMatchAt(genuine, impostor, fmr))} %`);
}

let apart = 0;
for (let i = 1; i < entries.length; i++) {
  const [a, b] = [entries[i - 1], entries[i]];
  apart = Math.max(apart, Math.abs(cosine(a.native, b.native) - cosine(a.wasm, b.wasm)));
  assert.ok(Math.abs(JSON.parse(compare(a.bytes, b.bytes)).similarity - cosine(a.native, b.native)) < 1e-6);
}
const ratesApart = Math.max(...rates.native.map((rate, at) => Math.abs(rate - rates.wasm[at])));
console.log(`\nnative and wasm: similarities differ by at most ${apart.toExponential(1)}, rates by ${ratesApart.toExponential(1)}`);

const failures = [];
if (ratesApart > AGREE) failures.push("native and wasm differ");
const worse = Math.max(...rates.native.map((rate, at) => 100 * (rate - rates.reference[at])));
console.log(`beside the reference implementation: at worst ${worse.toFixed(2)} points more errors`);
if (worse > WORSE) failures.push("worse than the reference implementation");
if (failures.length > 0) {
  console.error(failures.join("; "));
  process.exitCode = 1;
}
