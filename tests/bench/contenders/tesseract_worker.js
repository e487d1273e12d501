// tesseract.js's worker (a classic one) with its memory counted.

importScripts("/bench/memory.js", "/node_modules/tesseract.js/dist/worker.min.js");

const channel = new BroadcastChannel("wasm-bytes");
channel.onmessage = ({ data }) => {
  if (data === "ask") channel.postMessage(globalThis.wasmBytes());
};
