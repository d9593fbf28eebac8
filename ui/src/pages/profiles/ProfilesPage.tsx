import type { ReactNode } from "react";
import { getProfileTasks } from "../../api/client.ts";
import type { TaskList } from "../../api/profiles.ts";
import { useAnswer } from "../../api/useAnswer.ts";
import { formatDuration } from "../../domain/duration.ts";
import { formatCount, formatDateTime, formatWhen, plural } from "../../domain/format.ts";
import { progressOf, SLOW_TASK, type ProfileTask } from "../../domain/profile.ts";
import { formatRoute, profileRoute, profilesRoute, tracesRoute, type TaskStart } from "../../domain/route.ts";
import { Icon } from "../../parts/Icon.tsx";
import { goTo, Link } from "../../parts/navigation.tsx";
import { TaskStateName } from "../../parts/profile/TaskStateName.tsx";
import { colorsOf } from "../../parts/serviceColors.ts";
import { ServiceName } from "../../parts/ServiceName.tsx";
import { Failed, Loading } from "../../parts/states.tsx";
import { Text } from "../../parts/Text.tsx";
import { TaskForm } from "./TaskForm.tsx";
import "./profiles.css";

const EVERY_MILLIS = 3000;
const BLANK: TaskStart = { service: "", endpoint: "", minMillis: null };

export function ProfilesPage({ start }: { readonly start: TaskStart | null }): ReactNode {
  const { answer, again } = useAnswer(
    "profile tasks",
    (signal) => getProfileTasks("", "", signal),
    EVERY_MILLIS,
  );
  return (
    <div className="column">
      <div className="page-head">
        <h1>Profiles</h1>
        <p className="quiet">which code the time of slow requests goes to, down to the line</p>
        <span className="spacer" />
        {start === null && (
          <button type="button" className="primary" onClick={() => goTo(profilesRoute(BLANK))}>
            New task
          </button>
        )}
      </div>
      {start !== null && <TaskForm key={formatRoute(profilesRoute(start))} start={start} />}
      {answer.state === "loading" ? (
        <Loading what="profile tasks" />
      ) : answer.state === "failed" ? (
        <Failed problem={answer.problem} again={again} />
      ) : answer.data.tasks.length === 0 ? (
        <NoTasks asking={start !== null} />
      ) : (
        <Tasks list={answer.data} />
      )}
      <p className="quiet">
        Agents with <code>skein.profile.slow</code> sample slow requests of their own accord:{" "}
        <Link to={profileRoute(SLOW_TASK)}>see what they found</Link>.
      </p>
    </div>
  );
}

function NoTasks({ asking }: { readonly asking: boolean }): ReactNode {
  return (
    <div className="card about-profiling">
      <h2>No endpoint has been profiled yet</h2>
      <p>
        A trace says which span was slow. A profile says why: while a slow request runs, its agent looks at
        the stack of its thread again and again, and the sum of these snapshots shows in which lines of code
        the time went by, and whether the thread was computing or waiting there.
      </p>
      <ol className="steps">
        <li>
          Find a slow trace <Link to={tracesRoute({ order: "slowest" })}>among the slowest</Link>, open it,
          and choose <em>Profile this endpoint</em>.
        </li>
        <li>Start the task. The agents of the service hear of it within 20 seconds.</li>
        <li>
          The next slow requests of that endpoint are sampled; their flame graph is on the task&apos;s page.
        </li>
      </ol>
      {!asking && (
        <p>
          Or <Link to={profilesRoute(BLANK)}>name an endpoint yourself</Link>.
        </p>
      )}
    </div>
  );
}

function Tasks({ list }: { readonly list: TaskList }): ReactNode {
  const colors = colorsOf(list.tasks.map((task) => task.service));
  return (
    <div className="card table-card">
      <table className="tasks">
        <thead>
          <tr>
            <th scope="col">Endpoint</th>
            <th scope="col">State</th>
            <th scope="col">Begun</th>
            <th scope="col" className="number">
              Slower than
            </th>
            <th scope="col" className="number">
              Requests
            </th>
            <th scope="col" className="number">
              Snapshots
            </th>
          </tr>
        </thead>
        <tbody>
          {list.tasks.map((task) => (
            <tr key={task.id}>
              <th scope="row">
                <Link to={profileRoute(task.id)} className="task-name">
                  <Text value={task.endpoint === "" ? "(no name)" : task.endpoint} />
                </Link>
                <ServiceName name={task.service} color={colors.get(task.service) ?? 0} />
              </th>
              <td>
                <TaskStateName task={task} />
                <Bar task={task} now={list.nowMillis} />
              </td>
              <td title={formatDateTime(task.startMillis)} className="when">
                {formatWhen(task.startMillis, list.nowMillis).replace(/\.\d+$/, "")}
                <span className="quiet"> for {task.durationMinutes} min</span>
              </td>
              <td className="number">{formatDuration(task.minMillis)}</td>
              <td className="number">
                {formatCount(task.requests)}
                <span className="quiet"> of {task.maxSamples} each</span>
              </td>
              <td className="number">
                {formatCount(task.snapshots)}
                {task.dropped > 0 && (
                  <span className="error-text" title={plural(task.dropped, "dropped snapshot")}>
                    {" "}
                    <Icon name="alert" />
                    {formatCount(task.dropped)}
                  </span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Bar({ task, now }: { readonly task: ProfileTask; readonly now: number }): ReactNode {
  if (task.state === "ended" || task.state === "scheduled") return null;
  const { share, millisLeft } = progressOf(task, now);
  return (
    <span className="task-bar" title={`${formatDuration(millisLeft)} left`}>
      <span style={{ width: `${100 * share}%` }} />
    </span>
  );
}
