// Step 1: which SIM card (RN-13). A link names it; else the card's printed number and the phone number do.

import type { Flow } from "../flow.ts";
import { t, tCode } from "../messages.ts";
import { hasSimd } from "../remote.ts";
import { h, icon, replace } from "../ui/dom.ts";
import { Notice } from "../ui/notice.ts";

const LENGTH = { iccid: [19, 20], number: [11, 11] } as const;
type SimField = keyof typeof LENGTH;

export function startStep(flow: Flow, signal: AbortSignal): HTMLElement {
  const notice = new Notice();
  // Early, while the user types: the models are most of the wait.
  void flow.reader.load().catch(() => undefined);

  const submit = h("button", { type: "submit", class: "primary", "data-testid": "start-submit" }, t("start.submit"));
  const fields = flow.linkToken === undefined && flow.session === undefined
    ? [simField(flow, "iccid", signal), simField(flow, "number", signal)]
    : [];

  const form = h("form", { novalidate: true, class: "card", onsubmit: (event) => {
    event.preventDefault();
    void begin();
  } });

  async function begin(): Promise<void> {
    if (flow.session !== undefined) return flow.go("document");
    const wrong = fields.filter((field) => !field.check(true));
    if (wrong.length > 0) return wrong[0]?.input.focus();
    notice.clear();
    submit.disabled = true;
    submit.setAttribute("aria-busy", "true");
    try {
      const { iccid, number } = flow.typed;
      await flow.register(flow.linkToken === undefined ? { card: { iccid, number } } : { link: flow.linkToken });
      if (!signal.aborted) flow.go("document");
    } catch (error) {
      notice.show(error);
    } finally {
      submit.disabled = false;
      submit.removeAttribute("aria-busy");
    }
  }

  if (flow.session !== undefined) {
    form.append(
      h("p", { class: "lead-in" }, icon("card"), h("span", {}, t("start.underWay", { line: flow.session.registration.line_hint }))),
      notice.element,
      h("div", { class: "actions" },
        h("button", { type: "submit", class: "primary", "data-testid": "start-submit" }, t("start.continue")),
        h("button", { type: "button", class: "secondary", "data-testid": "restart", onclick: () => void flow.restart() }, t("start.other"))),
    );
  } else {
    form.append(
      ...(flow.linkToken === undefined
        ? fields.map(({ element }) => element)
        : [h("p", { class: "lead-in", "data-testid": "link" }, icon("card"), h("span", {}, t("start.link")))]),
      notice.element,
      h("div", { class: "actions" }, submit),
    );
  }

  return h("section", { class: "step" },
    h("h1", {}, t("start.title")),
    h("p", { class: "lead" }, t("start.lead")),
    !hasSimd() && h("div", { class: "notice notice-bad", role: "alert", "data-testid": "unsupported" }, icon("alert"), h("p", {}, t("reader.no_simd"))),
    form,
    h("ul", { class: "needs" },
      h("li", {}, icon("card"), t("start.need.card")),
      h("li", {}, icon("phone"), t("start.need.line")),
      h("li", {}, icon("sun"), t("start.need.light"))),
  );
}

/** One number to type, checked while typing; that it is too short is said only once the field was left. */
function simField(flow: Flow, name: SimField, signal: AbortSignal) {
  const [shortest, longest] = LENGTH[name];
  const hint = h("p", { class: "hint", id: `${name}-hint`, "data-testid": `${name}-hint` }, t(`start.${name}.hint`));
  const input = h("input", {
    id: name, name, "data-testid": name, inputmode: name === "number" ? "numeric" : "text", autocapitalize: "characters",
    autocomplete: name === "number" ? "tel-national" : "off",
    "aria-describedby": hint.id, required: true, maxlength: longest + 5, value: flow.typed[name], spellcheck: "false",
  });

  function say(code: string | undefined): boolean {
    input.setAttribute("aria-invalid", String(code !== undefined));
    hint.classList.toggle("bad", code !== undefined);
    replace(hint, code === undefined ? t(`start.${name}.hint`) : tCode(`start.${name}`, code, `start.${name}.malformed`, { n: flow.typed[name].length }));
    return code === undefined;
  }

  function check(left: boolean): boolean {
    const { length } = flow.typed[name];
    if (length < shortest || length > longest) return left ? say(length === 0 ? "empty" : "length") : say(undefined);
    void checkDigits();
    return input.getAttribute("aria-invalid") === "true" && hint.dataset["fault"] === flow.typed[name] ? false : say(undefined);
  }

  /** The check digit and the like, once the rules are loaded; the edge checks in any case. */
  async function checkDigits(): Promise<void> {
    const typed = { ...flow.typed };
    if (flow.reader.progress.total === 0) return;
    try {
      const faults = await flow.reader.ask("checkSim", typed);
      if (signal.aborted || typed[name] !== flow.typed[name]) return;
      const fault = faults.find(({ field, doubt }) => field === name && !doubt);
      hint.dataset["fault"] = fault === undefined ? "" : typed[name];
      say(fault?.code);
    } catch {
      // Not loaded: nothing to say.
    }
  }

  input.addEventListener("input", () => {
    // Spaces, as printed, stay where the user typed them. Some operators print hexadecimal letters in the card's number.
    const shown = input.value.replaceAll(name === "number" ? /[^\d\s-]/g : /[^\dA-Za-z\s-]/g, "");
    if (shown !== input.value) input.value = shown;
    flow.typed[name] = shown.replaceAll(/[\s-]/g, "").toUpperCase();
    check(false);
  }, { signal });
  input.addEventListener("blur", () => {
    if (flow.typed[name] !== "") check(true);
  }, { signal });

  const element = h("div", { class: "field" }, h("label", { for: name }, t(`start.${name}`)), input, hint);
  return { element, input, check };
}
