import type { Span } from "../src/domain/model.ts";
import { segment, span, type GeneratedTrace } from "./traffic.ts";

/** Texts that try to be something else. Each must come out as the characters it is made of. */
export const HOSTILE_TEXTS: readonly string[] = [
  "<script>window.pwned=1</script>",
  "<img src=x onerror=window.pwned=1>",
  '"><svg/onload=window.pwned=1>',
  "javascript:window.pwned=1",
  "'; DROP TABLE spans; --",
  "</style><style>*{display:none}</style>",
  "{{constructor.constructor('window.pwned=1')()}}",
  "${7*7}#{7*7}",
  "&lt;b&gt;not bold&lt;/b&gt; &amp;",
  "right\u202Eto\u202Cleft \u2066isolated\u2069",
  "nul\u0001 bell\u0007 esc\u001b[31m tab\tnewline\nend",
  "zero\u200bwidth\ufeff soft\u00adhyphen",
  "שלום עולם مرحبا",
  "👩‍👩‍👧‍👦 e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
  "__proto__",
  "%00%0d%0aSet-Cookie:x=1",
  "a".repeat(5000),
];

export function hostileTrace(traceId: string, start: number): GeneratedTrace {
  const texts = HOSTILE_TEXTS;
  const text = (i: number): string => texts[i % texts.length] ?? "";
  const spans: Span[] = texts.map((name, i) =>
    span({
      id: i + 1,
      parentId: 0,
      type: "Exit",
      operation: name,
      startMillis: start + i,
      endMillis: start + i + 10,
      peer: text(i + 1),
      error: i % 3 === 0,
      tags: [
        { key: text(i + 2), value: text(i + 3) },
        { key: "url", value: "javascript:window.pwned=1" },
      ],
      logs: [{ millis: start + i, data: [{ key: text(i + 4), value: text(i + 5) }] }],
    }),
  );
  spans.push(
    span({
      id: 0,
      parentId: -1,
      type: "Entry",
      operation: text(0),
      startMillis: start,
      endMillis: start + 100,
      tags: [{ key: "large", value: "x".repeat(1024 * 1024) }],
    }),
  );
  return {
    traceId,
    segments: [
      segment(text(1), text(2), `${traceId}.0`, spans),
      // A parent that never comes, a clock from 1970, an end before the start, parents in a circle.
      segment("other <b>service</b>", text(9), `${traceId}.1`, [
        span({ id: 0, parentId: 7, operation: "orphan", startMillis: start + 3, endMillis: start + 1 }),
        span({ id: 1, parentId: 2, operation: "circle one", startMillis: start + 1, endMillis: start + 2 }),
        span({ id: 2, parentId: 1, operation: "circle two", startMillis: start + 1, endMillis: start + 2 }),
        span({ id: 3, parentId: -1, operation: "from 1970", startMillis: 0, endMillis: 5 }),
      ]),
    ],
  };
}
