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
class SegmentSpans<T extends Indexed> {
  private readonly list: (T | undefined)[] = [];
  private others: Map<number, T> | null = null;

  get(spanId: number): T | undefined {
    return spanId >= 0 && spanId < this.list.length ? this.list[spanId] : this.others?.get(spanId);
  }

  set(node: T): void {
    const { spanId } = node;
    if (spanId >= 0 && spanId < this.list.length) this.list[spanId] = node;
    else if (spanId === this.list.length && !this.others?.has(spanId)) this.list.push(node);
    else (this.others ??= new Map()).set(spanId, node);
  }
}

export class SpanIndex<T extends Indexed> {
  /** Many segments have one span, and need no list for it. */
  private readonly bySegment = new Map<string, T | SegmentSpans<T>>();
  private readonly copies: T[] = [];
  private byKey: { segments: SegmentKeys; copies: Map<string, T> } | null = null;

  /** The first that came under this number; it may stand in for one that did not arrive. */
  at(segmentId: string, spanId: number): T | undefined {
    const spans = this.bySegment.get(segmentId);
    if (spans instanceof SegmentSpans) return spans.get(spanId);
    return spans?.spanId === spanId ? spans : undefined;
  }

  add(node: T): void {
    if (node.copy > 0) {
      this.copies.push(node);
      return;
    }
    const spans = this.bySegment.get(node.segmentId);
    if (spans instanceof SegmentSpans) {
      spans.set(node);
    } else if (spans === undefined) {
      this.bySegment.set(node.segmentId, node);
    } else {
      const both = new SegmentSpans<T>();
      both.set(spans);
      both.set(node);
      this.bySegment.set(node.segmentId, both);
    }
  }

  find(key: string): T | undefined {
    const dash = key.indexOf("-");
    if (dash < 0) return undefined;
    this.byKey ??= {
      segments: new SegmentKeys([...this.bySegment.keys()]),
      copies: new Map(this.copies.map((node) => [rowKey(node.segmentId, node.spanId, node.copy), node])),
    };
    const number = key.slice(dash + 1);
    if (!/^-?\d+$/.test(number)) return this.byKey.copies.get(key);
    const segmentId = this.byKey.segments.find(key.slice(0, dash));
    return segmentId === undefined ? undefined : this.at(segmentId, Number(number));
  }
}

/** Somebody may send ids that have one hash. */
const LONGEST_CHAIN = 64;

/**
 * Segments by the first of the two hashes in their keys. The first click must not wait until a hundred thousand keys
 * have been written, so none is: numbers are hashed, and a key is made of the one or two segments that come into
 * question.
 */
class SegmentKeys {
  /** By the end of the hash: a position in the ids, from 1. */
  private readonly heads: Int32Array;
  /** By position in the ids: the next one of the chain. */
  private readonly chained: Int32Array;
  private all: Map<string, string> | null = null;

  constructor(private readonly ids: readonly string[]) {
    this.heads = new Int32Array(2 ** Math.ceil(Math.log2(ids.length + 1)));
    this.chained = new Int32Array(ids.length);
    for (let i = 0; i < ids.length; i++) {
      const place = this.placeOf(fnv1a(ids[i] ?? ""));
      this.chained[i] = this.heads[place] ?? 0;
      this.heads[place] = i + 1;
    }
  }

  find(key: string): string | undefined {
    // Where the first hash ends is not written; it has seven digits at the most.
    for (let digits = Math.min(7, key.length - 1); digits > 0 && this.all === null; digits--) {
      const found = this.inChain(parseInt(key.slice(0, digits), 36), key);
      if (found !== undefined) return found;
    }
    return this.all?.get(key);
  }

  private inChain(hash: number, key: string): string | undefined {
    let steps = 0;
    for (let at = this.heads[this.placeOf(hash)] ?? 0; at !== 0; at = this.chained[at - 1] ?? 0) {
      const id = this.ids[at - 1] ?? "";
      if (segmentKey(id) === key) return id;
      if (++steps > LONGEST_CHAIN) {
        this.all = new Map(this.ids.map((each) => [segmentKey(each), each]));
        return undefined;
      }
    }
    return undefined;
  }

  private placeOf(hash: number): number {
    return hash & (this.heads.length - 1);
  }
}
