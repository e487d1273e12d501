// From lines of text to fields, as a competent integrator would write it: labels and places for identity cards, shapes of
// lines for machine-readable zones. Every peer goes through this.

/**
 * @typedef {{ text: string, x: number, y: number, width: number, height: number }} Line
 * what it says, and its middle and size with the page level
 */

const GROUPS = (
  "汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 土 " +
  "达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 赫哲 " +
  "门巴 珞巴 基诺"
).split(" ");

/** What must be somewhere on a page that is the right way up. */
const LABELS = {
  "cn_resident_id.front": /姓名|性别|民族|住址|公民身份|身份号码|出生/,
  "cn_resident_id.back": /签发|机关|有效期|居民身份证|中华人民/,
  "cn_passport.front": /[PI][A-Z<]?[A-Z]{3}[A-Z<]*<<|<{3}/,
};

const PARSERS = { "cn_resident_id.front": front, "cn_resident_id.back": back, "cn_passport.front": zone };

/** Whether something that belongs on this page was read. */
export function hasLabel(lines, page) {
  return lines.some(({ text }) => LABELS[page].test(text.replace(/\s/g, "")));
}

/**
 * The fields of a page.
 * @param {Line[]} lines
 * @returns {Record<string, string>} those that were found
 */
export function parse(lines, page) {
  const fields = PARSERS[page](lines.map((line) => ({ ...line, text: line.text.normalize("NFKC").replace(/\s/g, "") })));
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ""));
}

/** The lines in rows from top to bottom, each from left to right. */
function rowsOf(lines) {
  const rows = [];
  for (const line of lines.toSorted((a, b) => a.y - b.y)) {
    const row = rows.find(({ y, height }) => Math.abs(line.y - y) < 0.5 * Math.min(height, line.height));
    if (row === undefined) rows.push({ y: line.y, height: line.height, lines: [line] });
    else row.lines.push(line);
  }
  for (const row of rows) {
    row.lines.sort((a, b) => a.x - b.x);
    row.text = row.lines.map(({ text }) => text).join("");
  }
  return rows;
}

/** The first match of any of the rows. */
function found(rows, pattern) {
  for (const { text } of rows) {
    const match = pattern.exec(text);
    if (match !== null) return match;
  }
  return undefined;
}

function front(lines) {
  const rows = rowsOf(lines);
  const number = idNumber(lines.map(({ text }) => text)) ?? idNumber(rows.map(({ text }) => text));
  const sure = number !== undefined && isSound(number);

  const name = found(rows, /(?:姓名|姓|^名)[:：]?([\p{Script=Han}·•・.]{2,})/u)?.[1].replace(/^名/, "");
  const group = found(rows, /(?:民族|族)[:：]?(\p{Script=Han}+)/u)?.[1];
  const born = found(rows, /(\d{4})年(\d{1,2})月(\d{1,2})/);
  const sex = found(rows, /别[:：]?([男女])/)?.[1] ?? found(rows, /([男女]).*族/)?.[1];
  return {
    name: name?.replace(/[•・.]/g, "·"),
    sex: sex ?? (sure ? (Number(number[16]) % 2 === 1 ? "男" : "女") : undefined),
    ethnicity: group && (GROUPS.find((known) => group === known) ?? GROUPS.find((known) => group.startsWith(known)) ?? group),
    birth_date: date(born) ?? (sure ? date([, number.slice(6, 10), number.slice(10, 12), number.slice(12, 14)]) : undefined),
    address: address(lines),
    id_number: number,
  };
}

/** Eighteen characters that look like a number, first of all such whose check character is right. */
function idNumber(texts) {
  const found = texts.flatMap((text) => text.replace(/[oO]/g, "0").match(/[1-9]\d{16}[\dXx×]/g) ?? []);
  const all = found.map((number) => number.replace(/[x×]/, "X"));
  return all.find(isSound) ?? all[0];
}

function isSound(number) {
  const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  return "10X98765432"[weights.reduce((sum, weight, at) => sum + weight * Number(number[at]), 0) % 11] === number[17];
}

/** The line behind the label and those below it in its column. */
function address(lines) {
  const label = lines.find(({ text }) => /^(?:住址|住|址)/.test(text));
  if (label === undefined) return undefined;
  const { height } = label;
  const rest = label.text.replace(/^(?:住址|住|址)[:：]?/, "");
  const labelLeft = label.x - label.width / 2;
  const beside = lines
    .filter((line) => line !== label && Math.abs(line.y - label.y) < 0.6 * height && line.x > label.x)
    .toSorted((a, b) => a.x - b.x)
    .filter(({ text }, at) => !(at === 0 && /^址/.test(text) && text.length === 1));
  let parts = [rest];
  if (rest === "" && beside.length > 0) parts = [beside[0].text.replace(/^址/, "")];
  // Where the column begins: behind a label of two characters.
  const left = rest === "" && beside.length > 0 ? beside[0].x - beside[0].width / 2 : labelLeft + 2.8 * height;
  let above = label.y;
  for (const line of lines.toSorted((a, b) => a.y - b.y)) {
    const far = Math.abs(line.x - line.width / 2 - left);
    if (line.y < above + 0.6 * height || line.y > above + 2.4 * height || far > 2 * height) continue;
    if (/号码|公民|身份|\d{15}/.test(line.text)) break;
    parts.push(line.text);
    above = line.y;
  }
  return parts.join("").replace(/[^\p{Script=Han}\dA-Za-z()\-—#·]/gu, "");
}

function back(lines) {
  const rows = rowsOf(lines);
  const issuer = found(rows, /(?:签发机关|发机关|机关)[^\p{Script=Han}]{0,3}(\p{Script=Han}{3,})/u)?.[1];
  const day = String.raw`(\d{4})[.,·:]?(\d{2})[.,·:]?(\d{2})`;
  const valid = found(rows, new RegExp(`${day}[-—–~一至.]*(?:${day}|(长期))`));
  const from = valid && date(valid.slice(0, 4));
  const until = valid && (valid[7] === undefined ? date([, ...valid.slice(4, 7)]) : valid[7]);
  return {
    issuer: issuer ?? rows.map(({ text }) => text).find((text) => /^\p{Script=Han}+公安局/u.test(text)),
    valid_from: from,
    valid_until: until,
  };
}

/** `YYYY-MM-DD` from the groups of a match. */
function date(match) {
  if (match === undefined) return undefined;
  const [, year, month, day] = match;
  return `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
}

/** The two lines of a passport's zone (TD3), with what is a letter and what a digit put right by its place. */
function zone(lines) {
  const likely = lines
    .map((line) => ({ ...line, text: line.text.toUpperCase().replace(/[«《]/g, "<<").replace(/[〈＜く≤(\[{]/g, "<") }))
    .map((line) => ({ ...line, text: line.text.replace(/[^A-Z0-9<]/g, "") }))
    .filter(({ text }) => text.length >= 30)
    .toSorted((a, b) => a.y - b.y);
  const second = likely.findLast(({ text }) => (text.match(/\d/g) ?? []).length >= 10);
  const first = likely.findLast((line) => line !== second && /^P/.test(line.text) && (second === undefined || line.y < second.y));
  if (first === undefined || second === undefined) return {};
  const [upper, lower] = [first, second].map(({ text }) => text.padEnd(44, "<").slice(0, 44));
  const letters = (text) => text.replace(/[01258]/g, (digit) => "OIZSB"["01258".indexOf(digit)]);
  const digits = (text) => text.replace(/[OQDIZSB]/g, (letter) => "0001258"["OQDIZSB".indexOf(letter)]);
  const mrz1 = letters(upper).replace(/<[KCS<]*$/, (end) => "<".repeat(end.length));
  const mrz2 = [
    lower.slice(0, 9), digits(lower.slice(9, 10)), letters(lower.slice(10, 13)), digits(lower.slice(13, 20)),
    lower.slice(20, 21), digits(lower.slice(21, 28)), lower.slice(28, 42), digits(lower.slice(42)),
  ].join("");
  return { mrz1, mrz2 };
}
