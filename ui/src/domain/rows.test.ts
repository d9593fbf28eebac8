import { describe, expect, it } from "vitest";
import { aSegment, aSpan, aTrace } from "./build.testkit.ts";
import {
  errorCounts,
  errorsInside,
  foldedBelow,
  moveBy,
  shownRow,
  unfoldedFor,
  visibleRows,
} from "./rows.ts";
import { joinTrace, type SpanNode } from "./tree.ts";

// 0 ─┬─ 1 ─── 2
//    └─ 3
// 4
const tree = joinTrace(
  aTrace(
    aSegment(
      "s",
      "a",
      aSpan(0, -1, 0, 9),
      aSpan(1, 0, 1, 4),
      aSpan(2, 1, 2, 3, { error: true }),
      aSpan(3, 0, 5, 6, { error: true }),
      aSpan(4, -1, 8, 9),
    ),
  ),
);
const at = (i: number): SpanNode => {
  const node = tree.nodes[i];
  if (node === undefined) throw new Error(`no row ${i}`);
  return node;
};
const open = new Set<string>();
const firstFolded = new Set([at(1).key]);

describe("visible rows", () => {
  it("are all, unfolded", () => {
    expect([...visibleRows(tree, open)]).toEqual([0, 1, 2, 3, 4]);
  });

  it("leave out what is below a folded row", () => {
    expect([...visibleRows(tree, firstFolded)]).toEqual([0, 1, 3, 4]);
    expect([...visibleRows(tree, new Set([at(0).key, at(1).key]))]).toEqual([0, 4]);
  });

  it("ignore keys that name nothing", () => {
    expect(visibleRows(tree, new Set(["nonsense", at(4).key])).length).toBe(5);
  });

  it("tell the row of a node, or of the folded one that hides it", () => {
    const rows = visibleRows(tree, firstFolded);
    expect([0, 1, 2, 3, 4].map((i) => shownRow(rows, at(i)))).toEqual([0, 1, 1, 2, 3]);
  });

  it("unfold only what hides a node", () => {
    expect(unfoldedFor(tree, at(2), new Set([at(0).key, at(1).key, at(3).key]))).toEqual(
      new Set([at(3).key]),
    );
    expect(unfoldedFor(tree, at(0), firstFolded)).toBe(firstFolded);
  });

  it("count the errors a folded row hides", () => {
    const counts = errorCounts(tree);
    expect([errorsInside(counts, at(0)), errorsInside(counts, at(1)), errorsInside(counts, at(2))]).toEqual([
      2, 1, 0,
    ]);
  });

  it("can be folded below a depth", () => {
    expect([...visibleRows(tree, foldedBelow(tree, 1))]).toEqual([0, 1, 3, 4]);
  });
});

describe("the keyboard", () => {
  const rows = visibleRows(tree, open);
  const press = (key: string, selected: SpanNode | null, folded = open): string => {
    const move = moveBy(key, tree, visibleRows(tree, folded), folded, selected, 2);
    return move === null ? "nothing" : `${move.do} ${move.node.operation}`;
  };

  it("moves up and down and stops at the ends", () => {
    expect(press("ArrowDown", null)).toBe("select op0");
    expect(press("ArrowDown", at(0))).toBe("select op1");
    expect(press("ArrowUp", at(0))).toBe("select op0");
    expect(press("ArrowDown", at(4))).toBe("select op4");
    expect(press("ArrowDown", at(1), firstFolded)).toBe("select op3");
  });

  it("moves by pages and to the ends", () => {
    expect(press("PageDown", at(1))).toBe("select op3");
    expect(press("PageUp", at(1))).toBe("select op0");
    expect(press("Home", at(3))).toBe("select op0");
    expect(press("End", null)).toBe("select op4");
  });

  it("folds and unfolds, goes to the parent and to the first child", () => {
    expect(press("ArrowLeft", at(1))).toBe("fold op1");
    expect(press("ArrowLeft", at(1), firstFolded)).toBe("select op0");
    expect(press("ArrowRight", at(1), firstFolded)).toBe("unfold op1");
    expect(press("ArrowRight", at(1))).toBe("select op2");
    expect(press("ArrowRight", at(2))).toBe("nothing");
    expect(press("ArrowLeft", at(4))).toBe("nothing");
  });

  it("opens the selected and leaves other keys alone", () => {
    expect(press("Enter", at(3))).toBe("open op3");
    expect(press("a", at(3))).toBe("nothing");
    expect(moveBy("ArrowDown", tree, rows.subarray(0, 0), open, null, 1)).toBeNull();
  });
});
