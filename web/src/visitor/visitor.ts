// The person in front of the device: what their document says, kept in memory until the next one comes.

import { fieldOf } from "../evidence.ts";
import type { Reader } from "../reader.ts";
import type { Draft } from "../session.ts";
import type { DocumentDesk } from "../steps/document.ts";
import type { Identified } from "../terminal/terminal.ts";
import type { FormatParameters, Side } from "../wire.ts";
import type { Written } from "./person_fields.ts";

const DOCUMENT = "cn_resident_id";

export class Visitor implements DocumentDesk {
  draft: Draft = {};
  retake: Side | undefined;
  /** As typed or read. */
  written: Written = { name: "", id_number: "", valid_until: "" };
  /** What the gate found wrong with that: JSON pointers. */
  wrong: readonly string[] = [];
  /** The cards on an older phone end. */
  moves = false;
  /** Who is to be offered cards, once all was said. */
  identified: Identified | undefined;
  /** The formatted front: its portrait is described, and it goes nowhere. */
  front: ArrayBuffer | undefined;
  #formats: FormatParameters[] = [];
  #ready = Promise.resolve();

  /** `read` is called when both sides are there. */
  constructor(readonly reader: Reader, private readonly read: () => void) {}

  /** Learns how pictures are formatted here. A failure is said where the reader is loaded, by the step itself. */
  prepare(): void {
    const formats = this.reader.ask("formats", { document: DOCUMENT });
    this.#ready = formats.then((all) => { this.#formats = all; }, () => undefined);
  }

  ready(): Promise<void> {
    return this.#ready;
  }

  format(side: Side): FormatParameters | undefined {
    return this.#formats.find((format) => format.side === side);
  }

  setPicture(side: Side, jpeg: ArrayBuffer): void {
    if (side === "front") this.front = jpeg;
  }

  /** Drops what was read, to read it again. */
  forget(): void {
    this.draft = {};
    this.front = undefined;
  }

  go(): void {
    const value = (name: "name" | "id_number" | "valid_until"): string => fieldOf(this.draft, name).value;
    this.written = { name: value("name"), id_number: value("id_number"), valid_until: value("valid_until") };
    this.read();
  }
}
