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
  phone: "M6.5 3.5h3l1.4 4-2 1.6a12 12 0 0 0 6 6l1.6-2 4 1.4v3c0 1.2-.9 2-2 2C11 19.5 4.5 13 4.5 5.5c0-1.1.8-2 2-2z",
  message: "M4 5.5h16v11h-9l-4.5 3.5v-3.5H4zM8 9.5h8M8 12.7h5",
  camera: "M4 7.5h3.5L9 5h6l1.5 2.5H20v11.5H4zM12 9.7a3.3 3.3 0 1 0 0 6.6 3.3 3.3 0 0 0 0-6.6z",
  picture: "M4 5h16v14H4zM4.5 17l5-5 4 4 2.5-2.5 3.5 3.5M15.5 8.7v.1",
  torch: "M13 3L6 13.5h5L10.5 21 18 10h-5.2z",
  flip: "M4 9.5a8.5 8.5 0 0 1 15-2M20 14.5a8.5 8.5 0 0 1-15 2M19.5 3.5v4h-4M4.5 20.5v-4h4",
  card: "M3.5 5.5h17v13h-17zM6.5 9.5h5M6.5 12.5h5M6.5 15.5h7M14.5 9h3.5v4h-3.5z",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4",
  language: "M3.5 12a8.5 8.5 0 1 0 17 0 8.5 8.5 0 0 0-17 0zM3.5 12h17M12 3.5c5 5 5 12 0 17-5-5-5-12 0-17z",
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
