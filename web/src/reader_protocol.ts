// What the page and its reader worker say to each other.

import type { FieldName, FormatParameters, Side } from "./wire.ts";

/** A picture's pixels, either where the browser keeps them or as RGBA bytes. */
export type Frame = ImageBitmap | { rgba: ArrayBuffer; width: number; height: number };

/** What a look at a camera frame found; no text is read for it. */
export interface FrameReport {
  /** The document's corners as fractions of the frame, clockwise from its top left. */
  quad: [number, number][] | null;
  /** What to do next, or `ready`. */
  hint: string;
  /** 0 to 100. */
  sharpness: number;
}

export interface FieldRead {
  value: string;
  /** Percent. */
  confidence: number;
  /** Of a name: its characters one by one. */
  characters?: NameCharacter[];
}

/** One character of a name as read. */
export interface NameCharacter {
  value: string;
  /** Percent. */
  confidence: number;
  /** What else it may be, the likeliest first. */
  others: string;
  /** The middle of it on the side's picture: thousandths of the width and height. */
  at: [number, number];
}

/** One side, read. */
export interface Reading {
  side: Side;
  fields: Partial<Record<FieldName, FieldRead>>;
  measured: { sharpness: number; brightness: number; glare: number; coverage: number };
}

/** A picture was read, or refused: why, and what the camera's user should do. */
export type Outcome = { reading: Reading; models: string; jpeg: ArrayBuffer } | { refused: string; hint?: string };

/** What came of the best frame that was kept, and how many are left. */
export interface Shot {
  outcome: Outcome;
  left: number;
}

/** What several readings of one side come to. */
export interface Elected {
  reading: Reading;
  /** Fields that another frame might make clearer. */
  doubts: FieldName[];
}

/** A field that breaks a rule of `identity`, or (`doubt`) that real documents have now and then but should be looked at. */
export interface FieldFault {
  field: FieldName | "iccid" | "number";
  code: string;
  doubt: boolean;
}

/** What the page asks of the reader worker. */
export type Calls = {
  /** Loads `capture` and the models. */
  load: { request: Record<never, never>; answer: { models: string } };
  /** Looks at a frame; a good one is kept for `shoot` until one comes that is not. */
  inspect: { request: { frame: Frame; format: FormatParameters }; answer: FrameReport };
  /** Reads the best of the kept frames. */
  shoot: { request: { format: FormatParameters }; answer: Shot };
  /** Lets readings of one side vote field by field; at least one. */
  vote: { request: { readings: Reading[]; format: FormatParameters }; answer: Elected };
  /** Reads this frame, whatever it is like. */
  readFrame: { request: { frame: Frame; format: FormatParameters }; answer: Outcome };
  /** Reads a picture file. */
  readFile: { request: { bytes: ArrayBuffer; format: FormatParameters }; answer: Outcome };
  /** Drops the kept frames. */
  forget: { request: Record<never, never>; answer: null };
  /** Checks confirmed fields by the rules of `identity`. */
  checkFields: { request: { fields: Record<FieldName, string> }; answer: FieldFault[] };
  /** Checks an ICCID and a number. */
  checkSim: { request: { iccid: string; number: string }; answer: FieldFault[] };
  /** How a document's sides are formatted where no operator says otherwise. */
  formats: { request: { document: string }; answer: FormatParameters[] };
  /** The ethnic groups as cards print them. */
  ethnicGroups: { request: Record<never, never>; answer: string[] };
};
