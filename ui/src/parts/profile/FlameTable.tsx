import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { childrenOf, nameOf, pathTo, type Flame } from "../../domain/flame.ts";
import { amountText, hotPath, selfOf, shareText, totalOf, type Found } from "../../domain/flameFacts.ts";
import { flameRows, moveInRows, openedAtFirst, openedFor } from "../../domain/flameRows.ts";
import { formatCount } from "../../domain/format.ts";
import { cutText, plainText } from "../../domain/text.ts";
import { rowWindow, scrollToShow } from "../../domain/viewport.ts";
import { Icon } from "../Icon.tsx";
import { Text } from "../Text.tsx";
import { useSize } from "../useSize.ts";
import { StateBar } from "./StateShares.tsx";

interface FlameTableProps {
  readonly flame: Flame;
  readonly zoom: number;
  readonly found: Found | null;
  readonly selected: number;
  readonly onSelect: (node: number) => void;
  readonly onZoom: (node: number) => void;
  readonly onBack: () => void;
}

/** In step with --tree-row in profile.css. */
const ROW = 26;
const SPARE = 12;
const INDENT = 11;
const DEEPEST = 24;
/** So many matches are opened by a search; more would be a list nobody reads. */
const MATCHES_OPENED = 100;

/** The graph as rows: what a screen reader reads, what is compared by numbers, and what is copied by hand. */
export function FlameTable(props: FlameTableProps): ReactNode {
  const { flame, zoom, found, selected, onSelect, onZoom, onBack } = props;
  const box = useRef<HTMLDivElement>(null);
  const { height } = useSize(box);
  const [scrollTop, setScrollTop] = useState(0);
  const [held, setHeld] = useState(() => ({ flame, zoom, found, open: openedAtFirst(flame, zoom) }));
  let { open } = held;
  if (held.flame !== flame || held.zoom !== zoom || held.found !== found) {
    // Another graph or part of it is opened anew; a search opens what it found.
    if (held.flame !== flame || held.zoom !== zoom) open = openedAtFirst(flame, zoom);
    if (found !== null) open = openedFor(flame, open, found.nodes, MATCHES_OPENED);
    setHeld({ flame, zoom, found, open });
  }
  const setOpen = (next: ReadonlySet<number>): void => setHeld({ flame, zoom, found, open: next });
  const rows = useMemo(() => flameRows(flame, open, zoom), [flame, open, zoom]);
  const hot = useMemo(() => new Set(hotPath(flame, zoom)), [flame, zoom]);
  const shown = rowWindow(scrollTop, height, ROW, rows.length, SPARE);

  useEffect(() => {
    const scroller = box.current;
    const row = rows.indexOf(selected);
    if (scroller !== null && row >= 0 && height > 0)
      scroller.scrollTop = scrollToShow(row, scroller.scrollTop, height, ROW);
  }, [selected, height > 0]);

  const toggle = (node: number): void => {
    const next = new Set(open);
    if (!next.delete(node)) for (const at of hotPath(flame, node)) next.add(at);
    setOpen(next);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") onZoom(selected < 0 ? 0 : selected);
    else if (event.key === "Escape" || event.key === "Backspace") onBack();
    else if (event.key === "0") onZoom(0);
    else {
      const page = Math.max(1, Math.floor(height / ROW) - 1);
      const move = moveInRows(event.key, flame, rows, open, selected, page);
      if (move === null) return;
      if (move.do === "select") onSelect(move.node);
      else toggle(move.node);
    }
    event.preventDefault();
  };

  const active = rows.indexOf(selected) >= 0 ? `frame-${selected}` : undefined;
  const base = flame.depth[zoom] ?? 0;
  return (
    <div className="flame-table">
      <div className="flame-table-head" aria-hidden="true">
        <span className="frame-name">{formatCount(rows.length)} rows</span>
        <span className="number">Total</span>
        <span className="number share-head">Share</span>
        <span className="number">Self</span>
        <span className="number snapshots-head">Snapshots</span>
        <span className="states-head">States</span>
      </div>
      <div
        ref={box}
        className="flame-table-scroll"
        role="tree"
        aria-label="Frames"
        tabIndex={0}
        aria-activedescendant={active}
        onKeyDown={onKeyDown}
        onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}
      >
        <div role="presentation" className="flame-table-all" style={{ height: rows.length * ROW }}>
          <div role="presentation" style={{ transform: `translateY(${shown.first * ROW}px)` }}>
            {Array.from(rows.subarray(shown.first, shown.last), (node) => (
              <FrameRow
                key={node}
                flame={flame}
                node={node}
                indent={Math.min((flame.depth[node] ?? 0) - base, DEEPEST)}
                open={open.has(node)}
                hot={hot.has(node)}
                selected={node === selected}
                match={found === null ? "none" : found.nodes[node] === 1 ? "found" : "other"}
                onSelect={onSelect}
                onToggle={toggle}
              />
            ))}
          </div>
        </div>
      </div>
    </div>
  );
}

interface FrameRowProps {
  readonly flame: Flame;
  readonly node: number;
  readonly indent: number;
  readonly open: boolean;
  readonly hot: boolean;
  readonly selected: boolean;
  readonly match: "none" | "found" | "other";
  readonly onSelect: (node: number) => void;
  readonly onToggle: (node: number) => void;
}

function FrameRow(props: FrameRowProps): ReactNode {
  const { flame, node, indent, open, hot, selected, match } = props;
  const total = totalOf(flame, node);
  const self = selfOf(flame, node);
  const whole = flame.total[0] ?? 0;
  const name = nameOf(flame, node);
  const leaf = childrenOf(flame, node).length === 0;
  const classes = ["frame-row"];
  if (selected) classes.push("selected");
  if (hot) classes.push("hot");
  if (match !== "none") classes.push(match);
  return (
    <div
      id={`frame-${node}`}
      className={classes.join(" ")}
      role="treeitem"
      aria-level={pathTo(flame, node).length}
      aria-expanded={leaf ? undefined : open}
      aria-selected={selected}
      aria-label={`${plainText(cutText(name, 200))}, ${shareText(total.micros, whole)}, total ${amountText(total)}, self ${amountText(self)}`}
      onClick={() => props.onSelect(node)}
      onDoubleClick={() => !leaf && props.onToggle(node)}
    >
      <span className="frame-name">
        <span style={{ width: indent * INDENT }} className="indent" />
        {leaf ? (
          <span className="fold" />
        ) : (
          <button
            type="button"
            className="fold"
            tabIndex={-1}
            aria-hidden="true"
            onClick={(event) => {
              event.stopPropagation();
              props.onToggle(node);
            }}
          >
            <Icon name={open ? "down" : "chevron"} />
          </button>
        )}
        <span className="frame-text">
          <Text value={name} limit={400} />
        </span>
      </span>
      <span className="number">{amountText(total)}</span>
      <span className="number share-cell">
        <span className="share-fill" style={{ width: `${(100 * total.micros) / Math.max(1, whole)}%` }} />
        <span>{shareText(total.micros, whole)}</span>
      </span>
      <span className={self.micros > 0 ? "number" : "number quiet"}>
        {self.micros > 0 ? amountText(self) : "–"}
      </span>
      <span className="number snapshots-cell">{formatCount(Math.round(total.samples))}</span>
      <span className="states-cell">
        <StateBar flame={flame} node={node} />
      </span>
    </div>
  );
}
