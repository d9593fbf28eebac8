import { hotPath } from "./flameFacts.ts";
import { childrenOf, pathTo, type Flame } from "./flame.ts";

/* The same graph as a table: rows that unfold, with the hot path open. */

/** What is open when one comes: from the whole down the heaviest child. */
export function openedAtFirst(flame: Flame, zoom: number): ReadonlySet<number> {
  const open = new Set(pathTo(flame, zoom));
  for (const node of hotPath(flame, zoom)) open.add(node);
  return open;
}

/** Everything under the zoom, closed parts left out. */
export function flameRows(flame: Flame, open: ReadonlySet<number>, zoom: number): Int32Array {
  const rows: number[] = [];
  const end = flame.after[zoom] ?? 0;
  for (let node = zoom; node < end;) {
    rows.push(node);
    node = open.has(node) ? node + 1 : (flame.after[node] ?? end);
  }
  return Int32Array.from(rows);
}

/** Opens what a search found: the callers of each match, so that every match has a row. At most so many. */
export function openedFor(
  flame: Flame,
  open: ReadonlySet<number>,
  nodes: Uint8Array,
  most: number,
): ReadonlySet<number> {
  const more = new Set(open);
  let found = 0;
  for (let node = 1; node < flame.count && found < most; node++) {
    if (nodes[node] !== 1) continue;
    found++;
    for (let at = flame.parent[node] ?? -1; at >= 0 && !more.has(at); at = flame.parent[at] ?? -1)
      more.add(at);
  }
  return more;
}

export type RowMove =
  { readonly do: "select"; readonly node: number } | { readonly do: "open" | "close"; readonly node: number };

/** The keys of a tree as the ARIA practices describe them; "*" opens the hot path below. */
export function moveInRows(
  key: string,
  flame: Flame,
  rows: Int32Array,
  open: ReadonlySet<number>,
  selected: number,
  pageRows: number,
): RowMove | null {
  const at = rows.indexOf(selected);
  const selectRow = (row: number): RowMove | null => {
    const node = rows[Math.min(Math.max(row, 0), rows.length - 1)];
    return node === undefined ? null : { do: "select", node };
  };
  if (at < 0) return /^(Arrow|Home|End|Page)/.test(key) ? selectRow(0) : null;
  const children = childrenOf(flame, selected);
  switch (key) {
    case "ArrowDown":
      return selectRow(at + 1);
    case "ArrowUp":
      return selectRow(at - 1);
    case "Home":
      return selectRow(0);
    case "End":
      return selectRow(rows.length - 1);
    case "PageDown":
      return selectRow(at + pageRows);
    case "PageUp":
      return selectRow(at - pageRows);
    case "ArrowRight":
      if (children.length === 0) return null;
      return open.has(selected) ? selectRow(at + 1) : { do: "open", node: selected };
    case "ArrowLeft": {
      if (children.length > 0 && open.has(selected)) return { do: "close", node: selected };
      const above = flame.parent[selected] ?? -1;
      return above < 0 || !rows.includes(above) ? null : { do: "select", node: above };
    }
    default:
      return null;
  }
}
