// What the operator's people do meanwhile: settings, enrolment codes, reviews.

import assert from "node:assert/strict";
import * as sandbox from "./sandbox.js";
import { ORIGIN } from "./walk.js";

async function ask(path, { method = "GET", secret = process.env.OPERATOR, body } = {}) {
  const answer = await fetch(ORIGIN + path, {
    method, ...(body !== undefined && { body: JSON.stringify(body) }),
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json", "idempotency-key": crypto.randomUUID() },
  });
  const text = await answer.text();
  assert.ok(answer.ok, `${path}: ${answer.status} ${text}`);
  return JSON.parse(text);
}

/** What an operator asks for. */
export const operate = (path, body) => ask(path, { method: "POST", body });

/**
 * Opens a registration under the operator's policy, then goes back to the usual one: a registration keeps the policy that
 * it was opened with. What is left out of `wanted` has its default.
 */
export async function under(wanted, open) {
  const policy = (body) => ask("/v1/policy", { method: "PUT", body });
  await policy(wanted);
  try {
    await open();
  } finally {
    await policy({});
  }
}

/** A reviewer is shown a registration for these reasons, looks at it and approves it. */
export async function approve(registration, reasons) {
  const secret = process.env.REVIEWER;
  const item = await sandbox.until("the review", async () =>
    (await ask("/v1/reviews", { secret })).find((each) => each.registration === registration));
  assert.deepEqual(item.reasons, reasons);
  await ask(`/v1/reviews/${registration}`, { method: "POST", secret, body: { decision: "approve", reason: "it is on the card" } });
}
