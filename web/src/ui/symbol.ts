// A QR symbol as a picture: black on white whatever the page's colours are, with the quiet zone that readers need.

import { cardModule } from "../cards/module.ts";

const SVG = "http://www.w3.org/2000/svg";
/** ISO/IEC 18004: four modules on each side. */
const QUIET = 4;

/** The symbol of `text`, said to be `label` to those who do not see it. */
export async function symbolOf(text: string, label: string): Promise<SVGSVGElement> {
  const { symbol } = await cardModule();
  const modules = symbol(text);
  const side = Math.sqrt(modules.length);
  const runs: string[] = [];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const from = x;
      while (x < side && modules[y * side + x] === 1) x++;
      if (x > from) runs.push(`M${from + QUIET} ${y + QUIET}h${x - from}v1h${from - x}z`);
    }
  }
  const all = side + 2 * QUIET;
  const svg = document.createElementNS(SVG, "svg");
  const attributes = { viewBox: `0 0 ${all} ${all}`, class: "symbol", role: "img", "aria-label": label, "shape-rendering": "crispEdges" };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  const ground = document.createElementNS(SVG, "path");
  ground.setAttribute("d", `M0 0h${all}v${all}H0z`);
  ground.setAttribute("fill", "#fff");
  const dark = document.createElementNS(SVG, "path");
  dark.setAttribute("d", runs.join(""));
  dark.setAttribute("fill", "#000");
  svg.append(ground, dark);
  return svg;
}
