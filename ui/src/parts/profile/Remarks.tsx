import type { ReactNode } from "react";
import type { Analysis } from "../../domain/analysis.ts";
import { formatDuration } from "../../domain/duration.ts";
import { wholeError } from "../../domain/flameFacts.ts";
import { formatCount, plural } from "../../domain/format.ts";
import { STATES } from "../../domain/states.ts";
import { Icon } from "../Icon.tsx";

/** What was analysed, in one line. */
export function Summary({ analysis }: { readonly analysis: Analysis }): ReactNode {
  const { snapshots, segments, requests, millis, errorMillis, periodMillis } = analysis;
  return (
    <p className="quiet analysis-summary">
      {plural(snapshots, "snapshot")} of {plural(segments, "segment")} in {plural(requests, "request")}
      {periodMillis > 0 && `, one every ${formatDuration(periodMillis)}`}; together {formatDuration(millis)} ±{" "}
      {formatDuration(wholeError({ errorMicros: 1000 * errorMillis }) / 1000)}
    </p>
  );
}

/** What keeps the picture from being the whole. */
export function AnalysisRemarks({ analysis }: { readonly analysis: Analysis }): ReactNode {
  const remarks: string[] = [];
  if (analysis.truncated) {
    remarks.push(
      `Not all: of ${formatCount(analysis.found)} snapshots ${formatCount(analysis.snapshots)} are analysed, evenly chosen: shares are right, their errors larger. With fewer segments, or one span's time, all are; the limit is ${formatCount(analysis.limit)}.`,
    );
  }
  if (analysis.cut > 0) {
    remarks.push(
      `${plural(analysis.cut, "snapshot")} had more frames than the agent sends: those in the middle are left out and stand as one frame that says so.`,
    );
  }
  const states = analysis.selfMicros.map((list) => list.some((micros) => micros > 0));
  if (states[STATES.indexOf("unknown")] === true && states.filter(Boolean).length === 1) {
    remarks.push(
      "The agent does not report what its threads were doing: running and waiting cannot be told apart.",
    );
  }
  if (remarks.length === 0) return null;
  return (
    <ul className="notes">
      {remarks.map((remark) => (
        <li key={remark}>
          <Icon name="hole" /> {remark}
        </li>
      ))}
    </ul>
  );
}
