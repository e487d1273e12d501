// From what was read and confirmed to what is sent (DC-1: text and figures, never a picture).

import type { Reading } from "./reader_protocol.ts";
import type { Draft, SideRead } from "./session.ts";
import { type Evidence, type Field, FIELD_NAMES, type FieldName, type RegistrationCreated, type Side } from "./wire.ts";

/** Which side carries a field. */
export const SIDE_OF: Record<FieldName, Side> = {
  name: "front", sex: "front", ethnicity: "front", birth_date: "front", address: "front", id_number: "front",
  issuer: "back", valid_from: "back", valid_until: "back",
};

/** Below this confidence (percent) the user is asked to compare a field with the document. */
export const UNCERTAIN = 80;

/** A reading as the draft keeps it: nothing edited yet. */
export function sideRead(reading: Reading, source: "camera" | "file", models: string): SideRead {
  const fields: SideRead["fields"] = {};
  for (const name of FIELD_NAMES) {
    if (SIDE_OF[name] !== reading.side) continue;
    const { value, confidence } = reading.fields[name] ?? { value: "", confidence: 0 };
    fields[name] = { value, confidence, read: value };
  }
  return { fields, measured: { source, ...reading.measured }, models };
}

export function fieldOf(draft: Draft, name: FieldName): { value: string; confidence: number; read: string } {
  return draft[SIDE_OF[name]]?.fields[name] ?? { value: "", confidence: 0, read: "" };
}

/** The draft with one field's value changed. */
export function withValue(draft: Draft, name: FieldName, value: string): Draft {
  const side = draft[SIDE_OF[name]];
  if (side === undefined) return draft;
  return { ...draft, [SIDE_OF[name]]: { ...side, fields: { ...side.fields, [name]: { ...fieldOf(draft, name), value } } } };
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
  return { nonce: registration.nonce, document, ...fields, front: front.measured, back: back.measured, models: front.models };
}
