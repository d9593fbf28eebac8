import type { KeyValue, Segment, Span, SpanLog, SpanRef, Trace } from "./model.ts";

/*
 * The packed form of a trace: long lists of numbers, and texts by number (server/query, PackedTrace, describes it).
 * Spans stay numbers, of which what is asked for is read: each field of a hundred thousand objects is memory that has
 * to be allocated and moved by the garbage collector before the first row is on the screen.
 */

export interface Piece {
  readonly texts: readonly string[];
  readonly segments: readonly number[];
  readonly spans: readonly number[];
}

/** All but the pieces, which may still be on their way. */
export type PackedHead = Omit<Trace, "segments">;

export interface PackedTrace extends PackedHead {
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

/** A piece, and what its times count from. */
interface Page {
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
  readonly base: number;
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
    return textOf(this.texts, this.next());
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

/** Number 0 is the empty text, which no list has. */
function textOf(texts: readonly string[], number: number): string {
  return texts[number - 1] ?? "";
}

const REF_NUMBERS = 8;

// Where the numbers of a span are, from its first.
const [ID, PARENT, START, LENGTH, TYPE, LAYER, COMPONENT_ID, COMPONENT, OPERATION, PEER, REST] = [
  1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
];

export class PackedSpan implements Span {
  constructor(
    private readonly page: Page,
    /** Of its first number. */
    private readonly from: number,
  ) {}

  private number(at: number): number {
    return this.page.numbers[this.from + at] ?? 0;
  }

  private text(at: number): string {
    return textOf(this.page.texts, this.number(at));
  }

  private get flags(): number {
    return this.number(0);
  }

  private get origin(): number {
    return (this.flags & ABSOLUTE) === 0 ? this.page.base : 0;
  }

  get id(): number {
    return this.number(ID);
  }

  get parentId(): number {
    return this.number(PARENT);
  }

  get startMillis(): number {
    return this.origin + this.number(START);
  }

  get endMillis(): number {
    return (this.flags & ABSOLUTE) === 0 ? this.startMillis + this.number(LENGTH) : this.number(LENGTH);
  }

  get type(): string {
    return this.text(TYPE);
  }

  get layer(): string {
    return this.text(LAYER);
  }

  get componentId(): number {
    return this.number(COMPONENT_ID);
  }

  get component(): string {
    // Zero is the protocol's "none"; the server's word for it would stand in every second row.
    return this.componentId === 0 ? "" : this.text(COMPONENT);
  }

  get operation(): string {
    return this.text(OPERATION);
  }

  get peer(): string {
    return this.text(PEER);
  }

  get error(): boolean {
    return (this.flags & ERROR) !== 0;
  }

  get skipAnalysis(): boolean {
    return (this.flags & SKIP_ANALYSIS) !== 0;
  }

  get tags(): readonly KeyValue[] {
    return this.more()?.pairs() ?? [];
  }

  get logs(): readonly SpanLog[] {
    const cursor = this.more();
    if (cursor === null) return [];
    const origin = this.origin;
    cursor.skip(2);
    return cursor.list(() => ({ millis: origin + cursor.next(), data: cursor.pairs() }));
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
    const { from } = this;
    const { numbers, texts } = this.page;
    const passes = (at: number): boolean => test.numbered(numbers[at] ?? 0, texts);
    if (passes(from + TYPE) || passes(from + LAYER) || passes(from + OPERATION) || passes(from + PEER))
      return true;
    if (this.componentId !== 0 && passes(from + COMPONENT)) return true;
    const cursor = this.more();
    if (cursor === null) return false;
    for (let left = cursor.next(); left > 0; left--) {
      const at = cursor.at;
      cursor.at += 2;
      if (passes(at) || passes(at + 1)) return true;
      if (test.pair(textOf(texts, numbers[at] ?? 0), textOf(texts, numbers[at + 1] ?? 0))) return true;
    }
    for (let logs = cursor.next(); logs > 0; logs--) {
      cursor.at++;
      for (let fields = 2 * cursor.next(); fields > 0; fields--) if (passes(cursor.at++)) return true;
    }
    return false;
  }

  private more(): Cursor | null {
    if ((this.flags & MORE) === 0) return null;
    return new Cursor(this.page.numbers, this.page.texts, this.from + REST);
  }
}

/** Moves a cursor behind the span where it stands. */
function skipSpan(cursor: Cursor): void {
  const flags = cursor.next();
  cursor.at += REST - 1;
  if ((flags & MORE) !== 0) {
    cursor.skip(2);
    cursor.skipLogs();
    cursor.skip(REF_NUMBERS);
  }
  if (cursor.at > cursor.numbers.length) throw new PackingError("a list of numbers ends in a span");
}

const NO_SPANS: readonly Span[] = [];

/** Takes the pieces as they come. */
export class Unpacking {
  private readonly segments: Segment[] = [];
  private last: (Omit<Segment, "spans"> & { spans: readonly Span[] }) | null = null;
  /** Of the last segment, what came so far. */
  private open: Span[] | null = null;
  private wanted = 0;

  /** @param base the trace's start, which times count from */
  constructor(private readonly base: number) {}

  add(piece: Piece): void {
    const { texts, segments, spans: numbers } = piece;
    const page: Page = { texts, numbers, base: this.base };
    const heads = new Cursor(segments, texts, 0);
    const spans = new Cursor(numbers, texts, 0);
    while (spans.at < numbers.length || heads.at < segments.length) {
      if (this.wanted === 0) this.begin(heads);
      else if (spans.at < numbers.length) {
        this.take(new PackedSpan(page, spans.at));
        skipSpan(spans);
      } else {
        break;
      }
    }
  }

  private begin(heads: Cursor): void {
    const [segmentId, service, instance, flags] = [heads.text(), heads.text(), heads.text(), heads.next()];
    const receivedMillis = ((flags & ABSOLUTE) === 0 ? this.base : 0) + heads.next();
    this.wanted = heads.next();
    this.open = null;
    const sizeLimited = (flags & SIZE_LIMITED) !== 0;
    this.last = { segmentId, service, instance, sizeLimited, receivedMillis, spans: NO_SPANS };
    this.segments.push(this.last);
  }

  private take(span: Span): void {
    this.wanted--;
    if (this.open !== null) {
      this.open.push(span);
      return;
    }
    // Made with its first, a list has room for one: many segments have no more.
    this.open = [span];
    if (this.last !== null) this.last.spans = this.open;
  }

  trace(head: PackedHead): Trace {
    if (this.wanted > 0) throw new PackingError(`${this.wanted} spans of the last segment are missing`);
    const { traceId, startMillis, durationMillis, storedSegments, storedSpans, truncated } = head;
    const { segments } = this;
    return { traceId, startMillis, durationMillis, storedSegments, storedSpans, truncated, segments };
  }
}

export function unpackTrace(packed: PackedTrace): Trace {
  const unpacking = new Unpacking(packed.startMillis);
  for (const piece of packed.pieces) unpacking.add(piece);
  return unpacking.trace(packed);
}
