// What the page and its face worker say to each other. Faces stay in the worker; what comes out is numbers.

import type { Frame } from "../reader_protocol.ts";

/** What a person can be asked to do (`shiming_identity::live_face::Action`). Left and right are the person's own. */
export type Action = "blink" | "turn_left" | "turn_right" | "open_mouth" | "nod";

/** Why a challenge ended without what was asked. */
export type LiveFailure = "other_action" | "interrupted" | "other_person" | "flat" | "timed_out";

/** What to tell the person next, and how many actions are done. */
export type Guidance = { done: number } & (
  | { say: "show_face" | "look_straight" | "return" | "done" }
  | { say: "do"; action: Action }
  | { say: "failed"; why: LiveFailure }
);

/** What was seen of a living face: the transcript, and the face before and after it, base64url. */
export interface Transcript {
  performed: unknown[];
  first: string;
  last: string;
}

/** What the page asks of the face worker. */
export type FaceCalls = {
  /** Loads the module and its nets. */
  load: { request: Record<never, never>; answer: null };
  /** Begins to watch a face follow a challenge; whatever was watched before is dropped. */
  watch: { request: { actions: Action[] }; answer: null };
  /** Takes a frame, `now` milliseconds after the challenge came. */
  see: { request: { frame: Frame; now: number }; answer: Guidance };
  /** What was seen, once `done` was said. */
  finish: { request: Record<never, never>; answer: Transcript | null };
  /** The descriptor, base64url, of the portrait on a page (`cn_resident_id.front`): `jpeg` is its formatted picture. */
  describe: { request: { jpeg: ArrayBuffer; page: string }; answer: string };
};
