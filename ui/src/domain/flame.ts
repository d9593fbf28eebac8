import type { Analysis } from "./analysis.ts";
import { commonName, frameParts, groupOf, HIDDEN_NAME } from "./frames.ts";
import { fnv1a } from "./hash.ts";
import { STATES, type ThreadState } from "./states.ts";

/*
 * The flame graph as data: the analysis with hidden frames taken out, lines joined to methods, only the chosen states,
 * totals summed up, the heaviest child first. Nodes stand in preorder in typed arrays: what lies below a node is the
 * range up to after[node], so zooming, searching and drawing are loops over numbers, and half a million nodes (12,000
 * snapshots that share nothing) are still built in a moment. No recursion: a stack may have five hundred frames.
 *
 * Node 0 is the whole. Times are microseconds.
 */

export interface FlameOptions {
  /** Null: all. */
  readonly states: readonly ThreadState[] | null;
  /** Ids of groups whose frames are taken out; their time goes to the caller that is left. */
  readonly hidden: ReadonlySet<string>;
  readonly lines: boolean;
}

export interface Flame {
  readonly count: number;
  readonly names: readonly string[];
  /** Position in names. */
  readonly name: Int32Array;
  /** -1: the whole. */
  readonly parent: Int32Array;
  readonly after: Int32Array;
  readonly depth: Int32Array;
  readonly deepest: number;
  /** From the left edge of the whole. */
  readonly left: Float64Array;
  readonly self: Float64Array;
  readonly total: Float64Array;
  readonly selfSamples: Float64Array;
  readonly samples: Float64Array;
  /** Total of each state, in the order of STATES; of states that are not shown, zero. */
  readonly states: readonly Float64Array[];
  /** All snapshots that were analysed, shown or not: what the sampling error is counted from. */
  readonly allSamples: number;
  readonly allMicros: number;
  /** The standard error of that time. */
  readonly errorMicros: number;
  readonly hiddenFrames: readonly HiddenGroup[];
  /** For each node of the analysis the node it became part of, -1 where it is not shown. */
  readonly target: Int32Array;
}

export interface HiddenGroup {
  readonly id: string;
  /** Different frames of the group, as the graph names them. */
  readonly frames: number;
}

/** Before sorting: parents before children, in the order of the analysis. */
interface Merged {
  readonly names: readonly string[];
  readonly name: Int32Array;
  readonly parent: Int32Array;
  readonly target: Int32Array;
  readonly hiddenFrames: readonly HiddenGroup[];
}

export function buildFlame(analysis: Analysis, options: FlameOptions): Flame {
  const merged = merge(analysis, options);
  const count = merged.name.length;
  const shown = STATES.map((state) => options.states === null || options.states.includes(state));
  const self = new Float64Array(count);
  const selfSamples = new Float64Array(count);
  const states = STATES.map(() => new Float64Array(count));
  let [allSamples, allMicros] = [0, 0];
  for (let node = 0; node < analysis.parent.length; node++) {
    const samples = analysis.samples[node] ?? 0;
    const at = merged.target[node] ?? 0;
    let all = 0;
    let kept = 0;
    for (let state = 0; state < STATES.length; state++) {
      const micros = analysis.selfMicros[state]?.[node] ?? 0;
      if (micros === 0) continue;
      all += micros;
      if (shown[state] !== true) continue;
      kept += micros;
      const list = states[state];
      if (list !== undefined) list[at] = (list[at] ?? 0) + micros;
    }
    allSamples += samples;
    allMicros += all;
    self[at] = (self[at] ?? 0) + kept;
    // The server counts snapshots of all states together; all of one node weigh the same or nearly so.
    const part = all > 0 ? kept / all : options.states === null ? 1 : 0;
    selfSamples[at] = (selfSamples[at] ?? 0) + samples * part;
  }
  const total = sumUp(self, merged.parent);
  const samples = sumUp(selfSamples, merged.parent);
  const stateTotals = states.map((list) => sumUp(list, merged.parent));
  return inOrder(
    merged,
    { self, total, selfSamples, samples, states: stateTotals },
    {
      allSamples,
      allMicros,
      errorMicros: 1000 * analysis.errorMillis,
    },
  );
}

function merge(analysis: Analysis, options: FlameOptions): Merged {
  const kinds = namesOf(analysis.frames, options);
  const nodes = analysis.parent.length;
  const target = new Int32Array(nodes);
  const merged = new Children(nodes);
  for (let node = 0; node < nodes; node++) {
    const from = analysis.parent[node] ?? -1;
    let above = from < 0 ? 0 : (target[from] ?? 0);
    const called = kinds.of[analysis.frame[node] ?? 0] ?? 0;
    if (kinds.hidden[called] === 1) {
      // A hidden frame is its caller; without one, its own time still has to stand somewhere.
      const own = (analysis.samples[node] ?? 0) > 0;
      if (above === 0 && own) above = merged.child(0, kinds.nobody);
      target[node] = above;
      continue;
    }
    // What a frame without a caller left over calls has none either.
    if (merged.name[above] === kinds.nobody) above = 0;
    target[node] = merged.child(above, called);
  }
  return {
    names: kinds.names,
    name: merged.name.subarray(0, merged.count),
    parent: merged.parent.subarray(0, merged.count),
    target,
    hiddenFrames: kinds.groups,
  };
}

/**
 * Nodes by caller and name. A table of numbers with open addressing: with a Map, looking up half a million children
 * would be most of what a graph takes to be built.
 */
class Children {
  count = 1;
  readonly name: Int32Array;
  readonly parent: Int32Array;
  private readonly table: Int32Array;

  /** At most one node for each of the analysis, the whole, and one for what has no caller left. */
  constructor(nodes: number) {
    this.name = new Int32Array(nodes + 2);
    this.parent = new Int32Array(nodes + 2);
    this.name[0] = -1;
    this.parent[0] = -1;
    this.table = new Int32Array(2 ** Math.ceil(Math.log2(2 * nodes + 4)));
  }

  child(above: number, called: number): number {
    const mask = this.table.length - 1;
    let hash = Math.imul(above, 0x9e3779b1) ^ Math.imul(called, 0x85ebca6b);
    hash ^= hash >>> 15;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      // 0, the whole, is nobody's child: it means that the slot is free.
      const node = this.table[slot] ?? 0;
      if (node === 0) {
        const made = this.count++;
        this.table[slot] = made;
        this.name[made] = called;
        this.parent[made] = above;
        return made;
      }
      if (this.parent[node] === above && this.name[node] === called) return node;
    }
  }
}

interface Kinds {
  readonly names: string[];
  /** From the frames of the analysis to names. */
  readonly of: Int32Array;
  readonly hidden: Uint8Array;
  /** The name of time that nobody is left for. */
  readonly nobody: number;
  readonly groups: HiddenGroup[];
}

function namesOf(frames: readonly string[], options: FlameOptions): Kinds {
  const names: string[] = [HIDDEN_NAME];
  const numbers = new Map<string, number>([[HIDDEN_NAME, 0]]);
  const hidden: number[] = [0];
  const of = new Int32Array(frames.length);
  const groups = new Map<string, number>();
  frames.forEach((text, i) => {
    const { name } = frameParts(text);
    const common = commonName(name);
    const shown = options.lines && common === name ? text : common;
    let number = numbers.get(shown);
    if (number === undefined) {
      number = names.length;
      numbers.set(shown, number);
      names.push(shown);
      const group = groupOf(name);
      const hide = group !== null && options.hidden.has(group);
      hidden.push(hide ? 1 : 0);
      if (hide) groups.set(group, (groups.get(group) ?? 0) + 1);
    }
    of[i] = number;
  });
  return {
    names,
    of,
    hidden: Uint8Array.from(hidden),
    nobody: 0,
    groups: [...groups].map(([id, count]) => ({ id, frames: count })),
  };
}

/** Parents stand before their children, so from the end each sum is whole when it is handed on. */
function sumUp(own: Float64Array, parent: Int32Array): Float64Array {
  const sum = own.slice();
  for (let node = sum.length - 1; node > 0; node--) {
    const above = parent[node] ?? 0;
    sum[above] = (sum[above] ?? 0) + (sum[node] ?? 0);
  }
  return sum;
}

interface Sums {
  readonly self: Float64Array;
  readonly total: Float64Array;
  readonly selfSamples: Float64Array;
  readonly samples: Float64Array;
  readonly states: readonly Float64Array[];
}

/** Preorder, the heaviest child first, then by name; what has no time is left out. */
function inOrder(
  merged: Merged,
  sums: Sums,
  all: Pick<Flame, "allSamples" | "allMicros" | "errorMicros">,
): Flame {
  const order = preorder(merged, sums.total);
  const count = order.length;
  const place = new Int32Array(merged.name.length).fill(-1);
  order.forEach((node, at) => (place[node] = at));
  const pick = (list: Float64Array): Float64Array => {
    const picked = new Float64Array(count);
    for (let at = 0; at < count; at++) picked[at] = list[order[at] ?? 0] ?? 0;
    return picked;
  };
  const parent = new Int32Array(count);
  const name = new Int32Array(count);
  for (let at = 0; at < count; at++) {
    const node = order[at] ?? 0;
    parent[at] = node === 0 ? -1 : (place[merged.parent[node] ?? 0] ?? 0);
    name[at] = merged.name[node] ?? 0;
  }
  const total = pick(sums.total);
  const depth = new Int32Array(count);
  const left = new Float64Array(count);
  const filled = new Float64Array(count);
  let deepest = 0;
  for (let node = 1; node < count; node++) {
    const above = parent[node] ?? 0;
    depth[node] = (depth[above] ?? 0) + 1;
    deepest = Math.max(deepest, depth[node] ?? 0);
    left[node] = (left[above] ?? 0) + (filled[above] ?? 0);
    filled[above] = (filled[above] ?? 0) + (total[node] ?? 0);
  }
  const after = new Int32Array(count).fill(0);
  for (let node = count - 1; node >= 0; node--) {
    after[node] = Math.max(after[node] ?? 0, node + 1);
    const above = parent[node] ?? -1;
    if (above >= 0) after[above] = Math.max(after[above] ?? 0, after[node] ?? 0);
  }
  return {
    count,
    names: merged.names,
    name,
    parent,
    after,
    depth,
    deepest,
    left,
    self: pick(sums.self),
    total,
    selfSamples: pick(sums.selfSamples),
    samples: pick(sums.samples),
    states: sums.states.map(pick),
    ...all,
    hiddenFrames: merged.hiddenFrames,
    target: merged.target.map((node) => place[node] ?? -1),
  };
}

function preorder(merged: Merged, total: Float64Array): Int32Array {
  const nodes = merged.name.length;
  const first = new Int32Array(nodes).fill(-1);
  const next = new Int32Array(nodes).fill(-1);
  for (let node = nodes - 1; node > 0; node--) {
    if ((total[node] ?? 0) <= 0) continue;
    const above = merged.parent[node] ?? 0;
    next[node] = first[above] ?? -1;
    first[above] = node;
  }
  const nameOf = (node: number): string => merged.names[merged.name[node] ?? 0] ?? "";
  const lightestFirst = (a: number, b: number): number =>
    (total[a] ?? 0) - (total[b] ?? 0) || (nameOf(a) < nameOf(b) ? 1 : -1);
  const order = new Int32Array(nodes);
  let count = 0;
  const open = [0];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    // Most frames call one other: that way is walked without a list.
    for (;;) {
      order[count++] = node;
      const child: number = first[node] ?? -1;
      if (child < 0) break;
      if ((next[child] ?? -1) >= 0) {
        const children: number[] = [];
        for (let at = child; at >= 0; at = next[at] ?? -1) children.push(at);
        children.sort(lightestFirst);
        for (const each of children) open.push(each);
        break;
      }
      node = child;
    }
  }
  return order.subarray(0, count);
}

const WHOLE = "all";

export function nameOf(flame: Flame, node: number): string {
  return node === 0 ? WHOLE : (flame.names[flame.name[node] ?? 0] ?? "");
}

/** Heaviest first. */
export function childrenOf(flame: Flame, node: number): number[] {
  const children: number[] = [];
  const end = flame.after[node] ?? 0;
  for (let child = node + 1; child < end; child = flame.after[child] ?? end) children.push(child);
  return children;
}

/** From the whole to the node, both included. */
export function pathTo(flame: Flame, node: number): number[] {
  const path: number[] = [];
  for (let at = node; at >= 0; at = flame.parent[at] ?? -1) path.push(at);
  return path.reverse();
}

/**
 * Names a node in an address: two hashes of the names on its way, the same in every analysis that has that way. Seven
 * digits hold 32 bits.
 */
export function keyOf(flame: Flame, node: number): string {
  if (node === 0) return "";
  let [one, other] = BEGINNING;
  for (const at of pathTo(flame, node).slice(1)) {
    one = below(one, fnv1a(nameOf(flame, at), BEGINNING[0]));
    other = below(other, fnv1a(nameOf(flame, at), BEGINNING[1]));
  }
  return one.toString(36).padStart(7, "0") + other.toString(36).padStart(7, "0");
}

/** The whole where there is no such node. Names are hashed once each, however many nodes have them. */
export function findKey(flame: Flame, key: string): number {
  if (!/^[0-9a-z]{14}$/.test(key)) return 0;
  const wanted = [Number.parseInt(key.slice(0, 7), 36), Number.parseInt(key.slice(7), 36)];
  const [first, second] = BEGINNING.map((from) => Uint32Array.from(flame.names, (name) => fnv1a(name, from)));
  const one = new Uint32Array(flame.count);
  const other = new Uint32Array(flame.count);
  [one[0], other[0]] = BEGINNING;
  for (let node = 1; node < flame.count; node++) {
    const above = flame.parent[node] ?? 0;
    const name = flame.name[node] ?? 0;
    one[node] = below(one[above] ?? 0, first?.[name] ?? 0);
    other[node] = below(other[above] ?? 0, second?.[name] ?? 0);
    if (one[node] === wanted[0] && other[node] === wanted[1]) return node;
  }
  return 0;
}

const BEGINNING: readonly [number, number] = [0x811c9dc5, 0x3c6ef372];

/** The order counts: a below b is not b below a. */
function below(caller: number, name: number): number {
  return (Math.imul(caller, 31) ^ Math.imul(name, 0x9e3779b1)) >>> 0;
}
