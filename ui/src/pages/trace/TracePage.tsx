import { useMemo, type ReactNode } from "react";
import { getTrace } from "../../api/client.ts";
import { useAnswer } from "../../api/useAnswer.ts";
import type { Trace } from "../../domain/model.ts";
import { tracesRoute, type TraceView } from "../../domain/route.ts";
import { joinTrace } from "../../domain/tree.ts";
import { Link } from "../../parts/navigation.tsx";
import { Empty, Failed, Loading } from "../../parts/states.tsx";
import { Text } from "../../parts/Text.tsx";
import { TraceBody } from "./TraceBody.tsx";

export function TracePage({ view }: { readonly view: TraceView }): ReactNode {
  const { answer, busy, again } = useAnswer(view.id === "" ? null : view.id, (signal) =>
    getTrace(view.id, signal),
  );
  if (view.id === "") {
    return (
      <Empty title="Which trace?">
        <p>
          This address names none. <Link to={tracesRoute()}>Search for one</Link>.
        </p>
      </Empty>
    );
  }
  if (answer.state === "loading") return <Loading what="trace" />;
  if (answer.state === "failed") {
    if (answer.problem.kind !== "not-found") return <Failed problem={answer.problem} again={again} />;
    return (
      <Empty title="No such trace">
        <p>
          Nothing is stored under{" "}
          <code>
            <Text value={view.id} limit={200} />
          </code>
          .
        </p>
        <p className="quiet">
          It may not have been reported yet, or its partition has been deleted to keep the disk budget.
        </p>
        <p className="choices">
          <button type="button" onClick={again}>
            Look again
          </button>
          <Link to={tracesRoute()}>Search for traces</Link>
        </p>
      </Empty>
    );
  }
  return <Joined trace={answer.data} view={view} loadedAt={answer.at} busy={busy} again={again} />;
}

interface JoinedProps {
  readonly trace: Trace;
  readonly view: TraceView;
  readonly loadedAt: number;
  readonly busy: boolean;
  readonly again: () => void;
}

function Joined({ trace, view, loadedAt, busy, again }: JoinedProps): ReactNode {
  const tree = useMemo(() => {
    const from = performance.now();
    const joined = joinTrace(trace);
    performance.measure("skein:join", { start: from });
    return joined;
  }, [trace]);
  return <TraceBody trace={trace} tree={tree} view={view} loadedAt={loadedAt} busy={busy} again={again} />;
}
