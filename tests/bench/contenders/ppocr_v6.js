// PP-OCRv6 small on onnxruntime-web: the very networks that ours were made from.

import { metadata } from "../ppocr/dictionary.js";
import { Pipeline } from "../ppocr/pipeline.js";

export const pages = ["cn_resident_id.front", "cn_resident_id.back", "cn_passport.front"];

const pipeline = new Pipeline();

export const load = () => pipeline.load({
  detector: "/models-of-peers/rapidocr/models/PP-OCRv6_det_small.onnx",
  recogniser: "/models-of-peers/rapidocr/models/PP-OCRv6_rec_small.onnx",
  characters: (model) => metadata(model, "character").split("\n"),
  normal: { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] },
  least: 96,
});

export const read = (bytes, page) => pipeline.read(bytes, page);
