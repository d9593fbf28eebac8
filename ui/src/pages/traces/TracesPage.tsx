import type { ReactNode } from "react";
import type { TracePage as Page } from "../../api/answers.ts";
import { searchTraces } from "../../api/client.ts";
import { useAnswer } from "../../api/useAnswer.ts";
import { formatClock, plural } from "../../domain/format.ts";
import { filterCount, queryProblem, type TraceQuery } from "../../domain/query.ts";
import { formatRoute, tracesRoute } from "../../domain/route.ts";
import { Icon } from "../../parts/Icon.tsx";
import { goTo, Link } from "../../parts/navigation.tsx";
import { Empty, Failed, Loading } from "../../parts/states.tsx";
import { Filters } from "./Filters.tsx";
import { Results } from "./Results.tsx";
import { Scatter } from "./Scatter.tsx";
import "./traces.css";

export function TracesPage({ query }: { readonly query: TraceQuery }): ReactNode {
  const address = formatRoute(tracesRoute(query));
  const wrong = queryProblem(query);
  const { answer, busy, again } = useAnswer(wrong === null ? address : null, (signal) =>
    searchTraces(query, Date.now(), signal),
  );
  return (
    <div className="search">
      <Filters query={query} again={again} />
      <section className="results" aria-label="Traces found" aria-busy={busy}>
        {wrong !== null ? (
          <Empty title="This cannot be searched for">
            <p>{wrong}</p>
          </Empty>
        ) : answer.state === "loading" ? (
          <Loading what="traces" />
        ) : answer.state === "failed" ? (
          <Failed problem={answer.problem} again={again} />
        ) : answer.data.traces.length === 0 ? (
          <NothingFound query={query} />
        ) : (
          <Found query={query} page={answer.data} at={answer.at} busy={busy} again={again} />
        )}
      </section>
    </div>
  );
}

interface FoundProps {
  readonly query: TraceQuery;
  readonly page: Page;
  readonly at: number;
  readonly busy: boolean;
  readonly again: () => void;
}

function Found({ query, page, at, busy, again }: FoundProps): ReactNode {
  return (
    <>
      <div className="page-head">
        <h1>
          {plural(page.traces.length, "trace")}
          {page.more && " and more"}
        </h1>
        <p className="quiet">
          {query.order === "newest" ? "newest first" : "slowest first"}, searched at {formatClock(at)}
          {page.tookMillis !== null && ` in ${page.tookMillis < 1 ? "<1" : Math.round(page.tookMillis)} ms`}
        </p>
        <span className="spacer" />
        <button type="button" onClick={again} disabled={busy}>
          <Icon name="refresh" /> Search again
        </button>
      </div>
      <Scatter traces={page.traces} />
      <Results traces={page.traces} />
      <div className="paging">
        {query.before !== "" && <Link to={tracesRoute({ ...query, before: "" })}>First page</Link>}
        {page.more && page.next !== null && (
          <button
            type="button"
            onClick={() => {
              goTo(tracesRoute({ ...query, before: page.next ?? "" }));
              scrollTo(0, 0);
            }}
          >
            Next {query.limit} <Icon name="chevron" />
          </button>
        )}
        {!page.more && <span className="quiet">That is all.</span>}
      </div>
    </>
  );
}

function NothingFound({ query }: { readonly query: TraceQuery }): ReactNode {
  const filtered = filterCount(query) > 0;
  const limitedTime = query.range !== "all" && query.traceId === "";
  return (
    <Empty title={query.traceId === "" ? "No traces found" : "No trace with this id"}>
      {query.traceId !== "" ? (
        <p className="quiet">
          It may not have been reported yet, or its partition has been deleted to keep the disk budget.
        </p>
      ) : (
        <p className="quiet">
          {limitedTime ? "Nothing in this time range" : "Nothing that is stored"}
          {filtered ? " matches all filters." : ": no service has reported a trace."}
        </p>
      )}
      <p className="choices">
        {limitedTime && (
          <Link to={tracesRoute({ ...query, range: "all", from: null, to: null, before: "" })}>
            Search all times
          </Link>
        )}
        {filtered && (
          <Link to={tracesRoute({ range: query.range, from: query.from, to: query.to })}>
            Clear the filters
          </Link>
        )}
        {!filtered && <Link to={{ page: "services", service: "" }}>How to attach a service</Link>}
      </p>
    </Empty>
  );
}
