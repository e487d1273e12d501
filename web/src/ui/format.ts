// Figures as people read them.

import { language } from "../messages.ts";

/** `1,204 B`: small amounts, exactly. */
export function formatBytes(bytes: number): string {
  return `${bytes.toLocaleString(language())} B`;
}

/** `4.2 MB` (1,000,000 bytes). */
export function formatMegabytes(bytes: number): string {
  return (bytes / 1e6).toLocaleString(language(), { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

/** `0:42` */
export function formatSeconds(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}

/** A day, `YYYY-MM-DD`, which is the same day everywhere. */
export function dayText(day: string): string {
  return new Date(`${day}T00:00:00Z`).toLocaleDateString(language(), { year: "numeric", month: "short", day: "numeric", timeZone: "UTC" });
}
