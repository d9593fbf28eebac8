import { useMemo, type ReactNode } from "react";
import type { Analysis } from "../../domain/analysis.ts";
import { nameOf, type Flame } from "../../domain/flame.ts";
import { amountText, linesOf, selfOf, shareText, totalOf } from "../../domain/flameFacts.ts";
import { lineWords } from "../../domain/frames.ts";
import { plural } from "../../domain/format.ts";
import type { ThreadState } from "../../domain/states.ts";
import { CopyButton } from "../CopyButton.tsx";
import { Text } from "../Text.tsx";
import { StateShares } from "./StateShares.tsx";

interface FrameFactsProps {
  readonly analysis: Analysis;
  readonly flame: Flame;
  readonly node: number;
  readonly states: readonly ThreadState[] | null;
  /** The graph has a frame for each line. */
  readonly byLine: boolean;
}

const LINES = 6;

/** The selected frame: what it took, in which lines, and what its thread did. */
export function FrameFacts({ analysis, flame, node, states, byLine }: FrameFactsProps): ReactNode {
  const lines = useMemo(
    () => (byLine || node <= 0 ? [] : linesOf(analysis, flame, node, states)),
    [analysis, flame, node, states, byLine],
  );
  if (node < 0 || node >= flame.count)
    return (
      <p className="frame-facts quiet">Select a frame to see its lines, and what its thread did there.</p>
    );
  const total = totalOf(flame, node);
  const self = selfOf(flame, node);
  const name = nameOf(flame, node);
  return (
    <section className="frame-facts" aria-label="Selected frame">
      <h3>
        <Text value={name} limit={400} />
        {node > 0 && <CopyButton text={name} what="name of the frame" />}
      </h3>
      <dl className="facts">
        <div>
          <dt>Total</dt>
          <dd>
            {amountText(total)}, {shareText(total.micros, flame.total[0] ?? 0)}
          </dd>
        </div>
        <div>
          <dt>Self</dt>
          <dd>
            {amountText(self)}, {shareText(self.micros, flame.total[0] ?? 0)}
          </dd>
        </div>
        <div>
          <dt>Snapshots</dt>
          <dd>
            {plural(Math.round(total.samples), "snapshot")}, {Math.round(self.samples)} of them in it itself
          </dd>
        </div>
      </dl>
      <StateShares flame={flame} node={node} />
      {lines.length > 0 && (
        <p className="frame-lines">
          {lines.slice(0, LINES).map(({ line, micros }) => (
            <span key={String(line)}>
              {lineWords(line)} <span className="quiet">{shareText(micros, total.micros)}</span>
            </span>
          ))}
          {lines.length > LINES && <span className="quiet">and {lines.length - LINES} more</span>}
        </p>
      )}
    </section>
  );
}
