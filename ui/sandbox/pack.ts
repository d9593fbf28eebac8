import type { KeyValue, Trace } from "../src/domain/model.ts";
import { ABSOLUTE, ERROR, MORE, SKIP_ANALYSIS, type PackedTrace, type Piece } from "../src/domain/packed.ts";

/* What the server does to a trace for the pages, for the sandbox and for tests. */

const EXACT = 2 ** 52;

export function packTrace(trace: Trace, spansInPiece = 1000): PackedTrace {
  const numbers = new Map<string, number>([["", 0]]);
  const base = trace.startMillis;
  const pieces: Piece[] = [];
  let texts: string[] = [];
  let segments: number[] = [];
  let spans: number[] = [];
  let inPiece = 0;
  const text = (value: string): number => {
    const known = numbers.get(value);
    if (known !== undefined) return known;
    numbers.set(value, numbers.size);
    texts.push(value);
    return numbers.size - 1;
  };
  const pairs = (list: readonly KeyValue[]): number[] => [
    list.length,
    ...list.flatMap((pair) => [text(pair.key), text(pair.value)]),
  ];
  const flush = (): void => {
    pieces.push({ texts, segments, spans });
    numbers.clear();
    numbers.set("", 0);
    texts = [];
    segments = [];
    spans = [];
    inPiece = 0;
  };
  for (const segment of trace.segments) {
    segments.push(text(segment.segmentId), text(segment.service), text(segment.instance));
    segments.push(segment.sizeLimited ? 1 : 0, segment.receivedMillis - base, segment.spans.length);
    for (const span of segment.spans) {
      const absolute = [span.startMillis, span.endMillis, base].some((time) => Math.abs(time) > EXACT);
      const origin = absolute ? 0 : base;
      const more = span.tags.length + span.logs.length + span.refs.length > 0;
      spans.push(
        (span.error ? ERROR : 0) |
          (span.skipAnalysis ? SKIP_ANALYSIS : 0) |
          (more ? MORE : 0) |
          (absolute ? ABSOLUTE : 0),
        span.id,
        span.parentId,
        span.startMillis - origin,
        absolute ? span.endMillis : span.endMillis - span.startMillis,
        text(span.type),
        text(span.layer),
        span.componentId,
        text(span.component),
        text(span.operation),
        text(span.peer),
      );
      if (more) {
        spans.push(...pairs(span.tags), span.logs.length);
        for (const log of span.logs) spans.push(log.millis - origin, ...pairs(log.data));
        spans.push(span.refs.length);
        for (const ref of span.refs) {
          spans.push(text(ref.type), text(ref.traceId), text(ref.segmentId), ref.spanId);
          spans.push(text(ref.service), text(ref.instance), text(ref.endpoint), text(ref.address));
        }
      }
      if (++inPiece === spansInPiece) flush();
    }
  }
  flush();
  const { segments: _, ...head } = trace;
  return { ...head, pieces };
}

/** With the line breaks that the server makes. */
export function packedText(packed: PackedTrace): string {
  const { pieces, truncated, ...head } = packed;
  const lines = pieces.map((piece, i) => (i === 0 ? "" : ",") + JSON.stringify(piece));
  const begin = `${JSON.stringify(head).slice(0, -1)},"pieces":[`;
  return [begin, ...lines, `],"truncated":${truncated}}`].join("\n");
}
