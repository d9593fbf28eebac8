import type { ReactNode } from "react";
import type { ProfileTask } from "../../domain/profile.ts";

const WORDS = {
  scheduled: "planned",
  running: "running",
  stopping: "stopping",
  ended: "ended",
} as const;

export function TaskStateName({ task }: { readonly task: ProfileTask }): ReactNode {
  return (
    <span className="task-state" data-task={task.state}>
      <span className="mark" aria-hidden="true" />
      {task.state === "ended" && task.stoppedMillis !== null ? "stopped" : WORDS[task.state]}
    </span>
  );
}
