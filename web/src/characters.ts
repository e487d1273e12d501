// Finds characters by how they sound and by what they are made of, for people whose keyboard does not have them. Pure:
// the table is text (web/data/README.md), the answer is characters.

export interface Found {
  character: string;
  /** With tone marks: the reading that was asked for, or the commonest; empty if none is known. */
  reading: string;
}

export interface Answer {
  /** The likeliest first. */
  found: readonly Found[];
  /** Parts that some of the found characters have besides those asked for: what to add to find fewer. */
  parts: readonly string[];
}

/** One way to write each part, as it is shown, then others that people may type for it. */
const SAME_PART = [
  "亻人", "冫⼎", "讠言訁", "刂刀", "卩㔾", "忄心⺗", "扌手", "氵水氺", "犭犬", "纟丝糸糹", "艹草艸", "辶辵", "饣食飠", "攵攴", "灬火",
  "爫爪", "牜牛", "⺮竹", "⺌小⺍", "罒网", "耂老", "礻示", "衤衣", "钅金釒", "疒病", "覀西", "虍虎", "王玉", "月肉", "户戶", "囗围",
  "见見", "贝貝", "页頁", "车車", "马馬", "鸟鳥", "鱼魚", "门門", "长長", "龙龍", "齿齒", "风風", "韦韋", "鲁魯", "麦麥", "黾黽", "卤鹵",
  "飞飛", "龟龜", "东東", "仑侖", "会會", "单單", "区區", "国國", "齐齊", "义義", "乐樂", "两兩", "宾賓", "尧堯", "将將",
];

const CANONICAL = new Map(SAME_PART.flatMap((group) => [...group].map((form) => [form, [...group][0] ?? form])));

/** The part that `form` is a way to write. */
function canonical(form: string): string {
  return CANONICAL.get(form) ?? form;
}

interface Entry {
  character: string;
  /** With tone marks, the commonest first. */
  readings: readonly string[];
  /** Readings as people type them: no tones, `v` for ü. */
  keys: readonly string[];
  strokes: number;
  /** What it is made of at first sight, canonical. */
  direct: readonly string[];
  /** Itself, its parts, their parts, and so on, one after the other. */
  all: string;
}

/** What was asked for. */
interface Query {
  sound: string;
  strokes: number | undefined;
  parts: readonly string[];
}

export class CharacterTable {
  readonly #entries: readonly Entry[];
  readonly #byCharacter: ReadonlyMap<string, Entry>;

  /** `text` is `web/data/characters.txt`. */
  constructor(text: string) {
    const made = new Map<string, readonly string[]>();
    const listed: { character: string; readings: readonly string[]; strokes: number }[] = [];
    let strokes = 0;
    for (const line of text.split("\n")) {
      if (line === "" || line.startsWith("#")) continue;
      if (/^\d+$/.test(line)) {
        strokes = Number(line);
        continue;
      }
      const [shape = "", sound] = line.split("\t");
      const [character = "", ...parts] = [...shape];
      made.set(character, parts);
      // A line without readings is a part that several characters share and that nobody looks for by itself.
      if (sound !== undefined) listed.push({ character, readings: sound === "" ? [] : sound.split(" "), strokes });
    }
    // There are ten times as many characters as sounds, and most parts are parts of many.
    const keys = new Map<string, string>();
    const known = new Map<string, string>();
    this.#entries = listed.map((row) => ({
      ...row,
      keys: row.readings.map((reading) => remembered(keys, reading, key)),
      direct: (made.get(row.character) ?? []).map(canonical),
      all: closure(row.character, made, known),
    }));
    this.#byCharacter = new Map(this.#entries.map((entry) => [entry.character, entry]));
  }

  /** How `character` is read; empty for one that the table does not have. */
  readingsOf(character: string): readonly string[] {
    return this.#byCharacter.get(character)?.readings ?? [];
  }

  /**
   * Characters that have every part asked for and are read as asked for: Han characters in `text` are parts, letters
   * the beginning of a reading, a number the count of strokes. Nothing is found for nothing.
   */
  search(text: string): Answer {
    const query = parse(text);
    const asked = query.sound !== "" || query.strokes !== undefined || query.parts.length > 0;
    const matching = asked ? this.#entries.filter((entry) => matches(entry, query)) : this.#entries;
    const found = asked ? stableSort(matching, (entry) => rank(entry, query)) : [];
    return { found: found.map((entry) => ({ character: entry.character, reading: reading(entry, query) })), parts: commonParts(matching, query.parts) };
  }
}

/** `character`, its parts, their parts, and so on; `known` keeps what was found. */
function closure(character: string, made: ReadonlyMap<string, readonly string[]>, known: Map<string, string>): string {
  const found = known.get(character);
  if (found !== undefined) return found;
  let all = canonical(character);
  // Before its parts are looked at: a part that has it for a part ends here.
  known.set(character, all);
  for (const part of made.get(character) ?? []) all += closure(part, made, known);
  known.set(character, all);
  return all;
}

function remembered<Key, Value>(known: Map<Key, Value>, key: Key, make: (key: Key) => Value): Value {
  const found = known.get(key);
  if (found !== undefined) return found;
  const value = make(key);
  known.set(key, value);
  return value;
}

/** `yǎn` → `yan`, `lǜ` → `lv`. */
function key(reading: string): string {
  return reading.toLowerCase().normalize("NFD").replaceAll("u\u0308", "v").replaceAll(/\p{M}/gu, "");
}

function parse(text: string): Query {
  const plain = text.normalize("NFKC").replaceAll(/u:/gi, "ü");
  const sound = key((plain.match(/[\p{Script=Latin}\p{M}]+/gu) ?? []).join("")).replace(/^([ln])ue/, "$1ve");
  const strokes = /\d+/.exec(plain)?.[0];
  const parts = [...new Set((plain.match(/\p{Script=Han}/gu) ?? []).map(canonical))];
  return { sound, strokes: strokes === undefined ? undefined : Number(strokes), parts };
}

function matches(entry: Entry, { sound, strokes, parts }: Query): boolean {
  return (strokes === undefined || entry.strokes === strokes)
    && (sound === "" || entry.keys.some((key) => key.startsWith(sound)))
    && parts.every((part) => entry.all.includes(part));
}

function reading({ readings, keys }: Entry, { sound }: Query): string {
  const at = keys.indexOf(sound);
  return readings[at >= 0 ? at : Math.max(0, keys.findIndex((key) => key.startsWith(sound)))] ?? "";
}

/** Smaller is likelier: what was asked for and nothing else comes first, old forms (whose strokes nobody counts) last. */
function rank({ character, direct, keys, strokes }: Entry, { sound, parts }: Query): number {
  const itself = parts.length === 1 && canonical(character) === parts[0];
  const exactly = direct.length > 0 && direct.every((part) => parts.includes(part));
  const shape = parts.length === 0 || itself ? 0 : exactly ? 1 : parts.every((part) => direct.includes(part)) ? 2 : 3;
  const otherSound = sound !== "" && !keys.includes(sound);
  return shape * 2 + (otherSound ? 1 : 0) + (strokes === 0 ? 8 : 0);
}

/** In order of `rank`, and within a rank in the table's: few strokes first. */
function stableSort(entries: readonly Entry[], rank: (entry: Entry) => number): Entry[] {
  return entries.map((entry) => ({ entry, rank: rank(entry) })).sort((a, b) => a.rank - b.rank).map(({ entry }) => entry);
}

/** What the eye sees in `entries` first, the commonest first; not what all of them have. */
function commonParts(entries: readonly Entry[], asked: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const { direct } of entries) {
    for (const part of new Set(direct)) if (!asked.includes(part)) counts.set(part, (counts.get(part) ?? 0) + 1);
  }
  const narrows = (part: string): boolean => entries.some(({ all }) => !all.includes(part));
  return [...counts].sort((a, b) => b[1] - a[1]).map(([part]) => part).filter(narrows);
}
