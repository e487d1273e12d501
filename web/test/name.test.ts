import assert from "node:assert/strict";
import { test } from "node:test";
import { changedName, nameTiles, shownName } from "../src/name.ts";
import type { NameCharacter } from "../src/reader_protocol.ts";

const read = (text: string, confidence: number[] = []): NameCharacter[] =>
  [...text].map((value, at) => ({ value, confidence: confidence[at] ?? 99, others: "", at: [at, 0] }));
const places = (name: string, was: NameCharacter[]) => nameTiles(name, was, 80).map(({ character, read }) => `${character}${read?.value ?? "-"}`).join(" ");

test("what was changed keeps its place beside the picture", () => {
  assert.equal(places("刘顺", read("刘顺")), "刘刘 顺顺");
  assert.equal(places("刘𫖯", read("刘顺")), "刘刘 𫖯顺");
  assert.equal(places("张赟翀", read("张翀")), "张张 赟- 翀翀");
  assert.equal(places("张翀", read("张赟翀")), "张张 翀翀");
  assert.equal(places("赟", read("张赟翀")), "赟张");
  assert.equal(places("李四喜", read("")), "李- 四- 喜-");
  assert.equal(places("王王", read("王")), "王王 王-");
  assert.deepEqual(nameTiles("", read("王"), 80), []);
});

test("doubt is about what was read, not about what the user put there", () => {
  const doubts = (name: string) => nameTiles(name, read("刘顺", [99, 46]), 80).map(({ doubtful }) => doubtful);
  assert.deepEqual(doubts("刘顺"), [false, true]);
  assert.deepEqual(doubts("刘𫖯"), [false, false]);
});

test("characters outside the basic plane are one character", () => {
  assert.equal(changedName("刘𫖯𬭎", { kind: "replace", at: 1, character: "顺" }), "刘顺𬭎");
  assert.equal(changedName("刘𬭎", { kind: "insert", at: 1, character: "𫖯" }), "刘𫖯𬭎");
  assert.equal(changedName("刘𫖯", { kind: "insert", at: 2, character: "𬭎" }), "刘𫖯𬭎");
  assert.equal(changedName("刘𫖯𬭎", { kind: "remove", at: 1 }), "刘𬭎");
});

// RC-6: shown by its formal code, kept as it is
test("compatibility codes are shown by the character that they are", () => {
  assert.equal(shownName("\uF934\u2F7C\u8001"), "老老老");
  assert.equal(shownName("\u{2F80C}"), "㒞");
  for (const plain of ["刘𫖯", "䶮", "阿依古丽·买买提", "\uE863", "Ｊ"]) assert.equal(shownName(plain), plain);
});
