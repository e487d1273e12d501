// What workerd loads: makes the wasm-bindgen output of this crate into a Worker.
import * as issuer from "./issuer.js";
import module from "./issuer_bg.wasm";

issuer.initSync({ module });

// After a panic the instance's memory cannot be trusted: begin again with a fresh one.
const instance = issuer.__worker_init_state();

function renew() {
  if (!instance.criticalError) return;
  issuer.__wbg_reset_state();
  instance.criticalError = false;
  instance.instanceId += 1;
}

export default {
  fetch(request, env, context) {
    renew();
    return issuer.fetch(request, env, context);
  },
};
