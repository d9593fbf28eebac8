import { useState, type ReactNode } from "react";
import { formatDuration } from "../../domain/duration.ts";
import { formatClock, plural } from "../../domain/format.ts";
import type { KeyValue, SpanLog } from "../../domain/model.ts";
import { cutText } from "../../domain/text.ts";
import { stackSummary } from "../../domain/stack.ts";
import { CopyButton } from "../../parts/CopyButton.tsx";
import { Text } from "../../parts/Text.tsx";
import { LongText } from "./LongText.tsx";

interface LogsProps {
  readonly logs: readonly SpanLog[];
  readonly spanStart: number;
}

const SHOWN = 50;

export function Logs({ logs, spanStart }: LogsProps): ReactNode {
  const [all, setAll] = useState(false);
  const shown = all ? logs : logs.slice(0, SHOWN);
  return (
    <section className="section">
      <h3>{plural(logs.length, "log")}</h3>
      <ol className="logs">
        {shown.map((log, i) => (
          <li key={i}>
            <div className="log-time quiet" title={formatClock(log.millis)}>
              {formatClock(log.millis)} · {formatDuration(log.millis - spanStart)} into the span
            </div>
            <dl className="pairs">
              {log.data.map((entry, j) => (
                <LogEntry key={j} entry={entry} />
              ))}
            </dl>
          </li>
        ))}
      </ol>
      {shown.length < logs.length && (
        <button type="button" className="link" onClick={() => setAll(true)}>
          show all {logs.length}
        </button>
      )}
    </section>
  );
}

function LogEntry({ entry }: { readonly entry: KeyValue }): ReactNode {
  const stack = stackSummary(entry.key, entry.value);
  return (
    <div className={stack === null ? undefined : "stack"}>
      <dt>
        {entry.key.length > 120 ? (
          <LongText value={entry.key} what="key" short={120} />
        ) : (
          <Text value={entry.key} />
        )}
      </dt>
      <dd>
        {stack === null ? (
          <LongText value={entry.value} what={cutText(entry.key, 60)} />
        ) : (
          <details>
            <summary>
              <Text value={stack.head} limit={200} />
              <span className="quiet"> {plural(stack.lines, "line")}</span>
            </summary>
            <CopyButton text={entry.value} what="stack trace" />
            <pre className="block">
              <Text value={entry.value} limit={100_000} multiline />
            </pre>
          </details>
        )}
      </dd>
    </div>
  );
}
