export interface Dot {
  /** Fractions of the plot, from the left and from the top. */
  readonly x: number;
  readonly y: number;
}

/**
 * Where a trace stands in the strip of start against duration. Durations of one search often differ by a factor of a
 * thousand, so their axis is logarithmic; a duration below the clock's millisecond stands at the bottom.
 */
export function placeDots(
  points: readonly { readonly startMillis: number; readonly durationMillis: number }[],
): Dot[] {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  let shortest = Number.POSITIVE_INFINITY;
  let longest = 0;
  for (const point of points) {
    first = Math.min(first, point.startMillis);
    last = Math.max(last, point.startMillis);
    shortest = Math.min(shortest, height(point.durationMillis));
    longest = Math.max(longest, height(point.durationMillis));
  }
  return points.map((point) => ({
    x: last > first ? (point.startMillis - first) / (last - first) : 0.5,
    y: longest > shortest ? 1 - (height(point.durationMillis) - shortest) / (longest - shortest) : 0.5,
  }));
}

function height(millis: number): number {
  return Math.log10(Math.max(1, millis));
}
