// The characters that a recogniser writes, from the metadata of its ONNX file, where RapidOCR's models have them.

/**
 * The value of a key in a model's metadata (`ModelProto.metadata_props`, field 14), without reading the graph.
 * @param {Uint8Array} model
 */
export function metadata(model, wanted) {
  for (const { field, value } of messages(model)) {
    if (field !== 14) continue;
    const [key, text] = [1, 2].map((part) => new TextDecoder().decode([...messages(value)].find((m) => m.field === part)?.value));
    if (key === wanted) return text;
  }
  return undefined;
}

/** The length-delimited fields of a protobuf message. */
function* messages(bytes) {
  let at = 0;
  const varint = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const kind = key % 8;
    if (kind === 2) {
      const length = varint();
      yield { field: Math.floor(key / 8), value: bytes.subarray(at, at + length) };
      at += length;
    } else if (kind === 0) {
      varint();
    } else {
      at += kind === 1 ? 8 : 4;
    }
  }
}
