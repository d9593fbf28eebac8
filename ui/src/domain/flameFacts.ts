import type { Analysis } from "./analysis.ts";
import { formatDuration } from "./duration.ts";
import { nameOf, type Flame } from "./flame.ts";
import { frameParts } from "./frames.ts";
import { STATES, type ThreadState } from "./states.ts";

/* What is said of a flame graph's frames: errors, shares, lines, matches, and the stacks as text for other tools. */

/** 95 of 100 samplings of the same requests would lie within this many standard deviations. */
const DEVIATIONS = 1.96;

/**
 * The sampling error of a number of snapshots: how far it may be from what snapshots without end would give. Each of
 * all snapshots either holds the frame or not, so the count is binomial. At least one, whatever the formula says: what
 * begins and ends between two snapshots is not seen, and a frame that is in all of them was not seen before the first.
 */
export function sampleError(samples: number, all: number): number {
  if (samples <= 0) return 0;
  const whole = Math.max(samples, all);
  return Math.max(1, DEVIATIONS * Math.sqrt(samples * (1 - samples / whole)));
}

export interface Amount {
  readonly micros: number;
  readonly samples: number;
  readonly errorMicros: number;
}

/** What all amounts of one analysis have in common. */
export type Sampling = Pick<Flame, "allSamples" | "allMicros" | "errorMicros">;

/**
 * An amount of time with its error: that of counting, and this part's share of the error of the whole, which is not
 * known to have begun and ended with its first and last snapshot. The two have nothing to do with each other.
 */
export function amountOf(micros: number, samples: number, sampling: Sampling): Amount {
  // A snapshot stands for so much time; where that differs, for their mean.
  const each = samples > 0 ? micros / samples : 0;
  const counting = sampleError(samples, sampling.allSamples) * each;
  const share = sampling.allMicros > 0 ? Math.min(1, micros / sampling.allMicros) : 0;
  return { micros, samples, errorMicros: Math.hypot(counting, share * wholeError(sampling)) };
}

/** The server tells a standard error. */
export function wholeError(sampling: Pick<Sampling, "errorMicros">): number {
  return DEVIATIONS * sampling.errorMicros;
}

export function totalOf(flame: Flame, node: number): Amount {
  return amountOf(flame.total[node] ?? 0, flame.samples[node] ?? 0, flame);
}

export function selfOf(flame: Flame, node: number): Amount {
  return amountOf(flame.self[node] ?? 0, flame.selfSamples[node] ?? 0, flame);
}

/** "1.2 s ± 80 ms". */
export function amountText(amount: Amount): string {
  if (amount.micros <= 0) return "0 ms";
  return `${formatDuration(amount.micros / 1000)} ± ${formatDuration(amount.errorMicros / 1000)}`;
}

/** "62 %", "4.1 %", "<0.1 %". */
export function shareText(part: number, whole: number): string {
  if (!(whole > 0) || part <= 0) return "0 %";
  const percent = (100 * part) / whole;
  if (percent < 0.1) return "<0.1 %";
  return `${percent >= 9.95 ? Math.round(percent) : percent.toFixed(1)} %`;
}

/** The shares of the states in a node, in the order of STATES, without those that have none. */
export function statesOf(
  flame: Flame,
  node: number,
): { readonly state: ThreadState; readonly micros: number }[] {
  return STATES.map((state, i) => ({ state, micros: flame.states[i]?.[node] ?? 0 })).filter(
    (s) => s.micros > 0,
  );
}

/** The state that gives a frame its color: what most of its time was. */
export function mainState(flame: Flame, node: number): number {
  let best = STATES.length - 1;
  let most = 0;
  for (let state = 0; state < STATES.length; state++) {
    const micros = flame.states[state]?.[node] ?? 0;
    if (micros > most) [best, most] = [state, micros];
  }
  return best;
}

export interface Found {
  /** 1 where the frame's own name matches. */
  readonly nodes: Uint8Array;
  readonly count: number;
  /** Time in which at least one frame of the stack matched: nested matches are not counted twice. */
  readonly micros: number;
}

export function findFrames(flame: Flame, text: string): Found {
  const wanted = text.trim().toLowerCase();
  const nodes = new Uint8Array(flame.count);
  if (wanted === "") return { nodes, count: 0, micros: 0 };
  const matches = flame.names.map((name) => name.toLowerCase().includes(wanted));
  let count = 0;
  let micros = 0;
  let outside = 0;
  for (let node = 1; node < flame.count; node++) {
    if (matches[flame.name[node] ?? 0] !== true) continue;
    nodes[node] = 1;
    count++;
    if (node < outside) continue;
    micros += flame.total[node] ?? 0;
    outside = flame.after[node] ?? 0;
  }
  return { nodes, count, micros };
}

/** What a line of text would break: frames are separated by semicolons, stacks by line ends. */
function collapsedName(name: string): string {
  return name.replace(/[;\p{Cc}\u2028\u2029]/gu, "_") || "_";
}

/**
 * The stacks below a node as flamegraph.pl and async-profiler write them: frames from the first caller, separated by
 * semicolons, then the number of snapshots. Callers of the node are part of each.
 */
export function collapsedStacks(flame: Flame, from = 0): string {
  const path: string[] = [];
  for (let at = flame.parent[from] ?? -1; at > 0; at = flame.parent[at] ?? -1)
    path.unshift(collapsedName(nameOf(flame, at)));
  const above = flame.depth[from] ?? 0;
  const callers = path.length;
  const lines: string[] = [];
  const end = flame.after[from] ?? 0;
  for (let node = from; node < end; node++) {
    if (node > 0) {
      path.length = callers + (flame.depth[node] ?? 0) - Math.max(1, above);
      path.push(collapsedName(nameOf(flame, node)));
    }
    const samples = Math.round(flame.selfSamples[node] ?? 0);
    if (samples > 0) lines.push(`${path.length === 0 ? "_" : path.join(";")} ${samples}`);
  }
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

/** Down the heaviest child, as long as it holds a good part of what one started with. */
const HOT = 0.3;

export function hotPath(flame: Flame, from = 0): number[] {
  const path = [from];
  const least = HOT * (flame.total[from] ?? 0);
  for (let node = from; ;) {
    const child = node + 1;
    if (child >= (flame.after[node] ?? 0) || (flame.total[child] ?? 0) < least) return path;
    path.push(child);
    node = child;
  }
}

export interface LineShare {
  readonly line: number | null;
  readonly micros: number;
}

/**
 * What each line of a method's frame took, with what it called, the heaviest first. The frame is one of a graph that
 * joins lines; the analysis still has them.
 */
export function linesOf(
  analysis: Analysis,
  flame: Flame,
  node: number,
  states: readonly ThreadState[] | null,
): LineShare[] {
  const lists = STATES.flatMap((state, i) =>
    states === null || states.includes(state) ? [analysis.selfMicros[i] ?? []] : [],
  );
  const wanted = nameOf(flame, node);
  const end = flame.after[node] ?? 0;
  const parts = new Map<number, { name: string; line: number | null }>();
  const numbers: (number | null)[] = [];
  const places = new Map<number | null, number>();
  const spent: number[] = [];
  // For each node of the analysis, the place of the line above it; nodes come after their parents.
  const at = new Int32Array(analysis.parent.length).fill(-1);
  analysis.parent.forEach((from, i) => {
    const target = flame.target[i] ?? -1;
    if (target < node || target >= end) return;
    let place = from < 0 ? -1 : (at[from] ?? -1);
    if (target === node) {
      const frame = analysis.frame[i] ?? 0;
      let part = parts.get(frame);
      if (part === undefined) parts.set(frame, (part = frameParts(analysis.frames[frame] ?? "")));
      if (part.name === wanted) {
        const known = places.get(part.line);
        place = known ?? numbers.length;
        if (known === undefined) {
          places.set(part.line, place);
          numbers.push(part.line);
          spent.push(0);
        }
      }
    }
    at[i] = place;
    if (place < 0) return;
    for (const list of lists) spent[place] = (spent[place] ?? 0) + (list[i] ?? 0);
  });
  return numbers
    .map((line, i) => ({ line, micros: spent[i] ?? 0 }))
    .filter((share) => share.micros > 0)
    .sort((a, b) => b.micros - a.micros);
}
