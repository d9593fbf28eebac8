import { describe, expect, it } from "vitest";
import { durationText, formatDuration, parseDuration } from "./duration.ts";
import {
  formatAgo,
  formatBytes,
  formatClock,
  formatCount,
  formatDateTime,
  formatWhen,
  parseDateTime,
  plural,
} from "./format.ts";

describe("durations", () => {
  it.each([
    [0, "<1 ms"],
    [1, "1 ms"],
    [999, "999 ms"],
    [1000, "1 s"],
    [1234, "1.23 s"],
    [9999, "10 s"],
    [12_345, "12.3 s"],
    [59_949, "59.9 s"],
    [59_950, "1 min"],
    [61_000, "1 min 1 s"],
    [3_600_000, "1 h"],
    [5_400_000, "1 h 30 min"],
    [90_000_000, "1 d 1 h"],
    [1_795_000_000_000, "56.9 years"],
    [-40, "−40 ms"],
    [Number.NaN, "unknown"],
  ])("%d ms is %s", (millis, text) => {
    expect(formatDuration(millis)).toBe(text);
  });

  it.each([
    ["250", 250],
    ["250ms", 250],
    [" 1.5 s ", 1500],
    ["1,5s", 1500],
    ["2min", 120_000],
    ["2 m", 120_000],
    ["1h", 3_600_000],
    ["", null],
    ["-5", null],
    ["5 parsecs", null],
    ["1e3", null],
  ])("%j is read as %s", (text, millis) => {
    expect(parseDuration(text)).toBe(millis);
  });

  it("are read back as they are written", () => {
    for (const millis of [0, 1, 250, 1000, 1500, 60_000, 90_000]) {
      expect(parseDuration(durationText(millis))).toBe(millis);
    }
  });
});

describe("times", () => {
  const noon = new Date(2026, 10, 20, 12, 5, 6, 7).getTime();

  it("are local and complete", () => {
    expect(formatDateTime(noon)).toBe("2026-11-20 12:05:06.007");
    expect(formatWhen(noon, noon + 1000)).toBe("12:05:06.007");
    expect(formatWhen(noon, noon + 86_400_000)).toBe("2026-11-20 12:05:06.007");
  });

  it("beyond any date are shown as the number they are", () => {
    expect(formatClock(9e18)).toBe("9000000000000000000 ms");
    expect(formatDateTime(9e18)).toBe("9000000000000000000 ms");
  });

  it.each([
    ["2026-11-20 12:05:06.007", noon],
    ["2026-11-20T12:05:06.007", noon],
    ["2026-11-20 12:05", noon - 6007],
    ["2026-11-20", new Date(2026, 10, 20).getTime()],
    ["2026-02-31 00:00", null],
    ["2026-11-20 25:00", null],
    ["yesterday", null],
  ])("%s is read", (text, millis) => {
    expect(parseDateTime(text)).toBe(millis);
  });

  it("are told as ages", () => {
    const ago = (millis: number): string => formatAgo(noon - millis, noon);
    expect([ago(0), ago(5000), ago(120_000), ago(7_200_000), ago(3 * 86_400_000), ago(-60_000)]).toEqual([
      "now",
      "5 s ago",
      "2 min ago",
      "2 h ago",
      "3 d ago",
      "in the future",
    ]);
  });
});

describe("amounts", () => {
  it("are grouped by three", () => {
    expect([formatCount(0), formatCount(999), formatCount(1_234_567)]).toEqual([
      "0",
      "999",
      "1\u202f234\u202f567",
    ]);
    expect([plural(1, "span"), plural(2, "span"), plural(2, "match", "matches")]).toEqual([
      "1 span",
      "2 spans",
      "2 matches",
    ]);
  });

  it("of bytes count by 1024", () => {
    expect([0, 1023, 1024, 1536, 2 ** 31, 5e14].map(formatBytes)).toEqual([
      "0 B",
      "1023 B",
      "1.0 KB",
      "1.5 KB",
      "2.0 GB",
      "455 TB",
    ]);
  });
});
