import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { stopProfileTask } from "../../api/client.ts";
import type { TaskAnswer } from "../../api/profiles.ts";
import { formatDuration } from "../../domain/duration.ts";
import { formatClock, formatCount, formatDateTime, plural } from "../../domain/format.ts";
import { deafInstances, progressOf, type ProfileTask } from "../../domain/profile.ts";
import { profilesRoute } from "../../domain/route.ts";
import { Icon } from "../../parts/Icon.tsx";
import { Link } from "../../parts/navigation.tsx";
import { TaskStateName } from "../../parts/profile/TaskStateName.tsx";
import { colorsOf } from "../../parts/serviceColors.ts";
import { ServiceName } from "../../parts/ServiceName.tsx";
import { Text } from "../../parts/Text.tsx";
import { useNow } from "../../parts/useNow.ts";

interface TaskHeadProps {
  readonly answer: TaskAnswer;
  readonly again: () => void;
}

export function TaskHead({ answer, again }: TaskHeadProps): ReactNode {
  const { task } = answer;
  const color = colorsOf([task.service]).get(task.service) ?? 0;
  return (
    <header className="card task-head">
      <div className="task-title">
        <h1>
          <ServiceName name={task.service} color={color} />
          <span className="endpoint">
            <Text value={task.endpoint} />
          </span>
        </h1>
        <TaskStateName task={task} />
        <span className="spacer" />
        <Stop task={task} again={again} />
        <Link
          to={profilesRoute({
            service: task.service,
            endpoint: task.endpoint,
            minMillis: task.minMillis,
          })}
        >
          Once more
        </Link>
      </div>
      <dl className="facts">
        <Fact name="Begun">{formatDateTime(task.startMillis).replace(/\.\d+$/, "")}</Fact>
        <Fact name="For">{task.durationMinutes} min</Fact>
        <Fact name="Slower than">{formatDuration(task.minMillis)}</Fact>
        <Fact name="One snapshot every">{formatDuration(task.periodMillis)}</Fact>
        <Fact name="Requests per process">{task.maxSamples}</Fact>
      </dl>
      <Live answer={answer} />
      <Figures task={task} />
      <Log answer={answer} />
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

function Live({ answer }: { readonly answer: TaskAnswer }): ReactNode {
  const { task } = answer;
  // The server's clock, which may not be this machine's, goes on between two answers.
  const ahead = useMemo(() => answer.nowMillis - Date.now(), [answer]);
  const now = useNow() + ahead;
  if (task.state === "ended") return null;
  const { share, millisLeft, notified, finished } = progressOf(task, now);
  // Instances may still start; the task waits for them.
  const done = notified > 0 && finished === notified ? "; every agent that was told has finished" : "";
  const words =
    task.state === "scheduled"
      ? `begins in ${formatDuration(1000 * Math.ceil(Math.max(0, task.startMillis - now) / 1000))}`
      : task.state === "stopping"
        ? "stopping: the agents are told when they ask next, within 20 s"
        : `${formatDuration(1000 * Math.ceil(millisLeft / 1000))} left${done}`;
  return (
    <div className="task-progress">
      <div
        className="task-bar"
        role="progressbar"
        aria-label="Time of the task"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(100 * share)}
      >
        <span style={{ width: `${100 * share}%` }} />
      </div>
      <span className="quiet">{words}</span>
    </div>
  );
}

function Figures({ task }: { readonly task: ProfileTask }): ReactNode {
  const { notified, finished } = progressOf(task, 0);
  const figures: [string, number, string][] = [
    ["Agents notified", notified, ""],
    ["Agents finished", finished, ""],
    ["Requests sampled", task.requests, ""],
    ["Segments", task.segments, ""],
    ["Snapshots", task.snapshots, ""],
    ["Dropped", task.dropped, task.dropped > 0 ? "error-text" : ""],
  ];
  return (
    <dl className="task-figures" aria-label="Progress">
      {figures.map(([name, count, tone]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className={`large ${tone}`}>{formatCount(count)}</dd>
        </div>
      ))}
    </dl>
  );
}

function Stop({ task, again }: { readonly task: ProfileTask; readonly again: () => void }): ReactNode {
  const [failure, setFailure] = useState("");
  const [busy, setBusy] = useState(false);
  const sent = useRef<AbortController | null>(null);
  useEffect(() => () => sent.current?.abort(), []);
  if (task.state === "ended") return null;
  const deaf = deafInstances(task);
  const stop = (): void => {
    const abort = new AbortController();
    sent.current = abort;
    setBusy(true);
    setFailure("");
    stopProfileTask(task.id, abort.signal).then(
      () => {
        setBusy(false);
        again();
      },
      (cause: unknown) => {
        if (abort.signal.aborted) return;
        setBusy(false);
        setFailure(cause instanceof Error ? cause.message : String(cause));
      },
    );
  };
  return (
    <span className="stop">
      {deaf > 0 && (
        <span className="quiet">
          {plural(deaf, "agent")} of SkyWalking cannot be told to stop and will go on until{" "}
          {formatClock(task.endMillis).slice(0, 8)}
        </span>
      )}
      {failure !== "" && (
        <span className="error-text" role="alert">
          <Text value={failure} limit={400} />
        </span>
      )}
      {task.state !== "stopping" && (
        <button type="button" onClick={stop} disabled={busy}>
          {task.state === "scheduled" ? "Cancel it" : "Stop"}
        </button>
      )}
    </span>
  );
}

/** What is known of each instance, and when it happened. */
function Log({ answer }: { readonly answer: TaskAnswer }): ReactNode {
  const { task, log } = answer;
  if (task.instances.length === 0 && log.length === 0) return null;
  return (
    <details className="task-log">
      <summary>{plural(task.instances.length, "instance")}</summary>
      <ul aria-label="Instances of the task">
        {task.instances.map((instance) => (
          <li key={instance.name}>
            <strong>
              <Text value={instance.name} limit={200} />
            </strong>
            {!instance.ours && <span className="chip">SkyWalking&apos;s agent</span>}
            <span className="quiet">
              {instance.notifiedMillis === null
                ? "has not asked yet"
                : `notified ${formatClock(instance.notifiedMillis)}`}
              {instance.finishedMillis !== null && `, finished ${formatClock(instance.finishedMillis)}`}
            </span>
          </li>
        ))}
      </ul>
      {log.length > 0 && (
        <ol className="events" aria-label="Log">
          {log.map((event, i) => (
            <li key={i}>
              <span className="quiet">{formatDateTime(event.millis)}</span>{" "}
              <Text value={event.instance} limit={200} /> <Text value={event.operation} limit={60} />
            </li>
          ))}
        </ol>
      )}
      {task.instances.length === 0 && (
        <p className="quiet">
          <Icon name="hole" /> No instance is known.
        </p>
      )}
    </details>
  );
}
