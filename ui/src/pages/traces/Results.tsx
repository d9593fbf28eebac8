import type { ReactNode } from "react";
import type { TraceSummary } from "../../api/answers.ts";
import { colorsOf } from "../../parts/serviceColors.ts";
import { formatDuration } from "../../domain/duration.ts";
import { formatCount, formatDateTime, formatWhen } from "../../domain/format.ts";
import { traceRoute } from "../../domain/route.ts";
import { Icon } from "../../parts/Icon.tsx";
import { Link } from "../../parts/navigation.tsx";
import { ServiceName } from "../../parts/ServiceName.tsx";
import { Text } from "../../parts/Text.tsx";

/** More names than this do not fit a line; the rest is a number. */
const NAMES = 4;

export function Results({ traces }: { readonly traces: readonly TraceSummary[] }): ReactNode {
  const now = Date.now();
  const longest = traces.reduce((most, trace) => Math.max(most, trace.durationMillis), 1);
  const colors = colorsOf(traces.flatMap((trace) => [trace.service, ...trace.services.map((s) => s.name)]));
  return (
    <ol className="trace-list">
      {traces.map((trace) => (
        <li key={trace.traceId}>
          <Link to={traceRoute(trace.traceId)} className={trace.error ? "trace-row error" : "trace-row"}>
            <span className="operation">
              {trace.error && (
                <span className="error-text" title="contains an error">
                  <Icon name="alert" />
                  <span className="off-screen">with error</span>
                </span>
              )}
              <ServiceName name={trace.service} color={colors.get(trace.service) ?? 0} />
              <span className="endpoint">
                <Text value={trace.endpoint === "" ? "(no name)" : trace.endpoint} />
              </span>
            </span>
            <span className="when" title={formatDateTime(trace.startMillis)}>
              {formatWhen(trace.startMillis, now)}
            </span>
            <span className="duration">
              <span className="track" aria-hidden="true">
                <span
                  className="fill"
                  style={{ width: `${Math.max(0.5, (100 * Math.max(0, trace.durationMillis)) / longest)}%` }}
                />
              </span>
              <span className="amount">{formatDuration(trace.durationMillis)}</span>
            </span>
            <span className="involved">
              {trace.services.slice(0, NAMES).map((service) => (
                <span key={service.name} className="share">
                  <ServiceName name={service.name} color={colors.get(service.name) ?? 0} />
                  <span className="quiet"> {formatCount(service.spans)}</span>
                </span>
              ))}
              {trace.services.length > NAMES && (
                <span className="quiet">and {trace.services.length - NAMES} more</span>
              )}
            </span>
            <span className="spans quiet">{formatCount(trace.spans)} spans</span>
          </Link>
        </li>
      ))}
    </ol>
  );
}
