import assert from "node:assert/strict";
import { test } from "node:test";
import { CameraError } from "../src/camera.ts";
import { Viewfinder } from "../src/viewfinder.ts";

class Camera {
  lose = (): void => undefined;
  onEnded(ended: () => void, signal: AbortSignal): void {
    this.lose = () => { if (!signal.aborted) ended(); };
  }
}

/** A view of a page, and what happened to it. */
function look() {
  const happened: string[] = [];
  const view = new AbortController();
  const page = Object.assign(new EventTarget(), { hidden: false });
  const camera = new Camera();
  let answer = (): Camera | Promise<Camera> => camera;
  const viewfinder = new Viewfinder<Camera>({
    async open(off) {
      happened.push("open");
      off.addEventListener("abort", () => happened.push("closed"));
      return answer();
    },
    live: () => { happened.push("live"); },
    fault: (fault) => { happened.push(fault); },
  }, view.signal, page);
  return {
    viewfinder,
    view,
    /** The next camera that is opened. */
    next(act: () => Camera | Promise<Camera>): void { answer = act; },
    lose: () => camera.lose(),
    async show(seen: boolean): Promise<void> {
      page.hidden = !seen;
      page.dispatchEvent(new Event("visibilitychange"));
      await settled();
    },
    /** What happened since this was asked. */
    since(): string { return happened.splice(0).join(); },
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

// RN-1
test("a camera is put away while the page is hidden, and opened when it is seen again", async () => {
  const { viewfinder, view, show, since } = look();
  await show(false);
  await show(true);
  assert.equal(since(), "", "nobody asked for it");
  await viewfinder.start();
  assert.equal(since(), "open,live");
  await show(false);
  assert.equal(since(), "closed");
  assert.equal(viewfinder.camera, undefined);
  assert.ok(viewfinder.signal.aborted);
  await show(true);
  await show(true);
  assert.equal(since(), "open,live", "once");
  viewfinder.pause();
  await show(true);
  assert.equal(since(), "closed,open,live");
  viewfinder.stop();
  await show(true);
  assert.equal(since(), "closed", "the view has no use for it now");
  await viewfinder.start();
  view.abort();
  await show(true);
  assert.equal(since(), "open,live,closed");
});

test("a camera that is lost or refused is said, and stays away until it is asked for", async () => {
  const { viewfinder, lose, next, show, since } = look();
  await viewfinder.start();
  lose();
  assert.equal(since(), "open,live,closed,failed");
  await show(true);
  assert.equal(since(), "");
  next(() => { throw new CameraError("denied"); });
  await viewfinder.start();
  assert.equal(since(), "open,closed,denied");
  next(() => { throw new TypeError("something else"); });
  await viewfinder.start();
  assert.equal(since(), "open,closed,failed");
});

test("a page that is hidden while the camera opens says nothing, and opens it again", async () => {
  const { viewfinder, next, show, since } = look();
  const { promise, resolve } = withResolvers<Camera>();
  next(() => promise);
  const started = viewfinder.start();
  await show(false);
  resolve(new Camera());
  await started;
  assert.equal(since(), "open,closed");
  assert.equal(viewfinder.camera, undefined);
  next(() => { throw new CameraError("failed"); });
  await show(true);
  assert.equal(since(), "open,closed,failed");
});

test("a second start ends the first", async () => {
  const { viewfinder, next, since } = look();
  const { promise, resolve } = withResolvers<Camera>();
  next(() => promise);
  const first = viewfinder.start();
  const camera = new Camera();
  next(() => camera);
  await viewfinder.start();
  resolve(new Camera());
  await first;
  assert.equal(since(), "open,closed,open,live");
  assert.equal(viewfinder.camera, camera);
});

function withResolvers<T>(): { promise: Promise<T>; resolve(value: T): void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => { resolve = settle; });
  return { promise, resolve };
}
