import { describe, expect, it } from "vitest";
import { seeded } from "../../sandbox/traffic.ts";
import { inOrder } from "./order.ts";

interface Item {
  readonly at: number;
  readonly number: number;
}

const byNumber = (a: Item, b: Item): number => a.number - b.number;

function ordered(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => (a.at === b.at ? byNumber(a, b) : a.at < b.at ? -1 : 1));
}

function check(...times: readonly number[]): void {
  const random = seeded(times.length);
  // Several under one number: what ties stays as it came.
  const items = times.map((at) => ({ at, number: Math.floor(random() * 5) }));
  const before = [...items];
  const result = inOrder(items, (item) => item.at, byNumber);
  const wanted = ordered(before);
  expect(result.length).toBe(wanted.length);
  expect(result.every((item, i) => item === wanted[i])).toBe(true);
  expect(items).toEqual(before);
}

describe("items in order", () => {
  const random = seeded(3);
  const many = (range: number, from = 0): number[] =>
    Array.from({ length: 3000 }, () => from + Math.floor(random() * range));

  it("are few or none", () => {
    check();
    check(5);
    check(3, 1, 2, 1, -4);
  });

  it("are many, of few times, of many, before and after 1970", () => {
    check(...many(1));
    check(...many(40));
    check(...many(1e9, 1_700_000_000_000));
    check(...many(1e6, -5e5));
  });

  it("are of times that no number holds together with a position", () => {
    check(...many(9e15, -4e15));
    check(...many(100), 2 ** 60, -(2 ** 60));
    check(...many(100), Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
    check(...many(100), 0.5);
  });
});
