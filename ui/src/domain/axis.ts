import { formatDuration } from "./duration.ts";
import type { TimeView } from "./viewport.ts";

export interface Tick {
  /** Fraction of the width, 0 to 1. */
  readonly at: number;
  readonly label: string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Steps a person counts in: 1, 2, 5 below the second, parts of sixty and twenty-four above it. */
const STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((n) => n * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * MINUTE),
  ...[1, 2, 3, 6, 12].map((n) => n * HOUR),
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000].map((n) => n * DAY),
];

/** Ticks relative to the trace's start, as many as fit. Whole milliseconds, since the spans know no smaller unit. */
export function axisTicks(view: TimeView, origin: number, width: number, minGap: number): Tick[] {
  const length = view.end - view.start;
  if (!(length > 0) || !(width > 0) || !Number.isFinite(length)) return [];
  const wanted = length / Math.max(1, Math.floor(width / minGap));
  const step = STEPS.find((candidate) => candidate >= wanted) ?? niceAbove(wanted);
  const ticks: Tick[] = [];
  const first = Math.ceil((view.start - origin) / step) * step;
  for (let offset = first; offset <= view.end - origin && ticks.length < 200; offset += step) {
    ticks.push({ at: (offset + origin - view.start) / length, label: tickLabel(offset, step) });
  }
  return ticks;
}

function niceAbove(wanted: number): number {
  const power = 10 ** Math.floor(Math.log10(wanted));
  return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= wanted) ?? wanted;
}

function tickLabel(offset: number, step: number): string {
  if (offset === 0) return "0";
  const size = Math.abs(offset);
  if (size >= SECOND && size < MINUTE && step < SECOND) {
    const digits = step >= 100 ? 1 : step >= 10 ? 2 : 3;
    return `${(offset / SECOND).toFixed(digits)} s`;
  }
  return formatDuration(offset);
}
