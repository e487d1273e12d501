// Pictures: from encoded bytes to pixels, and from pixels to the tensors that PP-OCR's networks take (planes in the
// order blue, green, red).

/** The longest side that lines are cut from (RapidOCR's `max_side_len`). */
const LONGEST_SIDE = 2000;

/**
 * Decodes a picture, upright as its EXIF says, no larger than lines are cut from.
 * @param {Uint8Array} bytes
 */
export async function decode(bytes) {
  const bitmap = await createImageBitmap(new Blob([bytes]), { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = drawn(bitmap, Math.round(bitmap.width * scale), Math.round(bitmap.height * scale));
  bitmap.close();
  return canvas;
}

/** A new canvas with this picture in this size. */
function drawn(image, width, height) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "medium";
  context.drawImage(image, 0, 0, width, height);
  return canvas;
}

/** The pixels of a canvas. */
export function pixels(canvas) {
  return canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
}

/**
 * What the detector takes: the longer side at most `limit`, both multiples of 32.
 * @param {{ mean: number[], deviation: number[] }} normal of blue, green, red
 */
export function detectorInput(canvas, limit, { mean, deviation }) {
  const scale = Math.min(1, limit / Math.max(canvas.width, canvas.height));
  const [width, height] = [canvas.width, canvas.height].map((side) => Math.max(32, Math.round((side * scale) / 32) * 32));
  const { data } = pixels(drawn(canvas, width, height));
  const area = width * height;
  const planes = new Float32Array(3 * area);
  for (let channel = 0; channel < 3; channel++) {
    const factor = 1 / (255 * deviation[channel]);
    const shift = mean[channel] / deviation[channel];
    for (let at = 0, from = 2 - channel, to = channel * area; at < area; at++, from += 4, to++) {
      planes[to] = data[from] * factor - shift;
    }
  }
  return { planes, width, height };
}

/**
 * What the recogniser takes: the line under `box`, read along `angle`, 48 pixels high; filled with zeros to `least`
 * wide if it is not.
 * @param {ImageData} image
 * @param {{ x: number, y: number, width: number, height: number }} box its middle and its size along and across `angle`
 */
export function lineInput(image, box, angle, least) {
  const height = 48;
  const content = Math.max(16, Math.round((box.width / box.height) * height));
  const width = Math.max(content, least);
  const area = width * height;
  const planes = new Float32Array(3 * area);
  const step = box.height / height;
  // A pixel of the line covers `step` pixels of the picture: as many samples a side.
  const samples = Math.max(1, Math.min(4, Math.round(step)));
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const { data, width: across, height: down } = image;
  const sum = [0, 0, 0];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < content; column++) {
      sum.fill(0);
      for (let i = 0; i < samples; i++) {
        for (let j = 0; j < samples; j++) {
          const u = (column + (i + 0.5) / samples) * (box.width / content) - box.width / 2;
          const v = (row + (j + 0.5) / samples) * step - box.height / 2;
          const x = Math.min(Math.max(box.x + u * cos - v * sin - 0.5, 0), across - 1.001);
          const y = Math.min(Math.max(box.y + u * sin + v * cos - 0.5, 0), down - 1.001);
          const [left, top] = [Math.floor(x), Math.floor(y)];
          const [fx, fy] = [x - left, y - top];
          const from = 4 * (top * across + left);
          const below = from + 4 * across;
          for (let channel = 0; channel < 3; channel++) {
            const upper = data[from + channel] * (1 - fx) + data[from + 4 + channel] * fx;
            const lower = data[below + channel] * (1 - fx) + data[below + 4 + channel] * fx;
            sum[channel] += upper * (1 - fy) + lower * fy;
          }
        }
      }
      const at = row * width + column;
      for (let channel = 0; channel < 3; channel++) {
        planes[(2 - channel) * area + at] = sum[channel] / (samples * samples * 127.5) - 1;
      }
    }
  }
  return { planes, width, height };
}
