import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { describe, expect, it } from "vitest";

/* The rules of this room that a machine can check. */

const ROOT = import.meta.dirname;
const MAX_LINES = 400;

const files = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name) && !name.endsWith("house.test.ts"))
  .map((name) => ({ name: name.replaceAll("\\", "/"), text: readFileSync(join(ROOT, name), "utf8") }));

function imports(text: string): string[] {
  return [...text.matchAll(/from "([^"]+)"/g)].map((match) => match[1] ?? "");
}

/** Those of a folder, without their tests, which may use whatever they like. */
function inRoom(room: string): typeof files {
  return files.filter((file) => file.name.startsWith(`${room}/`) && !/\.(test|testkit)\.ts$/.test(file.name));
}

function room(file: string, target: string): string {
  return (
    relative(ROOT, join(ROOT, file, "..", target))
      .replaceAll("\\", "/")
      .split("/")[0] ?? ""
  );
}

describe("the rooms", () => {
  it("are all looked at", () => {
    for (const name of ["domain", "api", "parts", "pages"]) expect(inRoom(name).length).toBeGreaterThan(2);
  });

  it.each([
    ["domain", ["domain"]],
    ["api", ["api", "domain", "react"]],
    ["parts", ["parts", "api", "domain", "react"]],
    ["pages", ["pages", "parts", "api", "domain", "react"]],
  ])("%s uses only %j", (name, allowed) => {
    for (const file of inRoom(name)) {
      for (const target of imports(file.text)) {
        expect(allowed, `${file.name} imports ${target}`).toContain(
          target.startsWith(".") ? room(file.name, target) : target,
        );
      }
    }
  });

  it("leave talking to the server to api/client", () => {
    for (const file of files.filter((f) => f.name !== "api/client.ts")) {
      expect(file.text, file.name).not.toMatch(/\bfetch\(|XMLHttpRequest|WebSocket|EventSource|sendBeacon/);
    }
  });
});

describe("every file", () => {
  it("never makes markup or code of text", () => {
    for (const file of files) {
      expect(file.text, file.name).not.toMatch(
        /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(/i,
      );
    }
  });

  it("has no any and silences no checker", () => {
    for (const file of files) {
      expect(file.text, file.name).not.toMatch(
        /[:<(|&,]\s*any\b(?!\s+\w)|\bas any\b|@ts-(ignore|nocheck|expect-error)/,
      );
    }
  });

  it("is short enough to be read", () => {
    for (const file of files) expect(file.text.split("\n").length, file.name).toBeLessThanOrEqual(MAX_LINES);
  });
});
