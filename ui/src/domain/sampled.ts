import type { SampledSegment } from "./profile.ts";
import { thresholdFor } from "./profile.ts";
import type { TaskStart } from "./route.ts";
import type { SpanNode, TraceTree } from "./tree.ts";

/* What of a trace has been sampled, and how one begins to sample more like it. */

export function snapshotsBySegment(sampled: readonly SampledSegment[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const s of sampled) counts.set(s.segmentId, (counts.get(s.segmentId) ?? 0) + s.snapshots);
  return counts;
}

/** Whether this row is where its segment begins: one mark for each sampled segment. */
export function beginsSegment(node: SpanNode): boolean {
  return node.parent === null || node.parent.segmentId !== node.segmentId;
}

/** A task for requests like this one: agents compare with the name of the segment's first span. */
export function startFor(tree: TraceTree, node: SpanNode): TaskStart | null {
  const first = tree.spans.at(node.segmentId, 0);
  if (first?.span == null || first.operation === "") return null;
  return {
    service: first.service,
    endpoint: first.operation,
    minMillis: thresholdFor(first.end - first.start),
  };
}
