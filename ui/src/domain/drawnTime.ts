import type { TimeView } from "./viewport.ts";

const DAY_MILLIS = 24 * 60 * 60 * 1000;

/**
 * The time that the waterfall covers: all spans, unless some clock is absurdly off. One span that claims 1970 would
 * stretch the axis over decades and leave a hairline of everything else. So when the whole covers more than 30 days,
 * only what lies within a day of the median start is drawn to scale; the rest sits at the edge with a mark.
 */
export function drawnTime(spans: readonly TimeView[]): TimeView {
  if (spans.length === 0) return { start: 0, end: 0 };
  const whole = extent(spans, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  if (whole.end - whole.start <= 30 * DAY_MILLIS) return whole;
  const starts = Float64Array.from(spans, (node) => node.start).sort();
  const median = starts[starts.length >> 1] ?? whole.start;
  return extent(spans, median - DAY_MILLIS, median + DAY_MILLIS);
}

function extent(spans: readonly TimeView[], from: number, to: number): TimeView {
  let start = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (const node of spans) {
    if (node.start < from || node.start > to) continue;
    start = Math.min(start, node.start);
    end = Math.max(end, node.end <= to ? node.end : node.start);
  }
  return { start, end };
}
