// The log of certificates, taken out for audit.

import { t } from "../messages.ts";
import { busily } from "../ui/busily.ts";
import { h, icon } from "../ui/dom.ts";
import { Notice } from "../ui/notice.ts";
import type { Work } from "./main.ts";

export function logView({ desk }: Work, signal: AbortSignal): HTMLElement {
  const notice = new Notice();
  const button = h("button", { type: "button", class: "primary", "data-testid": "log-save", onclick: () => void busily(button, notice, signal, async () => {
    const log = await desk.log(signal);
    if (signal.aborted) return;
    const address = URL.createObjectURL(log);
    signal.addEventListener("abort", () => URL.revokeObjectURL(address));
    h("a", { href: address, download: "log.jsonl" }).click();
  }) }, t("office.log.save"));
  return h("section", { class: "step" },
    h("h1", {}, t("office.log")),
    h("p", { class: "lead" }, t("office.log.lead")),
    notice.element,
    h("div", { class: "card" },
      h("p", {}, t("office.log.audit")),
      h("pre", { class: "command", tabindex: 0 }, `curl -o keys.json ${location.origin}/v1/certificates/keys\nshiming audit --keys keys.json log.jsonl`),
      h("div", { class: "actions" }, button)),
    h("p", { class: "aside" }, icon("shield"), t("office.log.heads")));
}
