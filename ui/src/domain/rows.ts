import type { SpanNode, TraceTree } from "./tree.ts";

/*
 * The rows of the waterfall: the tree flattened, folded parts left out, and what the keyboard does with it. Positions
 * in the list are plain numbers in a typed array, so that folding a trace of 100,000 spans costs a millisecond.
 */

export type Rows = Int32Array;

export function visibleRows(tree: TraceTree, folded: ReadonlySet<string>): Rows {
  const rows = new Int32Array(tree.nodes.length);
  let count = 0;
  for (let i = 0; i < tree.nodes.length;) {
    const node = tree.nodes[i];
    if (node === undefined) break;
    rows[count++] = i;
    i = folded.has(node.key) ? Math.max(node.after, i + 1) : i + 1;
  }
  return rows.subarray(0, count);
}

/** Where in the rows a node is, or -1 while an ancestor is folded. Rows ascend, so halving finds it. */
export function rowOf(rows: Rows, index: number): number {
  let low = 0;
  let high = rows.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const value = rows[middle] ?? 0;
    if (value === index) return middle;
    if (value < index) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

/** The nearest row that shows: the node itself or the folded ancestor that hides it. */
export function shownRow(rows: Rows, node: SpanNode): number {
  for (let at: SpanNode | null = node; at !== null; at = at.parent) {
    const row = rowOf(rows, at.index);
    if (row >= 0) return row;
  }
  return -1;
}

/** What has to be unfolded so that the node shows. */
export function unfoldedFor(node: SpanNode, folded: ReadonlySet<string>): ReadonlySet<string> {
  let open: Set<string> | null = null;
  for (let at = node.parent; at !== null; at = at.parent) {
    if (folded.has(at.key)) {
      open ??= new Set(folded);
      open.delete(at.key);
    }
  }
  return open ?? folded;
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
  tree.nodes.forEach((node, i) => {
    counts[i + 1] = (counts[i] ?? 0) + (node.error ? 1 : 0);
  });
  return counts;
}

export function errorsInside(counts: Int32Array, node: SpanNode): number {
  return (counts[node.after] ?? 0) - (counts[node.index + 1] ?? 0);
}
