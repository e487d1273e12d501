// Counts the memory of every WebAssembly instance that this worker makes. Imported before anything else, it wraps the
// three ways of making one; memories never shrink, so that what they hold now is the most they ever held.

const memories = new Set();

function note(instance) {
  for (const value of Object.values(instance.exports)) if (value instanceof WebAssembly.Memory) memories.add(value);
}

const { instantiate, instantiateStreaming } = WebAssembly;

WebAssembly.instantiate = async (...args) => {
  const made = await instantiate.apply(WebAssembly, args);
  note(made.instance ?? made);
  return made;
};

WebAssembly.instantiateStreaming = async (...args) => {
  const made = await instantiateStreaming.apply(WebAssembly, args);
  note(made.instance);
  return made;
};

WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(target, args) {
    const instance = Reflect.construct(target, args);
    note(instance);
    return instance;
  },
});

WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
  construct(target, args) {
    const memory = Reflect.construct(target, args);
    memories.add(memory);
    return memory;
  },
});

/** Bytes of wasm memory in this worker. */
globalThis.wasmBytes = () => [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
