import type { Span } from "../src/domain/model.ts";
import { segment, span, type GeneratedTrace } from "./traffic.ts";

/** Texts that try to be something else. Each must come out as the characters it is made of. */
export const HOSTILE_TEXTS: readonly string[] = [
  // Markup, in all the ways that run something.
  "<script>window.pwned=1</script>",
  "</script><script src=//evil.example/x.js></script>",
  "<ScRiPt\n>window.pwned=1</sCrIpT >",
  "<img src=x onerror=window.pwned=1>",
  "<img src=//evil.example/pixel.png>",
  '"><svg/onload=window.pwned=1>',
  "' autofocus onfocus=window.pwned=1 x='",
  "<details open ontoggle=window.pwned=1>",
  "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
  "<object data=javascript:window.pwned=1></object><embed src=//evil.example/x>",
  "<math><mtext></form><form><mglyph><style></math><img src onerror=window.pwned=1>",
  "<base href=//evil.example/><meta http-equiv=refresh content='0;url=//evil.example/'>",
  "<link rel=stylesheet href=//evil.example/x.css>",
  "<form action=//evil.example/><input name=q autofocus>",
  "<!--><template><b>bold</b></template>-->]]>",
  // Addresses.
  "javascript:window.pwned=1",
  "java\tscript:window.pwned=1//%0awindow.pwned=1",
  "data:text/html,<script>window.pwned=1</script>",
  "//evil.example/path",
  "%00%0d%0aSet-Cookie:x=1",
  "../../../etc/passwd",
  // Styles, templates, JSON, queries.
  "</style><style>*{display:none}</style>",
  "red;background:url(//evil.example/x.png);position:fixed",
  "{{constructor.constructor('window.pwned=1')()}}",
  "${7*7}#{7*7}<%= 7*7 %>[[${7*7}]]",
  '","operation":"other","x":"\\"}]}',
  "\\u003cscript\\u003ewindow.pwned\\u003d1\\u003c/script\\u003e",
  "'; DROP TABLE spans; --",
  "&lt;b&gt;not bold&lt;/b&gt; &amp; &#x202e; &nbsp;",
  "line\u2028and\u2029paragraph",
  // Names that objects have.
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "null",
  "undefined",
  "NaN",
  // Characters that show something other than they say.
  "right\u202Eto\u202Cleft \u2066isolated\u2069",
  "\u202a\u202b\u202d\u2067\u2068\u061c\u200e\u200f open ends",
  "\u202Egnp.exe",
  "nul\u0001 bell\u0007 esc\u001b[31m tab\tnewline\nend",
  "nul\u0000inside",
  "zero\u200bwidth\ufeff soft\u00adhyphen \u2060\u180e",
  "tags \u{e0041}\u{e0042} and fillers \u3164\u115f\u2800",
  "שלום עולם مرحبا",
  "👩‍👩‍👧‍👦 e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301",
  `zalgo ${"\u0300\u0316\u0489".repeat(40)}`,
  "\ufdfd\ufdfd\ufdfd\ufdfd\u{12031}",
  " \u00a0\u3000 ",
  // Long ones, with and without a place to break.
  "a".repeat(5000),
  "many words ".repeat(400),
];

function heir(traceId: string, i: number, start: number): Span {
  const text = (at: number): string => HOSTILE_TEXTS[at % HOSTILE_TEXTS.length] ?? "";
  const [service, instance, endpoint, address] = [text(i + 1), text(i + 2), text(i), text(i + 3)];
  const ref = { type: "CrossProcess", traceId, segmentId: `gone ${text(i + 4)}`.slice(0, 100), spanId: i };
  return span({
    id: i,
    parentId: -1,
    operation: `heir ${i}`,
    startMillis: start + 90,
    endMillis: start + 91,
    refs: [{ ...ref, service, instance, endpoint, address }],
  });
}

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
      refs: [
        {
          type: i % 2 === 0 ? "CrossProcess" : "CrossThread",
          traceId: text(i + 6),
          segmentId: text(i + 7),
          spanId: i,
          service: text(i + 8),
          instance: text(i + 9),
          endpoint: text(i + 10),
          address: text(i + 11),
        },
      ],
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
      // Parents that never come, of which only others say what they are called.
      segment(
        "heirs",
        "heirs",
        `${traceId}.2`,
        texts.map((_, i) => heir(traceId, i, start)),
      ),
    ],
  };
}
