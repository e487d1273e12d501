import assert from "node:assert/strict";
import { test } from "node:test";
import type { Outcome, Reading } from "../src/reader_protocol.ts";
import { type Booth, readByVote } from "../src/voting.ts";

const measured = { sharpness: 70, brightness: 150, glare: 0, coverage: 40 };

/** A frame that reads as `name` with this confidence. */
const frame = (name: string, confidence: number): Outcome => ({
  reading: { side: "front", fields: { name: { value: name, confidence } }, measured }, models: "1", jpeg: new ArrayBuffer(confidence),
});
const refused = (reason: string): Outcome => ({ refused: reason });

interface Play {
  /** Frames that were kept for the shot, best first. */
  kept: Outcome[];
  /** Good frames that still come, and after how many milliseconds each. */
  later?: [Outcome, number][];
  /** Milliseconds that a reading takes. */
  takes?: number;
}

/** Plays a shot; what it answers, how many frames were read and when it was over. */
async function play({ kept, later = [], takes = 300 }: Play) {
  let now = 0;
  let read = 0;
  const coming = [...later];
  const booth: Booth = {
    shoot: async () => {
      const outcome = kept.shift();
      if (outcome === undefined) throw new Error("no frame is left");
      read++;
      now += takes;
      return { outcome, left: kept.length };
    },
    lookFor: async (deadline) => {
      const [next, after] = coming.shift() ?? [undefined, Number.POSITIVE_INFINITY];
      now = Math.min(now + after, deadline);
      if (next === undefined || now === deadline) return false;
      kept.push(next);
      return true;
    },
    // The surest; what is below 80 is in doubt.
    vote: async (readings: Reading[]) => {
      const reading = readings.toSorted((a, b) => (b.fields.name?.confidence ?? 0) - (a.fields.name?.confidence ?? 0))[0]!;
      return { reading, doubts: (reading.fields.name?.confidence ?? 0) < 80 ? ["name"] : [] };
    },
    now: () => now,
  };
  const answer = await readByVote(booth);
  return { answer, read, now, name: "reading" in answer ? answer.reading.fields.name?.value : answer.refused };
}

// RN-5
test("what is clear is read once", async () => {
  const { name, read, now } = await play({ kept: [frame("张三", 99), frame("张弎", 99)] });
  assert.deepEqual([name, read, now], ["张三", 1, 300]);
});

test("doubts let the other kept frame vote, then a new one, then no more", async () => {
  const second = await play({ kept: [frame("a", 60), frame("b", 90)], later: [[frame("c", 99), 100]] });
  assert.deepEqual([second.name, second.read], ["b", 2]);
  const third = await play({ kept: [frame("a", 60), frame("b", 70)], later: [[frame("c", 79), 100], [frame("d", 99), 100]] });
  assert.deepEqual([third.name, third.read], ["c", 3]);
});

test("the picture is that of the first frame that was read", async () => {
  const { answer } = await play({ kept: [refused("blurred"), frame("a", 60), frame("b", 99)] });
  assert.ok("reading" in answer);
  assert.equal(answer.reading.fields.name?.value, "b");
  assert.equal(answer.jpeg.byteLength, 60);
});

// RN-4
test("a frame that is refused does not decide, but the other side does", async () => {
  assert.equal((await play({ kept: [refused("glare")], later: [[frame("a", 99), 200]] })).name, "a");
  assert.equal((await play({ kept: [refused("glare"), refused("blurred")] })).name, "glare");
  const turned = await play({ kept: [refused("other_side"), frame("a", 99)] });
  assert.deepEqual([turned.name, turned.read], ["other_side", 1]);
});

test("nobody waits longer than two seconds for a vote", async () => {
  // None comes any more: the card was taken away.
  assert.deepEqual((await play({ kept: [frame("a", 60)] })).now, 300 + 2000 - 300);
  // One comes too late to be read in time.
  const late = await play({ kept: [frame("a", 60)], later: [[frame("b", 99), 1800]] });
  assert.deepEqual([late.name, late.read, late.now], ["a", 1, 2000]);
  // The phone reads too slowly for a second reading.
  const slow = await play({ kept: [frame("a", 60), frame("b", 99)], takes: 2100 });
  assert.deepEqual([slow.name, slow.read, slow.now], ["a", 1, 2100]);
  for (const takes of [100, 500, 900, 1500, 1999]) {
    const { now } = await play({ kept: [frame("a", 10), frame("b", 10)], later: [[frame("c", 10), 150], [frame("d", 10), 150]], takes });
    assert.ok(now <= takes + 2000, `${takes}: ${now}`);
  }
});

test("a further frame that fails takes nothing away", async () => {
  const shots = [frame("a", 60)];
  const answer = await readByVote({
    shoot: async () => {
      const outcome = shots.shift();
      if (outcome === undefined) throw new Error("the reader broke down");
      return { outcome, left: 1 };
    },
    lookFor: async () => true,
    vote: async ([reading]) => ({ reading: reading!, doubts: ["name"] }),
    now: () => 0,
  });
  assert.ok("reading" in answer);
  await assert.rejects(readByVote({
    shoot: async () => { throw new Error("the reader broke down"); },
    lookFor: async () => true, vote: async () => assert.fail(), now: () => 0,
  }));
});
