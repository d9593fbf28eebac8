import {
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  type CSSProperties,
  type KeyboardEvent,
  type PointerEvent,
  type ReactNode,
} from "react";
import { nameOf, type Flame } from "../../domain/flame.ts";
import { amountText, selfOf, shareText, totalOf } from "../../domain/flameFacts.ts";
import { boxOf, moveInFlame, nodeAt, rowsInSight, type FlameSight } from "../../domain/flameMoves.ts";
import { cutText, plainText } from "../../domain/text.ts";
import { useShownTheme } from "../theme.ts";
import { useSize } from "../useSize.ts";
import { depthAt, LEAST, paint, ROW, rowTop } from "./paint.ts";
import { FrameTip } from "./FrameTip.tsx";

interface FlameGraphProps {
  readonly flame: Flame;
  readonly zoom: number;
  readonly upwards: boolean;
  readonly found: Uint8Array | null;
  readonly selected: number;
  readonly onSelect: (node: number) => void;
  readonly onZoom: (node: number) => void;
  readonly onBack: () => void;
}

/** Keyboard moves pass over what is too narrow to be seen. */
const LEAST_MOVE = 2;

interface Hover {
  readonly node: number;
  readonly x: number;
  readonly y: number;
}

export function FlameGraph(props: FlameGraphProps): ReactNode {
  const { flame, zoom, upwards, found, selected, onSelect, onZoom, onBack } = props;
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width, height } = useSize(box);
  const theme = useShownTheme();
  const [scrollTop, setScrollTop] = useState(0);
  const [hover, setHover] = useState<Hover | null>(null);
  const sight = useMemo<FlameSight>(() => ({ flame, zoom, width }), [flame, zoom, width]);
  const rows = useMemo(() => rowsInSight(sight, LEAST), [sight]);

  useEffect(() => setHover(null), [flame, zoom, upwards]);

  useLayoutEffect(() => {
    // Where the callers are is where one begins to read.
    const scroller = box.current;
    if (scroller !== null) scroller.scrollTop = upwards ? scroller.scrollHeight : 0;
  }, [upwards, zoom, flame, width > 0]);

  useLayoutEffect(() => {
    if (canvas.current === null || width === 0 || height === 0) return;
    const from = performance.now();
    paint(canvas.current, { sight, rows, upwards, scrollTop, height, found });
    performance.measure("skein:flame-paint", { start: from });
  }, [sight, rows, upwards, scrollTop, height, found, theme]);

  const nodeOf = (event: { clientX: number; clientY: number }): number => {
    const area = canvas.current?.getBoundingClientRect();
    if (area === undefined) return -1;
    const depth = depthAt(event.clientY - area.top + scrollTop, rows, upwards);
    const node = nodeAt(sight, depth, event.clientX - area.left);
    return node >= 0 && (boxOf(sight, node)?.width ?? 0) >= LEAST ? node : -1;
  };

  const show = (node: number): void => {
    onSelect(node);
    const scroller = box.current;
    if (scroller === null) return;
    const top = rowTop(flame.depth[node] ?? 0, rows, upwards);
    if (top < scroller.scrollTop) scroller.scrollTop = top;
    else if (top + ROW > scroller.scrollTop + height) scroller.scrollTop = top + ROW - height;
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter") onZoom(selected < 0 ? 0 : selected);
    else if (event.key === "Escape" || event.key === "Backspace") onBack();
    else if (event.key === "0") onZoom(0);
    else {
      const at = selected < 0 || boxOf(sight, selected) === null ? -1 : selected;
      const arrow = event.key.startsWith("Arrow") || event.key === "Home";
      const to = at < 0 && arrow ? zoom : moveInFlame(sight, at, event.key, upwards, LEAST_MOVE);
      if (to === null) {
        if (arrow) event.preventDefault();
        return;
      }
      show(to);
    }
    event.preventDefault();
  };

  const mark = (node: number, kind: string): ReactNode => {
    const place = node < 0 ? null : boxOf(sight, node);
    if (place === null || place.width < LEAST) return null;
    const style: CSSProperties = {
      left: place.x,
      top: rowTop(flame.depth[node] ?? 0, rows, upwards),
      width: Math.max(2, place.width),
    };
    return <div className={`flame-mark ${kind}`} style={style} aria-hidden="true" />;
  };

  return (
    <div className="flame-graph">
      <div
        ref={box}
        className="flame-scroll"
        role="application"
        aria-roledescription="flame graph"
        aria-label="Flame graph. Arrow keys move between frames, Enter zooms, Escape goes back. The table form has the same figures."
        tabIndex={0}
        onKeyDown={onKeyDown}
        onScroll={(event) => setScrollTop(event.currentTarget.scrollTop)}
        onPointerMove={(event: PointerEvent) => {
          const node = nodeOf(event);
          setHover(node < 0 ? null : { node, x: event.clientX, y: event.clientY });
        }}
        onPointerLeave={() => setHover(null)}
        onClick={(event) => {
          const node = nodeOf(event);
          if (node < 0) return;
          onSelect(node);
          onZoom(node);
        }}
      >
        <div className="flame-all" style={{ height: rows * ROW }}>
          <canvas ref={canvas} style={{ height: Math.min(height, rows * ROW) }} aria-hidden="true" />
          {mark(selected, "selected")}
          {hover !== null && mark(hover.node, "hovered")}
        </div>
      </div>
      <p className="off-screen" role="status">
        {selected >= 0 && selected < flame.count && spoken(flame, selected)}
      </p>
      {hover !== null && <FrameTip flame={flame} node={hover.node} x={hover.x} y={hover.y} />}
    </div>
  );
}

/** A frame in one breath. */
function spoken(flame: Flame, node: number): string {
  const share = shareText(flame.total[node] ?? 0, flame.total[0] ?? 0);
  return `${plainText(cutText(nameOf(flame, node), 200))}: ${share}, total ${amountText(totalOf(flame, node))}, self ${amountText(selfOf(flame, node))}`;
}
