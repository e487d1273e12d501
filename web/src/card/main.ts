// The holder's page: cards claimed by an offer, shown as codes that renew themselves, and revoked.

import { keepOffline } from "../cards/offline.ts";
import { Connection } from "../connection.ts";
import { chooseLanguage } from "../messages.ts";
import { Store } from "../storage.ts";
import { Shell } from "../ui/shell.ts";
import { cardsView } from "./cards_view.ts";
import { offerView } from "./offer_view.ts";
import { recordView } from "./record_view.ts";
import { showView } from "./show_view.ts";
import { type HeldCard, Wallet } from "./wallet.ts";

/** Which view is shown, and what it leads to. */
export interface Holder {
  readonly wallet: Wallet;
  readonly connection: Connection;
  /** The cards, or how to come by one. */
  cards(): void;
  show(card: HeldCard): void;
  record(): void;
  offer(offer: string): void;
}

chooseLanguage("card.title");
const connection = new Connection();
const wallet = new Wallet(new Store("shiming-card", "kept"), connection);
const shell = new Shell("card.name", "card.promise");
const holder: Holder = {
  wallet,
  connection,
  cards: () => shell.show("cards", (signal) => cardsView(holder, signal)),
  show: (card) => shell.show("show", (signal) => showView(holder, card, signal)),
  record: () => shell.show("record", (signal) => recordView(holder, signal)),
  offer: (offer) => shell.show("offer", (signal) => offerView(holder, offer, signal)),
};

function begin(): void {
  wallet.takeOffer();
  if (wallet.offer === undefined) holder.cards();
  else holder.offer(wallet.offer);
}

// Another offer opened in this tab changes the fragment only.
addEventListener("hashchange", () => {
  if (location.hash !== "") begin();
});
void wallet.load().then(begin);
void keepOffline("/card");
// Cards and their key are not to be swept away when the phone runs out of room.
void navigator.storage?.persist?.().catch(() => undefined);
