import assert from "node:assert/strict";
import { test } from "node:test";
import en from "../messages/en.json";
import zh from "../messages/zh-CN.json";
import { AutoShot, SteadyHint, withLamp } from "../src/guide.ts";

test("a hint is held long enough to be read, and one odd frame changes nothing", () => {
  const hint = new SteadyHint("searching");
  assert.equal(hint.next("closer", 0), "searching");
  assert.equal(hint.next("closer", 100), "closer");
  for (let at = 200; at < 1100; at += 100) assert.equal(hint.next("less_glare", at), "closer");
  assert.equal(hint.next("less_glare", 1100), "less_glare");
  assert.equal(hint.next("closer", 2500), "less_glare");
  assert.equal(hint.next("less_glare", 2600), "less_glare");
});

const QUAD: [number, number][] = [[0.1, 0.3], [0.9, 0.3], [0.9, 0.7], [0.1, 0.7]];
const ready = (shift = 0) => ({ hint: "ready", quad: QUAD.map(([x, y]): [number, number] => [x + shift, y]) });

test("it shoots when the document is ready for several frames and some time", () => {
  const shot = new AutoShot();
  assert.deepEqual([0, 100, 200, 300, 400].map((at) => shot.next(ready(), at)), [false, false, false, false, true]);
});

test("movement, any other hint and a rest start it over", () => {
  const shot = new AutoShot();
  for (const at of [0, 100, 200]) shot.next(ready(), at);
  assert.equal(shot.next(ready(0.1), 300), false);
  assert.equal(shot.next(ready(0.1), 400), false);
  for (const at of [500, 600]) shot.next(ready(0.1), at);
  assert.equal(shot.next({ hint: "hold_still", quad: null }, 700), false);
  shot.restAndStartOver(5000);
  for (let at = 800; at < 5000; at += 100) assert.equal(shot.next(ready(), at), false);
  assert.deepEqual([5000, 5100, 5200, 5300, 5400].map((at) => shot.next(ready(), at)), [false, false, false, false, true]);
});

test("the lamp is offered where it helps, and only where there is one", () => {
  assert.equal(withLamp("more_light", false), "more_light.torch");
  assert.equal(withLamp("more_light", true), "more_light");
  assert.equal(withLamp("more_light", undefined), "more_light");
  for (const hint of ["less_light", "less_glare"]) {
    assert.equal(withLamp(hint, true), `${hint}.torch`);
    assert.equal(withLamp(hint, false), hint);
  }
  for (const lamp of [true, false, undefined]) assert.equal(withLamp("closer", lamp), "closer");
  // What is said of it, is said in both languages.
  for (const file of [zh, en] as Record<string, string>[]) {
    for (const hint of ["more_light", "less_light", "less_glare"]) assert.ok(file[`hint.${hint}.torch`]);
  }
});
