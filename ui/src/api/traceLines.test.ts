import { describe, expect, it } from "vitest";
import { hostileTrace } from "../../sandbox/hostile.ts";
import { packedText, packTrace } from "../../sandbox/pack.ts";
import { aSegment, aSpan, aTrace } from "../domain/build.testkit.ts";
import type { Trace } from "../domain/model.ts";
import { unpackTrace } from "../domain/packed.ts";
import { ShapeError } from "./json.ts";
import { eachLine } from "./lines.ts";
import { TraceLines } from "./traceLines.ts";

const START = 1_700_000_000_000;
const TRACE: Trace = {
  ...hostileTrace("hostile \n \u2028 \u{1f9f5}", START),
  startMillis: START,
  durationMillis: 7,
  storedSegments: 3,
  storedSpans: 40,
  truncated: true,
};
/** A small one whose texts need several bytes. */
function orderTraceOf(operation: string): Trace {
  const spans = [0, 1, 2, 3].map((id) => aSpan(id, id - 1, START + id, START + 9, { operation }));
  return aTrace(aSegment(operation, operation, ...spans));
}

const PACKED = packTrace(TRACE, 5);
const TEXT = packedText(PACKED);

/** As a connection might cut it. */
function inParts(text: string, size: number): Response {
  const bytes = new TextEncoder().encode(text);
  let at = 0;
  return new Response(
    new ReadableStream({
      pull: (controller) => {
        if (at < bytes.length) controller.enqueue(bytes.subarray(at, at + size));
        else controller.close();
        at += size;
      },
    }),
  );
}

async function read(text: string, size = 1 << 16): Promise<Trace> {
  const lines = new TraceLines();
  await eachLine(inParts(text, size), new AbortController().signal, (line) => lines.line(line));
  return lines.end();
}

describe("a trace on its way", () => {
  it("is read line by line, wherever the parts end", async () => {
    expect(TEXT.split("\n").length).toBe(PACKED.pieces.length + 2);
    for (const size of [1000, 4099, TEXT.length * 4])
      expect(await read(TEXT, size)).toEqual(unpackTrace(PACKED));
  });

  it("is read though each character comes in parts", async () => {
    const packed = packTrace(orderTraceOf("\u{1f9f5} \u2028 ü"), 3);
    for (const size of [1, 2, 3]) expect(await read(packedText(packed), size)).toEqual(unpackTrace(packed));
  });

  it("is read as a whole when somebody has written it anew", async () => {
    for (const text of [JSON.stringify(PACKED), JSON.stringify(PACKED, null, 2), `\n${TEXT}\n`])
      expect(await read(text)).toEqual(unpackTrace(PACKED));
  });

  it("is not taken for whole when it ends early", async () => {
    const lines = TEXT.split("\n");
    for (let kept = 0; kept < lines.length; kept++)
      await expect(read(lines.slice(0, kept).join("\n")), `${kept} lines`).rejects.toThrow(SyntaxError);
    await expect(read(TEXT.slice(0, -1))).rejects.toThrow(SyntaxError);
    await expect(read([...lines.slice(0, -2), ...lines.slice(-1)].join("\n"))).rejects.toThrow(ShapeError);
  });

  it("is refused when it is something else", async () => {
    for (const text of ["[]", "null", "3", '{"pieces":[3]}', "{}"])
      await expect(read(text), text).rejects.toThrow(ShapeError);
    const bad = TEXT.replace(/"spans":\[\d+/, '"spans":["x"');
    await expect(read(bad)).rejects.toThrow(ShapeError);
  });

  it("is no longer read when the page has moved on", async () => {
    const abort = new AbortController();
    let cancelled = false;
    const endless = new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new TextEncoder().encode("x\n")),
        cancel: () => {
          cancelled = true;
        },
      }),
    );
    let count = 0;
    await eachLine(endless, abort.signal, () => {
      if (++count === 20) abort.abort();
    });
    expect(cancelled).toBe(true);
    expect(count).toBeLessThan(30);
  });
});
