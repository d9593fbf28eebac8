import { describe, expect, it } from "vitest";
import { hostileTrace } from "../../sandbox/hostile.ts";
import { packTrace } from "../../sandbox/pack.ts";
import { SHAPES, shapedTrace } from "../../sandbox/shapes.ts";
import { orderTrace, seeded, type GeneratedTrace } from "../../sandbox/traffic.ts";
import { aRef, aSegment, aSpan, aTrace } from "./build.testkit.ts";
import { findSpans } from "./find.ts";
import type { Span, Trace } from "./model.ts";
import { PackingError, unpackTrace } from "./packed.ts";
import { joinTrace } from "./tree.ts";

const START = 1_700_000_000_000;

function whole(generated: GeneratedTrace): Trace {
  return {
    ...generated,
    startMillis: START,
    durationMillis: 1,
    storedSegments: generated.segments.length,
    storedSpans: 1,
    truncated: false,
  };
}

/** What getters say is no property that a comparison would see. */
function plain(span: Span): Span {
  const { id, parentId, type, operation, startMillis, endMillis, layer, componentId, component, peer } = span;
  const { error, skipAnalysis, tags, logs, refs } = span;
  const head = { id, parentId, type, operation, startMillis, endMillis, layer, componentId, component, peer };
  return { ...head, error, skipAnalysis, tags, logs, refs };
}

function comparable(trace: Trace): unknown {
  return { ...trace, segments: trace.segments.map((s) => ({ ...s, spans: s.spans.map(plain) })) };
}

const TRACES: Readonly<Record<string, Trace>> = {
  order: whole(orderTrace(seeded(5), START)),
  hostile: whole(hostileTrace("hostile", START)),
  "clocks of all kinds": aTrace(
    aSegment(
      "s",
      "a",
      aSpan(0, -1, 0, 1),
      aSpan(1, 0, -(2 ** 53), 2 ** 60, { logs: [{ millis: 12, data: [{ key: "k", value: "v" }] }] }),
      aSpan(2, 0, 2 ** 60, 5, { tags: [{ key: "k", value: "" }], refs: [aRef("r", 3), aRef("", 0)] }),
      aSpan(3, 0, 2, 3, { error: true, skipAnalysis: true }),
    ),
    aSegment("no spans", "a"),
  ),
  ...Object.fromEntries(SHAPES.map((shape) => [shape, whole(shapedTrace(shape, shape, 1200, START))])),
};

describe("a packed trace", () => {
  it.each(Object.entries(TRACES))("of %s is the same unpacked", (_, trace) => {
    for (const spansInPiece of [1, 7, 100_000]) {
      const json = JSON.stringify(packTrace(trace, spansInPiece));
      expect(comparable(unpackTrace(JSON.parse(json) as ReturnType<typeof packTrace>))).toEqual(
        comparable(trace),
      );
    }
  });

  it.each(Object.entries(TRACES))("of %s is searched like a plain one", (_, trace) => {
    const [packed, unpacked] = [joinTrace(unpackTrace(packTrace(trace))), joinTrace(trace)];
    for (const text of [
      "7",
      "select",
      "ERROR",
      "step=1",
      "http.method=",
      "shop.local",
      "<script>",
      "no such",
    ]) {
      const keys = (tree: typeof packed): string[] => [...findSpans(tree, text)].map((node) => node.key);
      expect(keys(packed), text).toEqual(keys(unpacked));
    }
  });

  it("that ends early is refused", () => {
    const packed = packTrace(TRACES["order"] ?? aTrace());
    const [piece] = packed.pieces;
    if (piece === undefined) throw new Error("no piece");
    for (const cut of [1, 5, 20]) {
      const pieces = [{ ...piece, spans: piece.spans.slice(0, -cut) }];
      expect(() => unpackTrace({ ...packed, pieces })).toThrow(PackingError);
    }
    expect(() => unpackTrace({ ...packed, pieces: [{ ...piece, segments: [1, 2] }] })).toThrow(PackingError);
  });
});
