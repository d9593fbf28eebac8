import { inOrder } from "./order.ts";
import { mainRoot, type SpanNode, type TraceTree } from "./tree.ts";

/*
 * What the times of a trace say: how long each span worked itself, which spans the whole had to wait for, and where the
 * clocks contradict each other. All times are whole milliseconds of the wall clock of whatever machine a span ran on.
 */

export interface Skew {
  readonly kind: "before-parent" | "after-parent";
  readonly millis: number;
  /** Parent and child ran in different processes, so that two clocks are compared. */
  readonly acrossProcesses: boolean;
}

export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/**
 * Where a span lies outside of its parent. Starting before the parent cannot happen on one clock, so it is always
 * marked. Ending after it is how asynchronous work looks, and a remote answer may be read before the other side has
 * ended its span; only more than a millisecond (the rounding of two clocks) counts.
 */
export function skewOf(node: SpanNode): Skew | null {
  const parent = node.parent;
  if (parent === null || parent.span === null || node.span === null) return null;
  const acrossProcesses = node.service !== parent.service || node.instance !== parent.instance;
  if (node.start < parent.start) {
    return { kind: "before-parent", millis: parent.start - node.start, acrossProcesses };
  }
  if (node.end > parent.end + 1) {
    return { kind: "after-parent", millis: node.end - parent.end, acrossProcesses };
  }
  return null;
}

/** Time in which the span ran and none of its children did, whatever thread or process they ran in. */
export function selfMillis(node: SpanNode): number {
  if (node.span === null) return 0;
  let covered = 0;
  let upTo = node.start;
  // Children are sorted by start, so one pass merges the overlapping ones.
  for (const child of node.children) {
    const from = Math.max(child.start, upTo);
    const to = Math.min(child.end, node.end);
    if (to > from) {
      covered += to - from;
      upTo = to;
    }
  }
  return node.end - node.start - covered;
}

/**
 * The critical path: for every moment of a root's life the span that everything was waiting for. Walk back from the
 * end; the child that finished last before this moment is what the parent waited for, before that child's start look
 * for the next one, and what lies between belongs to the parent itself. Work that outlives its parent was not waited
 * for beyond the parent's end and is cut there. (The idea is Uber's CRISP; the walk is ours, without recursion.)
 *
 * Only the path of the main root is computed: with several roots there is no common end to wait for.
 */
export function criticalPath(tree: TraceTree): ReadonlyMap<SpanNode, readonly Stretch[]> {
  const path = new Map<SpanNode, Stretch[]>();
  const root = mainRoot(tree);
  if (root === null) return path;
  const open: { node: SpanNode; start: number; end: number }[] = [
    { node: root, start: root.start, end: root.end },
  ];
  for (let visit = open.pop(); visit !== undefined; visit = open.pop()) {
    const own: Stretch[] = [];
    let cursor = visit.end;
    for (const child of latestEndFirst(visit.node.children)) {
      const start = Math.max(child.start, visit.start);
      const end = Math.min(child.end, visit.end);
      if (end > cursor || end <= start) continue;
      if (cursor > end) own.push({ start: end, end: cursor });
      open.push({ node: child, start, end });
      cursor = start;
    }
    if (cursor > visit.start || own.length === 0) own.push({ start: visit.start, end: cursor });
    path.set(visit.node, own.reverse());
  }
  return path;
}

function latestEndFirst(children: readonly SpanNode[]): readonly SpanNode[] {
  if (children.length < 2) return children;
  return inOrder(
    children,
    (node) => -node.end,
    (a, b) => b.start - a.start,
  );
}
