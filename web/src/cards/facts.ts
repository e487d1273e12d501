// What a card says, as people read it.

import { language, t, tCode } from "../messages.ts";
import { h } from "../ui/dom.ts";
import type { Statement } from "./module.ts";

/** `1234 5678 9012 3456` */
export function numberText(number: string): string {
  return number.replaceAll(/(\d{4})(?=\d)/g, "$1 ");
}

/** Day and, with `time`, hour and minute, of seconds since 1970. */
export function dateText(seconds: number, time = false): string {
  return new Date(seconds * 1000).toLocaleString(language(), {
    year: "numeric", month: "short", day: "numeric", ...(time && { hour: "2-digit", minute: "2-digit" }),
  });
}

/** What the holder chose to show: label and value, the most telling first. */
export function disclosedFacts({ name, over, sex, birth_date, holder_reference }: Statement): [id: string, label: string, value: string][] {
  const facts: [string, string, string | undefined][] = [
    ["name", t("claim.name"), name],
    ["over", t("claim.over"), over === undefined ? undefined : t("claim.over.value", { n: over })],
    ["sex", t("claim.sex"), sex === undefined ? undefined : tCode("claim.sex", sex, "claim.sex.other", { sex })],
    ["birth_date", t("claim.birth_date"), birth_date],
    ["holder_reference", t("claim.holder_reference"), holder_reference],
  ];
  return facts.filter((fact): fact is [string, string, string] => fact[2] !== undefined);
}

/** What a card shows, in one line: "name, over 18". */
export function disclosedNames(statement: Statement): string {
  const { name, over, sex, birth_date, holder_reference } = statement;
  const names = [
    name !== undefined && t("claim.name"),
    over !== undefined && t("claim.over.value", { n: over }),
    sex !== undefined && t("claim.sex"),
    birth_date !== undefined && t("claim.birth_date"),
    holder_reference !== undefined && t("claim.holder_reference"),
  ].filter((text): text is string => text !== false);
  return names.length === 0 ? t("claim.none") : names.join(t("claim.and"));
}

/** What every card says: who issued it, its number, until when it is valid. */
export function cardFacts({ issuer, number, document_class, expires_at }: Statement): [id: string, label: string, value: string][] {
  return [
    ["document_class", t("claim.document_class"), tCode("documentClass", document_class, "documentClass.other", { code: document_class })],
    ["number", t("claim.number"), numberText(number)],
    ["issuer", t("claim.issuer"), issuer],
    ["expires_at", t("claim.expires_at"), dateText(expires_at)],
  ];
}

export function factList(facts: readonly (readonly [id: string, label: string, value: string])[], kind: string): HTMLElement {
  return h("dl", { class: `facts ${kind}` }, ...facts.map(([id, label, value]) =>
    h("div", {}, h("dt", {}, label), h("dd", { "data-testid": `claim-${id}` }, value))));
}
