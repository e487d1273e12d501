// What workerd loads: makes the wasm-bindgen output of this crate into a Worker.
import * as edge from "./edge.js";
import module from "./edge_bg.wasm";

edge.initSync({ module });

// After a panic the instance's memory cannot be trusted: begin again with a fresh one.
const instance = edge.__worker_init_state();

function renew() {
  if (!instance.criticalError) return;
  edge.__wbg_reset_state();
  instance.criticalError = false;
  instance.instanceId += 1;
}

export default {
  fetch(request, env, context) {
    renew();
    return edge.fetch(request, env, context);
  },
  scheduled(event, env, context) {
    renew();
    return edge.scheduled(event, env, context);
  },
};
