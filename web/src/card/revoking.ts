// Revoking cannot be undone: it is asked for twice.

import { disclosedNames } from "../cards/facts.ts";
import { t } from "../messages.ts";
import { h } from "../ui/dom.ts";
import type { Notice } from "../ui/notice.ts";
import type { Holder } from "./main.ts";
import type { HeldCard } from "./wallet.ts";

/** Asks whether `card`, or every card, is to be revoked, and has it revoked. */
export async function confirmRevoking(holder: Holder, card: HeldCard | undefined, notice: Notice, signal: AbortSignal): Promise<void> {
  const what = card === undefined ? t("card.revoke.all.ask") : t("card.revoke.ask", { what: disclosedNames(card.says) });
  if (!(await ask(what, signal))) return;
  notice.clear();
  try {
    await holder.wallet.revoke(card, signal);
    if (!signal.aborted) holder.cards();
  } catch (error) {
    if (!signal.aborted) notice.show(error);
  }
}

function ask(what: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const dialog = h("dialog", { class: "sheet ask", "aria-labelledby": "revoke-title", "data-testid": "revoke-confirm" },
      h("h2", { id: "revoke-title" }, what),
      h("p", { class: "lead" }, t("card.revoke.what")),
      h("form", { method: "dialog", class: "actions" },
        h("button", { class: "primary danger", value: "yes", "data-testid": "revoke-yes" }, t("card.revoke.yes")),
        h("button", { class: "secondary", value: "no", "data-testid": "revoke-no" }, t("card.revoke.no"))));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    signal.addEventListener("abort", () => dialog.close("no"), { once: true });
    document.body.append(dialog);
    dialog.showModal();
  });
}
