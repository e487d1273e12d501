// What workerd loads: makes the wasm-bindgen output of this crate into a Worker.
import * as matcher from "./matcher.js";
import module from "./matcher_bg.wasm";

matcher.initSync({ module });

// After a panic the instance's memory cannot be trusted: begin again with a fresh one.
const instance = matcher.__worker_init_state();

function renew() {
  if (!instance.criticalError) return;
  matcher.__wbg_reset_state();
  instance.criticalError = false;
  instance.instanceId += 1;
}

export default {
  fetch(request, env, context) {
    renew();
    return matcher.fetch(request, env, context);
  },
};
