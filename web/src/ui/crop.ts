// The strip of the picture that a field was read from, for the eye to compare.

import back from "../../../documents/cn_resident_id.back.json";
import front from "../../../documents/cn_resident_id.front.json";
import type { NameCharacter } from "../reader_protocol.ts";
import type { FieldName } from "../wire.ts";
import { h } from "./dom.ts";

interface Area { left: number; top: number; right: number; bottom: number }

const READS: Record<FieldName, string[]> = {
  name: ["name"], sex: ["sex"], ethnicity: ["ethnicity"], birth_date: ["birth_year", "birth_month", "birth_day"],
  address: ["address"], id_number: ["id_number"], issuer: ["issuer"], valid_from: ["validity"], valid_until: ["validity"],
};
const MARGIN = 0.012;

/** How much of the picture is shown around the middle of one character, in heights of the print. */
const AROUND = { x: 0.85, y: 0.75 };

/** The part of the picture at `url` (the whole rectified side) that holds `name`. */
export function crop(url: string, name: FieldName): HTMLElement {
  const side = sideOf(name);
  const areas: Area[] = side.slots.filter(({ reads }) => READS[name].includes(reads)).map(({ area }) => area);
  return strip(url, side, {
    left: Math.min(...areas.map((area) => area.left)) - MARGIN,
    top: Math.min(...areas.map((area) => area.top)) - MARGIN,
    right: Math.max(...areas.map((area) => area.right)) + MARGIN,
    bottom: Math.max(...areas.map((area) => area.bottom)) + MARGIN,
  });
}

/** The name alone, as large as it can be shown: with room for two more characters, should some have been overlooked. */
export function cropName(url: string, characters: readonly NameCharacter[]): HTMLElement {
  const { area, height, aspect } = nameSlot();
  const last = Math.max(0, ...characters.map(({ at: [x] }) => x / 1000));
  const right = characters.length === 0 ? area.right : Math.min(area.right, last + 3 * height * aspect);
  return strip(url, front, { left: area.left - MARGIN, top: area.top - MARGIN, right: right + MARGIN, bottom: area.bottom + MARGIN });
}

/** One character of the name: the part of the picture at `url` around `at` (thousandths). */
export function cropCharacter(url: string, [x, y]: NameCharacter["at"]): HTMLElement {
  const { height, aspect } = nameSlot();
  const across = AROUND.x * height * aspect;
  const down = AROUND.y * height;
  return strip(url, front, { left: x / 1000 - across, right: x / 1000 + across, top: y / 1000 - down, bottom: y / 1000 + down });
}

/** Where the name is printed, the height of its print, and the side's height by its width. */
function nameSlot(): { area: Area; height: number; aspect: number } {
  const { width, height } = front.format.size;
  const slot = front.slots.find(({ reads }) => reads === "name");
  return { area: slot?.area ?? { left: 0, top: 0, right: 1, bottom: 1 }, height: slot?.text_height ?? 0.05, aspect: height / width };
}

function sideOf(name: FieldName): typeof front | typeof back {
  return name === "issuer" || name.startsWith("valid") ? back : front;
}

function strip(url: string, side: typeof front | typeof back, { left, top, right, bottom }: Area): HTMLElement {
  const { width, height } = side.format.size;
  const image = h("img", { src: url, alt: "" });
  const element = h("div", { class: "strip", "aria-hidden": "true" }, image);
  element.style.aspectRatio = `${(right - left) * width} / ${(bottom - top) * height}`;
  // The whole side, scaled so that the strip's part fills the strip.
  image.style.width = `${100 / (right - left)}%`;
  image.style.transform = `translate(${-left * 100}%, ${-top * 100}%)`;
  return element;
}
