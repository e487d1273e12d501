// What judges shots (shots.js) is judged itself: it knows bad and late ones.

import assert from "node:assert/strict";
import { test } from "node:test";
import { faultsOfShot, markOf, shotOf } from "./shots.js";

/** Ten frames a second: the front is good from 1 s to 3 s, the back from 5 s to 7 s, of 8; half a second before, it is fair. */
const FITNESS = (n) => (n >= 10 && n < 30 ? "good" : n >= 5 && n < 10 ? "fair" : "bad");
const VIDEO = {
  fps: 10,
  frames: Array.from({ length: 80 }, (_, n) => ({ side: n < 40 ? "front" : "back", fitness: FITNESS(n % 40) })),
};

test("the judge of shots knows good ones from bad and late ones", () => {
  const look = (frame, side = "front") => ({ read: false, frame, side });
  const shot = (frame, side = "front") => ({ read: true, frame, side });
  const faults = (...looks) => faultsOfShot(VIDEO, looks, "front", 1);
  assert.deepEqual(faults(look(2), look(12), look(16), shot(12)), []);
  assert.deepEqual(faults(look(2), look(12)), ["no shot of the front"]);
  assert.deepEqual(faults(look(2), look(9), shot(9)), [], "not good yet, and yet all is to be seen");
  assert.equal(faults(look(2), look(4), shot(4)).length, 1, "bad");
  assert.equal(faults(look(2), look(50), look(51), shot(51)).length, 2, "the other side, and too late");
  assert.equal(faults(look(2), look(25), shot(25), shot(35)).length, 1, "the second one that was read");
  assert.equal(faults(look(2), look(12), shot(-1)).length, 1, "no mark");
  // A second after the first good second is frame 30. The next time round is far later.
  assert.deepEqual(faults(look(2), look(30), shot(29)), []);
  assert.equal(faults(look(2), look(31), shot(29)).length, 1);
  assert.equal(faults(look(2), look(70), look(15), shot(15)).length, 1);
  // A page that begins to look late has the next good second to wait for.
  assert.deepEqual(shotOf(VIDEO, [look(25), look(70), look(15), shot(15)], "front"), { began: 25, good: 90, fired: 95, read: [15] });
  assert.deepEqual(faultsOfShot(VIDEO, [look(25), shot(25), look(45, "back"), look(55, "back"), shot(54, "back")], "back", 1), []);
});

test("a mark is read from pixels, and nothing else is taken for one", () => {
  const picture = (white) => {
    const rgba = new Uint8Array(4 * 100 * 20).fill(90);
    for (let y = 0; y < 16; y++) for (let x = 0; x < 80; x++) rgba[4 * (100 * y + x) + 1] = white(x >> 3) === y < 8 ? 240 : 20;
    return rgba;
  };
  for (const number of [0, 1, 149, 1023]) assert.equal(markOf(picture((cell) => ((number >> (9 - cell)) & 1) === 1), 100), number);
  assert.equal(markOf(new Uint8Array(4 * 100 * 20).fill(90), 100), -1);
});
