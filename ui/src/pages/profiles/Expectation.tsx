import type { ReactNode } from "react";
import { formatDuration } from "../../domain/duration.ts";
import { formatCount, plural } from "../../domain/format.ts";
import { estimate, type TaskDraft } from "../../domain/profile.ts";
import { orderOf } from "../../domain/taskDraft.ts";

function percent(value: number): string {
  return value < 0.1 ? "less than 0.1 %" : `${value < 10 ? value.toFixed(1) : Math.round(value)} %`;
}

/** What to expect of the task as it is filled in, and what it costs, before it is begun. */
export function Expectation({ draft }: { readonly draft: TaskDraft }): ReactNode {
  const read = orderOf({ ...draft, start: "" });
  if ("complaints" in read) return null;
  const { minMillis, periodMillis, maxSamples } = read.order;
  if (minMillis < 0 || periodMillis < 1 || maxSamples < 1) return null;
  const expected = estimate(minMillis, periodMillis, maxSamples);
  const few = expected.snapshots < 30;
  return (
    <div className="expectation">
      <p>
        <strong>
          A request of {formatDuration(expected.exampleMillis)} gives about{" "}
          {plural(expected.snapshots, "snapshot")}
        </strong>
        ; {plural(maxSamples, "request")} of each process {maxSamples === 1 ? "is" : "are"} sampled, so about{" "}
        {formatCount(expected.snapshots * maxSamples)} from each.
        {few && " That is little: a shorter period or a lower threshold shows more."}
      </p>
      <p className="quiet">
        While a request is sampled, its thread stands still for {percent(expected.pauseLeast)} (JDK 25) to{" "}
        {percent(expected.pauseMost)} (JDK 17) of the time, until JDK 18 with all others, and the sampler
        takes up to {percent(expected.samplerMost)} of one core. Afterwards nothing is left of it.
      </p>
    </div>
  );
}
