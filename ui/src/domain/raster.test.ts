import { describe, expect, it } from "vitest";
import { shapedTrace, SHAPES } from "../../sandbox/shapes.ts";
import { aSegment, aSpan, aTrace } from "./build.testkit.ts";
import { rasterize } from "./raster.ts";
import { joinTrace, type SpanNode, type TraceTree } from "./tree.ts";
import { barOf } from "./viewport.ts";

const SIZE = { width: 90, height: 12 };
const ERROR = 999;

/** By number of the row, which tells who is on top. */
const colorOf = (node: SpanNode): number => (node.error ? ERROR : node.index + 1);

/** Each rectangle as it comes, errors last. */
function painted(tree: TraceTree): number[][] {
  const { width, height } = SIZE;
  const lines = Array.from({ length: height }, () => new Array<number>(width).fill(0));
  for (const errors of [false, true]) {
    for (const node of tree.nodes) {
      if (node.span === null || node.error !== errors) continue;
      const bar = barOf(node.start, node.end, tree);
      if (bar.outside !== null) continue;
      const from = Math.min(width - 1, Math.floor(bar.left * width + 1e-9));
      const to = Math.max(from + 1, Math.round((bar.left + bar.width) * width));
      const line = Math.floor((node.index * height) / tree.nodes.length);
      lines[line]?.fill(colorOf(node), from, to);
    }
  }
  return lines;
}

function raster(tree: TraceTree): number[][] {
  const dots = rasterize(tree.nodes, tree, SIZE, colorOf);
  return Array.from({ length: SIZE.height }, (_, y) => [
    ...dots.subarray(y * SIZE.width, (y + 1) * SIZE.width),
  ]);
}

describe("the small picture of a trace", () => {
  it.each(SHAPES)("shows what painting every span would (%s)", (shape) => {
    const generated = shapedTrace(shape, shape, 900, 1_700_000_000_000);
    const tree = joinTrace({ ...aTrace(), ...generated });
    expect(tree.errorCount).toBeGreaterThan(0);
    expect(raster(tree)).toEqual(painted(tree));
  });

  it("leaves out spans of wrong clocks, and has lines without spans", () => {
    const tree = joinTrace(
      aTrace(
        aSegment(
          "s",
          "a",
          aSpan(0, -1, 1e12, 1e12 + 90),
          aSpan(1, 0, 1e12 + 40, 1e12 + 50),
          aSpan(2, 0, 5, 9),
        ),
      ),
    );
    const lines = raster(tree);
    expect(lines.filter((line) => line.some((dot) => dot > 0)).length).toBe(2);
    expect(lines).toEqual(painted(tree));
  });
});
