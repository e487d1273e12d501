import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { Api } from "../src/api.ts";
import type { Pending } from "../src/client.ts";
import { makeDeviceKey } from "../src/device_key.ts";
import { isProblem } from "../src/problem.ts";
import { Traffic } from "../src/traffic.ts";

const VIEW = { version: 1, state: "opened", sim: "unchanged", portrait: "not_checked", expires_at: 9e9 };
const json = (value: unknown, status = 200, headers = {}): Response => new Response(JSON.stringify(value), { status, headers });
const problem = (code: string, status: number, headers = {}): Response =>
  json({ type: `urn:shiming:problem:${code}`, title: code, status }, status, headers);

class Memory implements Pending {
  readonly kept = new Map<string, { body: string; key: string }>();
  get = (action: string) => this.kept.get(action);
  set = (action: string, request: { body: string; key: string } | undefined) => {
    if (request === undefined) this.kept.delete(action);
    else this.kept.set(action, request);
  };
}

let sent: { url: string; headers: Record<string, string>; body: unknown }[];
let reachable: boolean[];
let traffic: Traffic;
let pending: Memory;
let api: Api;

/** Each request gets the next answer; `undefined` is a network that is not there. */
function network(...answers: (Response | undefined)[]): void {
  mock.method(globalThis, "fetch", async (url: string, init: { headers: Record<string, string>; body: unknown }) => {
    sent.push({ url, headers: init.headers, body: init.body });
    const answer = answers.shift();
    if (answer === undefined) throw new TypeError("network");
    return answer;
  });
}

/** Waits that the API makes between tries pass at once. */
function hurry(): void {
  mock.method(globalThis, "setTimeout", ((act: () => void, milliseconds: number) => {
    if (milliseconds < 40_000) queueMicrotask(act);
    return 0;
  }) as never);
}

beforeEach(async () => {
  mock.restoreAll();
  sent = [];
  reachable = [];
  traffic = new Traffic();
  pending = new Memory();
  api = new Api(await makeDeviceKey(), traffic, { reachable: (yes) => reachable.push(yes) }, pending);
});

test("a lost network repeats the request under one idempotency key", async () => {
  network(undefined, undefined, json(VIEW));
  hurry();
  await api.requestCode("id", "voice");
  assert.equal(sent.length, 3);
  assert.equal(new Set(sent.map(({ headers }) => headers["Idempotency-Key"])).size, 1);
  assert.equal(new Set(sent.map(({ body }) => body)).size, 1);
  assert.deepEqual(reachable, [false, false, true]);
  assert.equal(pending.kept.size, 0);
});

test("an answer that never came leaves its key for the next try, after a reload too", async () => {
  network(problem("internal", 500), problem("internal", 500), problem("internal", 500), problem("internal", 500), json(VIEW));
  hurry();
  await assert.rejects(api.confirm("id", "123456"), (error) => isProblem(error, "internal"));
  const key = pending.get("confirmation")?.key;
  assert.ok(key !== undefined && key.length >= 16);
  await api.confirm("id", "123456");
  assert.equal(sent.at(-1)?.headers["Idempotency-Key"], key);
});

test("a refusal is final, and another body is another request", async () => {
  network(problem("code-wrong", 422), problem("code-wrong", 422));
  await assert.rejects(api.confirm("id", "000000"), (error) => isProblem(error, "code-wrong"));
  await assert.rejects(api.confirm("id", "000001"), (error) => isProblem(error, "code-wrong"));
  assert.equal(new Set(sent.map(({ headers }) => headers["Idempotency-Key"])).size, 2);
});

test("a wrong clock is allowed for once", async () => {
  const date = new Date(Date.now() + 3_600_000).toUTCString();
  network(problem("signature-stale", 401, { Date: date }), json(VIEW));
  await api.view("id", 0);
  const created = sent.map(({ headers }) => Number(/created=(\d+)/.exec(headers["Signature-Input"]!)?.[1]));
  assert.ok(Math.abs(created[1]! - created[0]! - 3600) <= 2);
});

test("a portal that answers in place of the edge is no answer", async () => {
  network(new Response("<html>", { status: 200 }), json(VIEW));
  hurry();
  assert.equal((await api.view("id", 0)).version, 1);
  assert.deepEqual(reachable, [false, true]);
});

test("an unknown problem keeps its status and has no code of ours", async () => {
  network(new Response("nope", { status: 418 }));
  await assert.rejects(api.view("id", 0), (error) => isProblem(error, "unknown") && error.problem.status === 418);
});

test("every byte that we add is counted, of tries that fail too", async () => {
  network(undefined, json(VIEW));
  hurry();
  await api.requestCode("id", "sms");
  const own = ({ headers, body }: (typeof sent)[number]): number =>
    String(body).length + Object.entries(headers)
      .filter(([name]) => name !== "Content-Type")
      .reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0);
  assert.equal(traffic.sent, sent.reduce((sum, request) => sum + own(request), 0));
  assert.ok(traffic.sent < 2 * 400);
});
