// Reading by vote: where a shot leaves fields in doubt, one or two further good frames are read too, so that a blurred or
// glaring one does not decide. No browser types; which value wins is `capture`'s rule (crates/capture/src/vote.rs).

import type { Elected, Outcome, Reading, Shot } from "./reader_protocol.ts";

/** Most frames that are read for one shot. */
const MOST_READ = 3;
/** The user waits no longer than this for further frames, milliseconds from the end of the first reading. */
const VOTE_MS = 2000;

/** Camera and reader, as voting needs them. */
export interface Booth {
  /** Reads the best good frame that was not read yet. */
  shoot(): Promise<Shot>;
  /** Looks for another good frame until `deadline`; whether there is one. */
  lookFor(deadline: number): Promise<boolean>;
  /** Lets readings vote field by field. */
  vote(readings: Reading[]): Promise<Elected>;
  /** Milliseconds. */
  now(): number;
}

/**
 * Reads one shot, and further frames while fields are in doubt, or the shot was refused for a fault that another frame may
 * not have. The picture is that of the first frame that could be read.
 */
export async function readByVote(booth: Booth): Promise<Outcome> {
  let longest = 0;
  const shoot = async (): Promise<Shot> => {
    const begun = booth.now();
    const shot = await booth.shoot();
    longest = Math.max(longest, booth.now() - begun);
    return shot;
  };

  let { outcome, left } = await shoot();
  let answer = outcome;
  const deadline = booth.now() + VOTE_MS;
  const readings: Reading[] = [];
  try {
    for (let read = 1; ; read++) {
      if ("reading" in outcome) {
        readings.push(outcome.reading);
        const { reading, doubts } = await booth.vote(readings);
        answer = { ...("reading" in answer ? answer : outcome), reading };
        if (doubts.length === 0) return answer;
      } else if (outcome.refused === "other_side" || outcome.refused === "other_document") {
        // No fault of the frame: the user has to turn the document over, or just did.
        return answer;
      }
      // A reading that might not end in time is not begun.
      const latest = deadline - longest;
      if (read === MOST_READ || booth.now() > latest) return answer;
      if (left === 0 && !(await booth.lookFor(latest))) return answer;
      ({ outcome, left } = await shoot());
    }
  } catch (error) {
    // A further frame that fails takes nothing away from what was read.
    if (!("reading" in answer)) throw error;
    return answer;
  }
}
