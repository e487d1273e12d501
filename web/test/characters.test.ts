import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CharacterTable } from "../src/characters.ts";

// Bundled tests run from elsewhere; they are started in the repository's root.
const text = readFileSync("web/data/characters.txt", "utf8");
const listed = readFileSync("models/recipe/tgh-2013.txt", "utf8").split("\n").filter(Boolean);
const table = new CharacterTable(text);
const found = (query: string, most = 8): string => table.search(query).found.slice(0, most).map(({ character }) => character).join("");

// RC-6: every character of the 通用规范汉字表 can be had by its sound, and by its sound and its parts among the first
test("every character is found by how it is read", () => {
  assert.equal(listed.length, 8105);
  for (const character of listed) {
    const [reading = ""] = table.readingsOf(character);
    assert.notEqual(reading, "", character);
    assert.ok(table.search(reading).found.some((each) => each.character === character), `${character} ${reading}`);
  }
});

test("names that keyboards lack are found by parts that every keyboard has", () => {
  for (const [query, wanted] of [
    ["龙天", "䶮"], ["天龙", "䶮"], ["兆页", "𫖯"], ["女刀丰", "㛃"], ["金宏", "𬭎"], ["栗", "凓"], ["言是", "𬤊"], ["文武贝", "赟"],
    ["土土土", "圭"], ["马先", "𬳽"], ["鱼危", "𬶏"],
  ] as const) {
    assert.ok(found(query, 6).includes(wanted), `${query}: ${found(query, 6)}`);
  }
});

test("sound and parts together leave few", () => {
  assert.equal(found("yan龙", 1), "䶮");
  assert.equal(found("fu 页", 9).includes("𫖯"), true);
  assert.equal(found("jie 女", 20).includes("㛃"), true);
  assert.ok(table.search("jie 女").found.length < 10);
  assert.ok(table.search("女 9").found.length < table.search("女").found.length);
});

test("sounds are written as people write them", () => {
  for (const query of ["lv", "lü", "lǜ", "lu:", "LÜ", "ｌｖ"]) assert.ok(found(query, 99).includes("律"), query);
  assert.ok(found("nue", 9).includes("虐"));
  assert.ok(found("lue", 9).includes("略"));
  // The whole sound comes before its beginning.
  assert.ok(table.search("yan").found.findIndex(({ character }) => character === "䶮") < table.search("yan").found.findIndex(({ character }) => character === "央"));
});

test("parts lead on", () => {
  assert.ok(table.search("").parts.length > 100);
  assert.equal(table.search("").found.length, 0);
  const { found: all, parts } = table.search("龙");
  assert.ok(parts.includes("天") && !parts.includes("龙"));
  // Whatever part is taken next, something is found, and less than before.
  for (const part of parts) {
    const next = table.search(`龙${part}`).found.length;
    assert.ok(next > 0 && next < all.length, part);
  }
});

test("a character that was typed is found itself", () => {
  assert.equal(found("䶮", 1), "䶮");
  assert.equal(found("𬭎", 1), "𬭎");
  assert.equal(found("氵", 1), "水");
});

test("what is in no table is not found", () => {
  for (const query of ["", " ", "!", "xyz", "999", "한"]) assert.equal(found(query), "", query);
  assert.deepEqual(table.readingsOf("x"), []);
});
