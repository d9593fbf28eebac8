import type { Span } from "./model.ts";
import { PackedSpan, type TextTest } from "./packed.ts";
import type { SpanNode, TraceTree } from "./tree.ts";

/** Rows that contain the text, ignoring case, in any place a person would look: names, peer, tags, logs. */
export function findSpans(tree: TraceTree, text: string): ReadonlySet<SpanNode> {
  const found = new Set<SpanNode>();
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
  private numberedTexts = new Uint8Array(0);
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
    if (this.numberedTexts.length !== texts.length) this.numberedTexts = new Uint8Array(texts.length);
    let state = this.numberedTexts[text] ?? LACKS;
    if (state === UNKNOWN) {
      state = this.has(texts[text] ?? "") ? HAS : LACKS;
      this.numberedTexts[text] = state;
    }
    return state === HAS;
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
  found: ReadonlySet<SpanNode>,
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
