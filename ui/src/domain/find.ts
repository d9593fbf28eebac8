import type { Span } from "./model.ts";
import { PackedSpan, type TextTest } from "./packed.ts";
import type { SpanNode, TraceTree } from "./tree.ts";

/** Rows by their position: half of a hundred thousand may be found at each letter typed. */
export class FoundSpans implements Iterable<SpanNode> {
  private readonly marks: Uint8Array;
  private count = 0;

  constructor(private readonly tree: TraceTree) {
    this.marks = new Uint8Array(tree.nodes.length);
  }

  get size(): number {
    return this.count;
  }

  has(node: SpanNode): boolean {
    return this.marks[node.index] === 1;
  }

  /** Once for each. */
  add(node: SpanNode): void {
    this.marks[node.index] = 1;
    this.count++;
  }

  *[Symbol.iterator](): Iterator<SpanNode> {
    for (const node of this.tree.nodes) if (this.has(node)) yield node;
  }
}

/** Rows that contain the text, ignoring case, in any place a person would look: names, peer, tags, logs. */
export function findSpans(tree: TraceTree, text: string): FoundSpans {
  const found = new FoundSpans(tree);
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return found;
  const search = new Search(wanted);
  for (const node of tree.nodes) if (matches(node, search)) found.add(node);
  return found;
}

const [UNKNOWN, LACKS, HAS] = [0, 1, 2];

/** Looks at each of the texts that spans share once. */
class Search implements TextTest {
  private readonly known = new Map<string, boolean>();
  /** By list: a trace comes in pieces, each with its own. */
  private readonly lists = new Map<readonly string[], Uint8Array>();
  private list: readonly string[] | null = null;
  private states: Uint8Array = new Uint8Array(0);
  private readonly pairs: boolean;

  constructor(readonly wanted: string) {
    this.pairs = wanted.includes("=");
  }

  has(text: string): boolean {
    return text.toLowerCase().includes(this.wanted);
  }

  /** For texts that many rows have in common. */
  common(text: string): boolean {
    let has = this.known.get(text);
    if (has === undefined) {
      has = this.has(text);
      this.known.set(text, has);
    }
    return has;
  }

  numbered(text: number, texts: readonly string[]): boolean {
    if (texts !== this.list) this.turnTo(texts);
    let state = this.states[text] ?? LACKS;
    if (state === UNKNOWN) {
      state = this.has(texts[text - 1] ?? "") ? HAS : LACKS;
      this.states[text] = state;
    }
    return state === HAS;
  }

  private turnTo(texts: readonly string[]): void {
    let states = this.lists.get(texts);
    if (states === undefined) {
      states = new Uint8Array(texts.length + 1);
      this.lists.set(texts, states);
    }
    this.states = states;
    this.list = texts;
  }

  /** As tags are written in the search for traces. */
  pair(key: string, value: string): boolean {
    return this.pairs && this.has(`${key}=${value}`);
  }
}

function matches(node: SpanNode, search: Search): boolean {
  if (search.common(node.service) || search.common(node.instance)) return true;
  const span = node.span;
  if (span === null) return search.has(node.operation);
  if (span.error && search.wanted === "error") return true;
  return span instanceof PackedSpan ? span.holds(search) : holds(span, search);
}

function holds(span: Span, search: Search): boolean {
  return (
    [span.operation, span.peer, span.component, span.layer, span.type].some((text) => search.has(text)) ||
    span.tags.some(
      (tag) => search.has(tag.key) || search.has(tag.value) || search.pair(tag.key, tag.value),
    ) ||
    span.logs.some((log) => log.data.some((entry) => search.has(entry.key) || search.has(entry.value)))
  );
}

/** The next match behind (or before) the selected row, round the end. */
export function nextMatch(
  tree: TraceTree,
  found: FoundSpans,
  selected: SpanNode | null,
  step: 1 | -1,
): SpanNode | null {
  const count = tree.nodes.length;
  if (found.size === 0 || count === 0) return null;
  const from = selected?.index ?? (step === 1 ? -1 : count);
  for (let i = 1; i <= count; i++) {
    const node = tree.nodes[(((from + step * i) % count) + count) % count];
    if (node !== undefined && found.has(node)) return node;
  }
  return null;
}
