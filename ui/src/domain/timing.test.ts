import { describe, expect, it } from "vitest";
import { aRef, aSegment, aSpan, aTrace } from "./build.testkit.ts";
import { criticalPath, selfMillis, skewOf } from "./timing.ts";
import { joinTrace, type SpanNode, type TraceTree } from "./tree.ts";

function node(tree: TraceTree, operation: string): SpanNode {
  const found = tree.nodes.find((n) => n.operation === operation);
  if (found === undefined) throw new Error(`no ${operation}`);
  return found;
}

function inOne(...spans: ReturnType<typeof aSpan>[]): TraceTree {
  return joinTrace(aTrace(aSegment("s", "a", ...spans)));
}

describe("self time", () => {
  it("is all of a leaf", () => {
    expect(selfMillis(node(inOne(aSpan(0, -1, 3, 10)), "op0"))).toBe(7);
  });

  it("leaves out children, counting what overlaps once", () => {
    const tree = inOne(
      aSpan(0, -1, 0, 100),
      aSpan(1, 0, 10, 30),
      aSpan(2, 0, 20, 50),
      aSpan(3, 0, 25, 28),
      aSpan(4, 0, 60, 70),
    );
    expect(selfMillis(node(tree, "op0"))).toBe(50);
  });

  it("counts only the part of a child inside its parent", () => {
    const tree = inOne(aSpan(0, -1, 10, 20), aSpan(1, 0, 5, 12), aSpan(2, 0, 18, 40), aSpan(3, 0, 50, 60));
    expect(selfMillis(node(tree, "op0"))).toBe(6);
  });
});

describe("skew", () => {
  it("is not where the child lies inside", () => {
    expect(skewOf(node(inOne(aSpan(0, -1, 0, 10), aSpan(1, 0, 0, 10)), "op1"))).toBeNull();
  });

  it("marks a child that starts before its parent, and says whether two clocks are compared", () => {
    const tree = joinTrace(
      aTrace(
        aSegment("x", "a", aSpan(0, -1, 100, 200)),
        aSegment("y", "b", aSpan(0, -1, 60, 150, { operation: "in", refs: [aRef("x", 0)] })),
      ),
    );
    expect(skewOf(node(tree, "in"))).toEqual({ kind: "before-parent", millis: 40, acrossProcesses: true });
  });

  it("marks work that outlives its parent, beyond the rounding of a millisecond", () => {
    const tree = inOne(aSpan(0, -1, 0, 10), aSpan(1, 0, 5, 11), aSpan(2, 0, 5, 30));
    expect(skewOf(node(tree, "op1"))).toBeNull();
    expect(skewOf(node(tree, "op2"))).toEqual({ kind: "after-parent", millis: 20, acrossProcesses: false });
  });

  it("is not known where the parent is missing", () => {
    expect(skewOf(node(inOne(aSpan(1, 0, 5, 6)), "op1"))).toBeNull();
  });
});

describe("the critical path", () => {
  function path(tree: TraceTree): Record<string, string> {
    return Object.fromEntries(
      [...criticalPath(tree)].map(([n, parts]) => [
        n.operation,
        parts.map((p) => `${p.start}-${p.end}`).join(" "),
      ]),
    );
  }

  it("is empty without spans", () => {
    expect(path(joinTrace(aTrace()))).toEqual({});
  });

  it("follows the child that finished last, and gives the gaps to the parent", () => {
    const tree = inOne(aSpan(0, -1, 0, 100), aSpan(1, 0, 10, 40), aSpan(2, 0, 20, 30), aSpan(3, 0, 50, 90));
    expect(path(tree)).toEqual({ op0: "0-10 40-50 90-100", op1: "10-40", op3: "50-90" });
  });

  it("goes down into the children of children", () => {
    const tree = inOne(aSpan(0, -1, 0, 10), aSpan(1, 0, 2, 8), aSpan(2, 1, 3, 7));
    expect(path(tree)).toEqual({ op0: "0-2 8-10", op1: "2-3 7-8", op2: "3-7" });
  });

  it("cuts work that outlives the root at its end", () => {
    const tree = inOne(aSpan(0, -1, 0, 10), aSpan(1, 0, 5, 500), aSpan(2, 0, 20, 30));
    expect(path(tree)).toEqual({ op0: "0-5", op1: "5-10" });
  });

  it("covers each moment of the root exactly once", () => {
    let seed = 11;
    const next = (below: number): number => {
      seed = (seed * 48271) % 2147483647;
      return seed % below;
    };
    const spans = [aSpan(0, -1, 0, 1000)];
    for (let id = 1; id < 300; id++) {
      const start = next(1000);
      spans.push(aSpan(id, next(id), start, start + next(400)));
    }
    const covered = new Uint8Array(1000);
    for (const parts of criticalPath(inOne(...spans)).values()) {
      for (const part of parts)
        for (let t = part.start; t < part.end; t++) covered[t] = (covered[t] ?? 0) + 1;
    }
    expect([...covered].every((times) => times === 1)).toBe(true);
  });

  it("takes a chain of 50,000 spans", () => {
    const spans = Array.from({ length: 50_000 }, (_, id) => aSpan(id, id - 1, 0, 10));
    expect(criticalPath(inOne(...spans)).size).toBe(50_000);
  });
});
