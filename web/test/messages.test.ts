import assert from "node:assert/strict";
import { test } from "node:test";
import en from "../messages/en.json";
import zh from "../messages/zh-CN.json";

const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!).sort();

test("both languages say the same things", () => {
  assert.deepEqual(Object.keys(en).sort(), Object.keys(zh).sort());
  for (const key of Object.keys(en) as (keyof typeof en)[]) {
    assert.deepEqual(placeholders(en[key]), placeholders(zh[key]), key);
    assert.ok(en[key] !== "" && zh[key] !== "", key);
  }
});
