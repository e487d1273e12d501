// The sandbox's first page: who can be tried, what can go wrong, what was switched.
import { ask, copyButton, element, grouped, languageButton, locale, simLabel, translate, word } from "./words.js";

const SHOWN = 20;
const REFRESH_MS = 3000;
const by = (id) => document.getElementById(id);

let citizens = [];
let orders = { faults: [], holds: [] };
let ledger = [];

function fact(label, value, wide = false) {
  return element(
    "div",
    { className: wide ? "fact wide" : "fact" },
    element("dt", { textContent: word(label) }),
    element("dd", {}, element("span", { className: "figure", textContent: grouped(value) }), copyButton(value)),
  );
}

function person(citizen) {
  const { index, name, sex, ethnicity, birth_date: born, subscription } = citizen;
  const photo = `/citizens/${index}/card/`;
  const title = `person-${index}`;
  const contact = subscription.contact_line === subscription.number ? null : fact("contact", subscription.contact_line);
  return element(
    "li",
    { className: "person", "aria-labelledby": title },
    element(
      "a",
      { className: "photo", href: `${photo}front.jpg`, download: `card-${index}-front.jpg`, tabIndex: -1, "aria-hidden": "true" },
      element("img", { src: `${photo}front.jpg`, loading: "lazy", width: 320, height: 180, alt: "" }),
    ),
    element(
      "div",
      { className: "about" },
      element("h3", { id: title, lang: "zh-CN" }, name, simLabel(subscription.sim)),
      element("p", { className: "small", lang: "zh-CN", textContent: `${sex} · ${ethnicity}族 · ${born}` }),
      element("dl", {}, fact("number", subscription.number), fact("iccid", subscription.iccid), contact),
      element(
        "p",
        { className: "links" },
        link("front", `${photo}front.jpg`, `card-${index}-front.jpg`, name),
        link("back", `${photo}back.jpg`, `card-${index}-back.jpg`, name),
        element("a", {
          className: "button small",
          href: `/phones/${subscription.contact_line}`,
          target: "_blank",
          textContent: word("phone"),
          "aria-label": `${word("phone")} · ${name}`,
        }),
      ),
    ),
  );
}

function link(label, href, download, name) {
  return element("a", { href, download, textContent: word(label), "aria-label": `${word(label)} · ${name}` });
}

function draw() {
  document.title = word("title");
  by("people").replaceChildren(...citizens.slice(0, SHOWN).map(person));
  drawOrders();
  drawLedger();
}

function drawOrders() {
  const lines = [
    ...orders.faults.map((fault) => `${word(fault.target)} · ${word(fault.kind)} · ${word("remaining")} ${fault.times}`),
    ...orders.holds.map((hold) => `${word(hold.target)} · hold ${hold.phase}`),
  ];
  by("orders").replaceChildren(
    ...(lines.length ? lines : [word("no_orders")]).map((text) => element("li", { textContent: text.replace("* ·", `${word("all_systems")} ·`) })),
  );
}

function drawLedger() {
  if (!ledger.length) {
    by("ledger").replaceChildren(element("p", { className: "small", textContent: word("ledger_empty") }));
    return;
  }
  const head = ["when", "operation", "iccid", "change"].map((key) => element("th", { scope: "col", textContent: word(key) }));
  const rows = ledger.slice(-10).reverse().map((entry) =>
    element(
      "tr",
      {},
      element("td", { textContent: new Date(entry.at_ms).toLocaleTimeString(locale()) }),
      element("td", { textContent: word(entry.operation) }),
      element("td", { className: "figure", textContent: entry.iccid }),
      element("td", {}, simLabel(entry.sim_before), " → ", simLabel(entry.sim_after)),
    ),
  );
  by("ledger").replaceChildren(
    element("table", {}, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...rows)),
  );
}

async function refresh() {
  const [people, control, book] = await Promise.all([ask("/citizens"), ask("/control"), ask("/ledger")]);
  // Redrawn only on change, so that the focus stays where it is.
  if (JSON.stringify(people) !== JSON.stringify(citizens)) {
    citizens = people;
    by("people").replaceChildren(...citizens.slice(0, SHOWN).map(person));
  }
  if (JSON.stringify(control) !== JSON.stringify(orders)) {
    orders = control;
    drawOrders();
  }
  if (JSON.stringify(book) !== JSON.stringify(ledger)) {
    ledger = book;
    drawLedger();
  }
}

/** Does it, then shows what is now; a failure is said, not swallowed. */
async function act(doing) {
  by("trouble-note").textContent = "";
  try {
    await doing();
    await refresh();
  } catch {
    by("trouble-note").textContent = word("failed");
  }
}

by("trouble").addEventListener("submit", (event) => {
  event.preventDefault();
  const kind = by("kind").value;
  act(() =>
    ask("/control", {
      action: "fault",
      on: by("on").value,
      kind,
      times: by("times").valueAsNumber || 1,
      delay_ms: { delay: 3000, timeout: 10_000 }[kind] ?? 0,
    }),
  );
});
by("clear").addEventListener("click", () => act(() => ask("/control", { action: "reset" })));
by("reset").addEventListener("click", () => {
  if (confirm(word("reset_sure"))) act(() => ask("/crm/reset", {}));
});

translate();
languageButton(by("language"), draw);
draw();
ask("/pages/settings.json").then((settings) => (by("edge").href = settings.edge));
(async () => {
  for (;;) {
    if (!document.hidden) await act(async () => {});
    await new Promise((done) => setTimeout(done, REFRESH_MS));
  }
})();
