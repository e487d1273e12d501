// How much of a download is there.

import { t } from "../messages.ts";
import type { LoadProgress } from "../remote.ts";
import { h, replace } from "./dom.ts";
import { formatMegabytes } from "./format.ts";

export interface ProgressBar {
  readonly element: HTMLElement;
  show(progress: LoadProgress): void;
  hide(): void;
}

/** A bar that is hidden until there is something to show, and when all is there. `what` is what is loading. */
export function progressBar(testid: string, what: string): ProgressBar {
  const element = h("div", { class: "models", role: "progressbar", "data-testid": testid, "aria-label": what, hidden: true });
  return {
    element,
    hide: () => { element.hidden = true; },
    show({ loaded, total }) {
      element.hidden = total > 0 && loaded >= total;
      const percent = total === 0 ? 0 : Math.floor((loaded / total) * 100);
      const text = total === 0 ? what : t("document.modelsBytes", { loaded: formatMegabytes(loaded), total: formatMegabytes(total) });
      for (const [name, value] of Object.entries({ min: 0, max: 100, now: percent, text })) {
        element.setAttribute(`aria-value${name}`, String(value));
      }
      const bar = h("i");
      bar.style.width = `${percent}%`;
      replace(element, h("span", {}, text), h("div", { class: "bar" }, bar));
    },
  };
}
