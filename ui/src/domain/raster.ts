import type { SpanNode } from "./tree.ts";
import type { TimeView } from "./viewport.ts";

/**
 * Every span of a large trace as a dot or a stroke in a small picture, the first at the top. Many lie on one another:
 * those with an error are on top, then later ones. Each dot is set once, whoever else lies below it, so a picture of a
 * hundred thousand spans costs a few milliseconds, where as many rectangles would keep the rows from being painted.
 *
 * @returns the dots line by line, 0 where nothing is
 */
export function rasterize(
  nodes: readonly SpanNode[],
  time: TimeView,
  size: { readonly width: number; readonly height: number },
  colorOf: (node: SpanNode) => number,
): Uint32Array<ArrayBuffer> {
  const { width, height } = size;
  const dots = new Uint32Array(width * height);
  // Of one line: for each dot the next one to its right, itself included, that is not set. The last is beyond the line.
  const free = new Int32Array(width + 1);
  const scale = width / Math.max(1, time.end - time.start);
  const stroke = (node: SpanNode, line: number): void => {
    if (node.span === null || node.end < time.start || node.start > time.end) return;
    const from = Math.min(width - 1, Math.max(0, Math.floor((node.start - time.start) * scale)));
    const to = Math.min(width, Math.max(from + 1, Math.round((node.end - time.start) * scale)));
    let at = nextFree(free, from);
    if (at >= to) return;
    const color = colorOf(node);
    for (; at < to; at = nextFree(free, at + 1)) {
      dots[line * width + at] = color;
      free[at] = at + 1;
    }
  };
  for (let line = 0; line < height; line++) {
    const first = Math.ceil((line * nodes.length) / height);
    const last = Math.ceil(((line + 1) * nodes.length) / height) - 1;
    for (let at = 0; at <= width; at++) free[at] = at;
    for (const errors of [true, false]) {
      for (let i = last; i >= first; i--) {
        const node = nodes[i];
        if (node !== undefined && node.error === errors) stroke(node, line);
      }
    }
  }
  return dots;
}

function nextFree(free: Int32Array, from: number): number {
  let at = from;
  for (let next = free[at] ?? at; next !== at; next = free[at] ?? at) {
    // The way is shorter for who comes next.
    const further = free[next] ?? next;
    free[at] = further;
    at = further;
  }
  return at;
}
