import { useEffect, useRef, useState, type PointerEvent, type ReactNode } from "react";
import { formatDuration } from "../../domain/duration.ts";
import { rasterize } from "../../domain/raster.ts";
import type { TraceTree } from "../../domain/tree.ts";
import { barOf, type TimeView } from "../../domain/viewport.ts";
import { useShownTheme } from "../../parts/theme.ts";
import { useSize } from "../../parts/useSize.ts";

const HEIGHT = 46;

interface OverviewProps {
  readonly tree: TraceTree;
  readonly colors: ReadonlyMap<string, number>;
  readonly view: TimeView;
  readonly onZoom: (zoom: { readonly from: number; readonly to: number } | null) => void;
}

/** The whole trace in small, on a canvas since it holds every span. Dragging over it zooms into that part of time. */
export function Overview({ tree, colors, view, onZoom }: OverviewProps): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const { width } = useSize(box);
  const theme = useShownTheme();
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);

  useEffect(() => {
    // After the rows have been painted (frames are painted behind their callbacks): the picture is a help, the rows
    // are the page.
    let timer: ReturnType<typeof setTimeout> | undefined;
    const frame = requestAnimationFrame(() => {
      timer = setTimeout(() => {
        if (canvas.current !== null && width > 0) draw(canvas.current, tree, colors, width);
      });
    });
    return () => {
      cancelAnimationFrame(frame);
      clearTimeout(timer);
    };
  }, [tree, colors, width, theme]);

  const at = (event: PointerEvent): number => {
    const area = event.currentTarget.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - area.left) / Math.max(1, area.width)));
  };
  const length = tree.end - tree.start;
  const end = (event: PointerEvent): void => {
    if (drag === null) return;
    setDrag(null);
    const [low, high] = [Math.min(drag.from, at(event)), Math.max(drag.from, at(event))];
    // Less than a few pixels is a click, and a click shows everything again.
    if ((high - low) * width < 4) onZoom(null);
    else {
      const from = Math.floor(low * length);
      onZoom({ from, to: Math.max(from + 1, Math.ceil(high * length)) });
    }
  };

  const shown =
    drag === null
      ? relative(view, tree)
      : { from: Math.min(drag.from, drag.to), to: Math.max(drag.from, drag.to) };
  const zoomed = drag !== null || view.start > tree.start || view.end < tree.end;
  if (length <= 0) return null;
  return (
    <div className="overview" aria-hidden="true">
      <div
        ref={box}
        className="overview-box"
        title="Drag to zoom into a part of the time, click to see the whole"
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setDrag({ from: at(event), to: at(event) });
        }}
        onPointerMove={(event) => drag !== null && setDrag({ from: drag.from, to: at(event) })}
        onPointerUp={end}
        onPointerCancel={() => setDrag(null)}
      >
        <canvas ref={canvas} />
        {zoomed && (
          <>
            <div className="veil" style={{ left: 0, width: `${shown.from * 100}%` }} />
            <div className="veil" style={{ left: `${shown.to * 100}%`, right: 0 }} />
            <div
              className="frame"
              style={{ left: `${shown.from * 100}%`, width: `${(shown.to - shown.from) * 100}%` }}
            >
              <span>{formatDuration((shown.to - shown.from) * length)}</span>
            </div>
          </>
        )}
      </div>
    </div>
  );
}

function relative(view: TimeView, tree: TraceTree): { from: number; to: number } {
  const length = Math.max(1, tree.end - tree.start);
  return { from: (view.start - tree.start) / length, to: (view.end - tree.start) / length };
}

/** As many as have a line of their own, more or less; of more, each dot is set once. */
const MANY = 500;

function draw(
  canvas: HTMLCanvasElement,
  tree: TraceTree,
  colors: ReadonlyMap<string, number>,
  width: number,
): void {
  const scale = window.devicePixelRatio || 1;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(HEIGHT * scale);
  const context = canvas.getContext("2d");
  if (context === null) return;
  const style = getComputedStyle(canvas);
  const palette = new Map<string, string>();
  for (const [name, place] of colors) palette.set(name, style.getPropertyValue(`--service-${place}`));
  const error = style.getPropertyValue("--error");
  if (tree.nodes.length > MANY) drawDots(context, tree, palette, error);
  else {
    context.scale(scale, scale);
    drawBars(context, tree, palette, error, width);
  }
}

function drawBars(
  context: CanvasRenderingContext2D,
  tree: TraceTree,
  palette: ReadonlyMap<string, string>,
  error: string,
  width: number,
): void {
  const rowHeight = Math.min(6, (HEIGHT - 4) / Math.max(1, tree.nodes.length));
  const barHeight = Math.max(1, rowHeight * 0.7);
  for (const node of tree.nodes) {
    if (node.span === null) continue;
    const bar = barOf(node.start, node.end, tree);
    if (bar.outside !== null) continue;
    context.fillStyle = node.error ? error : (palette.get(node.service) ?? "gray");
    context.fillRect(bar.left * width, 2 + node.index * rowHeight, Math.max(1, bar.width * width), barHeight);
  }
}

function drawDots(
  context: CanvasRenderingContext2D,
  tree: TraceTree,
  palette: ReadonlyMap<string, string>,
  error: string,
): void {
  const { width, height } = context.canvas;
  if (width === 0 || height === 0) return;
  const [errorDot = 0, otherDot = 0, ...serviceDots] = dotsOf([error, "gray", ...palette.values()]);
  const dots = new Map([...palette.keys()].map((name, i) => [name, serviceDots[i] ?? otherDot]));
  const edge = Math.round((2 * height) / HEIGHT);
  const size = { width, height: height - 2 * edge };
  const picture = rasterize(tree.nodes, tree, size, (node) =>
    node.error ? errorDot : (dots.get(node.service) ?? otherDot),
  );
  context.putImageData(
    new ImageData(new Uint8ClampedArray(picture.buffer), size.width, size.height),
    0,
    edge,
  );
}

/** Colors as they lie in a picture's memory. */
function dotsOf(colors: readonly string[]): Uint32Array {
  const sample = document.createElement("canvas");
  sample.width = colors.length;
  sample.height = 1;
  const context = sample.getContext("2d", { willReadFrequently: true });
  if (context === null) return new Uint32Array(colors.length);
  colors.forEach((color, i) => {
    context.fillStyle = color;
    context.fillRect(i, 0, 1, 1);
  });
  return new Uint32Array(context.getImageData(0, 0, colors.length, 1).data.buffer);
}
