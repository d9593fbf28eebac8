import { useDeferredValue, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { getAnalysis } from "../../api/client.ts";
import { useAnswer } from "../../api/useAnswer.ts";
import type { Analysis, AnalysisQuestion } from "../../domain/analysis.ts";
import { buildFlame, findKey, keyOf, type Flame } from "../../domain/flame.ts";
import { findFrames, type Found } from "../../domain/flameFacts.ts";
import { EMPTY_FLAME, hiddenGroups, type FlameView } from "../../domain/flameView.ts";
import { Empty, Failed, Loading } from "../states.tsx";
import { FlameGraph } from "./FlameGraph.tsx";
import { FlameTable } from "./FlameTable.tsx";
import { FlameTools } from "./FlameTools.tsx";
import { FrameFacts } from "./FrameFacts.tsx";
import { AnalysisRemarks, Summary } from "./Remarks.tsx";
import "./profile.css";

interface FlamePanelProps {
  readonly question: AnalysisQuestion;
  readonly view: FlameView;
  readonly onView: (part: Partial<FlameView>) => void;
  /** What is said where there is no snapshot. */
  readonly nothing: ReactNode;
  /** Changes when there is something new to ask for. */
  readonly round?: number;
}

/** The analysis of some snapshots, as a flame graph or a table. Everything that makes it what it is comes from outside. */
export function FlamePanel({ question, view, onView, nothing, round = 0 }: FlamePanelProps): ReactNode {
  const { answer, again } = useAnswer(JSON.stringify(question), (signal) => getAnalysis(question, signal));
  const asked = useRef(round);
  useEffect(() => {
    if (asked.current === round) return;
    asked.current = round;
    again();
  }, [round, again]);
  if (answer.state === "loading") return <Loading what="snapshots" />;
  if (answer.state === "failed") {
    // What was sampled may have been deleted since; that is no failure.
    if (answer.problem.kind === "not-found") return <Empty title="No snapshots">{nothing}</Empty>;
    return <Failed problem={answer.problem} again={again} />;
  }
  if (answer.data.snapshots === 0) return <Empty title="No snapshots">{nothing}</Empty>;
  return <Analysed analysis={answer.data} view={view} onView={onView} />;
}

interface AnalysedProps {
  readonly analysis: Analysis;
  readonly view: FlameView;
  readonly onView: (part: Partial<FlameView>) => void;
}

function Analysed({ analysis, view, onView }: AnalysedProps): ReactNode {
  const flame = useFlame(analysis, view);
  const shares = useMemo(
    () => analysis.selfMicros.map((list) => list.reduce((sum, micros) => sum + micros, 0)),
    [analysis],
  );
  const zoom = useMemo(() => findKey(flame, view.zoom), [flame, view.zoom]);
  const find = useDeferredValue(view.find);
  const found = useMemo<Found | null>(
    () => (find.trim() === "" ? null : findFrames(flame, find)),
    [flame, find],
  );
  const [selection, setSelection] = useState<{ flame: Flame; node: number } | null>(null);
  // Numbers of nodes are those of one graph; of another, the frame that fills the width is meant.
  const selected = selection?.flame === flame ? selection.node : zoom > 0 ? zoom : -1;
  const before = useRef<string[]>([]);

  const goZoom = (node: number): void => {
    const key = keyOf(flame, node);
    if (key === view.zoom) return;
    before.current.push(view.zoom);
    onView({ zoom: key });
  };
  const back = (): void => {
    const last = before.current.pop() ?? EMPTY_FLAME.zoom;
    if (last !== view.zoom) onView({ zoom: last });
  };
  const shared = {
    flame,
    zoom,
    selected,
    onSelect: (node: number): void => setSelection({ flame, node }),
    onZoom: goZoom,
    onBack: back,
  };
  return (
    <div className="analysis">
      <Summary analysis={analysis} />
      <AnalysisRemarks analysis={analysis} />
      <FlameTools
        view={view}
        flame={flame}
        zoom={zoom}
        shares={shares}
        found={found}
        onView={onView}
        onBack={back}
      />
      {flame.count <= 1 ? (
        <Empty title="None of the time was like this">
          <p className="quiet">No snapshot found its thread in one of the chosen states.</p>
          <button type="button" onClick={() => onView({ states: null })}>
            Show all states
          </button>
        </Empty>
      ) : view.form === "flame" ? (
        <FlameGraph {...shared} upwards={view.upwards} found={found?.nodes ?? null} />
      ) : (
        <FlameTable {...shared} found={found} />
      )}
      <FrameFacts
        analysis={analysis}
        flame={flame}
        node={selected}
        states={view.states}
        byLine={view.lines}
      />
    </div>
  );
}

function useFlame(analysis: Analysis, view: FlameView): Flame {
  const { states, hide, lines } = view;
  return useMemo(() => {
    const from = performance.now();
    const flame = buildFlame(analysis, { states, hidden: hiddenGroups(view), lines });
    performance.measure("skein:flame-build", { start: from });
    return flame;
    // The rest of the view changes nothing of the graph.
  }, [analysis, states, hide, lines]);
}
