import { describe, expect, it } from "vitest";
import { sampled } from "../../sandbox/profiles.ts";
import { analysisOf } from "../../sandbox/profiles.ts";
import { Reader } from "../api/json.ts";
import { readAnalysis } from "../api/profiles.ts";
import { buildFlame, childrenOf, nameOf, type Flame } from "./flame.ts";
import { boxOf, forEachBox, moveInFlame, nodeAt, rowsInSight, type FlameSight } from "./flameMoves.ts";
import { flameRows, moveInRows, openedAtFirst, openedFor } from "./flameRows.ts";
import { findFrames } from "./flameFacts.ts";
import { estimate, fieldOf, progressOf, thresholdFor, type ProfileTask } from "./profile.ts";
import { presetOf } from "./states.ts";
import { draftOf, orderOf } from "./taskDraft.ts";

const FLAME: Flame = buildFlame(
  readAnalysis(Reader.of(JSON.parse(JSON.stringify(analysisOf(sampled("s", "t", 0, 1000)))), "a")),
  { states: null, hidden: new Set(), lines: false },
);

function sight(zoom = 0): FlameSight {
  return { flame: FLAME, zoom, width: 1000 };
}

function named(name: string): number {
  for (let node = 0; node < FLAME.count; node++) if (nameOf(FLAME, node).endsWith(name)) return node;
  throw new Error(name);
}

describe("the boxes of a flame graph", () => {
  it("lie side by side in their caller, and are found again under the pointer", () => {
    for (const zoom of [0, named("Prices.quote"), named("Ledger.book")]) {
      const seen: number[] = [];
      forEachBox(sight(zoom), 0, (node, x, width) => {
        seen.push(node);
        expect(boxOf(sight(zoom), node)).toEqual({ x, width });
        expect(nodeAt(sight(zoom), FLAME.depth[node] ?? 0, x + width / 2)).toBe(node);
      });
      expect(seen.length).toBe((FLAME.after[zoom] ?? 0) - zoom + (FLAME.depth[zoom] ?? 0));
    }
    expect(boxOf(sight(named("Ledger.book")), named("Prices.quote"))).toBeNull();
    expect(boxOf(sight(named("Ledger.book")), 0)).toEqual({ x: 0, width: 1000 });
    expect(nodeAt(sight(), 999, 10)).toBe(-1);
    expect(nodeAt(sight(), 0, -1)).toBe(-1);
  });

  it("that are too narrow are skipped with all that lies below", () => {
    const wide: number[] = [];
    const slivers: number[] = [];
    forEachBox(
      sight(),
      300,
      (node) => wide.push(node),
      (depth) => slivers.push(depth),
    );
    expect(wide.every((node) => (boxOf(sight(), node)?.width ?? 0) >= 300)).toBe(true);
    expect(slivers.length).toBeGreaterThan(0);
    expect(rowsInSight(sight(), 300)).toBeLessThanOrEqual(rowsInSight(sight(), 0));
    expect(rowsInSight(sight(), 0)).toBe(FLAME.deepest + 1);
  });

  it("are walked with the arrow keys, along a row and up to the callers", () => {
    const quote = named("Controller.quote");
    const [first = 0, second = 0] = childrenOf(FLAME, quote);
    const go = (node: number, key: string, upwards = false): number | null =>
      moveInFlame(sight(), node, key, upwards, 0);
    expect(go(quote, "ArrowDown")).toBe(first);
    expect(go(first, "ArrowRight")).toBe(second);
    expect(go(second, "ArrowLeft")).toBe(first);
    expect(go(first, "ArrowLeft")).toBeNull();
    expect(go(first, "ArrowUp")).toBe(quote);
    expect(go(quote, "ArrowUp", true)).toBe(first);
    expect(go(0, "ArrowUp")).toBeNull();
    expect(go(first, "x")).toBeNull();
    // From a caller of the zoomed frame one comes back to it, not to a sibling that is out of sight.
    const zoomed = sight(second);
    expect(moveInFlame(zoomed, quote, "ArrowDown", false, 0)).toBe(second);
    expect(moveInFlame(zoomed, quote, "Home", false, 0)).toBe(second);
    expect(moveInFlame(zoomed, second, "ArrowRight", false, 0)).toBeNull();
  });
});

describe("the table of a flame graph", () => {
  const open = openedAtFirst(FLAME, 0);
  const rows = flameRows(FLAME, open, 0);

  it("begins with the hot path open", () => {
    const names = Array.from(rows, (node) => nameOf(FLAME, node));
    expect(names).toContain("io.skein.demo.shop.Prices.normalise");
    expect(names).toContain("io.skein.demo.shop.Ledger.book");
    expect(names).not.toContain("jdk.internal.misc.Unsafe.park");
  });

  it("opens the way to what was found, and only that", () => {
    const found = findFrames(FLAME, "unsafe.park");
    const names = Array.from(flameRows(FLAME, openedFor(FLAME, open, found.nodes, 10), 0), (n) =>
      nameOf(FLAME, n),
    );
    expect(names).toContain("jdk.internal.misc.Unsafe.park");
    expect(names).not.toContain("sun.nio.ch.FileDispatcherImpl.pread0");
  });

  it("is walked with the keys of a tree", () => {
    const go = (key: string, node: number): unknown => moveInRows(key, FLAME, rows, open, node, 3);
    const ledger = named("Ledger.book");
    const stock = named("Stock.reserve");
    expect(go("ArrowDown", 0)).toEqual({ do: "select", node: rows[1] });
    expect(go("End", 0)).toEqual({ do: "select", node: rows[rows.length - 1] });
    expect(go("PageDown", 0)).toEqual({ do: "select", node: rows[3] });
    expect(go("ArrowLeft", 0)).toEqual({ do: "close", node: 0 });
    expect(go("ArrowRight", ledger)).toBeNull();
    expect(go("ArrowRight", stock)).toEqual({ do: "open", node: stock });
    expect(go("ArrowLeft", stock)).toEqual({ do: "select", node: named("Controller.quote") });
    expect(go("ArrowDown", 99_999)).toEqual({ do: "select", node: rows[0] });
    expect(go("q", 0)).toBeNull();
  });
});

const TASK: ProfileTask = {
  id: "t",
  service: "s",
  endpoint: "e",
  createMillis: 0,
  startMillis: 1000,
  endMillis: 61_000,
  durationMinutes: 1,
  minMillis: 0,
  periodMillis: 10,
  maxSamples: 5,
  state: "running",
  stoppedMillis: null,
  instances: [
    { name: "a", notifiedMillis: 1, finishedMillis: null, ours: true },
    { name: "b", notifiedMillis: null, finishedMillis: null, ours: false },
  ],
  segments: 0,
  requests: 0,
  snapshots: 0,
  dropped: 0,
};

describe("a task", () => {
  it("tells how far it is, also by a clock that is wrong", () => {
    expect(progressOf(TASK, 31_000)).toEqual({ share: 0.5, millisLeft: 30_000, notified: 1, finished: 0 });
    expect(progressOf(TASK, -5).share).toBe(0);
    expect(progressOf(TASK, 1e9)).toMatchObject({ share: 1, millisLeft: 0 });
    expect(progressOf({ ...TASK, state: "ended" }, 2000).millisLeft).toBe(0);
  });

  it("is expected to give snapshots for the time after its threshold", () => {
    expect(estimate(500, 10, 5)).toMatchObject({ exampleMillis: 1000, snapshots: 50 });
    expect(estimate(3000, 20, 1)).toMatchObject({ exampleMillis: 6000, snapshots: 150 });
    expect(estimate(0, 10, 9).pauseMost).toBeCloseTo(1.8, 6);
    // Nine are asked for, five are sampled at once.
    expect(estimate(0, 10, 9).samplerMost).toBeCloseTo(6.5, 6);
  });

  it.each([
    [2000, 1000],
    [1234, 610],
    [87, 43],
    [15, 7],
    [1, 0],
    [0, 0],
    [-4, 0],
  ])("for a trace of %d ms begins at %d ms", (duration, threshold) =>
    expect(thresholdFor(duration)).toBe(threshold),
  );

  it("is read from what is filled in, and what cannot be read is named", () => {
    const draft = draftOf({ service: "s", endpoint: "e", minMillis: 120 });
    expect(orderOf(draft)).toEqual({
      order: {
        service: "s",
        endpoint: "e",
        minMillis: 120,
        durationMinutes: 5,
        periodMillis: 10,
        maxSamples: 5,
        startMillis: null,
      },
    });
    // Bounds are the server's.
    expect(orderOf({ ...draft, minutes: "99", samples: "-3" })).toHaveProperty("order.durationMinutes", 99);
    expect(orderOf({ ...draft, min: "soon", samples: "1.5", start: "tomorrow" })).toEqual({
      complaints: {
        min: expect.any(String) as string,
        samples: expect.any(String) as string,
        start: expect.any(String) as string,
      },
    });
  });

  it("has its refusals shown where they belong", () => {
    expect(
      ["minDurationMillis", "minMillis", "periodMillis", "startMillis", "", "other"].map(fieldOf),
    ).toEqual(["min", "min", "period", "start", null, null]);
  });
});

it("names the states that are chosen", () => {
  expect(presetOf(null)).toBe("all");
  expect(presetOf(["waiting", "blocked"])).toBe("waiting");
  expect(presetOf(["native"])).toBe("");
});
