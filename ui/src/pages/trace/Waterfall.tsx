import {
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
} from "react";
import { axisTicks } from "../../domain/axis.ts";
import type { FoundSpans } from "../../domain/find.ts";
import { formatCount } from "../../domain/format.ts";
import { beginsSegment } from "../../domain/sampled.ts";
import { errorsInside, moveBy, shownRow, type Rows } from "../../domain/rows.ts";
import type { Stretch } from "../../domain/timing.ts";
import type { SpanNode, TraceTree } from "../../domain/tree.ts";
import { rowWindow, scrollToShow, type TimeView } from "../../domain/viewport.ts";
import { useSize } from "../../parts/useSize.ts";
import { Row, rowId } from "./Row.tsx";
import "./waterfall.css";
import { Splitter, useNameWidth } from "./Splitter.tsx";

/** In step with --row-height in waterfall.css. */
const ROW_HEIGHT = 26;
const SPARE_ROWS = 12;

interface WaterfallProps {
  readonly box: RefObject<HTMLDivElement | null>;
  readonly tree: TraceTree;
  readonly rows: Rows;
  readonly folded: ReadonlySet<string>;
  readonly selected: SpanNode | null;
  /** Null while nothing is looked for. */
  readonly found: FoundSpans | null;
  readonly view: TimeView;
  readonly colors: ReadonlyMap<string, number>;
  readonly critical: ReadonlyMap<SpanNode, readonly Stretch[]>;
  readonly errors: Int32Array;
  /** By segment. */
  readonly snapshots: ReadonlyMap<string, number>;
  /** Something else has a part of the height: what is selected has to stay in view. */
  readonly short: boolean;
  readonly onSelect: (node: SpanNode) => void;
  readonly onFold: (node: SpanNode, closed: boolean) => void;
  readonly onOpen: () => void;
  /** Zoom by a factor; 0 shows the whole. */
  readonly onZoom: (factor: number) => void;
}

/**
 * Rows in a window of our own: only what is on the screen, and a little more, is in the document. The list scrolls
 * natively, so its feel and its scroll bar are the browser's.
 */
export function Waterfall(props: WaterfallProps): ReactNode {
  const { box, tree, rows, folded, selected, found, view, colors, critical, errors, snapshots } = props;
  const size = useSize(box);
  const [scrollTop, setScrollTop] = useState(0);
  const [nameWidth, setNameWidth] = useNameWidth(size.width);
  const [barWidth, setBarWidth] = useState(0);
  const shown = rowWindow(scrollTop, size.height, ROW_HEIGHT, rows.length, SPARE_ROWS);
  const axisWidth = Math.max(0, size.width - nameWidth);
  const ticks = useMemo(
    () => axisTicks(view, tree.start, axisWidth, 90),
    [view.start, view.end, tree, axisWidth],
  );

  useLayoutEffect(() => {
    const scroller = box.current;
    if (scroller !== null) setBarWidth(scroller.offsetWidth - scroller.clientWidth);
  }, [box, size]);

  useKeepInView(box, rows, selected, size.height, props.short);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "+" || event.key === "=") props.onZoom(0.5);
    else if (event.key === "-") props.onZoom(2);
    else if (event.key === "0") props.onZoom(0);
    else {
      const pageRows = Math.max(1, Math.floor(size.height / ROW_HEIGHT) - 1);
      const move = moveBy(event.key, tree, rows, folded, selected, pageRows);
      if (move === null) return;
      if (move.do === "fold" || move.do === "unfold") props.onFold(move.node, move.do === "fold");
      else {
        props.onSelect(move.node);
        if (move.do === "open") props.onOpen();
      }
    }
    event.preventDefault();
  };

  const items: ReactNode[] = [];
  for (let row = shown.first; row < shown.last; row++) {
    const node = tree.nodes[rows[row] ?? -1];
    if (node === undefined) continue;
    const closed = folded.size > 0 && folded.has(node.key);
    items.push(
      <Row
        key={node.index}
        node={node}
        color={colors.get(node.service) ?? 0}
        closed={closed}
        hidden={closed ? node.after - node.index - 1 : 0}
        hiddenErrors={closed ? errorsInside(errors, node) : 0}
        selected={node === selected}
        match={found === null ? "none" : found.has(node) ? "found" : "other"}
        critical={critical.get(node)}
        snapshots={snapshots.size > 0 && beginsSegment(node) ? (snapshots.get(node.segmentId) ?? 0) : 0}
        viewStart={view.start}
        viewEnd={view.end}
        rootCount={tree.roots.length}
        onSelect={props.onSelect}
        onFold={props.onFold}
      />,
    );
  }

  const [first, second] = ticks;
  const style: Record<`--${string}`, string> = {
    "--rows": String(rows.length),
    "--name-width": `${nameWidth}px`,
    "--tick-from": `${(first?.at ?? 0) * axisWidth}px`,
    "--tick-step": first && second ? `${(second.at - first.at) * axisWidth}px` : "100%",
  };
  const active = selected === null ? -1 : shownRow(rows, selected);
  const activeNode = active < 0 ? undefined : tree.nodes[rows[active] ?? -1];
  return (
    <div className="waterfall" style={style as CSSProperties}>
      <div className="waterfall-head" style={{ paddingRight: barWidth }}>
        <div className="name-head">
          <span>{formatCount(rows.length)} rows</span>
          <Legend />
        </div>
        <Splitter width={nameWidth} total={size.width} onWidth={setNameWidth} />
        <div className="axis" aria-hidden="true">
          {ticks.map((tick) => (
            <span
              key={tick.at}
              className={tick.at > 0.94 ? "tick last" : "tick"}
              style={{ left: `${tick.at * 100}%` }}
            >
              {tick.label}
            </span>
          ))}
        </div>
      </div>
      <div
        ref={box}
        className="waterfall-scroll"
        role="tree"
        tabIndex={0}
        aria-label="Spans"
        aria-activedescendant={activeNode === undefined ? undefined : rowId(activeNode)}
        onKeyDown={onKeyDown}
        onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}
      >
        <div role="presentation" className="waterfall-all" style={{ height: rows.length * ROW_HEIGHT }}>
          <div
            role="presentation"
            className="waterfall-shown"
            style={{ transform: `translateY(${shown.first * ROW_HEIGHT}px)` }}
          >
            {items}
          </div>
        </div>
      </div>
    </div>
  );
}

/** What the shapes mean; color is explained by the names of the services. */
function Legend(): ReactNode {
  return (
    <span className="shapes">
      <span>
        <i className="span-bar entry" aria-hidden="true" /> entry
      </span>
      <span>
        <i className="span-bar exit" aria-hidden="true" /> exit
      </span>
      <span>
        <i className="span-bar local" aria-hidden="true" /> local
      </span>
      <span title="What the whole had to wait for, moment by moment">
        <i className="critical" aria-hidden="true" /> critical path
      </span>
    </span>
  );
}

/** Selecting moves the row into view; a link to a span opens with it in the middle. */
function useKeepInView(
  box: RefObject<HTMLDivElement | null>,
  rows: Rows,
  selected: SpanNode | null,
  height: number,
  short: boolean,
): void {
  const placed = useRef(false);
  useEffect(() => {
    const scroller = box.current;
    if (scroller === null || height === 0) return;
    const row = selected === null ? -1 : shownRow(rows, selected);
    if (row >= 0) {
      scroller.scrollTop = placed.current
        ? scrollToShow(row, scroller.scrollTop, height, ROW_HEIGHT)
        : scrollToShow(row, 0, height, ROW_HEIGHT) === 0
          ? 0
          : row * ROW_HEIGHT - height / 2;
    }
    placed.current = true;
  }, [selected, height > 0, short && height]);
}
