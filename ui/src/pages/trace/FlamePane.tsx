import { useMemo, type ReactNode } from "react";
import { MAX_SEGMENTS, type AnalysisQuestion } from "../../domain/analysis.ts";
import { formatDuration } from "../../domain/duration.ts";
import type { FlameView } from "../../domain/flameView.ts";
import { formatCount, plural } from "../../domain/format.ts";
import type { SampledSegment } from "../../domain/profile.ts";
import type { SpanNode } from "../../domain/tree.ts";
import { Icon } from "../../parts/Icon.tsx";
import { FlamePanel } from "../../parts/profile/FlamePanel.tsx";
import { Empty } from "../../parts/states.tsx";
import { Text } from "../../parts/Text.tsx";

interface FlamePaneProps {
  readonly of: "span" | "trace";
  readonly node: SpanNode | null;
  readonly sampled: readonly SampledSegment[];
  readonly view: FlameView;
  readonly onOf: (of: "" | "span" | "trace") => void;
  readonly onView: (part: Partial<FlameView>) => void;
}

/** The flame graph below the rows: of the selected span's time, or of everything of this trace that was sampled. */
export function FlamePane({ of, node, sampled, view, onOf, onView }: FlamePaneProps): ReactNode {
  const question = useMemo(() => questionOf(of, node, sampled), [of, node, sampled]);
  const segments = new Set(sampled.map((s) => s.segmentId)).size;
  return (
    <section className="flame-pane" aria-label="Flame graph">
      <div className="flame-pane-head">
        <h2>
          {of === "trace" ? (
            `All that was sampled of this trace, ${plural(segments, "segment")}`
          ) : node === null ? (
            "No span is selected"
          ) : (
            <>
              <Text value={node.operation === "" ? "(no name)" : node.operation} limit={200} />
              {node.span !== null && (
                <span className="quiet"> · its {formatDuration(node.end - node.start)}</span>
              )}
            </>
          )}
        </h2>
        <span className="spacer" />
        <div className="choices-group" role="group" aria-label="Whose time">
          <button type="button" aria-pressed={of === "span"} onClick={() => onOf("span")}>
            Selected span
          </button>
          <button type="button" aria-pressed={of === "trace"} onClick={() => onOf("trace")}>
            All samples
          </button>
        </div>
        <button type="button" className="close" aria-label="Close the flame graph" onClick={() => onOf("")}>
          <Icon name="close" />
        </button>
      </div>
      {question === null ? (
        <Empty title={node === null ? "Select a span" : "This span's segment was not sampled"}>
          <p className="quiet">
            Marked rows begin a segment of which there are snapshots; any span of it will do.
          </p>
        </Empty>
      ) : (
        <FlamePanel
          key={JSON.stringify(question)}
          question={question}
          view={view}
          onView={onView}
          nothing={
            <p className="quiet">
              None of the snapshots of this segment ({formatCount(snapshotsOf(sampled, node))}) was taken
              while this span ran: it was over before sampling began, or shorter than the time between two of
              them.
            </p>
          }
        />
      )}
    </section>
  );
}

function questionOf(
  of: "span" | "trace",
  node: SpanNode | null,
  sampled: readonly SampledSegment[],
): AnalysisQuestion | null {
  if (of === "trace") {
    const segments = [...new Set(sampled.map((s) => s.segmentId))].slice(0, MAX_SEGMENTS);
    return segments.length === 0 ? null : { task: "", segments, from: null, to: null };
  }
  if (node === null || node.span === null || snapshotsOf(sampled, node) === 0) return null;
  return { task: "", segments: [node.segmentId], from: node.start, to: node.end };
}

function snapshotsOf(sampled: readonly SampledSegment[], node: SpanNode | null): number {
  return sampled.reduce((sum, s) => sum + (s.segmentId === node?.segmentId ? s.snapshots : 0), 0);
}
