// The page's words in the language chosen. Keys are checked by the compiler, both files by a test.

import en from "../messages/en.json";
import zh from "../messages/zh-CN.json";

export type Language = "zh-CN" | "en";
export type MessageKey = keyof typeof zh & keyof typeof en;

const FILES: Record<Language, Record<string, string>> = { "zh-CN": zh, en };
const STORED = "shiming.language";

let current: Language = "zh-CN";
let title: MessageKey = "app.title";
const listeners = new Set<() => void>();

/** `?lang=` first, then what was chosen before, then what the browser asks for. `named` is the page's title. */
export function chooseLanguage(named: MessageKey = "app.title"): void {
  title = named;
  const asked = new URLSearchParams(location.search).get("lang") ?? remembered();
  const wanted = asked === null ? navigator.languages : [asked];
  const known = wanted.map((tag) => (/^zh\b/i.test(tag) ? "zh-CN" : /^en\b/i.test(tag) ? "en" : undefined));
  apply(known.find((language) => language !== undefined) ?? "en");
}

export function language(): Language {
  return current;
}

export function switchLanguage(): void {
  apply(current === "en" ? "zh-CN" : "en");
  try {
    localStorage.setItem(STORED, current);
  } catch {
    // Not kept, then.
  }
  for (const listener of listeners) listener();
}

/** Calls `listener` when the language changes, until `signal` aborts. */
export function onLanguage(listener: () => void, signal?: AbortSignal): void {
  listeners.add(listener);
  signal?.addEventListener("abort", () => listeners.delete(listener));
}

/** The message, with `{name}` replaced. */
export function t(key: MessageKey, values: Record<string, string | number> = {}): string {
  const text = FILES[current][key] ?? key;
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The message for a code that comes from outside (`problem.` + code, say), or `fallback` for one we do not know. */
export function tCode(prefix: string, code: string, fallback: MessageKey, values: Record<string, string | number> = {}): string {
  const key = `${prefix}.${code}`;
  return t((key in FILES[current] ? key : fallback) as MessageKey, values);
}

function apply(language: Language): void {
  current = language;
  document.documentElement.lang = language;
  document.title = t(title);
}

function remembered(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}
