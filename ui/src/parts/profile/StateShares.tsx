import type { ReactNode } from "react";
import type { Flame } from "../../domain/flame.ts";
import { shareText, statesOf } from "../../domain/flameFacts.ts";
import { STATE_LABELS } from "../../domain/states.ts";

/** What the threads were doing in the time of a frame: "running 62 %, blocked 38 %". */
export function StateShares({ flame, node }: { readonly flame: Flame; readonly node: number }): ReactNode {
  const whole = flame.total[node] ?? 0;
  return (
    <span className="state-shares">
      {statesOf(flame, node).map(({ state, micros }) => (
        <span key={state} className="state-share" data-state={state}>
          <span className="state-dot" aria-hidden="true" />
          {STATE_LABELS[state]} {shareText(micros, whole)}
        </span>
      ))}
    </span>
  );
}

/** The same as a bar, for rows. */
export function StateBar({ flame, node }: { readonly flame: Flame; readonly node: number }): ReactNode {
  const whole = flame.total[node] ?? 0;
  const shares = statesOf(flame, node);
  return (
    <span
      className="state-bar"
      title={shares.map((s) => `${STATE_LABELS[s.state]} ${shareText(s.micros, whole)}`).join(", ")}
    >
      {shares.map(({ state, micros }) => (
        <span key={state} data-state={state} style={{ width: `${(100 * micros) / Math.max(1, whole)}%` }} />
      ))}
    </span>
  );
}
