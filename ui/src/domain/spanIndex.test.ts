import { describe, expect, it } from "vitest";
import { fnv1a } from "./hash.ts";
import { rowKey, SpanIndex, type Indexed } from "./spanIndex.ts";

function indexOf(nodes: readonly Indexed[]): SpanIndex<Indexed> {
  const index = new SpanIndex<Indexed>();
  for (const node of nodes) index.add(node);
  return index;
}

function node(segmentId: string, spanId: number, copy = 0): Indexed {
  return { segmentId, spanId, copy, span: null };
}

function findsAll(nodes: readonly Indexed[]): void {
  const index = indexOf(nodes);
  for (const each of nodes) {
    if (each.copy === 0) expect(index.at(each.segmentId, each.spanId)).toBe(each);
    expect(index.find(rowKey(each.segmentId, each.spanId, each.copy))).toBe(each);
  }
}

describe("spans by segment and number", () => {
  it("are found, one of a segment or many, in whatever order and of whatever number", () => {
    findsAll([node("alone", 0), node("far", 900), node("", -5)]);
    findsAll([node("many", 0), node("many", 1), node("many", 2)]);
    findsAll([node("many", 2), node("many", 0), node("many", 1), node("many", 2 ** 31), node("many", -1)]);
    findsAll([node("twice", 1), node("twice", 1, 1), node("twice", 1, 2), node("other", 1)]);
    findsAll(Array.from({ length: 5000 }, (_, i) => node(`6c1f.${i}.17000000`, i % 3)));
  });

  it("are found also when somebody chose the segments' ids so that their hashes are alike", () => {
    const alike: Indexed[] = [];
    for (let i = 0; alike.length < 300; i++) if ((fnv1a(`s${i}`) & 0x1ff) === 0) alike.push(node(`s${i}`, 0));
    findsAll(alike);
  });

  it("are not found under what is no key of theirs", () => {
    const index = indexOf([node("a", 0), node("b", 0), node("b", 1, 1)]);
    const key = rowKey("a", 0);
    for (const other of [
      "",
      "-",
      "-0",
      "0-0",
      "zzzzzzzzzzzzzzzz-0",
      `0${key}`,
      key.toUpperCase(),
      "~-1",
      `${key}~1`,
    ])
      expect(index.find(other), other).toBeUndefined();
    expect(index.at("a", 1)).toBeUndefined();
    expect(index.at("c", 0)).toBeUndefined();
    expect(indexOf([]).find(key)).toBeUndefined();
  });
});
