import { childrenOf, type Flame } from "./flame.ts";

/*
 * Where the frames of a flame graph lie, and what the keyboard does with them. A zoom is a node that fills the width;
 * its callers are drawn above it at full width, everything else is out of sight.
 */

export interface FlameSight {
  readonly flame: Flame;
  readonly zoom: number;
  /** Pixels. */
  readonly width: number;
}

export interface Box {
  readonly x: number;
  readonly width: number;
}

/** Where a node lies; null when the zoom hides it. Boxes are not cut at the edges, none crosses them. */
export function boxOf(sight: FlameSight, node: number): Box | null {
  const { flame, zoom, width } = sight;
  const whole = flame.total[zoom] ?? 0;
  if (whole <= 0) return null;
  if (isAbove(flame, node, zoom)) return { x: 0, width };
  if (node < zoom || node >= (flame.after[zoom] ?? 0)) return null;
  const scale = width / whole;
  return {
    x: ((flame.left[node] ?? 0) - (flame.left[zoom] ?? 0)) * scale,
    width: (flame.total[node] ?? 0) * scale,
  };
}

function isAbove(flame: Flame, node: number, below: number): boolean {
  return node < below && (flame.after[node] ?? 0) > below;
}

/** The rows that are drawn: the deepest one that has a box wide enough to be seen, counted from 0. */
export function rowsInSight(sight: FlameSight, leastPixels: number): number {
  let deepest = 0;
  forEachBox(sight, leastPixels, (node) => {
    deepest = Math.max(deepest, sight.flame.depth[node] ?? 0);
  });
  return deepest + 1;
}

/**
 * Every box that is at least so wide, callers first. What is narrower is skipped with all that lies below it, so that a
 * picture costs what can be seen of it: `sliver` is told where it would have been.
 */
export function forEachBox(
  sight: FlameSight,
  leastPixels: number,
  draw: (node: number, x: number, width: number) => void,
  sliver?: (depth: number, x: number, width: number) => void,
): void {
  const { flame, zoom, width } = sight;
  const whole = flame.total[zoom] ?? 0;
  if (whole <= 0) return;
  const callers: number[] = [];
  for (let at = flame.parent[zoom] ?? -1; at >= 0; at = flame.parent[at] ?? -1) callers.push(at);
  for (let i = callers.length - 1; i >= 0; i--) draw(callers[i] ?? 0, 0, width);
  const scale = width / whole;
  const from = flame.left[zoom] ?? 0;
  const end = flame.after[zoom] ?? 0;
  for (let node = zoom; node < end;) {
    const boxWidth = (flame.total[node] ?? 0) * scale;
    const x = ((flame.left[node] ?? 0) - from) * scale;
    if (boxWidth >= leastPixels) {
      draw(node, x, boxWidth);
      node++;
    } else {
      sliver?.(flame.depth[node] ?? 0, x, boxWidth);
      node = flame.after[node] ?? end;
    }
  }
}

/** The node under a point; -1 for none. */
export function nodeAt(sight: FlameSight, depth: number, x: number): number {
  const { flame, zoom, width } = sight;
  const whole = flame.total[zoom] ?? 0;
  if (whole <= 0 || depth < 0 || x < 0 || x > width) return -1;
  const zoomDepth = flame.depth[zoom] ?? 0;
  if (depth <= zoomDepth) {
    let at = zoom;
    while ((flame.depth[at] ?? 0) > depth) at = flame.parent[at] ?? 0;
    return at;
  }
  const wanted = (flame.left[zoom] ?? 0) + (x / width) * whole;
  let node = zoom;
  while ((flame.depth[node] ?? 0) < depth) {
    const child = childrenOf(flame, node).find((c) => {
      const left = flame.left[c] ?? 0;
      return left <= wanted && wanted < left + (flame.total[c] ?? 0);
    });
    if (child === undefined) return -1;
    node = child;
  }
  return node;
}

/** The keys inside the graph. Null: not a key of ours, or nothing lies there. */
export function moveInFlame(
  sight: FlameSight,
  node: number,
  key: string,
  upwards: boolean,
  leastPixels: number,
): number | null {
  const { flame, zoom } = sight;
  const inSight = (to: number): boolean => (boxOf(sight, to)?.width ?? 0) >= leastPixels;
  switch (key) {
    case upwards ? "ArrowUp" : "ArrowDown": {
      // Down a caller of the zoom leads to the zoom, not out of sight.
      const child = isAbove(flame, node, zoom) ? towards(flame, node, zoom) : node + 1;
      return child < (flame.after[node] ?? 0) && inSight(child) ? child : null;
    }
    case upwards ? "ArrowDown" : "ArrowUp":
      return (flame.parent[node] ?? -1) >= 0 ? (flame.parent[node] ?? 0) : null;
    case "ArrowRight":
      return neighbour(sight, node, 1, inSight);
    case "ArrowLeft":
      return neighbour(sight, node, -1, inSight);
    case "Home":
      return zoom;
    default:
      return null;
  }
}

function towards(flame: Flame, node: number, below: number): number {
  let at = below;
  while (flame.parent[at] !== node) at = flame.parent[at] ?? 0;
  return at;
}

/** The next box in the same row, whoever called it. */
function neighbour(
  sight: FlameSight,
  node: number,
  step: 1 | -1,
  inSight: (node: number) => boolean,
): number | null {
  const { flame, zoom } = sight;
  const depth = flame.depth[node] ?? 0;
  const end = flame.after[zoom] ?? 0;
  if (node < zoom) return null;
  for (let at = step > 0 ? (flame.after[node] ?? end) : node - 1; at > zoom && at < end;) {
    if (flame.depth[at] === depth && inSight(at)) return at;
    // Rightwards, what is too narrow or as deep is passed with all that it holds.
    at = step < 0 ? at - 1 : (flame.depth[at] ?? 0) >= depth ? (flame.after[at] ?? end) : at + 1;
  }
  return null;
}
