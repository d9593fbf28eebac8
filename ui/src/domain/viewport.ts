/*
 * Which rows to draw and where bars lie. Rows have one height, so that position is multiplication and a trace of any
 * length costs what fits on the screen.
 */

export interface RowWindow {
  readonly first: number;
  /** Exclusive. */
  readonly last: number;
}

export function rowWindow(
  scrollTop: number,
  viewHeight: number,
  rowHeight: number,
  count: number,
  spare: number,
): RowWindow {
  const first = Math.floor(Math.max(0, scrollTop) / rowHeight) - spare;
  const last = Math.ceil((Math.max(0, scrollTop) + Math.max(0, viewHeight)) / rowHeight) + spare;
  const end = Math.min(count, Math.max(0, last));
  return { first: Math.min(Math.max(0, first), end), last: end };
}

/** The scroll position that brings a row into view, moving as little as possible. */
export function scrollToShow(row: number, scrollTop: number, viewHeight: number, rowHeight: number): number {
  const top = row * rowHeight;
  if (top < scrollTop) return top;
  const bottom = top + rowHeight;
  return bottom > scrollTop + viewHeight ? bottom - viewHeight : scrollTop;
}

export interface TimeView {
  readonly start: number;
  readonly end: number;
}

export interface Bar {
  /** Fractions of the width, 0 to 1. */
  readonly left: number;
  readonly width: number;
  /** Where the span really lies when it is not in view. */
  readonly outside: "before" | "after" | null;
}

export function barOf(start: number, end: number, view: TimeView): Bar {
  if (end < view.start) return { left: 0, width: 0, outside: "before" };
  if (start > view.end) return { left: 1, width: 0, outside: "after" };
  const length = view.end - view.start;
  // A trace that took less than the clock's millisecond fills the width: nothing in it can be told apart.
  if (length <= 0) return { left: 0, width: 1, outside: null };
  const from = Math.max(start, view.start);
  const to = Math.min(end, view.end);
  return { left: (from - view.start) / length, width: (to - from) / length, outside: null };
}

/**
 * The part of time in view, from a zoom relative to the trace's start. A zoom that lies outside of the trace (an old
 * link, a hand-written address) shows the whole.
 */
export function zoomedView(
  whole: TimeView,
  zoom: { readonly from: number; readonly to: number } | null,
): TimeView {
  if (zoom === null) return whole;
  const start = Math.max(whole.start, whole.start + zoom.from);
  const end = Math.min(whole.end, whole.start + zoom.to);
  return end > start ? { start, end } : whole;
}

/** Zooms around a moment; null when that shows everything again. At the least one millisecond stays in view. */
export function zoomBy(
  whole: TimeView,
  view: TimeView,
  around: number,
  factor: number,
): { readonly from: number; readonly to: number } | null {
  const length = Math.max(1, Math.round((view.end - view.start) * factor));
  if (length >= whole.end - whole.start) return null;
  const share = view.end > view.start ? (around - view.start) / (view.end - view.start) : 0.5;
  const wanted = Math.round(around - length * Math.min(1, Math.max(0, share)));
  const start = Math.min(Math.max(wanted, whole.start), whole.end - length);
  return { from: start - whole.start, to: start - whole.start + length };
}
