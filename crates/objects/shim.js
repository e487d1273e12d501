// What workerd loads: makes the wasm-bindgen output of this crate into a Worker with two Durable Object classes.
import { DurableObject } from "cloudflare:workers";
import * as objects from "./objects.js";
import module from "./objects_bg.wasm";

objects.initSync({ module });

// After a panic the instance's memory cannot be trusted: begin again with a fresh one, and make objects of it anew.
const instance = objects.__worker_init_state();

function renew() {
  if (!instance.criticalError) return;
  objects.__wbg_reset_state();
  instance.criticalError = false;
  instance.instanceId += 1;
}

// No request of the internet comes here; a Worker has to have a default export all the same.
export default {};

/** A Durable Object class around one of this crate's, whose objects outlive no panic. */
function durable(name) {
  return class extends DurableObject {
    #object;
    #madeIn;

    #current() {
      renew();
      if (this.#madeIn !== instance.instanceId) {
        this.#object = new objects[name](this.ctx, this.env);
        this.#madeIn = instance.instanceId;
      }
      return this.#object;
    }

    fetch(request) {
      return this.#current().fetch(request);
    }

    alarm() {
      return this.#current().alarm();
    }
  };
}

export class RegistrationDo extends durable("RegistrationDo") {}
export class BudgetDo extends durable("BudgetDo") {}
