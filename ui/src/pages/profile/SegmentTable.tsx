import { useState, type ReactNode } from "react";
import { MAX_SEGMENTS } from "../../domain/analysis.ts";
import { formatDuration } from "../../domain/duration.ts";
import { formatCount, formatDateTime, formatWhen, plural } from "../../domain/format.ts";
import type { ProfileTask, SampledSegment } from "../../domain/profile.ts";
import { traceRoute } from "../../domain/route.ts";
import { rowKey } from "../../domain/spanIndex.ts";
import { cutText, plainText } from "../../domain/text.ts";
import { Icon } from "../../parts/Icon.tsx";
import { Link } from "../../parts/navigation.tsx";
import { Text } from "../../parts/Text.tsx";

interface SegmentTableProps {
  readonly segments: readonly SampledSegment[];
  readonly more: boolean;
  readonly task: ProfileTask;
  readonly chosen: readonly string[];
  readonly onChoose: (segments: readonly string[]) => void;
}

/** One comes for the flame graph: the list begins short. */
const SHOWN = 4;
const MOST_SHOWN = 200;

export function SegmentTable({ segments, more, task, chosen, onChoose }: SegmentTableProps): ReactNode {
  const [all, setAll] = useState(false);
  const shown = segments.slice(0, all ? MOST_SHOWN : SHOWN);
  const left = segments.length - shown.length;
  const set = new Set(chosen);
  const toggle = (id: string): void =>
    onChoose(set.has(id) ? chosen.filter((other) => other !== id) : [...chosen, id]);
  return (
    <section className="card table-card sampled" aria-label="Sampled segments">
      <table className="segments">
        <thead>
          <tr>
            <th scope="col">
              <span className="off-screen">Analyse</span>
            </th>
            <th scope="col">Sampled</th>
            <th scope="col">Trace</th>
            <th scope="col">Instance</th>
            <th scope="col" className="number">
              Duration
            </th>
            <th scope="col" className="number">
              Snapshots
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((segment) => (
            <tr key={segment.segmentId} className={set.has(segment.segmentId) ? "chosen" : undefined}>
              <td className="choose">
                <input
                  type="checkbox"
                  aria-label={`Analyse segment ${plainText(cutText(segment.segmentId, 80))}`}
                  checked={set.has(segment.segmentId)}
                  disabled={!set.has(segment.segmentId) && chosen.length >= MAX_SEGMENTS}
                  onChange={() => toggle(segment.segmentId)}
                />
              </td>
              <td className="when" title={formatDateTime(segment.firstMillis)}>
                <button type="button" className="link" onClick={() => onChoose([segment.segmentId])}>
                  {formatWhen(segment.firstMillis, Date.now())}
                </button>
                {segment.part && (
                  <span className="chip" title="Another thread of a request that is sampled itself">
                    part
                  </span>
                )}
              </td>
              <td>
                <TraceLink segment={segment} />
              </td>
              <td className="instance">
                <Text value={segment.instance} limit={120} />
              </td>
              <td className="number">
                {segment.error && (
                  <span className="error-text" title="ended with an error">
                    <Icon name="alert" />{" "}
                  </span>
                )}
                {segment.durationMillis === null ? "–" : formatDuration(segment.durationMillis)}
              </td>
              <td className="number">
                {formatCount(segment.snapshots)}
                {segment.gaps > 0 && (
                  <span className="error-text" title="Missing between its first and its last">
                    {" "}
                    {plural(segment.gaps, "gap")}
                  </span>
                )}
                {segment.periodMillis !== task.periodMillis && segment.periodMillis > 0 && (
                  <span className="quiet period"> every {formatDuration(segment.periodMillis)}</span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="segments-foot quiet">
        {left > 0 && !all && (
          <button type="button" className="link" onClick={() => setAll(true)}>
            show {plural(left, "more segment")}
          </button>
        )}
        {left > 0 && all && <>and {plural(left, "more segment")}</>}
        {more && " The newest thousand are listed."}
        {chosen.length > 0 && (
          <button type="button" className="link" onClick={() => onChoose([])}>
            choose none: all samples together
          </button>
        )}
        {chosen.length >= MAX_SEGMENTS && ` No more than ${MAX_SEGMENTS} can be chosen.`}
      </p>
    </section>
  );
}

function TraceLink({ segment }: { readonly segment: SampledSegment }): ReactNode {
  if (segment.traceId === null)
    return (
      <span className="quiet" title="The snapshots came before it; it may still run">
        not received yet
      </span>
    );
  return (
    <Link to={traceRoute(segment.traceId, rowKey(segment.segmentId, 0))} className="trace-link">
      <Text value={segment.traceId} limit={60} />
    </Link>
  );
}
