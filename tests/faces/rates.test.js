// What the comparison of faces counts on.

import assert from "node:assert/strict";
import { test } from "node:test";
import { calibrate, cosine, equalErrorRate, nearness, nonMatchAt, pairs, thresholdAt } from "./rates.js";

test("a threshold lets in as many impostors as allowed, and no more", () => {
  const impostor = Array.from({ length: 1000 }, (_, i) => i / 1000);
  assert.ok(Math.abs(thresholdAt(impostor, 0.001) - 0.998) < 1e-9);
  assert.equal(impostor.filter((value) => value >= thresholdAt(impostor, 0.01)).length, 10);
  assert.equal(impostor.filter((value) => value >= thresholdAt(impostor, 0)).length, 0);
  assert.equal(nonMatchAt([0.5, 0.9985, 0.9999, 2], impostor, 0.001), 0.25);
});

test("errors are equal where they meet", () => {
  assert.equal(equalErrorRate([3, 4, 5], [0, 1, 2]), 0);
  assert.equal(equalErrorRate([1, 3, 4, 5], [0, 0.5, 0.7, 2]), 0.25);
});

test("calibration finds the odds of two normal distributions", () => {
  // Means 0.6 and 0.2, deviation 0.1: the odds' logarithm is 40 x − 16.
  const normal = [];
  for (let z = -4; z <= 4; z += 0.08) normal.push(...Array(Math.round(400 * Math.exp((-z * z) / 2))).fill(z));
  const { slope, offset } = calibrate(normal.map((z) => 0.6 + 0.1 * z), normal.map((z) => 0.2 + 0.1 * z));
  assert.ok(Math.abs(slope - 40) < 1 && Math.abs(offset + 16) < 0.5, `${slope} ${offset}`);
});

test("a picture is not compared with itself, nor with its own card", () => {
  const of = (person, picture) => ({ person, picture });
  const clean = [of(0, 0), of(0, 1), of(1, 0)];
  const card = clean.map((entry) => ({ ...entry }));
  const count = ({ genuine, impostor }) => [genuine.length, impostor.length];
  assert.deepEqual(count(pairs(clean, clean, () => 0)), [1, 2]);
  assert.deepEqual(count(pairs(card, clean, () => 0)), [2, 4]);
});

test("similarities", () => {
  assert.equal(cosine([1, 0], [0, 2]), 0);
  assert.equal(cosine([1, 1], [2, 2]), 1);
  assert.equal(nearness([0, 0], [3, 4]), -5);
});
