// A drawn person before a terminal's camera, and their card below it: canvases that play clips of single actions and show the side
// that is asked for, as virtual cameras would.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { enrol } from "./desk.js";
import { phone, photo } from "./walk.js";

/** What can be asked for. */
export const ACTIONS = ["blink", "turn_left", "turn_right", "open_mouth", "nod"];
const dataUrl = (file) => `data:image/jpeg;base64,${readFileSync(file).toString("base64")}`;
/** Clips as strips: frames below each other. */
const strip = (name) => dataUrl(join(process.env.STREAMS, `face-${name}.jpg`));

/** Who is before the camera: `xtask::run::LIVING`. */
export const LIVING = 4;

/** Runs in the page: a camera that plays strips, and for documents one that sees the sides of a card. */
function play({ strips, card, width, height, frameMs }) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d");
  const pictures = Promise.all(Object.entries(strips).map(async ([name, url]) => {
    const image = new Image();
    image.src = url;
    await image.decode();
    return [name, image];
  })).then(Object.fromEntries);
  // What is played, from when on; without anything the person keeps still.
  const playing = { name: Object.keys(strips)[0], since: undefined };
  globalThis.perform = (name) => Object.assign(playing, { name, since: performance.now() });
  globalThis.lens = async () => {
    const images = await pictures;
    const draw = () => {
      const image = images[playing.name];
      const frames = image.height / height;
      const at = playing.since === undefined ? 0 : Math.floor((performance.now() - playing.since) / frameMs);
      if (at >= frames) playing.since = undefined;
      context.drawImage(image, 0, -(at < frames ? at : 0) * height);
    };
    draw();
    setInterval(draw, frameMs / 2);
    return canvas.captureStream(30);
  };
  const sides = Object.fromEntries(Object.entries(card || {}).map(([name, url]) => {
    const image = new Image();
    image.src = url;
    return [name, image];
  }));
  globalThis.table = async () => {
    await Promise.all(Object.values(sides).map((image) => image.decode()));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [sides.front.width, sides.front.height];
    const draw = () => {
      const wanted = document.querySelector('[data-testid="side"]')?.dataset.side;
      canvas.getContext("2d").drawImage(sides[wanted] ?? sides.front, 0, 0, canvas.width, canvas.height);
    };
    draw();
    setInterval(draw, 100);
    return canvas.captureStream(10);
  };
  navigator.mediaDevices.getUserMedia = ({ video }) => (!card || video.facingMode?.ideal === "user" ? globalThis.lens() : globalThis.table());
}

/** An enrolled terminal whose camera shows what [`livingPhone`]'s does. */
export async function living(choose, look) {
  const desk = await livingPhone(choose, look);
  await enrol(desk.page);
  return desk;
}

/**
 * A phone, or a kiosk, whose cameras show a drawn person who does what `choose` says when an action is asked for, and with `shows` their card. The page's
 * `looked` says how many frames were looked at, and how long one took (milliseconds).
 */
export async function livingPhone(choose, { shows = false, ...look } = { language: "en" }) {
  const desk = await phone(look);
  const strips = Object.fromEntries(ACTIONS.map((action) => [action, strip(action)]));
  const card = shows && { front: dataUrl(photo(LIVING, "living")), back: dataUrl(photo(LIVING, "back")) };
  await desk.page.addInitScript(play, { strips, card, width: 240, height: 320, frameMs: 66 });
  await desk.page.addInitScript((wanted) => {
    let last = "";
    new MutationObserver(() => {
      const { frames, perFrame } = document.querySelector('[data-testid="camera"]')?.dataset ?? {};
      if (frames !== undefined) globalThis.looked = { frames: Number(frames), perFrame: Number(perFrame) };
      const hint = document.querySelector('[data-testid="hint"]')?.dataset.hint ?? "";
      if (hint === last) return;
      last = hint;
      if (wanted[hint] !== undefined) globalThis.perform(wanted[hint]);
    }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-hint", "data-per-frame"] });
  }, choose);
  return desk;
}
