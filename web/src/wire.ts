// The JSON that crosses the wire, as `crates/wire` defines it.

export type DocumentKind = "cn_resident_id";
export type Side = "front" | "back";
export type Channel = "voice" | "sms";
export type State = "opened" | "confirmed" | "checking" | "stored" | "effective" | "refused" | "expired";
export type CodeProgress =
  | "queued" | "dialling" | "ringing" | "answered" | "busy" | "no_answer" | "completed" | "sent" | "failed";
export type SimView = "unchanged" | "activating" | "active" | "deactivating" | "deactivated";
export type RefusalReason = "no_match" | "reviewer" | "document_not_valid" | "portrait_inconsistent";

export type SimSubject = { link: string } | { card: { iccid: string; number: string } };

export interface CreateRegistration {
  device_key: string;
  sim: SimSubject;
  document: DocumentKind;
  terminal: "own" | "agent";
}

export interface Policy {
  channels: Channel[];
  review: boolean;
  activate_on: "pass" | "effective";
  /** Whether the portrait on the document is compared with the register's (RN-7). */
  portrait: "off" | "compare";
}

/** Image-format parameters of one side (RN-3). The page hands them to `capture` and looks only at the side. */
export interface FormatParameters {
  document: DocumentKind;
  side: Side;
  [parameter: string]: unknown;
}

export interface RegistrationCreated {
  id: string;
  nonce: string;
  expires_at: number;
  line_hint: string;
  policy: Policy;
  format: FormatParameters[];
}

export interface CodeView {
  channel: Channel;
  progress: CodeProgress;
  expires_at: number;
  tries_left: number;
}

export interface RegistrationView {
  version: number;
  state: State;
  code?: CodeView;
  sim: SimView;
  portrait: "not_checked" | "consistent" | "inconsistent" | "not_available";
  refusal?: RefusalReason;
  expires_at: number;
}

export const FIELD_NAMES = [
  "name", "sex", "ethnicity", "birth_date", "address", "id_number", "issuer", "valid_from", "valid_until",
] as const;
export type FieldName = (typeof FIELD_NAMES)[number];

export interface Field {
  value: string;
  /** Percent. */
  confidence: number;
  edited?: true;
}

export interface Measured {
  source: "camera" | "file";
  sharpness: number;
  brightness: number;
  glare: number;
  coverage: number;
}

export type Evidence = { nonce: string; document: DocumentKind } & Record<FieldName, Field> & {
  front: Measured;
  back: Measured;
  models: string;
  /** Descriptor of the portrait on the front, base64url; only where the policy compares it. */
  portrait?: string;
};

export interface Problem {
  type: string;
  title: string;
  status: number;
  pointers?: string[];
  retry_after?: number;
  tries_left?: number;
}
