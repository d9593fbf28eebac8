/*
 * The trace as the query API hands it out. Words and numbers are the protocol's (segment, span, ref); a trace is a bag
 * of segments in any order, and everything that is drawn is derived from it by the pure functions beside this file.
 */

export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

export interface SpanLog {
  readonly millis: number;
  readonly data: readonly KeyValue[];
}

export interface SpanRef {
  readonly type: string;
  readonly traceId: string;
  readonly segmentId: string;
  readonly spanId: number;
  readonly service: string;
  readonly instance: string;
  readonly endpoint: string;
  readonly address: string;
}

export interface Span {
  readonly id: number;
  /** Negative: no parent in this segment. Several spans of one segment may say so. */
  readonly parentId: number;
  /** Entry, Exit or Local; other texts are shown as they are. */
  readonly type: string;
  readonly operation: string;
  readonly startMillis: number;
  readonly endMillis: number;
  readonly layer: string;
  readonly componentId: number;
  readonly component: string;
  readonly peer: string;
  readonly error: boolean;
  readonly skipAnalysis: boolean;
  readonly tags: readonly KeyValue[];
  readonly logs: readonly SpanLog[];
  readonly refs: readonly SpanRef[];
}

export interface Segment {
  readonly segmentId: string;
  readonly service: string;
  readonly instance: string;
  readonly sizeLimited: boolean;
  readonly receivedMillis: number;
  readonly spans: readonly Span[];
}

export interface Trace {
  readonly traceId: string;
  readonly startMillis: number;
  readonly durationMillis: number;
  readonly segments: readonly Segment[];
  /** What the server has of it; more than is here when the trace is truncated. */
  readonly storedSegments: number;
  readonly storedSpans: number;
  /** The server cut the trace because it is larger than one answer may be. */
  readonly truncated: boolean;
}
