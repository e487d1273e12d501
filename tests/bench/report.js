// Tables in Markdown and a plot from what run.js measured: `node report.js RESULTS.json [PLOT.svg]`.

import { readFileSync, writeFileSync } from "node:fs";
import { interval, isRight, quantile } from "./score.js";

export const NAMES = {
  ours: "shiming",
  ppocr_v6: "PP-OCRv6 small",
  ppocr_v5: "PP-OCRv5 mobile",
  ppocr_v4: "PP-OCRv4 mobile",
  tesseract: "tesseract.js",
};
const PAGES = {
  "cn_resident_id.front": "Fronts of resident ID cards",
  "cn_resident_id.back": "Backs of resident ID cards",
  "cn_passport.front": "Machine-readable zones of passports",
};
const SEVERITIES = ["easy", "medium", "hard"];
const FRONT = "cn_resident_id.front";
const OURS = "ours";

/** The tables. */
export function tables({ machine, contenders, photos, reads, large }) {
  const names = Object.keys(contenders);
  const parts = [
    `${machine.date.slice(0, 10)}, ${machine.cores} cores (${machine.processor}), Chromium ${machine.chromium}, headless, one thread each.`,
  ];
  const of = (contender, page, severity) => reads.filter((read) => {
    const photo = photos[read.photo];
    return read.contender === contender && photo.page === page && photo.severity === severity;
  });

  for (const [page, title] of Object.entries(PAGES)) {
    const fields = Object.keys(photos.find((photo) => photo.page === page)?.truth ?? {});
    if (fields.length === 0) continue;
    const present = SEVERITIES.filter((severity) => photos.some((photo) => photo.page === page && photo.severity === severity));
    const able = names.filter((name) => contenders[name].pages.includes(page));
    parts.push(`### ${title}\n\nAll fields right (95 % interval):`);
    parts.push(table(
      ["", ...present],
      able.map((name) => [NAMES[name], ...present.map((severity) => share(of(name, page, severity), (read) => isWhole(read, photos)))]),
    ));
    parts.push("Field by field:");
    parts.push(table(
      ["field", "photos", ...able.map((name) => NAMES[name])],
      fields.flatMap((field) => present.map((severity) => [
        field, severity,
        ...able.map((name) => share(of(name, page, severity), (read) => isRight(photos[read.photo].truth[field], read.fields[field]))),
      ])),
    ));
  }

  parts.push("### Time, download, memory");
  const times = names.map((name) => ({
    name,
    small: reads.filter((read) => read.contender === name && photos[read.photo].page === FRONT),
    large: large.filter((read) => read.contender === name),
  }));
  parts.push(table(
    ["", "download (brotli)", "first use at 1.5 MB/s", "wasm memory, most", "front, 1.2 MP: median / p95", "processor", "front, 12 MP: median / p95", "processor"],
    times.map(({ name, small, large }) => {
      const { download, firstUse, memory } = contenders[name];
      return [
        NAMES[name], `${(download / 1e6).toFixed(2)} MB`,
        // Missing where a run was cut short.
        firstUse === undefined ? "–" : `${(firstUse.read / 1000).toFixed(1)} s`,
        memory === undefined ? "–" : `${(memory / 1e6).toFixed(0)} MB`,
        ...[small, large].flatMap((reads) => [
          `${seconds(reads, "milliseconds", 0.5)} / ${seconds(reads, "milliseconds", 0.95)}`, seconds(reads, "processor", 0.5),
        ]),
      ];
    }),
  ));
  const ours = times.find(({ name }) => name === OURS);
  if (ours !== undefined && times.length > 1) {
    const ratio = (kind, peer) => (middle(ours[kind], "processor") / middle(peer[kind], "processor")).toFixed(2);
    parts.push("Ours as a share of the peer's processor time, medians of fronts:");
    parts.push(table(
      ["peer", "1.2 MP", "12 MP"],
      times.filter((time) => time !== ours).map((peer) => [NAMES[peer.name], ratio("small", peer), ratio("large", peer)]),
    ));
  }
  for (const name of names) {
    const { inspect } = contenders[name];
    if (inspect === undefined || inspect.length === 0) continue;
    const [half, most] = [quantile(inspect, 0.5), quantile(inspect, 0.95)];
    parts.push(`A look at a camera frame (${NAMES[name]}): median ${half.toFixed(0)} ms, p95 ${most.toFixed(0)} ms, ${(1000 / half).toFixed(0)} frames a second.`);
  }
  return `${parts.join("\n\n")}\n`;
}

/** Whether every field of a read is right. */
function isWhole(read, photos) {
  return Object.entries(photos[read.photo].truth).every(([field, value]) => isRight(value, read.fields[field]));
}

function share(reads, right) {
  if (reads.length === 0) return "–";
  const count = reads.filter(right).length;
  const [low, high] = interval(count, reads.length).map((bound) => Math.round(100 * bound));
  return `${count} of ${reads.length} (${low}–${high})`;
}

function middle(reads, kind) {
  return quantile(reads.map((read) => read[kind]), 0.5);
}

function seconds(reads, kind, part) {
  return reads.length === 0 ? "–" : `${(quantile(reads.map((read) => read[kind]), part) / 1000).toFixed(2)} s`;
}

function table(head, rows) {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

const COLOURS = { ours: "#b3261e", ppocr_v6: "#1f5fa8", ppocr_v5: "#2e7d5b", ppocr_v4: "#8a6d00", tesseract: "#6b4fa0" };
const PANEL = { width: 260, height: 240, left: 58, top: 44, gap: 22 };
const LEGEND = 34;

/** The plot: a panel for each severity, share of fronts with all fields right against processor time. */
export function plot({ contenders, photos, reads }) {
  const names = Object.keys(contenders);
  const fronts = reads.filter((read) => photos[read.photo].page === FRONT);
  const points = SEVERITIES.map((severity) => names.map((name) => {
    const own = fronts.filter((read) => read.contender === name && photos[read.photo].severity === severity);
    const right = own.filter((read) => isWhole(read, photos)).length;
    return { name, count: own.length, share: right / own.length, bounds: interval(right, own.length), time: middle(own, "processor") / 1000 };
  }).filter(({ count }) => count > 0));
  const all = points.flat().map(({ time }) => time);
  const [least, most] = [10 ** Math.floor(Math.log10(Math.min(...all))), 10 ** Math.ceil(Math.log10(Math.max(...all)))];
  const x = (panel, time) => panel.x + (Math.log(time / least) / Math.log(most / least)) * PANEL.width;
  const y = (part) => PANEL.top + (1 - part) * PANEL.height;
  const bottom = PANEL.top + PANEL.height;
  const width = PANEL.left + 3 * PANEL.width + 2 * PANEL.gap + 20;
  const height = bottom + 48 + LEGEND;
  const svg = [];
  const text = (at, down, words, more = "") => svg.push(`<text x="${at.toFixed(1)}" y="${down.toFixed(1)}" ${more}>${words}</text>`);

  for (const [place, severity] of SEVERITIES.entries()) {
    const panel = { x: PANEL.left + place * (PANEL.width + PANEL.gap) };
    text(panel.x + PANEL.width / 2, PANEL.top - 12, severity, 'text-anchor="middle" font-weight="bold"');
    for (const part of [0, 0.25, 0.5, 0.75, 1]) {
      svg.push(`<path class="grid" d="M${panel.x} ${y(part)}h${PANEL.width}"/>`);
      if (place === 0) text(panel.x - 8, y(part) + 4, `${100 * part} %`, 'text-anchor="end"');
    }
    for (let decade = least; decade <= most * 1.001; decade *= 10) {
      for (const step of decade < most * 0.999 ? [1, 2, 5] : [1]) {
        const at = x(panel, decade * step);
        svg.push(`<path class="grid" d="M${at.toFixed(1)} ${PANEL.top}v${PANEL.height}"/>`);
        text(at, bottom + 16, `${Number((decade * step).toPrecision(2))}`, 'text-anchor="middle"');
      }
    }
    for (const { name, share, bounds, time } of points[place]) {
      const at = x(panel, time).toFixed(1);
      svg.push(`<g stroke="${COLOURS[name]}" fill="${COLOURS[name]}"><path d="M${at} ${y(bounds[1]).toFixed(1)}V${y(bounds[0]).toFixed(1)}" stroke-width="1.5"/><circle cx="${at}" cy="${y(share).toFixed(1)}" r="5"/></g>`);
    }
  }
  text(PANEL.left + 1.5 * PANEL.width + PANEL.gap, bottom + 36, "seconds of processor time a front, median", 'text-anchor="middle"');
  let at = PANEL.left;
  for (const name of names) {
    svg.push(`<circle cx="${at + 6}" cy="${height - 18}" r="5" fill="${COLOURS[name]}"/>`);
    text(at + 17, height - 14, NAMES[name]);
    at += 46 + 7.5 * NAMES[name].length;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13" role="img">
<title>Share of fronts with all fields right, with 95 % intervals, against time</title>
<style>.grid{stroke:#ddd;fill:none}text{fill:#333}</style>
<rect width="${width}" height="${height}" fill="#fff"/>
${svg.join("\n")}
</svg>
`;
}

if (import.meta.filename === process.argv[1]) {
  const [results, file] = process.argv.slice(2);
  const measured = JSON.parse(readFileSync(results, "utf8"));
  process.stdout.write(tables(measured));
  if (file !== undefined) writeFileSync(file, plot(measured));
}
