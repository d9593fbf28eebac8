import { fnv1a } from "./hash.ts";

/*
 * Spans by segment and number, and by the key that names a row in the address bar: short, and the same however the
 * segments arrive. Keys are made when somebody wants to see one, since of a hundred thousand rows a person selects a
 * few.
 */

export interface Indexed {
  readonly segmentId: string;
  readonly spanId: number;
  /** From 0; counts the different spans that came under one number. */
  readonly copy: number;
  readonly span: object | null;
}

export function rowKey(segmentId: string, spanId: number, copy = 0): string {
  const key = `${segmentKey(segmentId)}-${spanId}`;
  return copy === 0 ? key : `${key}~${copy}`;
}

/** Two hashes: of a hundred thousand segments, two would have the same single one in every other trace. */
function segmentKey(segmentId: string): string {
  return fnv1a(segmentId).toString(36) + fnv1a(segmentId, 0x3c6ef372).toString(36);
}

/** Agents count the spans of a segment from 0, so a list will do; whoever sends other numbers gets a map. */
class SegmentSpans<T> {
  private readonly list: (T | undefined)[] = [];
  private readonly others = new Map<number, T>();

  get(spanId: number): T | undefined {
    return spanId >= 0 && spanId < this.list.length ? this.list[spanId] : this.others.get(spanId);
  }

  set(spanId: number, node: T): void {
    if (spanId >= 0 && spanId < this.list.length) this.list[spanId] = node;
    else if (spanId === this.list.length && !this.others.has(spanId)) this.list.push(node);
    else this.others.set(spanId, node);
  }
}

export class SpanIndex<T extends Indexed> {
  private readonly bySegment = new Map<string, SegmentSpans<T>>();
  private readonly copies: T[] = [];
  private byKey: { segments: Map<string, SegmentSpans<T>>; copies: Map<string, T> } | null = null;

  /** The first that came under this number; it may stand in for one that did not arrive. */
  at(segmentId: string, spanId: number): T | undefined {
    return this.bySegment.get(segmentId)?.get(spanId);
  }

  add(node: T): void {
    if (node.copy > 0) {
      this.copies.push(node);
      return;
    }
    let spans = this.bySegment.get(node.segmentId);
    if (spans === undefined) {
      spans = new SegmentSpans();
      this.bySegment.set(node.segmentId, spans);
    }
    spans.set(node.spanId, node);
  }

  find(key: string): T | undefined {
    const dash = key.indexOf("-");
    if (dash < 0) return undefined;
    this.byKey ??= {
      segments: new Map([...this.bySegment].map(([id, spans]) => [segmentKey(id), spans])),
      copies: new Map(this.copies.map((node) => [rowKey(node.segmentId, node.spanId, node.copy), node])),
    };
    const number = key.slice(dash + 1);
    return /^-?\d+$/.test(number)
      ? this.byKey.segments.get(key.slice(0, dash))?.get(Number(number))
      : this.byKey.copies.get(key);
  }
}
