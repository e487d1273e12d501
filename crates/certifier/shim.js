// What workerd loads: makes the wasm-bindgen output of this crate into a Worker.
import * as certifier from "./certifier.js";
import module from "./certifier_bg.wasm";

certifier.initSync({ module });

// After a panic the instance's memory cannot be trusted: begin again with a fresh one.
const instance = certifier.__worker_init_state();

function renew() {
  if (!instance.criticalError) return;
  certifier.__wbg_reset_state();
  instance.criticalError = false;
  instance.instanceId += 1;
}

export default {
  fetch(request, env, context) {
    renew();
    return certifier.fetch(request, env, context);
  },
};
