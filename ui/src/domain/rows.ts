import type { SpanNode, TraceTree } from "./tree.ts";

/*
 * The rows of the waterfall: the tree flattened, folded parts left out, and what the keyboard does with it. Positions
 * in the list are plain numbers in a typed array, so that folding a trace of 100,000 spans costs a millisecond.
 */

export type Rows = Int32Array;

export function visibleRows(tree: TraceTree, folded: ReadonlySet<string>): Rows {
  const rows = new Int32Array(tree.nodes.length);
  const closed = foldedNodes(tree, folded).sort((a, b) => a.index - b.index);
  let count = 0;
  let next = 0;
  for (const node of closed) {
    // Inside one that is folded itself.
    if (node.index < next) continue;
    while (next <= node.index) rows[count++] = next++;
    next = Math.max(next, node.after);
  }
  while (next < rows.length) rows[count++] = next++;
  return rows.subarray(0, count);
}

function foldedNodes(tree: TraceTree, folded: ReadonlySet<string>): SpanNode[] {
  const nodes: SpanNode[] = [];
  for (const key of folded) {
    const node = tree.spans.find(key);
    if (node !== undefined) nodes.push(node);
  }
  return nodes;
}

/** Where in the rows the last one is that stands at or before a position in the tree. Rows ascend: halving finds it. */
function lastRowUpTo(rows: Rows, index: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle] ?? 0) <= index) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The row of a node, or of the folded one that hides it: what is hidden follows that one at once. */
export function shownRow(rows: Rows, node: SpanNode): number {
  return lastRowUpTo(rows, node.index);
}

/** What has to be unfolded so that the node shows. */
export function unfoldedFor(
  tree: TraceTree,
  node: SpanNode,
  folded: ReadonlySet<string>,
): ReadonlySet<string> {
  const hiding = foldedNodes(tree, folded).filter((at) => at.index < node.index && node.index < at.after);
  if (hiding.length === 0) return folded;
  const open = new Set(folded);
  for (const at of hiding) open.delete(at.key);
  return open;
}

export type Move =
  | { readonly do: "select"; readonly node: SpanNode }
  | { readonly do: "fold" | "unfold"; readonly node: SpanNode }
  | { readonly do: "open"; readonly node: SpanNode };

/** The keys of a tree as the ARIA practices describe them. Null: not a key of ours. */
export function moveBy(
  key: string,
  tree: TraceTree,
  rows: Rows,
  folded: ReadonlySet<string>,
  selected: SpanNode | null,
  pageRows: number,
): Move | null {
  if (rows.length === 0) return null;
  const at = selected === null ? -1 : shownRow(rows, selected);
  const node = at < 0 ? null : (tree.nodes[rows[at] ?? 0] ?? null);
  const selectRow = (row: number): Move | null => {
    const index = rows[Math.min(Math.max(row, 0), rows.length - 1)];
    const target = index === undefined ? undefined : tree.nodes[index];
    return target === undefined ? null : { do: "select", node: target };
  };
  switch (key) {
    case "ArrowDown":
      return selectRow(at + 1);
    case "ArrowUp":
      return selectRow(at < 0 ? 0 : at - 1);
    case "Home":
      return selectRow(0);
    case "End":
      return selectRow(rows.length - 1);
    case "PageDown":
      return selectRow(at + pageRows);
    case "PageUp":
      return selectRow(at - pageRows);
    case "ArrowRight":
      if (node === null) return selectRow(0);
      if (node.children.length === 0) return null;
      return folded.has(node.key) ? { do: "unfold", node } : selectRow(at + 1);
    case "ArrowLeft":
      if (node === null) return selectRow(0);
      if (node.children.length > 0 && !folded.has(node.key)) return { do: "fold", node };
      return node.parent === null ? null : { do: "select", node: node.parent };
    case "Enter":
      return node === null ? selectRow(0) : { do: "open", node };
    default:
      return null;
  }
}

/** Fold everything that lies deeper than the given depth, or nothing. */
export function foldedBelow(tree: TraceTree, depth: number): Set<string> {
  const folded = new Set<string>();
  for (const node of tree.nodes) {
    if (node.depth === depth && node.children.length > 0) folded.add(node.key);
  }
  return folded;
}

/** Errors among the rows before each index, so that a folded row tells at once how many it hides. */
export function errorCounts(tree: TraceTree): Int32Array {
  const counts = new Int32Array(tree.nodes.length + 1);
  let count = 0;
  for (const node of tree.nodes) counts[node.index + 1] = count += node.error ? 1 : 0;
  return counts;
}

export function errorsInside(counts: Int32Array, node: SpanNode): number {
  return (counts[node.after] ?? 0) - (counts[node.index + 1] ?? 0);
}
