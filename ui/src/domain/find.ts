import type { SpanNode, TraceTree } from "./tree.ts";

/** Rows that contain the text, ignoring case, in any place a person would look: names, peer, tags, logs. */
export function findSpans(tree: TraceTree, text: string): ReadonlySet<SpanNode> {
  const wanted = text.trim().toLowerCase();
  const found = new Set<SpanNode>();
  if (wanted === "") return found;
  for (const node of tree.nodes) if (matches(node, wanted)) found.add(node);
  return found;
}

function matches(node: SpanNode, wanted: string): boolean {
  const has = (text: string): boolean => text.toLowerCase().includes(wanted);
  if (has(node.operation) || has(node.service) || has(node.instance)) return true;
  const span = node.span;
  if (span === null) return false;
  if (has(span.peer) || has(span.component) || has(span.layer) || has(span.type)) return true;
  if (span.error && wanted === "error") return true;
  return (
    span.tags.some((tag) => has(tag.key) || has(tag.value) || has(`${tag.key}=${tag.value}`)) ||
    span.logs.some((log) => log.data.some((entry) => has(entry.key) || has(entry.value)))
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
