import { describe, expect, it } from "vitest";
import { axisTicks } from "./axis.ts";
import { placeDots } from "./scatter.ts";
import { barOf, rowWindow, scrollToShow, zoomBy, zoomedView } from "./viewport.ts";

describe("the window of rows", () => {
  it("holds what is on the screen and some to spare", () => {
    expect(rowWindow(0, 260, 26, 1000, 5)).toEqual({ first: 0, last: 15 });
    expect(rowWindow(2600, 260, 26, 1000, 5)).toEqual({ first: 95, last: 115 });
  });

  it("never reaches beyond the rows, wherever it is scrolled to", () => {
    expect(rowWindow(1e9, 260, 26, 10, 5)).toEqual({ first: 10, last: 10 });
    expect(rowWindow(-50, 260, 26, 3, 5)).toEqual({ first: 0, last: 3 });
    expect(rowWindow(0, 0, 26, 0, 5)).toEqual({ first: 0, last: 0 });
  });

  it("scrolls as little as needed to show a row", () => {
    expect(scrollToShow(5, 0, 260, 26)).toBe(0);
    expect(scrollToShow(10, 0, 260, 26)).toBe(26);
    expect(scrollToShow(2, 260, 260, 26)).toBe(52);
  });
});

describe("bars", () => {
  const view = { start: 100, end: 200 };

  it("are placed by time", () => {
    expect(barOf(125, 150, view)).toEqual({ left: 0.25, width: 0.25, outside: null });
  });

  it("are cut at the edges and say where they are when out of view", () => {
    expect(barOf(50, 150, view)).toEqual({ left: 0, width: 0.5, outside: null });
    expect(barOf(10, 20, view).outside).toBe("before");
    expect(barOf(300, 400, view).outside).toBe("after");
  });

  it("fill the width where no time can be told apart", () => {
    expect(barOf(5, 5, { start: 5, end: 5 })).toEqual({ left: 0, width: 1, outside: null });
  });
});

describe("zoom", () => {
  const whole = { start: 1000, end: 2000 };

  it("is relative to the trace's start", () => {
    expect(zoomedView(whole, { from: 100, to: 300 })).toEqual({ start: 1100, end: 1300 });
  });

  it("shows the whole where it makes no sense", () => {
    expect(zoomedView(whole, { from: 5000, to: 6000 })).toEqual(whole);
    expect(zoomedView(whole, null)).toEqual(whole);
  });

  it("closes in on a moment and keeps it in view down to a millisecond", () => {
    expect(zoomBy(whole, whole, 1250, 0.5)).toEqual({ from: 125, to: 625 });
    expect(zoomBy(whole, { start: 1250, end: 1251 }, 1250, 0.5)).toEqual({ from: 250, to: 251 });
  });

  it("ends where everything shows", () => {
    expect(zoomBy(whole, { start: 1200, end: 1800 }, 1500, 2)).toBeNull();
  });
});

describe("ticks", () => {
  const labels = (length: number, width: number): string[] =>
    axisTicks({ start: 0, end: length }, 0, width, 90).map((tick) => tick.label);

  it("count in steps people count in", () => {
    expect(labels(100, 900)).toEqual([
      "0",
      "10 ms",
      "20 ms",
      "30 ms",
      "40 ms",
      "50 ms",
      "60 ms",
      "70 ms",
      "80 ms",
      "90 ms",
      "100 ms",
    ]);
    expect(labels(60_000, 600)).toEqual(["0", "10 s", "20 s", "30 s", "40 s", "50 s", "1 min"]);
    expect(labels(2500, 500)).toEqual(["0", "500 ms", "1.0 s", "1.5 s", "2.0 s", "2.5 s"]);
  });

  it("never claim less than a millisecond", () => {
    expect(labels(1, 1000)).toEqual(["0", "1 ms"]);
  });

  it("are relative to the trace when zoomed", () => {
    expect(axisTicks({ start: 1050, end: 1150 }, 1000, 200, 90)).toEqual([
      { at: 0, label: "50 ms" },
      { at: 0.5, label: "100 ms" },
      { at: 1, label: "150 ms" },
    ]);
  });

  it("stay few for any length, and none without one", () => {
    expect(labels(9e15, 900).length).toBeLessThan(12);
    expect(labels(1e13, 900).length).toBeGreaterThan(1);
    expect(labels(0, 900)).toEqual([]);
    expect(labels(100, 0)).toEqual([]);
    expect(labels(Number.POSITIVE_INFINITY, 900)).toEqual([]);
  });
});

describe("the strip of traces", () => {
  it("places by start and by the order of magnitude of the duration", () => {
    expect(
      placeDots([
        { startMillis: 0, durationMillis: 1 },
        { startMillis: 5, durationMillis: 10 },
        { startMillis: 10, durationMillis: 100 },
      ]),
    ).toEqual([
      { x: 0, y: 1 },
      { x: 0.5, y: 0.5 },
      { x: 1, y: 0 },
    ]);
  });

  it("puts equal ones into the middle and takes negative durations", () => {
    expect(
      placeDots([
        { startMillis: 7, durationMillis: 0 },
        { startMillis: 7, durationMillis: -3 },
      ]),
    ).toEqual([
      { x: 0.5, y: 0.5 },
      { x: 0.5, y: 0.5 },
    ]);
    expect(placeDots([])).toEqual([]);
  });
});
