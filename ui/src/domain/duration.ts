/*
 * Durations in and out. Spans are measured in whole milliseconds, so nothing smaller is ever claimed: a span that
 * started and ended in the same millisecond took "<1 ms", not zero.
 */

export function formatDuration(millis: number): string {
  if (!Number.isFinite(millis)) return "unknown";
  if (millis < 0) return `−${formatDuration(-millis)}`;
  if (millis < 1) return "<1 ms";
  if (millis < 1000) return `${Math.round(millis)} ms`;
  if (millis < 9_995) return `${trimmed(millis / 1000, 2)} s`;
  if (millis < 59_950) return `${trimmed(millis / 1000, 1)} s`;
  const seconds = Math.round(millis / 1000);
  if (seconds < 3600) return pair(seconds, 60, "min", "s");
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return pair(minutes, 60, "h", "min");
  const hours = Math.round(minutes / 60);
  if (hours < 24 * 365) return pair(hours, 24, "d", "h");
  return `${trimmed(hours / (24 * 365.25), 1)} years`;
}

function trimmed(value: number, digits: number): string {
  return value.toFixed(digits).replace(/\.?0+$/, "");
}

function pair(value: number, base: number, big: string, small: string): string {
  const rest = value % base;
  const whole = `${Math.floor(value / base)} ${big}`;
  return rest === 0 ? whole : `${whole} ${rest} ${small}`;
}

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  ms: 1,
  s: 1000,
  sec: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
};

/** What a person types: "250", "250ms", "1.5 s", "2 min". Null: not a duration. */
export function parseDuration(text: string): number | null {
  const match = /^\s*(\d{1,15}(?:[.,]\d{1,9})?)\s*([a-z]*)\s*$/i.exec(text);
  if (match === null) return null;
  const unit = UNITS[(match[2] ?? "").toLowerCase()];
  if (unit === undefined) return null;
  return Math.round(Number((match[1] ?? "").replace(",", ".")) * unit);
}

/** The shortest text that {@link parseDuration} reads back as the same number. */
export function durationText(millis: number): string {
  if (millis > 0 && millis % 60_000 === 0) return `${millis / 60_000}min`;
  if (millis > 0 && millis % 1000 === 0) return `${millis / 1000}s`;
  return `${millis}ms`;
}
