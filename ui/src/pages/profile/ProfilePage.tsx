import { useEffect, useRef, useState, type ReactNode } from "react";
import { getProfileTask } from "../../api/client.ts";
import type { TaskAnswer } from "../../api/profiles.ts";
import { useAnswer } from "../../api/useAnswer.ts";
import { MAX_SEGMENTS } from "../../domain/analysis.ts";
import type { FlameView } from "../../domain/flameView.ts";
import { plural } from "../../domain/format.ts";
import { profilesRoute, type ProfileView } from "../../domain/route.ts";
import { Icon } from "../../parts/Icon.tsx";
import { adjust, currentRoute, Link } from "../../parts/navigation.tsx";
import { FlamePanel } from "../../parts/profile/FlamePanel.tsx";
import { Empty, Failed, Loading } from "../../parts/states.tsx";
import { Text } from "../../parts/Text.tsx";
import { SegmentTable } from "./SegmentTable.tsx";
import { TaskHead } from "./TaskHead.tsx";
import "./profile-page.css";

const EVERY_MILLIS = 2000;

function change(part: Partial<ProfileView>): void {
  const route = currentRoute();
  if (route.page === "profile") adjust({ page: "profile", view: { ...route.view, ...part } });
}

export function changeFlame(part: Partial<FlameView>): void {
  const route = currentRoute();
  if (route.page === "profile") change({ flame: { ...route.view.flame, ...part } });
}

export function ProfilePage({ view }: { readonly view: ProfileView }): ReactNode {
  const [live, setLive] = useState(true);
  const { answer, again } = useAnswer(
    view.task === "" ? null : `profile ${view.task}`,
    (signal) => getProfileTask(view.task, signal),
    live ? EVERY_MILLIS : 0,
  );
  // What ended a moment ago may still have snapshots on their way.
  const ended = answer.state === "ready" && isOver(answer.data);
  useEffect(() => setLive(!ended), [ended]);
  if (view.task === "") {
    return (
      <Empty title="Which task?">
        <p>
          This address names none. <Link to={profilesRoute()}>See all</Link>.
        </p>
      </Empty>
    );
  }
  if (answer.state === "loading") return <Loading what="profile task" />;
  if (answer.state === "failed") {
    if (answer.problem.kind !== "not-found") return <Failed problem={answer.problem} again={again} />;
    return (
      <Empty title="No such task">
        <p>
          Nothing is known of{" "}
          <code>
            <Text value={view.task} limit={200} />
          </code>
          .
        </p>
        <p className="choices">
          <Link to={profilesRoute()}>See all tasks</Link>
        </p>
      </Empty>
    );
  }
  return <Task answer={answer.data} view={view} again={again} />;
}

/** Reports of snapshots come every half second, the finish report after them; a minute is long for both. */
const TAIL_MILLIS = 60_000;

function isOver({ task, nowMillis }: TaskAnswer): boolean {
  const end = task.stoppedMillis ?? task.endMillis;
  const told = task.instances.every((i) => i.finishedMillis !== null || i.notifiedMillis === null);
  return task.state === "ended" && (told || nowMillis - end > TAIL_MILLIS);
}

interface TaskProps {
  readonly answer: TaskAnswer;
  readonly view: ProfileView;
  readonly again: () => void;
}

function Task({ answer, view, again }: TaskProps): ReactNode {
  const { task, segments } = answer;
  const waiting = task.snapshots === 0;
  return (
    <div className="column wide">
      <TaskHead answer={answer} again={again} />
      {segments.length > 0 && (
        <SegmentTable
          segments={segments}
          more={answer.more}
          task={task}
          chosen={view.segments}
          onChoose={(chosen) =>
            change({ segments: chosen.slice(0, MAX_SEGMENTS), flame: { ...view.flame, zoom: "" } })
          }
        />
      )}
      {waiting ? (
        <Waiting answer={answer} />
      ) : (
        <section className="task-analysis" aria-label="Analysis">
          <Fresh answer={answer} view={view} />
        </section>
      )}
    </div>
  );
}

/**
 * The flame graph of what there is. While the task goes on it does not change by itself under the reader's eyes: it
 * says that there is more, and is made anew when asked to, and when the task has ended.
 */
function Fresh({ answer, view }: Omit<TaskProps, "again">): ReactNode {
  const { task } = answer;
  const [shown, setShown] = useState({ snapshots: task.snapshots, round: 0 });
  const ended = task.state === "ended";
  const before = useRef(ended);
  const refresh = (): void => setShown({ snapshots: task.snapshots, round: shown.round + 1 });
  useEffect(() => {
    if (ended && !before.current) refresh();
    before.current = ended;
  }, [ended]);
  const more = task.snapshots - shown.snapshots;
  const whole = view.segments.length === 0;
  return (
    <>
      <div className="page-head">
        <h2>
          {whole
            ? "All samples"
            : view.segments.length === 1
              ? "One segment"
              : plural(view.segments.length, "segment")}
        </h2>
        {!whole && (
          <button type="button" className="link" onClick={() => change({ segments: [] })}>
            all samples
          </button>
        )}
        {more > 0 && (
          <button type="button" onClick={refresh}>
            <Icon name="refresh" /> {plural(more, "new snapshot")}
          </button>
        )}
      </div>
      <FlamePanel
        question={{ task: task.id, segments: view.segments, from: null, to: null }}
        view={view.flame}
        onView={changeFlame}
        round={shown.round}
        nothing={<p className="quiet">The snapshots may have been deleted to keep the disk budget.</p>}
      />
    </>
  );
}

/** Nothing has been sampled: why, and what to do, from what is known. */
function Waiting({ answer }: { readonly answer: TaskAnswer }): ReactNode {
  const { task } = answer;
  const notified = task.instances.some((i) => i.notifiedMillis !== null);
  const title = task.state === "ended" ? "No request was sampled" : "No snapshot yet";
  return (
    <div className="card waiting-task" role="status">
      <h2>{title}</h2>
      {task.state === "scheduled" ? (
        <p>It has not begun.</p>
      ) : !notified ? (
        <p>
          {task.state === "ended"
            ? "No agent of this service asked for tasks while it ran."
            : "No agent of this service has asked for the task yet; agents ask every 20 s."}{" "}
          Is the service running, and is its name exactly{" "}
          <strong>
            <Text value={task.service} />
          </strong>
          ?
        </p>
      ) : (
        <p>
          {task.state === "ended" ? "No request of " : "The agents wait for a request of "}
          <strong>
            <Text value={task.endpoint} />
          </strong>{" "}
          {task.state === "ended"
            ? `took longer than ${task.minMillis} ms while it ran.`
            : `that takes longer than ${task.minMillis} ms.`}{" "}
          The name has to be that of the segment&apos;s first span, exactly.
        </p>
      )}
    </div>
  );
}
