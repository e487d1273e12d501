// What the comparison itself counts on: shares, parsing, boxes, metadata.

import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "./parse.js";
import { boxesOf } from "./ppocr/boxes.js";
import { metadata } from "./ppocr/dictionary.js";
import { plot, tables } from "./report.js";
import { interval, isRight, quantile } from "./score.js";

test("intervals are Wilson's", () => {
  const rounded = (right, of) => interval(right, of).map((bound) => Number(bound.toFixed(4)));
  assert.deepEqual(rounded(0, 10), [0, 0.2775]);
  assert.deepEqual(rounded(8, 10), [0.4902, 0.9433]);
  assert.deepEqual(rounded(25, 25), [0.8668, 1]);
});

test("quantiles are of the nearest rank", () => {
  assert.equal(quantile([4, 1, 3, 2], 0.5), 2);
  assert.equal(quantile([4, 1, 3, 2], 0.95), 4);
});

test("spaces and forms of the dot do not count, other differences do", () => {
  assert.ok(isRight("阿依古丽·买买提", "阿依古丽•买买提"));
  assert.ok(isRight("1 号", "1号"));
  assert.ok(!isRight("张三", "张王"));
  assert.ok(!isRight("张三", undefined));
});

/** Lines of one height, by their left ends. */
const lines = (...all) => all.map(([text, left, y]) => ({ text, x: left + 10 * text.length, y, width: 20 * text.length, height: 20 }));

const FRONT = {
  name: "张三丰", sex: "女", ethnicity: "汉", birth_date: "1949-12-31", address: "北京市朝阳区甲路1号2幢301室",
  id_number: "11010519491231002X",
};

test("a front is parsed with labels apart and with labels joined", () => {
  const apart = lines(
    ["姓名", 0, 0], ["张三丰", 60, 2], ["性别", 0, 40], ["女", 60, 41], ["民族汉", 120, 42], ["出生", 0, 80], ["1949年12月31日", 60, 80],
    ["住址", 0, 120], ["北京市朝阳区甲路", 60, 120], ["1号2幢301室", 60, 150], ["公民身份号码", 0, 220], ["11010519491231002X", 160, 221],
  );
  assert.deepEqual(parse(apart, "cn_resident_id.front"), FRONT);
  const joined = lines(
    ["姓名 张三丰", 0, 0], ["性别女 民族汉", 0, 40], ["出生1949年12月31日", 0, 80], ["住址北京市朝阳区甲路", 0, 120],
    ["1号2幢301室", 60, 150], ["公民身份号码11010519491231002X", 0, 220],
  );
  assert.deepEqual(parse(joined, "cn_resident_id.front"), FRONT);
});

test("a back is parsed, whatever stands between the days", () => {
  const back = lines(["中华人民共和国", 0, 0], ["签发机关", 0, 100], ["甲市公安局乙分局", 100, 100], ["有效期限 2014.04.01-长期", 0, 140]);
  assert.deepEqual(parse(back, "cn_resident_id.back"), { issuer: "甲市公安局乙分局", valid_from: "2014-04-01", valid_until: "长期" });
  const dates = lines(["签发机关甲县公安局", 0, 100], ["有效期限", 0, 140], ["2014.04.01—2034.04.01", 100, 140]);
  assert.deepEqual(parse(dates, "cn_resident_id.back"), { issuer: "甲县公安局", valid_from: "2014-04-01", valid_until: "2034-04-01" });
});

test("a zone is put right by position", () => {
  const zone = lines(
    ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<KK", 0, 0], ["L898902C36UTO74O8122F12O4159ZE184226B<<<<<1O", 0, 40],
  );
  assert.deepEqual(parse(zone, "cn_passport.front"), {
    mrz1: "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", mrz2: "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
  });
});

test("a slanted bar becomes one box, grown", () => {
  const [width, height, angle] = [200, 120, 0.3];
  const map = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [dx, dy] = [x - 100, y - 60];
      const [u, v] = [dx * Math.cos(angle) + dy * Math.sin(angle), dy * Math.cos(angle) - dx * Math.sin(angle)];
      if (Math.abs(u) < 60 && Math.abs(v) < 6) map[y * width + x] = 0.9;
    }
  }
  const boxes = boxesOf(map, width, height);
  assert.equal(boxes.length, 1);
  const [box] = boxes;
  assert.ok(Math.abs(box.angle - angle) < 0.03);
  assert.ok(Math.abs(box.x - 100) < 1.5 && Math.abs(box.y - 60) < 1.5);
  // 120 × 12 grows by 120 · 12 · 1.6 / 264 on each side.
  assert.ok(Math.abs(box.width - 137) < 4 && Math.abs(box.height - 29) < 4, `${box.width} ${box.height}`);
});

test("metadata is found behind the graph", () => {
  const bytes = (...parts) => Uint8Array.from(parts.flat());
  const field = (number, value) => [number * 8 + 2, value.length, ...value];
  const text = (words) => [...new TextEncoder().encode(words)];
  const model = bytes([8, 9], field(7, [1, 2, 3]), field(14, [...field(1, text("character")), ...field(2, text("甲\n乙"))]));
  assert.equal(metadata(model, "character"), "甲\n乙");
  assert.equal(metadata(model, "nothing"), undefined);
});

test("tables and plot hold every contender", () => {
  const truth = { name: "张三" };
  const results = {
    machine: { date: "2026-11-25T00:00:00Z", cores: 2, processor: "x", chromium: "1" },
    contenders: Object.fromEntries(["ours", "ppocr_v6"].map((name) => [name, {
      pages: ["cn_resident_id.front"], download: 1e6, memory: 1e8, firstUse: { read: 2000 }, ...(name === "ours" && { inspect: [20] }),
    }])),
    photos: [{ page: "cn_resident_id.front", severity: "easy", truth }],
    reads: [
      { contender: "ours", photo: 0, milliseconds: 200, processor: 190, fields: truth },
      { contender: "ppocr_v6", photo: 0, milliseconds: 2000, processor: 1900, fields: {} },
    ],
    large: [
      { contender: "ours", photo: 0, milliseconds: 300, processor: 290, fields: truth },
      { contender: "ppocr_v6", photo: 0, milliseconds: 1500, processor: 1450, fields: {} },
    ],
  };
  const markdown = tables(results);
  assert.match(markdown, /shiming \| 1 of 1 \(21–100\) \|\n/);
  assert.match(markdown, /PP-OCRv6 small \| 0\.10 \| 0\.20/);
  assert.match(plot(results), /^<svg[\s\S]*PP-OCRv6 small[\s\S]*<\/svg>\n$/);
});
