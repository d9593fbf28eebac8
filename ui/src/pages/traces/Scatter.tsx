import { useRef, type ReactNode } from "react";
import type { TraceSummary } from "../../api/answers.ts";
import { formatDuration } from "../../domain/duration.ts";
import { formatWhen } from "../../domain/format.ts";
import { traceRoute } from "../../domain/route.ts";
import { placeDots } from "../../domain/scatter.ts";
import { plainText } from "../../domain/text.ts";
import { goTo } from "../../parts/navigation.tsx";
import { useSize } from "../../parts/useSize.ts";

const HEIGHT = 84;
const EDGE = 8;

/**
 * Start against duration, to see outliers and clusters at a glance. A picture of the list below, which holds the same
 * traces as links, so assistive technology is spared two hundred dots.
 */
export function Scatter({ traces }: { readonly traces: readonly TraceSummary[] }): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const { width } = useSize(box);
  if (traces.length < 3) return null;
  const now = Date.now();
  const dots = placeDots(traces);
  const starts = traces.map((trace) => trace.startMillis);
  const durations = traces.map((trace) => trace.durationMillis);
  return (
    <figure className="scatter" aria-hidden="true">
      <span className="scatter-top quiet">{formatDuration(Math.max(...durations))}</span>
      <span className="scatter-bottom quiet">{formatDuration(Math.min(...durations))}</span>
      <div ref={box}>
        <svg width={width} height={HEIGHT}>
          {traces.map((trace, i) => {
            const dot = dots[i];
            return dot === undefined ? null : (
              <circle
                key={trace.traceId}
                className={trace.error ? "error" : undefined}
                cx={EDGE + dot.x * Math.max(0, width - 2 * EDGE)}
                cy={EDGE + dot.y * (HEIGHT - 2 * EDGE)}
                r={4}
                onClick={() => goTo(traceRoute(trace.traceId))}
              >
                <title>{`${formatDuration(trace.durationMillis)} · ${plainText(trace.endpoint.slice(0, 200))}`}</title>
              </circle>
            );
          })}
        </svg>
      </div>
      <figcaption className="quiet">
        <span>{formatWhen(Math.min(...starts), now)}</span>
        <span>duration by start; click a dot</span>
        <span>{formatWhen(Math.max(...starts), now)}</span>
      </figcaption>
    </figure>
  );
}
