import { STATE_NUMBERS, type Snapshot } from "../sandbox/profiles.ts";
import type { Segment, Span, SpanLog, SpanRef } from "../src/domain/model.ts";

/*
 * Just enough protobuf to report segments as an agent would, written by hand from the protocol's field numbers: the
 * tests feed the real server through its real door, and share no code with it that could hide a mistake of both.
 */

type Field = Uint8Array;

const UTF8 = new TextEncoder();

function varint(value: number): number[] {
  const bytes: number[] = [];
  if (value >= 0 && value < 2 ** 31) {
    let rest = value;
    for (; rest > 127; rest >>= 7) bytes.push((rest & 127) | 128);
    bytes.push(rest);
    return bytes;
  }
  return wideVarint(BigInt(value));
}

function wideVarint(value: bigint): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return bytes;
}

function number(field: number, value: number): Field {
  if (value === 0) return new Uint8Array();
  return Uint8Array.from([...varint(field << 3), ...varint(value)]);
}

function bytes(field: number, value: Uint8Array): Field {
  return concat([Uint8Array.from([...varint((field << 3) | 2), ...varint(value.length)]), value]);
}

function text(field: number, value: string): Field {
  return value === "" ? new Uint8Array() : bytes(field, UTF8.encode(value));
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((n, part) => n + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function pair(field: number, key: string, value: string): Field {
  return bytes(field, concat([text(1, key), text(2, value)]));
}

function encodeRef(ref: SpanRef): Uint8Array {
  return concat([
    number(1, ref.type === "CrossThread" ? 1 : 0),
    text(2, ref.traceId),
    text(3, ref.segmentId),
    number(4, ref.spanId),
    text(5, ref.service),
    text(6, ref.instance),
    text(7, ref.endpoint),
    text(8, ref.address),
  ]);
}

function encodeLog(log: SpanLog): Uint8Array {
  return concat([number(1, log.millis), ...log.data.map((entry) => pair(2, entry.key, entry.value))]);
}

const TYPES = ["Entry", "Exit", "Local"];
const LAYERS = ["Unknown", "Database", "RPCFramework", "Http", "MQ", "Cache", "FAAS"];

function encodeSpan(span: Span): Uint8Array {
  return concat([
    number(1, span.id),
    number(2, span.parentId),
    number(3, span.startMillis),
    number(4, span.endMillis),
    ...span.refs.map((ref) => bytes(5, encodeRef(ref))),
    text(6, span.operation),
    text(7, span.peer),
    number(8, Math.max(0, TYPES.indexOf(span.type))),
    number(9, Math.max(0, LAYERS.indexOf(span.layer))),
    number(10, span.componentId),
    number(11, span.error ? 1 : 0),
    ...span.tags.map((tag) => pair(12, tag.key, tag.value)),
    ...span.logs.map((log) => bytes(13, encodeLog(log))),
  ]);
}

export function encodeSegment(traceId: string, segment: Segment): Uint8Array {
  return concat([
    text(1, traceId),
    text(2, segment.segmentId),
    ...segment.spans.map((span) => bytes(3, encodeSpan(span))),
    text(4, segment.service),
    text(5, segment.instance),
    number(6, segment.sizeLimited ? 1 : 0),
  ]);
}

/** What our agents add to the protocol's fields. */
const STATE = 15001;
const PERIOD = 15002;
const FRAMES_CUT = 15003;

export function encodeSnapshot(snapshot: Snapshot, ours = true): Uint8Array {
  return concat([
    text(1, snapshot.taskId),
    text(2, snapshot.segmentId),
    number(3, snapshot.millis),
    number(4, snapshot.sequence),
    bytes(5, concat(snapshot.stack.map((frame) => bytes(1, UTF8.encode(frame))))),
    ...(ours
      ? [
          number(STATE, STATE_NUMBERS[snapshot.state]),
          number(PERIOD, snapshot.periodMillis),
          number(FRAMES_CUT, snapshot.cut),
        ]
      : []),
  ]);
}

export function encodeTaskQuery(service: string, instance: string, lastCommandMillis: number): Uint8Array {
  return concat([text(1, service), text(2, instance), number(3, lastCommandMillis)]);
}

export function encodeTaskFinish(service: string, instance: string, taskId: string): Uint8Array {
  return concat([text(1, service), text(2, instance), text(3, taskId)]);
}

export function encodeProperties(
  service: string,
  instance: string,
  properties: Readonly<Record<string, string>>,
): Uint8Array {
  return concat([
    text(1, service),
    text(2, instance),
    ...Object.entries(properties).map(([key, value]) => pair(3, key, value)),
  ]);
}
