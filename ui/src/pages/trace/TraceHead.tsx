import type { ReactNode } from "react";
import { formatDuration } from "../../domain/duration.ts";
import { formatBytes, formatClock, formatCount, formatDateTime, plural } from "../../domain/format.ts";
import type { Trace } from "../../domain/model.ts";
import type { SampledSegment } from "../../domain/profile.ts";
import { profilesRoute } from "../../domain/route.ts";
import { startFor } from "../../domain/sampled.ts";
import { mainRoot, type TraceTree } from "../../domain/tree.ts";
import { CopyButton } from "../../parts/CopyButton.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { Link } from "../../parts/navigation.tsx";
import { ServiceName } from "../../parts/ServiceName.tsx";
import { Text } from "../../parts/Text.tsx";

interface TraceHeadProps {
  readonly trace: Trace;
  readonly tree: TraceTree;
  readonly colors: ReadonlyMap<string, number>;
  readonly loadedAt: number;
  readonly busy: boolean;
  readonly again: () => void;
  readonly sampled: readonly SampledSegment[];
  /** Opens the flame graph of all that was sampled. */
  readonly onFlame: () => void;
}

export function TraceHead(props: TraceHeadProps): ReactNode {
  const { trace, tree, colors, loadedAt, busy, again, sampled, onFlame } = props;
  const root = mainRoot(tree);
  const start = root === null ? null : startFor(tree, root);
  const snapshots = sampled.reduce((sum, s) => sum + s.snapshots, 0);
  return (
    <header className="trace-head">
      <div className="trace-title">
        <h1>
          {root === null ? (
            "A trace without spans"
          ) : (
            <>
              <ServiceName name={root.service} color={colors.get(root.service) ?? 0} />
              <span className="endpoint">
                <Text value={root.operation} />
              </span>
            </>
          )}
        </h1>
        {snapshots > 0 && (
          <button type="button" onClick={onFlame} title={`${plural(snapshots, "snapshot")} of its threads`}>
            <Icon name="flame" /> Flame graph
          </button>
        )}
        {start !== null && (
          <Link to={profilesRoute(start)} className="profile-endpoint">
            Profile this endpoint
          </Link>
        )}
        <button type="button" onClick={again} disabled={busy} title={`Loaded at ${formatClock(loadedAt)}`}>
          <Icon name="refresh" /> Reload
        </button>
      </div>
      <dl className="facts">
        <div className="fact-id">
          <dt>Trace id</dt>
          <dd>
            <code className="cut">
              <Text value={trace.traceId} />
            </code>
            <CopyButton text={trace.traceId} what="trace id" />
          </dd>
        </div>
        <Fact name="Start">{formatDateTime(tree.start)}</Fact>
        <Fact name="Duration">{formatDuration(tree.end - tree.start)}</Fact>
        <Fact name="Spans">{formatCount(tree.spanCount)}</Fact>
        <Fact name="Segments">{formatCount(trace.segments.length)}</Fact>
        <Fact name="Errors">
          {tree.errorCount > 0 ? <span className="error-text">{formatCount(tree.errorCount)}</span> : "0"}
        </Fact>
      </dl>
      <ul className="services-legend" aria-label="Services in this trace">
        {tree.services.map((service) => (
          <li key={service.name}>
            <ServiceName name={service.name} color={colors.get(service.name) ?? 0} />{" "}
            <span className="quiet">{formatCount(service.spans)}</span>
            {service.errors > 0 && (
              <span className="error-text" title={plural(service.errors, "error")}>
                {" "}
                <Icon name="alert" />
                {formatCount(service.errors)}
              </span>
            )}
          </li>
        ))}
      </ul>
      <Notes trace={trace} tree={tree} />
    </header>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** In step with the server's limit (server/query, Api). */
const MOST_SPANS = 250_000;
const MOST_BYTES = 128 * 1024 * 1024;

/** What keeps this trace from being whole. A picture that is not complete has to say so. */
function Notes({ trace, tree }: { readonly trace: Trace; readonly tree: TraceTree }): ReactNode {
  const notes: string[] = [];
  if (trace.truncated)
    notes.push(
      `Not whole: the server has ${formatCount(trace.storedSpans)} spans of this trace, here are ${formatCount(tree.spanCount + tree.duplicateCount)}. Of more than ${formatCount(MOST_SPANS)} spans, or of ${formatBytes(MOST_BYTES)}, it hands out those that start first; what it cannot read from its disk is left out, and its log says so.`,
    );
  if (tree.missingCount > 0) {
    notes.push(
      `${plural(tree.missingCount, "span")} named as a parent did not arrive (yet); their rows say so.`,
    );
  }
  const limited = trace.segments.filter((segment) => segment.sizeLimited).length;
  if (limited > 0) {
    notes.push(
      `${plural(limited, "segment")} reached the agent's limit of spans; what came after was not recorded.`,
    );
  }
  if (tree.duplicateCount > 0)
    notes.push(`${plural(tree.duplicateCount, "span")} arrived again and are shown once.`);
  if (notes.length === 0) return null;
  return (
    <ul className="notes">
      {notes.map((note) => (
        <li key={note}>
          <Icon name="hole" /> {note}
        </li>
      ))}
    </ul>
  );
}
