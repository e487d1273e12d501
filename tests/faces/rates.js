// How well similarities tell people apart.

/** Share of impostor pairs that are at least so similar. `impostor` is sorted, the least similar first. */
function matchRate(impostor, threshold) {
  return (impostor.length - below(impostor, threshold)) / impostor.length;
}

/** How many of the sorted values are less than `threshold`. */
function below(sorted, threshold) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < threshold) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The least threshold at which no more than the share `fmr` of impostor pairs matches. */
export function thresholdAt(impostor, fmr) {
  const sorted = impostor.toSorted((a, b) => a - b);
  const allowed = Math.floor(fmr * sorted.length);
  // Just above the first one that must not match.
  const last = sorted[sorted.length - allowed - 1];
  return last === undefined ? -Infinity : last + Number.EPSILON * Math.max(1, Math.abs(last));
}

/** Share of genuine pairs that are less similar than the threshold which lets `fmr` of the impostors in. */
export function nonMatchAt(genuine, impostor, fmr) {
  const threshold = thresholdAt(impostor, fmr);
  return genuine.filter((similarity) => similarity < threshold).length / genuine.length;
}

/** The rate at which as many impostors are let in as others are turned away. */
export function equalErrorRate(genuine, impostor) {
  const [right, wrong] = [genuine, impostor].map((values) => values.toSorted((a, b) => a - b));
  let best = 1;
  let rate = 1;
  for (const threshold of [...right, ...wrong]) {
    const [missed, matched] = [below(right, threshold) / right.length, matchRate(wrong, threshold)];
    if (Math.abs(missed - matched) < best) {
      best = Math.abs(missed - matched);
      rate = (missed + matched) / 2;
    }
  }
  return rate;
}

/** Slope and offset of the logarithm of the odds over similarity, each side counting half: Newton's method. */
export function calibrate(genuine, impostor) {
  let [slope, offset] = [10, -5];
  const rows = [
    ...genuine.map((similarity) => [similarity, 1, 0.5 / genuine.length]),
    ...impostor.map((similarity) => [similarity, 0, 0.5 / impostor.length]),
  ];
  for (let step = 0; step < 60; step++) {
    let [g0, g1, h00, h01, h11] = [0, 0, 1e-9, 0, 1e-9];
    for (const [x, y, weight] of rows) {
      const p = 1 / (1 + Math.exp(-(slope * x + offset)));
      const [error, spread] = [weight * (p - y), weight * p * (1 - p)];
      g0 += error * x;
      g1 += error;
      h00 += spread * x * x;
      h01 += spread * x;
      h11 += spread;
    }
    const determinant = h00 * h11 - h01 * h01;
    const [d0, d1] = [(h11 * g0 - h01 * g1) / determinant, (h00 * g1 - h01 * g0) / determinant];
    // Not further than is safe where hardly anything overlaps.
    const bounded = Math.min(1, 5 / Math.max(Math.abs(d0), Math.abs(d1), 1e-12));
    [slope, offset] = [slope - d0 * bounded, offset - d1 * bounded];
    if (Math.abs(d0) + Math.abs(d1) < 1e-9) break;
  }
  return { slope, offset };
}

/** Similarities of all pairs of one person and of two, of entries `{person, picture}` with `of(a, b)` for two of them.
 * Pairs are of two pictures, never of a picture and its own portrait on a card. */
export function pairs(left, right, of) {
  const [genuine, impostor] = [[], []];
  const within = left === right;
  left.forEach((a, i) => {
    for (let j = within ? i + 1 : 0; j < right.length; j++) {
      const b = right[j];
      if (a.person !== b.person) impostor.push(of(a, b));
      else if (a.picture !== b.picture) genuine.push(of(a, b));
    }
  });
  return { genuine, impostor };
}

/** Cosine of the angle between two lists of numbers. */
export function cosine(a, b) {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return ab / Math.sqrt(aa * bb);
}

/** Distance of two lists of numbers, negated: the nearer, the more similar. */
export function nearness(a, b) {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return -Math.sqrt(sum);
}
