// From what was read and confirmed to what is sent (DC-1: text and figures, never a picture).

import type { Reading } from "./reader_protocol.ts";
import type { Draft, DraftField, SideRead } from "./session.ts";
import { type Evidence, type Field, FIELD_NAMES, type FieldName, type RegistrationCreated, type Side } from "./wire.ts";

/** Which side carries a field. */
export const SIDE_OF: Record<FieldName, Side> = {
  name: "front", sex: "front", ethnicity: "front", birth_date: "front", address: "front", id_number: "front",
  issuer: "back", valid_from: "back", valid_until: "back",
};

/** Below this confidence (percent) the user is asked to compare a field with the document. */
const UNCERTAIN = 80;
/** The same for the name and each of its characters: a rare one that is read as its look-alike can seem surer than that. */
export const NAME_UNCERTAIN = 97;

/** Whether the user is asked to compare this field with the document. */
export function isUncertain(draft: Draft, name: FieldName): boolean {
  return fieldOf(draft, name).confidence < (name === "name" ? NAME_UNCERTAIN : UNCERTAIN);
}

/** A reading as the draft keeps it: nothing edited yet. */
export function sideRead(reading: Reading, source: "camera" | "file", models: string): SideRead {
  const fields: SideRead["fields"] = {};
  for (const name of FIELD_NAMES) {
    if (SIDE_OF[name] !== reading.side) continue;
    const { value, confidence, characters } = reading.fields[name] ?? { value: "", confidence: 0 };
    fields[name] = { value, confidence, read: value, ...(characters && { characters }) };
  }
  return { fields, measured: { source, ...reading.measured }, models };
}

export function fieldOf(draft: Draft, name: FieldName): DraftField {
  return draft[SIDE_OF[name]]?.fields[name] ?? { value: "", confidence: 0, read: "" };
}

/** The draft with one field's value changed. */
export function withValue(draft: Draft, name: FieldName, value: string): Draft {
  return withField(draft, name, { value });
}

/** Whether the name was read with doubt and the user has not yet said that it is right as it stands. */
export function nameInDoubt(draft: Draft): boolean {
  const { value, confirmed } = fieldOf(draft, "name");
  return isUncertain(draft, "name") && confirmed !== value;
}

/** The draft with the name confirmed as it stands. */
export function withNameConfirmed(draft: Draft): Draft {
  return withField(draft, "name", { confirmed: fieldOf(draft, "name").value });
}

function withField(draft: Draft, name: FieldName, change: Partial<DraftField>): Draft {
  const side = draft[SIDE_OF[name]];
  if (side === undefined) return draft;
  return { ...draft, [SIDE_OF[name]]: { ...side, fields: { ...side.fields, [name]: { ...fieldOf(draft, name), ...change } } } };
}

/** The evidence, if both sides were read. */
export function evidenceOf(draft: Draft, registration: RegistrationCreated): Evidence | undefined {
  const { front, back } = draft;
  const document = registration.format[0]?.document;
  if (front === undefined || back === undefined || document === undefined) return undefined;
  const fields = Object.fromEntries(FIELD_NAMES.map((name): [FieldName, Field] => {
    const { value, confidence, read } = fieldOf(draft, name);
    return [name, { value, confidence, ...(value === read ? {} : { edited: true }) }];
  })) as Record<FieldName, Field>;
  return {
    nonce: registration.nonce, document, ...fields, front: front.measured, back: back.measured, models: front.models,
    ...(front.portrait !== undefined && { portrait: front.portrait }),
  };
}
