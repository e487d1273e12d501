// From the detector's map to boxes: the post-processing of DB (differentiable binarisation) as RapidOCR does it, without
// OpenCV.

const THRESHOLD = 0.3;
const BOX_THRESHOLD = 0.5;
const UNCLIP = 1.6;
const LEAST_SIDE = 3;

/**
 * @typedef {{ x: number, y: number, width: number, height: number, angle: number, score: number }} Box
 * its middle, its longer side, its shorter side, and the direction of the longer one in radians, in (-π/2, π/2]
 */

/**
 * The boxes on a map of probabilities, in its pixels.
 * @param {Float32Array} map
 * @returns {Box[]}
 */
export function boxesOf(map, width, height) {
  const mask = dilated(map, width, height);
  const boxes = [];
  for (const points of components(mask, width, height)) {
    const core = smallestRectangle(hull(points));
    if (core === undefined || core.height < LEAST_SIDE) continue;
    const score = meanInside(map, width, height, core);
    if (score < BOX_THRESHOLD) continue;
    const growth = (2 * (core.width * core.height * UNCLIP)) / (2 * (core.width + core.height));
    const box = { ...core, width: core.width + growth, height: core.height + growth, score };
    if (box.height >= LEAST_SIDE + 2) boxes.push(box);
  }
  return boxes;
}

/** The mask of what is over the threshold, grown by one pixel to the right and down. */
function dilated(map, width, height) {
  const mask = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (map[y * width + x] <= THRESHOLD) continue;
      for (const at of [0, 1]) if (x + at < width) {
        mask[y * width + x + at] = 1;
        if (y + 1 < height) mask[(y + 1) * width + x + at] = 1;
      }
    }
  }
  return mask;
}

/** The outermost pixels of each row of each connected component (eight neighbours). Clears the mask. */
function* components(mask, width, height) {
  const stack = [];
  for (let start = 0; start < mask.length; start++) {
    if (mask[start] === 0) continue;
    const rows = new Map();
    mask[start] = 0;
    stack.push(start);
    while (stack.length > 0) {
      const at = stack.pop();
      const [x, y] = [at % width, Math.floor(at / width)];
      const row = rows.get(y);
      if (row === undefined) rows.set(y, [x, x]);
      else if (x < row[0]) row[0] = x;
      else if (x > row[1]) row[1] = x;
      for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          const next = ny * width + nx;
          if (mask[next] === 0) continue;
          mask[next] = 0;
          stack.push(next);
        }
      }
    }
    yield [...rows].flatMap(([y, [left, right]]) => (left === right ? [[left, y]] : [[left, y], [right, y]]));
  }
}

/** The convex hull (Andrew's monotone chain). */
function hull(points) {
  points.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const turns = ([ax, ay], [bx, by], [cx, cy]) => (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
  const half = (list) => {
    const chain = [];
    for (const point of list) {
      while (chain.length > 1 && turns(chain.at(-2), chain.at(-1), point) <= 0) chain.pop();
      chain.push(point);
    }
    return chain.slice(0, -1);
  };
  return points.length < 3 ? points : [...half(points), ...half(points.toReversed())];
}

/** The smallest rectangle around a convex polygon: one of its sides lies on one of the polygon's. */
function smallestRectangle(polygon) {
  let best;
  for (let i = 0; i < polygon.length; i++) {
    const [ax, ay] = polygon[i];
    const [bx, by] = polygon[(i + 1) % polygon.length];
    const length = Math.hypot(bx - ax, by - ay);
    if (length === 0) continue;
    const [cos, sin] = [(bx - ax) / length, (by - ay) / length];
    let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
    for (const [x, y] of polygon) {
      const u = x * cos + y * sin;
      const v = y * cos - x * sin;
      [left, right, top, bottom] = [Math.min(left, u), Math.max(right, u), Math.min(top, v), Math.max(bottom, v)];
    }
    const [width, height] = [right - left, bottom - top];
    if (best !== undefined && width * height >= best.area) continue;
    const [u, v] = [(left + right) / 2, (top + bottom) / 2];
    best = { area: width * height, x: u * cos - v * sin, y: u * sin + v * cos, width, height, angle: Math.atan2(sin, cos) };
  }
  if (best === undefined) return undefined;
  const { x, y } = best;
  const upright = best.width >= best.height;
  const [width, height] = upright ? [best.width, best.height] : [best.height, best.width];
  let angle = best.angle + (upright ? 0 : Math.PI / 2);
  while (angle > Math.PI / 2) angle -= Math.PI;
  while (angle <= -Math.PI / 2) angle += Math.PI;
  return { x, y, width, height, angle };
}

/** The mean of the map inside a box. */
function meanInside(map, width, height, box) {
  const [cos, sin] = [Math.cos(box.angle), Math.sin(box.angle)];
  const reach = [
    (Math.abs(box.width * cos) + Math.abs(box.height * sin)) / 2,
    (Math.abs(box.width * sin) + Math.abs(box.height * cos)) / 2,
  ];
  let [sum, count] = [0, 0];
  for (let y = Math.max(0, Math.floor(box.y - reach[1])); y <= Math.min(height - 1, Math.ceil(box.y + reach[1])); y++) {
    for (let x = Math.max(0, Math.floor(box.x - reach[0])); x <= Math.min(width - 1, Math.ceil(box.x + reach[0])); x++) {
      const [dx, dy] = [x - box.x, y - box.y];
      if (Math.abs(dx * cos + dy * sin) > box.width / 2 || Math.abs(dy * cos - dx * sin) > box.height / 2) continue;
      sum += map[y * width + x];
      count++;
    }
  }
  return count === 0 ? 0 : sum / count;
}
