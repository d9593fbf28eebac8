import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PALETTE_SIZE } from "../domain/color.ts";
import { STATES } from "../domain/states.ts";

/* The palette is checked by arithmetic, not by eye: WCAG 2 asks 4.5:1 for text and 3:1 for marks. */

const css = readFileSync(new URL("./tokens.css", import.meta.url), "utf8");

function tokens(block: string): Map<string, string> {
  return new Map([...block.matchAll(/(--[\w-]+):\s*(#[0-9a-f]{6});/g)].map((m) => [m[1] ?? "", m[2] ?? ""]));
}

const [light = "", darkBySystem = "", darkByChoice = ""] = css.split(/@media|:root\[data-theme="dark"\]/);

function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

describe.each([
  ["light", tokens(light)],
  ["dark", tokens(darkByChoice)],
])("the %s theme", (_, colors) => {
  const color = (name: string): string => {
    const value = colors.get(name);
    if (value === undefined) throw new Error(`${name} is not defined`);
    return value;
  };
  const grounds = ["--ground", "--panel", "--raised", "--hover", "--chosen"];

  it.each(["--text", "--quiet", "--error", "--accent"])("has readable %s on every ground", (name) => {
    for (const ground of grounds) {
      expect(contrast(color(name), color(ground)), `${name} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  it("has readable notes and buttons", () => {
    expect(contrast(color("--warn"), color("--warn-ground"))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(color("--error"), color("--error-ground"))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(color("--accent-text"), color("--accent"))).toBeGreaterThanOrEqual(4.5);
    expect(contrast(color("--text"), color("--found"))).toBeGreaterThanOrEqual(4.5);
  });

  it("has bars for each place of the palette that stand out from every row", () => {
    for (let place = 0; place < PALETTE_SIZE; place++) {
      for (const ground of ["--panel", "--hover", "--chosen"]) {
        expect(
          contrast(color(`--service-${place}`), color(ground)),
          `${place} on ${ground}`,
        ).toBeGreaterThanOrEqual(3);
      }
    }
    expect(colors.has(`--service-${PALETTE_SIZE}`)).toBe(false);
  });

  it("has boxes of a flame graph that stand out, and names that can be read in them", () => {
    for (const state of STATES) {
      const box = color(`--state-${state}`);
      expect(contrast(color("--state-text"), box), `text on ${state}`).toBeGreaterThanOrEqual(4.5);
      expect(contrast(box, color("--panel")), `${state} on the panel`).toBeGreaterThanOrEqual(3);
    }
  });

  it("shows the edges of fields", () => {
    expect(contrast(color("--line-strong"), color("--panel"))).toBeGreaterThanOrEqual(3);
  });
});

it("is equally dark by choice and by the system's preference", () => {
  expect(tokens(darkBySystem)).toEqual(tokens(darkByChoice));
});
