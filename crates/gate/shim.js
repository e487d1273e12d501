// What workerd loads: makes the wasm-bindgen output of this crate into a Worker.
import * as gate from "./gate.js";
import module from "./gate_bg.wasm";

gate.initSync({ module });

// After a panic the instance's memory cannot be trusted: begin again with a fresh one.
const instance = gate.__worker_init_state();

function renew() {
  if (!instance.criticalError) return;
  gate.__wbg_reset_state();
  instance.criticalError = false;
  instance.instanceId += 1;
}

export default {
  fetch(request, env, context) {
    renew();
    return gate.fetch(request, env, context);
  },
};
