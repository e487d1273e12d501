// Making elements without a framework.

type Child = Node | string | null | undefined | false;
type Handlers = { [Name in keyof HTMLElementEventMap as `on${Name}`]?: (event: HTMLElementEventMap[Name]) => void };
type Attributes = Record<string, string | number | boolean | null | undefined | ((event: never) => void)>;

/**
 * `<tag …attributes>…children`. `onclick` and so on are listeners; `true` is an attribute without value, `false` and
 * `undefined` none.
 */
export function h<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag, attributes: Attributes & Handlers = {}, ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value as EventListener);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  append(element, children);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** An icon of the page's set, 24 × 24, drawn with strokes in the text's colour. */
export function icon(name: keyof typeof ICONS): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", "aria-hidden": "true", class: `icon icon-${name}` })) {
    svg.setAttribute(key, value);
  }
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

const ICONS = {
  back: "M15 5l-7 7 7 7",
  check: "M5 12.5l4.5 4.5L19 7.5",
  cross: "M6 6l12 12M18 6L6 18",
  clock: "M12 7v5l3.5 2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  alert: "M12 8v5M12 16.5v.2M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z",
  shield: "M12 3l7.5 3v5.5c0 4.6-3.1 8-7.5 9.5-4.4-1.5-7.5-4.9-7.5-9.5V6zM8.8 12l2.3 2.3 4.2-4.4",
  phone: "M6.5 3.5h3l1.4 4-2 1.6a12 12 0 0 0 6 6l1.6-2 4 1.4v3c0 1.2-.9 2-2 2C11 19.500 4.500 13 4.500 5.500c0-1.100.8-2 2-2z",
  message: "M4 5.500h16v11h-9l-4.500 3.500v-3.500H4zM8 9.500h8M8 12.700h5",
  camera: "M4 7.500h3.500L9 5h6l1.500 2.500H20v11.500H4zM12 9.700a3.300 3.300 0 1 0 0 6.600 3.300 3.300 0 0 0 0-6.600z",
  picture: "M4 5h16v14H4zM4.500 17l5-5 4 4 2.500-2.500 3.500 3.500M15.500 8.700v.1",
  torch: "M13 3L6 13.500h5L10.500 21 18 10h-5.200z",
  flip: "M4 9.500a8.500 8.500 0 0 1 15-2M20 14.500a8.500 8.500 0 0 1-15 2M19.500 3.500v4h-4M4.500 20.500v-4h4",
  card: "M3.500 5.500h17v13h-17zM6.500 9.500h5M6.500 12.500h5M6.500 15.500h7M14.500 9h3.500v4h-3.500z",
  language: "M3.500 12a8.500 8.500 0 1 0 17 0 8.500 8.500 0 0 0-17 0zM3.500 12h17M12 3.500c5 5 5 12 0 17-5-5-5-12 0-17z",
} as const;

export function replace(element: Element, ...children: Child[]): void {
  element.replaceChildren();
  append(element, children);
}

function append(element: Element, children: Child[]): void {
  for (const child of children) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
}
