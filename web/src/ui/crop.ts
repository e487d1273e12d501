// The strip of the picture that a field was read from, for the eye to compare.

import back from "../../../documents/cn_resident_id.back.json";
import front from "../../../documents/cn_resident_id.front.json";
import type { FieldName } from "../wire.ts";
import { h } from "./dom.ts";

interface Area { left: number; top: number; right: number; bottom: number }

const READS: Record<FieldName, string[]> = {
  name: ["name"], sex: ["sex"], ethnicity: ["ethnicity"], birth_date: ["birth_year", "birth_month", "birth_day"],
  address: ["address"], id_number: ["id_number"], issuer: ["issuer"], valid_from: ["validity"], valid_until: ["validity"],
};
const MARGIN = 0.012;

/** The part of the picture at `url` (the whole rectified side) that holds `name`. */
export function crop(url: string, name: FieldName): HTMLElement {
  const side = name === "issuer" || name.startsWith("valid") ? back : front;
  const areas: Area[] = side.slots.filter(({ reads }) => READS[name].includes(reads)).map(({ area }) => area);
  const left = Math.min(...areas.map((area) => area.left)) - MARGIN;
  const top = Math.min(...areas.map((area) => area.top)) - MARGIN;
  const right = Math.max(...areas.map((area) => area.right)) + MARGIN;
  const bottom = Math.max(...areas.map((area) => area.bottom)) + MARGIN;
  const { width, height } = side.format.size;

  const image = h("img", { src: url, alt: "" });
  const strip = h("div", { class: "strip", "aria-hidden": "true" }, image);
  strip.style.aspectRatio = `${(right - left) * width} / ${(bottom - top) * height}`;
  // The whole side, scaled so that the strip's part fills the strip.
  image.style.width = `${100 / (right - left)}%`;
  image.style.transform = `translate(${-left * 100}%, ${-top * 100}%)`;
  return strip;
}
