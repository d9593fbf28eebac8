import type { Segment, Span, SpanRef, Trace } from "./model.ts";
import { drawnTime } from "./drawnTime.ts";
import { inOrder } from "./order.ts";
import { rowKey, SpanIndex } from "./spanIndex.ts";

/*
 * Joining segments into one tree.
 *
 * A segment is what one thread of work reported. Inside it spans point to their parent by number; the first span of a
 * segment points, through a ref, to a span of another segment, perhaps of another process. Nothing arrives in order, a
 * segment may be missing (still on its way, dropped, or sampled away), may have come twice, and whoever can reach the
 * collector's port can send one that lies. So:
 *
 *   - a span's parent is looked for in its own segment first, then through its refs, the first that leads somewhere;
 *   - a parent that is named but was not received becomes a row of its own that says so, shared by all who name it. A
 *     trace with a hole must not look like a whole one, and the children of one missing parent belong together;
 *   - a ref into another trace (a batch consumer takes the trace id of its first message, the other refs keep theirs)
 *     is not a hole: the span is a root here and its details link to the other trace;
 *   - equal span ids: the same span reported again is dropped and counted; a different span under the same number stays,
 *     marked, since we cannot know which is right;
 *   - parents that lead in a circle are cut at the span that starts first.
 *
 * No recursion anywhere: a chain of 100,000 spans is a legal trace, and the call stack ends at about 10,000.
 */

export type Oddity = "duplicate-id" | "cycle" | "other-trace";

const NONE: SpanNode[] = [];

/** What a segment says of all its spans. */
type Home = Pick<Segment, "segmentId" | "service" | "instance">;

/**
 * One for each row, and what is not a number of its own is asked of the span: of a hundred thousand rows every field is
 * memory that the garbage collector moves before the first of them is painted.
 */
export class SpanNode {
  /** Position in {@link TraceTree.nodes}, which is the order of the rows when everything is unfolded. */
  index = -1;
  start: number;
  /** Never before {@link start}; see {@link reversed}. */
  end: number;
  oddity: Oddity | null = null;
  parent: SpanNode | null = null;
  children = NONE;
  depth = 0;
  /** Among its siblings, from 1. */
  position = 0;
  /** Index behind the last descendant: folding a row skips to it. */
  after = 0;

  constructor(
    private readonly home: Home,
    readonly spanId: number,
    readonly copy: number,
    /** Null: the parent that others name and that was not received. */
    readonly span: Span | null,
    /** What others call the one that was not received. */
    private readonly called: string,
  ) {
    this.start = span?.startMillis ?? Number.POSITIVE_INFINITY;
    this.end = span === null ? this.start : Math.max(this.start, span.endMillis);
  }

  get segmentId(): string {
    return this.home.segmentId;
  }

  get service(): string {
    return this.home.service;
  }

  get instance(): string {
    return this.home.instance;
  }

  get operation(): string {
    return this.span === null ? this.called : this.span.operation;
  }

  /** Short and the same however the segments arrive: names this row in the address bar. */
  get key(): string {
    return rowKey(this.segmentId, this.spanId, this.copy);
  }

  get error(): boolean {
    return this.span?.error ?? false;
  }

  /** The span claims to have ended before it started; it is drawn as a point. */
  get reversed(): boolean {
    return this.span !== null && this.span.endMillis < this.span.startMillis;
  }

  adopt(child: SpanNode): void {
    // Most spans have no children, and an empty list for each would be a good part of a large tree.
    if (this.children === NONE) this.children = [child];
    else this.children.push(child);
  }
}

export interface TraceTree {
  readonly traceId: string;
  readonly roots: readonly SpanNode[];
  readonly nodes: readonly SpanNode[];
  readonly spans: Pick<SpanIndex<SpanNode>, "at" | "find">;
  readonly spanCount: number;
  readonly errorCount: number;
  readonly missingCount: number;
  readonly duplicateCount: number;
  /** In order of first appearance in the tree. */
  readonly services: readonly ServiceShare[];
  /** The span of time the waterfall draws; see {@link drawnTime}. */
  readonly start: number;
  readonly end: number;
}

export interface ServiceShare {
  readonly name: string;
  readonly spans: number;
  readonly errors: number;
}

export function joinTrace(trace: Trace): TraceTree {
  const joined = new Joiner(trace.traceId);
  for (const segment of trace.segments) joined.add(segment);
  joined.findParents();
  return joined.tree();
}

class Joiner {
  private readonly received: SpanNode[] = [];
  private readonly missing: SpanNode[] = [];
  private readonly index = new SpanIndex<SpanNode>();
  /** How many different spans came under one number, where there are several. */
  private readonly copies = new Map<SpanNode, number>();
  private duplicates = 0;

  constructor(private readonly traceId: string) {}

  add(segment: Segment): void {
    for (const span of segment.spans) {
      const id = span.id;
      const first = this.index.at(segment.segmentId, id);
      if (first?.span && sameSpan(first.span, span)) {
        this.duplicates++;
        continue;
      }
      let copy = 0;
      if (first !== undefined) {
        copy = (this.copies.get(first) ?? 0) + 1;
        this.copies.set(first, copy);
      }
      const node = new SpanNode(segment, id, copy, span, "");
      if (copy > 0) node.oddity = "duplicate-id";
      this.index.add(node);
      this.received.push(node);
    }
  }

  findParents(): void {
    for (const node of this.received) {
      const span = node.span;
      if (span === null) continue;
      const parent = span.parentId >= 0 ? this.find(node.segmentId, span.parentId) : undefined;
      if (parent !== undefined) {
        if (parent === node) node.oddity = "cycle";
        else node.parent = parent;
      } else {
        this.followRefs(node, span);
      }
    }
  }

  private followRefs(node: SpanNode, span: Span): void {
    let here: SpanRef | null = null;
    for (const ref of span.refs) {
      const parent = this.find(ref.segmentId, ref.spanId);
      if (parent !== undefined && parent !== node) {
        node.parent = parent;
        return;
      }
      if (here === null && ref.traceId === this.traceId) here = ref;
    }
    if (here !== null) {
      node.parent = this.missingParent(here.segmentId, here.spanId, here, null);
    } else if (span.parentId >= 0) {
      node.parent = this.missingParent(node.segmentId, span.parentId, null, node);
    } else if (span.refs.length > 0) {
      node.oddity ??= "other-trace";
    }
  }

  /** Only what was received: a stand-in for a missing span must never win over a ref that leads to a real one. */
  private find(segmentId: string, spanId: number): SpanNode | undefined {
    const node = this.index.at(segmentId, spanId);
    return node?.span ? node : undefined;
  }

  private missingParent(
    segmentId: string,
    spanId: number,
    ref: SpanRef | null,
    child: SpanNode | null,
  ): SpanNode {
    const known = this.index.at(segmentId, spanId);
    if (known !== undefined) return known;
    const service = ref?.service ?? child?.service ?? "";
    const instance = ref?.instance ?? child?.instance ?? "";
    const node = new SpanNode({ segmentId, service, instance }, spanId, 0, null, ref?.endpoint ?? "");
    this.index.add(node);
    this.missing.push(node);
    return node;
  }

  tree(): TraceTree {
    let roots = this.adopt();
    let nodes = preorder(roots);
    if (nodes.length < this.received.length + this.missing.length) {
      // Whose parents lead in a circle hangs below no root.
      this.cutCycles();
      roots = this.adopt();
      nodes = preorder(roots);
    }
    const time = drawnTime(this.received);
    let errorCount = 0;
    for (const node of this.received) if (node.error) errorCount++;
    return {
      traceId: this.traceId,
      roots,
      nodes,
      spans: this.index,
      spanCount: this.received.length,
      errorCount,
      missingCount: this.missing.length,
      duplicateCount: this.duplicates,
      services: shares(nodes),
      start: time.start,
      end: time.end,
    };
  }

  /** Gives each parent its children and returns who has no parent. */
  private adopt(): SpanNode[] {
    const roots: SpanNode[] = [];
    for (const nodes of [this.missing, this.received]) {
      for (const node of nodes) {
        if (node.parent === null) roots.push(node);
        else node.parent.adopt(node);
      }
    }
    for (const node of this.missing) {
      for (const child of node.children) node.start = Math.min(node.start, child.start);
      node.end = node.start;
    }
    return sorted(roots);
  }

  /** Every node has one parent, so each connected circle is found by walking up until a node seen in this walk. */
  private cutCycles(): void {
    const walks = new Map<SpanNode, SpanNode>();
    for (const from of this.received) {
      let node: SpanNode | null = from.index < 0 ? from : null;
      while (node !== null && !walks.has(node)) {
        walks.set(node, from);
        node = node.parent;
      }
      if (node !== null && walks.get(node) === from) cut(node);
    }
    for (const node of this.missing) node.children = NONE;
    for (const node of this.received) node.children = NONE;
  }
}

function cut(member: SpanNode): void {
  let first = member;
  for (let node = member.parent; node !== null && node !== member; node = node.parent) {
    if (byStart(node, first) < 0) first = node;
  }
  first.parent = null;
  first.oddity = "cycle";
}

function preorder(roots: readonly SpanNode[]): SpanNode[] {
  const nodes: SpanNode[] = [];
  number(roots);
  const open: SpanNode[] = roots.toReversed();
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    node.index = nodes.length;
    node.depth = node.parent === null ? 0 : node.parent.depth + 1;
    nodes.push(node);
    if (node.children.length === 0) continue;
    node.children = sorted(node.children);
    number(node.children);
    for (let i = node.children.length - 1; i >= 0; i--) {
      const child = node.children[i];
      if (child !== undefined) open.push(child);
    }
  }
  for (let i = nodes.length - 1; i >= 0; i--) {
    const node = nodes[i];
    if (node !== undefined) node.after = node.children.at(-1)?.after ?? i + 1;
  }
  return nodes;
}

/** Most come in order, and a look is much quicker than a sort. */
function sorted(siblings: SpanNode[]): SpanNode[] {
  for (let i = 1; i < siblings.length; i++) {
    const [before, node] = [siblings[i - 1], siblings[i]];
    if (before !== undefined && node !== undefined && byStart(before, node) > 0)
      return inOrder(siblings, (each) => each.start, byNumber);
  }
  return siblings;
}

function number(siblings: readonly SpanNode[]): void {
  for (let i = 0; i < siblings.length; i++) {
    const node = siblings[i];
    if (node !== undefined) node.position = i + 1;
  }
}

/**
 * The root the trace is named after: the one with the most below it, of equal ones the first. Not simply the first:
 * that may be a stray span of a wrong clock.
 */
export function mainRoot(tree: TraceTree): SpanNode | null {
  let main: SpanNode | null = null;
  const size = (node: SpanNode): number => node.after - node.index;
  for (const top of tree.roots) {
    for (const root of top.span === null ? top.children : [top]) {
      if (main === null || size(root) > size(main)) main = root;
    }
  }
  return main;
}

/** A report repeated (a retry, or an agent that reuses its context) is the same in these; tags may have grown. */
function sameSpan(a: Span, b: Span): boolean {
  return (
    a.parentId === b.parentId &&
    a.startMillis === b.startMillis &&
    a.type === b.type &&
    a.operation === b.operation
  );
}

function byStart(a: SpanNode, b: SpanNode): number {
  if (a.start !== b.start) return a.start < b.start ? -1 : 1;
  return byNumber(a, b);
}

/** Milliseconds are coarse: among spans that start together the number tells which was made first. */
function byNumber(a: SpanNode, b: SpanNode): number {
  if (a.segmentId === b.segmentId) return a.spanId - b.spanId;
  return a.segmentId < b.segmentId ? -1 : 1;
}

function shares(nodes: readonly SpanNode[]): ServiceShare[] {
  const counts = new Map<string, { spans: number; errors: number }>();
  let name = "";
  let share: { spans: number; errors: number } | undefined;
  for (const node of nodes) {
    // Neighbours are of one service more often than not.
    if (share === undefined || node.service !== name) {
      name = node.service;
      share = counts.get(name);
      if (share === undefined) counts.set(name, (share = { spans: 0, errors: 0 }));
    }
    if (node.span !== null) share.spans++;
    if (node.error) share.errors++;
  }
  return [...counts].map(([service, each]) => ({ name: service, ...each }));
}
