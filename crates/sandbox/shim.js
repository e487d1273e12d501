// What workerd loads: makes the wasm-bindgen output of this crate into a Worker with one Durable Object class.
import { DurableObject } from "cloudflare:workers";
import * as sandbox from "./sandbox.js";
import module from "./sandbox_bg.wasm";

sandbox.initSync({ module });

// After a panic the instance's memory cannot be trusted: begin again with a fresh one, and make objects of it anew.
const instance = sandbox.__worker_init_state();

function renew() {
  if (!instance.criticalError) return;
  sandbox.__wbg_reset_state();
  instance.criticalError = false;
  instance.instanceId += 1;
}

export default {
  fetch(request, env, context) {
    renew();
    return sandbox.fetch(request, env, context);
  },
};

export class World extends DurableObject {
  #world;
  #madeIn;

  #current() {
    renew();
    if (this.#madeIn !== instance.instanceId) {
      this.#world = new sandbox.World(this.ctx, this.env);
      this.#madeIn = instance.instanceId;
    }
    return this.#world;
  }

  fetch(request) {
    return this.#current().fetch(request);
  }

  alarm() {
    return this.#current().alarm();
  }
}
