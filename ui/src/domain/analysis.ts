import { STATES, type ThreadState } from "./states.ts";

/*
 * What the server makes of snapshots: a tree of frames in columns, parents before their children, each node with the
 * snapshots and the time that ended in it. Totals are sums over what lies below; the pages build them (flame.ts).
 */

export interface Analysis {
  readonly snapshots: number;
  /** Snapshots that there are; more than were analysed when truncated. */
  readonly found: number;
  readonly segments: number;
  readonly requests: number;
  readonly periodMillis: number;
  readonly millis: number;
  readonly errorMillis: number;
  readonly truncated: boolean;
  readonly limit: number;
  /** Snapshots of stacks so deep that the agent left out frames in the middle. */
  readonly cut: number;
  readonly frames: readonly string[];
  readonly parent: readonly number[];
  readonly frame: readonly number[];
  readonly samples: readonly number[];
  /** One list for each of STATES, empty for those the server did not name. */
  readonly selfMicros: readonly (readonly number[])[];
}

/** Which snapshots: some segments' or all of a task, perhaps only those of a time window (both ends inclusive). */
export interface AnalysisQuestion {
  readonly task: string;
  readonly segments: readonly string[];
  readonly from: number | null;
  readonly to: number | null;
}

/** An address with more segments than this is longer than servers accept. */
export const MAX_SEGMENTS = 60;

/** Why the columns make no tree; null when they do. */
export function columnsProblem(columns: {
  readonly frames: readonly string[];
  readonly parent: readonly number[];
  readonly frame: readonly number[];
  readonly samples: readonly number[];
  readonly selfMicros: readonly (readonly number[])[];
}): string | null {
  const { frames, parent, frame, samples, selfMicros } = columns;
  const nodes = parent.length;
  const lists = [frame, samples, ...selfMicros.filter((list) => list.length > 0)];
  if (lists.some((list) => list.length !== nodes)) return "its columns are not equally long";
  for (let node = 0; node < nodes; node++) {
    const above = parent[node] ?? node;
    if (!Number.isInteger(above) || above < -1 || above >= node)
      return `node ${node} has no parent before it`;
    if (frames[frame[node] ?? -1] === undefined) return `node ${node} has no frame`;
  }
  return null;
}

/** The lists of the server's states, in the order of ours; what it calls otherwise counts as not told. */
export function byState(
  names: readonly string[],
  lists: readonly (readonly number[])[],
): readonly number[][] {
  const ordered: number[][] = STATES.map(() => []);
  names.forEach((name, i) => {
    const known = (STATES as readonly string[]).indexOf(name);
    const place = known < 0 ? STATES.indexOf("unknown" satisfies ThreadState) : known;
    const list = lists[i] ?? [];
    const old = ordered[place] ?? [];
    ordered[place] = old.length === 0 ? [...list] : old.map((value, node) => value + (list[node] ?? 0));
  });
  return ordered;
}
