// What a fake camera sees: one picture, held still before it.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [WIDTH, HEIGHT] = [1280, 720];
const FRAMES = 4;

/**
 * Writes a video (YUV4MPEG2, grey) of a picture that fills most of the frame's height, a little turned and out of focus, as one
 * phone's screen looks to another phone.
 * @param {import("playwright-core").Page} studio a page without a policy, to draw on
 */
export async function film(studio, png, file) {
  const base64 = await studio.evaluate(async ([data, width, height]) => {
    const picture = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context.fillStyle = "#8a8f96";
    context.fillRect(0, 0, width, height);
    const scale = (height * 0.86) / Math.max(picture.width, picture.height);
    context.translate(width / 2, height / 2);
    context.rotate(0.06);
    context.filter = "blur(0.8px)";
    context.drawImage(picture, (-picture.width * scale) / 2, (-picture.height * scale) / 2, picture.width * scale, picture.height * scale);
    const { data: rgba } = context.getImageData(0, 0, width, height);
    const luma = new Uint8Array(width * height);
    for (let at = 0; at < luma.length; at += 1) {
      const [r, g, b] = rgba.subarray(at * 4, at * 4 + 3);
      luma[at] = 16 + (65.5 * r + 128.6 * g + 25 * b) / 255;
    }
    let text = "";
    for (let at = 0; at < luma.length; at += 32_768) text += String.fromCharCode(...luma.subarray(at, at + 32_768));
    return btoa(text);
  }, [png.toString("base64"), WIDTH, HEIGHT]);
  const frame = Buffer.concat([Buffer.from("FRAME\n"), Buffer.from(base64, "base64"), Buffer.alloc((WIDTH * HEIGHT) / 2, 128)]);
  const header = Buffer.from(`YUV4MPEG2 W${WIDTH} H${HEIGHT} F5:1 Ip A1:1 C420jpeg\n`);
  writeFileSync(file, Buffer.concat([header, ...Array.from({ length: FRAMES }, () => frame)]));
}

/** A picture (PNG) of the QR symbol of a text, by the module that the holder's page draws with. */
export async function pictureOf(studio, text) {
  const modules = (await symbols()).symbol(text);
  const side = Math.sqrt(modules.length);
  const dark = [...modules.keys()].filter((at) => modules[at] === 1).map((at) => `M${(at % side) + 4} ${Math.floor(at / side) + 4}h1v1h-1z`);
  await studio.setContent(`<svg width="640" viewBox="0 0 ${side + 8} ${side + 8}" style="background:#fff" shape-rendering="crispEdges"><path d="${dark.join("")}"/></svg>`);
  return studio.locator("svg").screenshot();
}

let loaded;
/** `crates/card`. */
async function symbols() {
  loaded ??= await import(pathToFileURL(join(process.env.CARD, "shiming_card.js")).href);
  loaded.initSync({ module: readFileSync(join(process.env.CARD, "shiming_card_bg.wasm")) });
  return loaded;
}
