// A name as the user works on it: character by character, beside what was read. Pure.

import type { NameCharacter } from "./reader_protocol.ts";

/**
 * A name as it is shown: compatibility ideographs and radicals by the code of the character that they are, which phones
 * are sure to have. What is kept and sent stays as it was read or typed (RC-6). Private-use codes are drawn by our font.
 */
export function shownName(name: string): string {
  return name.replaceAll(/[\u2E80-\u2FDF\uF900-\uFAFF\u{2F800}-\u{2FA1F}]/gu, (character) => character.normalize("NFKC"));
}

/** One character of the name, with what the picture says where it stands. */
export interface NameTile {
  character: string;
  read: NameCharacter | undefined;
  /** It stands as it was read, and was not read for certain. */
  doubtful: boolean;
}

/** The characters of `name`, each beside the one that was read in its place. Characters below `sure` percent are in doubt. */
export function nameTiles(name: string, read: readonly NameCharacter[], sure: number): NameTile[] {
  const characters = [...name];
  const same = (at: number, from: number): boolean => characters[at] === read[from]?.value;
  let front = 0;
  while (front < characters.length && front < read.length && same(front, front)) front++;
  let back = 0;
  while (back < Math.min(characters.length, read.length) - front && same(characters.length - 1 - back, read.length - 1 - back)) back++;
  return characters.map((character, at) => {
    const fromEnd = characters.length - 1 - at;
    // What was changed lies between what was not; there the first changed character takes the first one's place.
    const source = fromEnd < back ? read.length - 1 - fromEnd : at < read.length - back ? at : undefined;
    const found = source === undefined ? undefined : read[source];
    return { character, read: found, doubtful: found !== undefined && found.value === character && found.confidence < sure };
  });
}

/** What the user does to a name at one place. */
export type NameChange =
  | { kind: "replace"; at: number; character: string }
  | { kind: "insert"; at: number; character: string }
  | { kind: "remove"; at: number };

export function changedName(name: string, change: NameChange): string {
  const characters = [...name];
  if (change.kind === "remove") characters.splice(change.at, 1);
  else characters.splice(change.at, change.kind === "replace" ? 1 : 0, change.character);
  return characters.join("");
}
