import { describe, expect, it } from "vitest";
import { aRef, aSegment, aSpan, aTrace } from "./build.testkit.ts";
import type { Segment } from "./model.ts";
import { joinTrace, mainRoot, type SpanNode, type TraceTree } from "./tree.ts";

/** The tree as indented lines, which is how a reader checks one. */
function outline(tree: TraceTree): string[] {
  return tree.nodes.map(
    (node) => `${"  ".repeat(node.depth)}${node.span === null ? "?" : ""}${node.service}/${node.operation}`,
  );
}

function named(tree: TraceTree, operation: string): SpanNode {
  const found = tree.nodes.find((node) => node.operation === operation);
  if (found === undefined) throw new Error(`no ${operation}`);
  return found;
}

const FRONT = aSegment(
  "s1",
  "front",
  aSpan(1, 0, 2, 8, { type: "Exit", operation: "call" }),
  aSpan(0, -1, 0, 10, { type: "Entry", operation: "in" }),
);
const BACK = aSegment(
  "s2",
  "back",
  aSpan(1, 0, 4, 5, { operation: "work" }),
  aSpan(0, -1, 3, 7, { type: "Entry", operation: "served", refs: [aRef("s1", 1)] }),
);
const THREAD = aSegment(
  "s3",
  "front",
  aSpan(0, -1, 6, 20, { operation: "later", refs: [aRef("s1", 0, { type: "CrossThread" })] }),
);
const WHOLE = ["front/in", "  front/call", "    back/served", "      back/work", "  front/later"];

describe("joining a trace", () => {
  it("joins segments across processes and threads, whose spans come in finish order", () => {
    expect(outline(joinTrace(aTrace(FRONT, BACK, THREAD)))).toEqual(WHOLE);
  });

  it("comes to the same tree in whatever order segments arrive", () => {
    const orders: Segment[][] = [
      [THREAD, BACK, FRONT],
      [BACK, FRONT, THREAD],
      [BACK, THREAD, FRONT],
    ];
    for (const order of orders) {
      const tree = joinTrace(aTrace(...order));
      expect(outline(tree)).toEqual(WHOLE);
      expect(tree.nodes.map((n) => n.key)).toEqual(
        joinTrace(aTrace(FRONT, BACK, THREAD)).nodes.map((n) => n.key),
      );
    }
  });

  it("shows nothing for an empty trace", () => {
    const tree = joinTrace(aTrace());
    expect(tree.nodes).toEqual([]);
    expect([tree.start, tree.end, tree.spanCount]).toEqual([0, 0, 0]);
    expect(mainRoot(tree)).toBeNull();
  });

  it("keeps an entry span below a local one below an entry (T04)", () => {
    const tree = joinTrace(
      aTrace(
        aSegment(
          "s",
          "a",
          aSpan(2, 1, 2, 3, { type: "Entry" }),
          aSpan(1, 0, 1, 4),
          aSpan(0, -1, 0, 5, { type: "Entry" }),
        ),
      ),
    );
    expect(outline(tree)).toEqual(["a/op0", "  a/op1", "    a/op2"]);
  });

  it("keeps several spans without parent in one segment as several roots (T08)", () => {
    const tree = joinTrace(aTrace(aSegment("s", "a", aSpan(1, -1, 5, 6), aSpan(0, -1, 0, 1))));
    expect(outline(tree)).toEqual(["a/op0", "a/op1"]);
    expect(tree.roots.map((n) => n.position)).toEqual([1, 2]);
  });

  it("gives children of one missing parent one row that says so", () => {
    const child = (id: string): Segment =>
      aSegment(
        id,
        "back",
        aSpan(0, -1, 5, 6, { refs: [aRef("lost", 3, { service: "front", endpoint: "/in" })] }),
      );
    const tree = joinTrace(aTrace(child("s1"), child("s2")));
    expect(outline(tree)).toEqual(["?front//in", "  back/op0", "  back/op0"]);
    expect([tree.missingCount, tree.spanCount, tree.nodes[0]?.start]).toEqual([1, 2, 5]);
  });

  it("shows a missing parent inside a segment", () => {
    const tree = joinTrace(aTrace(aSegment("s", "a", aSpan(5, 4, 1, 2), aSpan(0, -1, 0, 3))));
    expect(outline(tree)).toEqual(["a/op0", "?a/", "  a/op5"]);
  });

  it("takes the first ref that leads to a received span", () => {
    const late = aSegment("s9", "batch", aSpan(0, -1, 9, 9, { refs: [aRef("lost", 0), aRef("s1", 1)] }));
    const alsoLost = aSegment("s8", "other", aSpan(0, -1, 8, 8, { refs: [aRef("lost", 0)] }));
    for (const order of [
      [late, alsoLost],
      [alsoLost, late],
    ]) {
      const tree = joinTrace(aTrace(FRONT, ...order));
      const node = tree.nodes.find((n) => n.service === "batch");
      expect(node?.parent?.operation).toBe("call");
    }
  });

  it("does not invent a hole for refs into other traces (T34)", () => {
    const tree = joinTrace(
      aTrace(aSegment("s", "batch", aSpan(0, -1, 0, 1, { refs: [aRef("x", 0, { traceId: "other" })] }))),
    );
    expect(outline(tree)).toEqual(["batch/op0"]);
    expect(tree.nodes[0]?.oddity).toBe("other-trace");
  });

  it("shows a segment that was reported again, with more spans, once (T13)", () => {
    const first = aSegment("s", "a", aSpan(0, -1, 0, 1));
    const again = aSegment("s", "a", aSpan(0, -1, 0, 1), aSpan(1, 0, 2, 3));
    const tree = joinTrace(aTrace(first, again));
    expect(outline(tree)).toEqual(["a/op0", "  a/op1"]);
    expect(tree.duplicateCount).toBe(1);
  });

  it("keeps and marks a different span under a number already taken", () => {
    const tree = joinTrace(
      aTrace(
        aSegment("s", "a", aSpan(0, -1, 0, 9), aSpan(0, -1, 3, 4, { operation: "other" }), aSpan(1, 0, 5, 6)),
      ),
    );
    expect(outline(tree)).toEqual(["a/op0", "  a/op1", "a/other"]);
    expect(named(tree, "other").oddity).toBe("duplicate-id");
    expect(new Set(tree.nodes.map((n) => n.key)).size).toBe(3);
  });

  it("cuts circles at the span that starts first", () => {
    const tree = joinTrace(
      aTrace(aSegment("s", "a", aSpan(1, 3, 2, 3), aSpan(2, 1, 1, 3), aSpan(3, 2, 4, 5), aSpan(4, 3, 6, 7))),
    );
    expect(outline(tree)).toEqual(["a/op2", "  a/op3", "    a/op1", "    a/op4"]);
    expect(named(tree, "op2").oddity).toBe("cycle");
  });

  it("cuts a span that is its own parent, by number or by ref", () => {
    const tree = joinTrace(
      aTrace(aSegment("s", "a", aSpan(0, 0, 0, 1), aSpan(1, -1, 2, 3, { refs: [aRef("s", 1)] }))),
    );
    expect(outline(tree)).toEqual(["a/op0", "a/op1"]);
    expect(tree.nodes.every((n) => n.oddity === "cycle")).toBe(true);
  });

  it("cuts circles that refs make between segments", () => {
    const tree = joinTrace(
      aTrace(
        aSegment("x", "a", aSpan(0, -1, 5, 6, { refs: [aRef("y", 0)] })),
        aSegment("y", "b", aSpan(0, -1, 3, 4, { refs: [aRef("x", 0)] })),
      ),
    );
    expect(outline(tree)).toEqual(["b/op0", "  a/op0"]);
  });

  it("joins a chain of 50,000 spans without running out of stack", () => {
    const spans = Array.from({ length: 50_000 }, (_, id) => aSpan(id, id - 1, id, 200_000 - id));
    const tree = joinTrace(aTrace(aSegment("s", "a", ...spans.reverse())));
    expect(tree.nodes.length).toBe(50_000);
    expect(tree.nodes.at(-1)?.depth).toBe(49_999);
    expect(tree.nodes[0]?.after).toBe(50_000);
  });

  it("knows for each row where its descendants end", () => {
    const tree = joinTrace(aTrace(FRONT, BACK, THREAD));
    expect(tree.nodes.map((n) => n.after)).toEqual([5, 4, 4, 4, 5]);
  });

  it("counts spans and errors for each service", () => {
    const tree = joinTrace(
      aTrace(FRONT, aSegment("s2", "back", aSpan(0, -1, 3, 7, { error: true, refs: [aRef("s1", 1)] }))),
    );
    expect(tree.services).toEqual([
      { name: "front", spans: 2, errors: 0 },
      { name: "back", spans: 1, errors: 1 },
    ]);
  });

  it("treats an end before the start as a point in time", () => {
    const node = joinTrace(aTrace(aSegment("s", "a", aSpan(0, -1, 10, 4)))).nodes[0];
    expect([node?.start, node?.end, node?.reversed]).toEqual([10, 10, true]);
  });

  it("does not let one clock from 1970 stretch the time axis", () => {
    const now = 1_800_000_000_000;
    const tree = joinTrace(
      aTrace(
        aSegment(
          "s",
          "a",
          aSpan(0, -1, now, now + 50),
          aSpan(1, 0, now + 1, now + 9),
          aSpan(2, 0, 0, 3),
          aSpan(3, 0, now + 2, 9e15),
        ),
      ),
    );
    expect([tree.start, tree.end]).toEqual([now, now + 50]);
  });

  it("names a trace after the root with the most below it", () => {
    const stray = aSegment("z", "stray", aSpan(0, -1, -5, -4));
    expect(mainRoot(joinTrace(aTrace(stray, FRONT, BACK)))?.operation).toBe("in");
  });
});
