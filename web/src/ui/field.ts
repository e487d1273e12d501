// An input of one line.

import { h, replace } from "./dom.ts";

/** An input with its label, and a line below that says what is wrong. */
export function field(id: string, label: string, hint: string, attributes: Record<string, string | number | boolean> = {}) {
  const said = h("p", { class: "hint", id: `${id}-hint`, "data-testid": `${id}-hint` }, hint);
  const input = h("input", { id, name: id, "data-testid": id, autocomplete: "off", spellcheck: "false", "aria-describedby": said.id, ...attributes });
  const wrong = (text: string | undefined): void => {
    input.setAttribute("aria-invalid", String(text !== undefined));
    said.classList.toggle("bad", text !== undefined);
    replace(said, text ?? hint);
  };
  input.addEventListener("input", () => wrong(undefined));
  return { input, wrong, element: h("div", { class: "field" }, h("label", { for: id }, label), input, said) };
}
