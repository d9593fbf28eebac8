import { useCallback, useDeferredValue, useEffect, useMemo, useRef, type ReactNode } from "react";
import { getSampledSegments } from "../../api/client.ts";
import { useAnswer } from "../../api/useAnswer.ts";
import { EMPTY_FLAME, type FlameView } from "../../domain/flameView.ts";
import type { SampledSegment } from "../../domain/profile.ts";
import { snapshotsBySegment, startFor } from "../../domain/sampled.ts";
import { colorsOf } from "../../parts/serviceColors.ts";
import { findSpans, nextMatch } from "../../domain/find.ts";
import type { Trace } from "../../domain/model.ts";
import type { TraceView } from "../../domain/route.ts";
import { errorCounts, foldedBelow, unfoldedFor, visibleRows } from "../../domain/rows.ts";
import { criticalPath } from "../../domain/timing.ts";
import type { SpanNode, TraceTree } from "../../domain/tree.ts";
import { zoomBy, zoomedView } from "../../domain/viewport.ts";
import { adjust, currentRoute } from "../../parts/navigation.tsx";
import { Details } from "./Details.tsx";
import { FindBox } from "./FindBox.tsx";
import { FlamePane } from "./FlamePane.tsx";
import { Overview } from "./Overview.tsx";
import { TraceHead } from "./TraceHead.tsx";
import { Waterfall } from "./Waterfall.tsx";
import "./trace.css";

interface TraceBodyProps {
  readonly trace: Trace;
  readonly tree: TraceTree;
  readonly view: TraceView;
  readonly loadedAt: number;
  readonly busy: boolean;
  readonly again: () => void;
}

/** The address is the only state: what a click or a key does is a change of the route. */
function change(part: Partial<TraceView>): void {
  const route = currentRoute();
  if (route.page === "trace") adjust({ page: "trace", view: { ...route.view, ...part } });
}

function changeFlame(part: Partial<FlameView>): void {
  const route = currentRoute();
  if (route.page === "trace") change({ flame: { ...route.view.flame, ...part } });
}

/** A zoom belongs to one graph; how one looks at it, to the reader. */
function flameOf(of: TraceView["flameOf"], view: TraceView): void {
  change({ flameOf: of, flame: of === "" ? EMPTY_FLAME : { ...view.flame, zoom: "" } });
}

const NOTHING_SAMPLED: readonly SampledSegment[] = [];

/** Whether some of it was sampled is a help: a server that does not know keeps nobody from the trace. */
function useSampled(traceId: string, loadedAt: number): readonly SampledSegment[] {
  const { answer } = useAnswer(`sampled ${traceId} ${loadedAt}`, (signal) =>
    getSampledSegments(traceId, signal),
  );
  return answer.state === "ready" ? answer.data : NOTHING_SAMPLED;
}

export function TraceBody({ trace, tree, view, loadedAt, busy, again }: TraceBodyProps): ReactNode {
  const details = useRef<HTMLElement>(null);
  const rowsBox = useRef<HTMLDivElement>(null);
  const colors = useMemo(() => colorsOf(tree.services.map((s) => s.name)), [tree]);
  const critical = useMemo(() => criticalPath(tree), [tree]);
  const errors = useMemo(() => errorCounts(tree), [tree]);
  const folded = useMemo<ReadonlySet<string>>(() => new Set(view.folded), [view.folded]);
  const rows = useMemo(() => visibleRows(tree, folded), [tree, folded]);
  // Typing must not wait for a search through a hundred thousand spans.
  const find = useDeferredValue(view.find);
  const found = useMemo(() => findSpans(tree, find), [tree, find]);
  const selected = useMemo(() => tree.spans.find(view.span) ?? null, [tree, view.span]);
  const time = zoomedView(tree, view.zoom);
  const sampled = useSampled(trace.traceId, loadedAt);
  const snapshots = useMemo(() => snapshotsBySegment(sampled), [sampled]);

  // A link to a span inside a folded part shows the span.
  useEffect(() => {
    if (selected === null) return;
    const open = unfoldedFor(tree, selected, folded);
    if (open !== folded) change({ folded: [...open] });
  }, [selected]);

  const select = useCallback((node: SpanNode | null) => change({ span: node?.key ?? "" }), []);
  const fold = useCallback((node: SpanNode, closed: boolean) => {
    const route = currentRoute();
    if (route.page !== "trace") return;
    const others = route.view.folded.filter((key) => key !== node.key);
    change({ folded: closed ? [...others, node.key] : others });
  }, []);
  const open = useCallback(() => details.current?.focus(), []);
  const back = useCallback(() => rowsBox.current?.focus(), []);
  const zoom = useCallback(
    (factor: number) => {
      if (factor === 0) change({ zoom: null });
      else {
        const around = selected === null ? (time.start + time.end) / 2 : (selected.start + selected.end) / 2;
        change({ zoom: zoomBy(tree, time, around, factor) });
      }
    },
    [tree, time.start, time.end, selected],
  );

  const classes = ["trace"];
  if (selected !== null) classes.push("with-details");
  if (view.flameOf !== "") classes.push("with-flame");
  return (
    <div className={classes.join(" ")}>
      <TraceHead
        trace={trace}
        tree={tree}
        colors={colors}
        loadedAt={loadedAt}
        busy={busy}
        again={again}
        sampled={sampled}
        onFlame={() => flameOf("trace", view)}
      />
      <div className="trace-tools">
        <FindBox
          text={view.find}
          count={find === view.find ? found.size : null}
          onText={(find) => change({ find })}
          onStep={(step) => {
            const node = nextMatch(tree, found, selected, step);
            if (node !== null) select(node);
          }}
        />
        <div className="button-group" role="group" aria-label="Folding">
          <button type="button" onClick={() => change({ folded: [...foldedBelow(tree, 0)] })}>
            Fold all
          </button>
          <button type="button" onClick={() => change({ folded: [] })} disabled={folded.size === 0}>
            Unfold all
          </button>
        </div>
        <button type="button" onClick={() => zoom(0)} disabled={view.zoom === null}>
          Whole time
        </button>
        <p className="keys quiet">
          <kbd>↑</kbd> <kbd>↓</kbd> move · <kbd>←</kbd> <kbd>→</kbd> fold · <kbd>Enter</kbd> details ·{" "}
          <kbd>+</kbd> <kbd>−</kbd> zoom · <kbd>/</kbd> find
        </p>
      </div>
      <Overview tree={tree} colors={colors} view={time} onZoom={(next) => change({ zoom: next })} />
      <div className="trace-main">
        <Waterfall
          box={rowsBox}
          tree={tree}
          rows={rows}
          folded={folded}
          selected={selected}
          found={find.trim() === "" ? null : found}
          view={time}
          colors={colors}
          critical={critical}
          errors={errors}
          snapshots={snapshots}
          short={view.flameOf !== ""}
          onSelect={select}
          onFold={fold}
          onOpen={open}
          onZoom={zoom}
        />
        {view.flameOf !== "" && (
          <FlamePane
            of={view.flameOf}
            node={selected}
            sampled={sampled}
            view={view.flame}
            onOf={(of) => flameOf(of, view)}
            onView={changeFlame}
          />
        )}
        {selected !== null && view.flameOf === "" && (
          <Details
            ref={details}
            node={selected}
            tree={tree}
            color={colors.get(selected.service) ?? 0}
            snapshots={snapshots.get(selected.segmentId) ?? 0}
            start={startFor(tree, selected)}
            onFlame={() => flameOf("span", view)}
            onSelect={select}
            onClose={() => {
              select(null);
              back();
            }}
            onBack={back}
          />
        )}
      </div>
    </div>
  );
}
