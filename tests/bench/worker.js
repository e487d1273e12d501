// One contender in a worker of its own: `worker.js?NAME`. Takes `{ id, call, … }`, answers `{ id, answer | error }`.
//
// A contender is a module with
//   pages                the pages that it can read
//   load()               fetches and starts what it needs
//   read(bytes, page)    encoded picture → { fields, note? }; a field that was not found is missing
//   inspect(image, page) a look at a camera frame, if it has one
//   memory()             bytes of wasm memory outside this worker, if it starts workers itself

import "./memory.js";

const contender = await import(`./contenders/${location.search.slice(1)}.js`);

const calls = {
  load: async () => {
    const start = performance.now();
    await contender.load();
    return { milliseconds: performance.now() - start };
  },

  read: async ({ url, page }) => {
    const bytes = await fetched(url);
    const start = performance.now();
    const read = await contender.read(bytes, page);
    return { ...read, milliseconds: performance.now() - start };
  },

  /** Looks at one frame for so many times; answers the milliseconds of each. */
  inspect: async ({ url, page, times }) => {
    const image = await createImageBitmap(new Blob([await fetched(url)]));
    const all = [];
    for (let time = 0; time < times; time++) {
      const start = performance.now();
      contender.inspect(image, page);
      all.push(performance.now() - start);
    }
    return all;
  },

  memory: async () => globalThis.wasmBytes() + ((await contender.memory?.()) ?? 0),
};

async function fetched(url) {
  return new Uint8Array(await (await fetch(url)).arrayBuffer());
}

self.onmessage = async ({ data: { id, call, ...rest } }) => {
  try {
    self.postMessage({ id, answer: await calls[call](rest) });
  } catch (error) {
    self.postMessage({ id, error: String(error?.stack ?? error) });
  }
};
self.postMessage({ id: 0, answer: { pages: contender.pages, inspects: contender.inspect !== undefined } });
