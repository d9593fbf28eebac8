import type { Segment, Span, SpanRef, Trace } from "./model.ts";

/* Small traces for tests: only what a test is about has to be said. */

export function aSpan(
  id: number,
  parentId: number,
  start: number,
  end: number,
  part: Partial<Span> = {},
): Span {
  return {
    id,
    parentId,
    type: "Local",
    operation: `op${id}`,
    startMillis: start,
    endMillis: end,
    layer: "Unknown",
    componentId: 0,
    component: "",
    peer: "",
    error: false,
    skipAnalysis: false,
    tags: [],
    logs: [],
    refs: [],
    ...part,
  };
}

export function aRef(segmentId: string, spanId: number, part: Partial<SpanRef> = {}): SpanRef {
  return {
    type: "CrossProcess",
    traceId: "t",
    segmentId,
    spanId,
    service: "caller",
    instance: "caller-1",
    endpoint: "/caller",
    address: "callee:80",
    ...part,
  };
}

export function aSegment(segmentId: string, service: string, ...spans: Span[]): Segment {
  return { segmentId, service, instance: `${service}-1`, sizeLimited: false, receivedMillis: 0, spans };
}

export function aTrace(...segments: Segment[]): Trace {
  return {
    traceId: "t",
    startMillis: 0,
    durationMillis: 0,
    segments,
    storedSegments: 0,
    storedSpans: 0,
    truncated: false,
  };
}
