import type { KeyValue, Segment, Span, SpanLog, SpanRef, Trace } from "./model.ts";

/*
 * The packed form of a trace: long lists of numbers, and texts by number (server/query, PackedTrace, describes it).
 * A span's tags, logs and refs stay numbers until somebody looks at them: of a hundred thousand spans a person opens
 * a few.
 */

export interface Piece {
  readonly texts: readonly string[];
  readonly segments: readonly number[];
  readonly spans: readonly number[];
}

export interface PackedTrace {
  readonly traceId: string;
  readonly startMillis: number;
  readonly durationMillis: number;
  readonly storedSegments: number;
  readonly storedSpans: number;
  readonly truncated: boolean;
  readonly pieces: readonly Piece[];
}

export const SIZE_LIMITED = 1;
export const ERROR = 1;
export const SKIP_ANALYSIS = 2;
export const MORE = 4;
export const ABSOLUTE = 8;

/** The list ended in the middle of something. */
export class PackingError extends Error {
  override readonly name = "PackingError";
}

/** Whether a text, by its number, is one that is looked for. */
export interface TextTest {
  numbered(text: number, texts: readonly string[]): boolean;
  pair(key: string, value: string): boolean;
}

/** Where in a list of numbers reading stands. */
class Cursor {
  constructor(
    readonly numbers: readonly number[],
    readonly texts: readonly string[],
    public at: number,
  ) {}

  next(): number {
    const value = this.numbers[this.at++];
    if (value === undefined) throw new PackingError("a list of numbers ends early");
    return value;
  }

  text(): string {
    return this.texts[this.next()] ?? "";
  }

  pairs(): KeyValue[] {
    return this.list(() => ({ key: this.text(), value: this.text() }));
  }

  list<T>(read: () => T): T[] {
    const items: T[] = [];
    for (let left = this.next(); left > 0; left--) items.push(read());
    return items;
  }

  skip(each: number): void {
    const count = this.next();
    this.at += count * each;
  }

  skipLogs(): void {
    for (let left = this.next(); left > 0; left--) {
      this.at++;
      this.skip(2);
    }
  }
}

const REF_NUMBERS = 8;

export class PackedSpan implements Span {
  readonly id: number;
  readonly parentId: number;
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
  private readonly numbers: readonly number[];
  private readonly texts: readonly string[];
  /** Of its first number. */
  private readonly from: number;
  /** What the times of its logs count from. */
  private readonly origin: number;

  /** Reads one span and leaves the cursor behind it. */
  constructor(cursor: Cursor, base: number) {
    this.numbers = cursor.numbers;
    this.texts = cursor.texts;
    this.from = cursor.at;
    const flags = cursor.next();
    this.id = cursor.next();
    this.parentId = cursor.next();
    this.origin = (flags & ABSOLUTE) === 0 ? base : 0;
    this.startMillis = this.origin + cursor.next();
    const end = cursor.next();
    this.endMillis = (flags & ABSOLUTE) === 0 ? this.startMillis + end : end;
    this.type = cursor.text();
    this.layer = cursor.text();
    this.componentId = cursor.next();
    const component = cursor.text();
    // Zero is the protocol's "none"; the server's word for it would stand in every second row.
    this.component = this.componentId === 0 ? "" : component;
    this.operation = cursor.text();
    this.peer = cursor.text();
    this.error = (flags & ERROR) !== 0;
    this.skipAnalysis = (flags & SKIP_ANALYSIS) !== 0;
    if ((flags & MORE) !== 0) {
      cursor.skip(2);
      cursor.skipLogs();
      cursor.skip(REF_NUMBERS);
      if (cursor.at > cursor.numbers.length) throw new PackingError("a list of numbers ends in a span");
    }
  }

  get tags(): readonly KeyValue[] {
    return this.more()?.pairs() ?? [];
  }

  get logs(): readonly SpanLog[] {
    const cursor = this.more();
    if (cursor === null) return [];
    cursor.skip(2);
    return cursor.list(() => ({ millis: this.origin + cursor.next(), data: cursor.pairs() }));
  }

  get refs(): readonly SpanRef[] {
    const cursor = this.more();
    if (cursor === null) return [];
    cursor.skip(2);
    cursor.skipLogs();
    return cursor.list(() => ({
      type: cursor.text(),
      traceId: cursor.text(),
      segmentId: cursor.text(),
      spanId: cursor.next(),
      service: cursor.text(),
      instance: cursor.text(),
      endpoint: cursor.text(),
      address: cursor.text(),
    }));
  }

  /** Whether any text a person would look at passes: names, peer, tags, logs. */
  holds(test: TextTest): boolean {
    const { numbers, texts, from } = this;
    const passes = (at: number): boolean => test.numbered(numbers[at] ?? 0, texts);
    if (passes(from + 5) || passes(from + 6) || passes(from + 9) || passes(from + 10)) return true;
    if (this.componentId !== 0 && passes(from + 8)) return true;
    const cursor = this.more();
    if (cursor === null) return false;
    for (let left = cursor.next(); left > 0; left--) {
      const at = cursor.at;
      cursor.at += 2;
      if (passes(at) || passes(at + 1)) return true;
      if (test.pair(texts[numbers[at] ?? 0] ?? "", texts[numbers[at + 1] ?? 0] ?? "")) return true;
    }
    for (let logs = cursor.next(); logs > 0; logs--) {
      cursor.at++;
      for (let fields = 2 * cursor.next(); fields > 0; fields--) if (passes(cursor.at++)) return true;
    }
    return false;
  }

  private more(): Cursor | null {
    const flags = this.numbers[this.from] ?? 0;
    return (flags & MORE) === 0 ? null : new Cursor(this.numbers, this.texts, this.from + 11);
  }
}

export function unpackTrace(packed: PackedTrace): Trace {
  const texts: string[] = [""];
  const segments: Segment[] = [];
  const base = packed.startMillis;
  let open: Span[] = [];
  let wanted = 0;
  for (const piece of packed.pieces) {
    for (const text of piece.texts) texts.push(text);
    const heads = new Cursor(piece.segments, texts, 0);
    const spans = new Cursor(piece.spans, texts, 0);
    while (spans.at < piece.spans.length || heads.at < piece.segments.length) {
      if (wanted === 0) {
        open = [];
        const [segmentId, service, instance, flags] = [
          heads.text(),
          heads.text(),
          heads.text(),
          heads.next(),
        ];
        segments.push({
          segmentId,
          service,
          instance,
          sizeLimited: (flags & SIZE_LIMITED) !== 0,
          receivedMillis: ((flags & ABSOLUTE) === 0 ? base : 0) + heads.next(),
          spans: open,
        });
        wanted = heads.next();
      } else if (spans.at < piece.spans.length) {
        open.push(new PackedSpan(spans, base));
        wanted--;
      } else {
        break;
      }
    }
  }
  if (wanted > 0) throw new PackingError(`${wanted} spans of the last segment are missing`);
  return {
    traceId: packed.traceId,
    startMillis: packed.startMillis,
    durationMillis: packed.durationMillis,
    storedSegments: packed.storedSegments,
    storedSpans: packed.storedSpans,
    truncated: packed.truncated,
    segments,
  };
}
