// Gives the wasm module to workerd. After a panic the instance is thrown away and the next event gets a new one.
import { DurableObject } from "cloudflare:workers";
import * as worker from "./edge.js";
import module from "./edge_bg.wasm";

worker.initSync({ module });
const state = worker.__worker_init_state();

function alive() {
  if (!state.criticalError) return;
  worker.__wbg_reset_state();
  state.criticalError = false;
  state.instanceId += 1;
}

async function guarded(call) {
  alive();
  try {
    return await call();
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) state.criticalError = true;
    throw error;
  }
}

export default {
  fetch: (request, env, context) => guarded(() => worker.fetch(request, env, context)),
  scheduled: (event, env, context) => guarded(() => worker.scheduled?.(event, env, context)),
};

// One line per Durable Object class: `export const X = durable("X");`
function durable(name) {
  return class extends DurableObject {
    #inner;
    #born;
    #alive() {
      alive();
      if (this.#born !== state.instanceId) {
        this.#inner = new worker[name](this.ctx, this.env);
        this.#born = state.instanceId;
      }
      return this.#inner;
    }
    fetch(request) {
      return guarded(() => this.#alive().fetch(request));
    }
    alarm() {
      return guarded(() => this.#alive().alarm());
    }
  };
}
