import assert from "node:assert/strict";
import { test } from "node:test";
import { type OpenLens, mainRearLens, openRearLens } from "../src/lenses.ts";

const lens = (label: string) => ({ deviceId: label, label });

test("the rear main lens is chosen, not a wide or fused one", () => {
  for (const [labels, best] of [
    [["Front Camera", "Back Ultra Wide Camera", "Back Dual Wide Camera", "Back Camera"], "Back Camera"],
    [["camera2 1, facing front", "camera2 2, facing back", "camera2 0, facing back"], "camera2 0, facing back"],
    [["camera 1, facing front", "camera 2, facing back", "camera 0, facing back"], "camera 0, facing back"],
    [["前置相机", "后置超广角相机", "后置双广角相机", "后置相机"], "后置相机"],
    [["FaceTime HD Camera"], undefined],
    [[""], undefined],
  ] as const) assert.equal(mainRearLens(labels.map(lens))?.label, best);
});

interface Phone {
  /** What the system opens when it is asked for a rear camera. */
  first: string;
  lenses: Record<string, { label?: string; facing?: string; focus?: string[]; broken?: boolean }>;
}

/** A phone that opens one lens at a time and tells labels only while the user allows it; what was opened, in order. */
async function opened({ first, lenses }: Phone): Promise<string[]> {
  const log: string[] = [];
  let allowed = false;
  let open: string | undefined;
  await openRearLens<OpenLens>({
    open: async (deviceId = first) => {
      assert.equal(open, undefined, "one at a time");
      log.push(deviceId);
      const found = lenses[deviceId];
      if (found === undefined || found.broken) throw new Error("OverconstrainedError");
      allowed = true;
      open = deviceId;
      return { deviceId, facing: found.facing, focus: found.focus, close: () => { open = undefined; } };
    },
    list: async () => Object.entries(lenses).map(([deviceId, { label = "" }]) => (allowed ? { deviceId, label } : { deviceId: "", label: "" })),
  });
  assert.equal(open, log.at(-1));
  return log;
}

const AUTO = ["manual", "continuous", "single-shot"];
const FIXED = ["manual"];

test("labels that are known only once the camera was allowed still choose the lens", async () => {
  const lenses = { wide: { label: "Back Ultra Wide Camera" }, main: { label: "Back Camera" }, selfie: { label: "Front Camera" } };
  assert.deepEqual(await opened({ first: "wide", lenses }), ["wide", "main"]);
  assert.deepEqual(await opened({ first: "main", lenses }), ["main"]);
});

test("a lens that does not open leaves the one that the system chose", async () => {
  const lenses = { wide: { label: "Back Ultra Wide Camera" }, main: { label: "Back Camera", broken: true } };
  assert.deepEqual(await opened({ first: "wide", lenses }), ["wide", "main", "wide"]);
});

test("where labels tell nothing, a lens that focuses is looked for", async () => {
  const lenses = {
    wide: { facing: "environment", focus: FIXED }, selfie: { facing: "user", focus: AUTO },
    taken: { broken: true }, main: { facing: "environment", focus: AUTO },
  };
  assert.deepEqual(await opened({ first: "wide", lenses }), ["wide", "selfie", "taken", "main"]);
  assert.deepEqual(await opened({ first: "main", lenses }), ["main"]);
});

test("a lens that looks at the user is left for one that looks away", async () => {
  const lenses = { selfie: { facing: "user" }, rear: { facing: "environment" } };
  assert.deepEqual(await opened({ first: "selfie", lenses }), ["selfie", "rear"]);
  assert.deepEqual(await opened({ first: "selfie", lenses: { selfie: { facing: "user" } } }), ["selfie"]);
});

test("where no lens is better, or nothing is known of focus, the system's choice stays", async () => {
  const fixed = { a: { focus: FIXED }, b: { focus: FIXED }, c: {}, d: { focus: AUTO, label: "前置" }, e: {}, f: { focus: AUTO } };
  // Three are tried, and no more.
  assert.deepEqual(await opened({ first: "a", lenses: fixed }), ["a", "b", "c", "e", "a"]);
  assert.deepEqual(await opened({ first: "a", lenses: { a: {}, b: { focus: AUTO } } }), ["a"]);
  assert.deepEqual(await opened({ first: "a", lenses: { a: { focus: [] }, b: { focus: AUTO } } }), ["a"]);
});
