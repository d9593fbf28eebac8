import { describe, expect, it } from "vitest";
import { HOSTILE_TEXTS } from "../../sandbox/hostile.ts";
import { stackSummary } from "./stack.ts";
import { cutText, plainText, textRuns } from "./text.ts";

const shown = (text: string, multiline = false): string =>
  textRuns(text, multiline)
    .map((run) => (run.odd ? `[${run.text}]` : run.text))
    .join("");

describe("text of traces", () => {
  it("stays as it is when there is nothing odd", () => {
    expect(textRuns("GET:/a?b=<c>&d='e'", false)).toEqual([{ text: "GET:/a?b=<c>&d='e'", odd: false }]);
    expect(textRuns("", false)).toEqual([{ text: "", odd: false }]);
  });

  it("names what would turn the direction of writing", () => {
    expect(shown("user\u202Egnp.exe")).toBe("user[U+202E]gnp.exe");
    expect(shown("\u2066a\u2069\u200f\u061c")).toBe("[U+2066]a[U+2069][U+200F][U+061C]");
  });

  it("names control characters, and line ends where there is one line", () => {
    expect(shown("a\u0000b\u001b[31m\u007f\u0085")).toBe("a[U+0000]b[U+001B][31m[U+007F][U+0085]");
    expect(shown("a\tb\r\nc")).toBe("a[⇥]b[U+000D][↵]c");
    expect(shown("a\tb\nc", true)).toBe("a\tb\nc");
  });

  it("names what cannot be seen, lone surrogates and tags among it", () => {
    expect(shown("a\u200bb\ufeff\u00ad")).toBe("a[U+200B]b[U+FEFF][U+00AD]");
    expect(shown("\ud800x\udc00")).toBe("[U+D800]x[U+DC00]");
    expect(shown("a\u{E0041}")).toBe("a[U+E0041]");
  });

  it("leaves emoji, their joiners and other scripts alone", () => {
    for (const text of ["👩‍👩‍👧‍👦", "می‌خواهم", "שלום", "日本語", "é"]) expect(shown(text)).toBe(text);
  });

  it("loses no character of the hostile texts", () => {
    for (const text of HOSTILE_TEXTS) {
      const plain = textRuns(text, false)
        .filter((run) => !run.odd)
        .map((run) => run.text)
        .join("");
      expect([...text].filter((c) => plain.includes(c)).join("").length).toBeGreaterThanOrEqual(plain.length);
      expect(/[\u0000-\u001f\u202a-\u202e\u2066-\u2069]/.test(plainText(text))).toBe(false);
    }
  });

  it("is cut between characters, never inside one", () => {
    expect(cutText("abc", 3)).toBe("abc");
    expect(cutText("abcd", 3)).toBe("abc…");
    expect(cutText("ab👍d", 3)).toBe("ab…");
  });
});

describe("stack traces", () => {
  it("are known by their frames or their key and fold to what was thrown", () => {
    const java = "a.B: boom\n\tat c.D.e(D.java:1)\n\tat f.G.h(G.java:2)";
    expect(stackSummary("stack", java)).toEqual({ head: "a.B: boom", lines: 3 });
    const python =
      'Traceback (most recent call last):\n  File "a.py", line 1, in f\n    g()\nValueError: boom\n';
    expect(stackSummary("Traceback", python)).toEqual({ head: "ValueError: boom", lines: 4 });
    expect(stackSummary("stack", "one line")).toBeNull();
    expect(stackSummary("message", "two\nlines")).toBeNull();
  });
});

describe("text that covers others", () => {
  it("keeps as many marks as writing needs, and counts the rest", () => {
    expect(plainText("Ame\u0301lie")).toBe("Ame\u0301lie");
    expect(plainText(`a${"\u0300".repeat(8)}b`)).toBe(`a${"\u0300".repeat(8)}b`);
    expect(plainText(`a${"\u0300".repeat(120)}b`)).toBe(`a${"\u0300".repeat(8)}\u2039+112 marks\u203ab`);
  });

  it("shows letters that draw nothing", () => {
    expect(plainText("a\u3164b\u2800")).toBe("a\u2039U+3164\u203ab\u2039U+2800\u203a");
    expect(plainText("\u{e0041}")).toBe("\u2039U+E0041\u203a");
  });
});
