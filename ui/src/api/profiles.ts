import { byState, columnsProblem, type Analysis } from "../domain/analysis.ts";
import {
  TASK_STATES,
  type ProfileTask,
  type SampledSegment,
  type TaskEvent,
  type TaskState,
} from "../domain/profile.ts";
import { ShapeError, type Reader } from "./json.ts";

/* The answers about profile tasks and what they sampled. */

export interface TaskList {
  readonly nowMillis: number;
  readonly tasks: readonly ProfileTask[];
}

export interface TaskAnswer {
  /** By the server's clock. */
  readonly nowMillis: number;
  readonly task: ProfileTask;
  readonly log: readonly TaskEvent[];
  readonly segments: readonly SampledSegment[];
  /** There are more segments than are listed. */
  readonly more: boolean;
}

export function readTaskList(r: Reader): TaskList {
  return { nowMillis: r.number("nowMillis"), tasks: r.list("tasks", readTask) };
}

export function readTaskAnswer(r: Reader): TaskAnswer {
  return {
    nowMillis: r.numberOrNull("nowMillis") ?? Date.now(),
    task: readTask(r.object("task")),
    log: r.optionalList("log", (e) => ({
      instance: e.text("instance"),
      operation: e.text("operation"),
      millis: e.number("millis"),
    })),
    segments: readSegments(r),
    more: r.flag("more"),
  };
}

export function readSegments(r: Reader): SampledSegment[] {
  return r.list("segments", (s) => ({
    segmentId: s.text("segmentId"),
    traceId: s.text("traceId") === "" ? null : s.text("traceId"),
    instance: s.text("instance"),
    service: s.text("service"),
    endpoint: s.text("endpoint"),
    startMillis: s.numberOrNull("startMillis"),
    durationMillis: s.numberOrNull("durationMillis"),
    error: s.flag("error"),
    firstMillis: s.number("firstMillis"),
    lastMillis: s.number("lastMillis"),
    snapshots: s.number("snapshots"),
    periodMillis: s.number("periodMillis"),
    taskId: s.text("taskId"),
    part: s.flag("part"),
    gaps: s.number("gaps"),
  }));
}

function readTask(r: Reader): ProfileTask {
  return {
    id: r.text("id"),
    service: r.text("service"),
    endpoint: r.text("endpoint"),
    createMillis: r.number("createMillis"),
    startMillis: r.number("startMillis"),
    endMillis: r.number("endMillis"),
    durationMinutes: r.number("durationMinutes"),
    minMillis: r.number("minMillis"),
    periodMillis: r.number("periodMillis"),
    maxSamples: r.number("maxSamples"),
    state: stateOf(r.text("state")),
    stoppedMillis: r.numberOrNull("stoppedMillis"),
    instances: r.optionalList("instances", (i) => ({
      name: i.text("name"),
      notifiedMillis: i.numberOrNull("notifiedMillis"),
      finishedMillis: i.numberOrNull("finishedMillis"),
      ours: i.flag("ours"),
    })),
    segments: r.number("segments"),
    requests: r.number("requests"),
    snapshots: r.number("snapshots"),
    dropped: r.number("dropped"),
  };
}

function stateOf(text: string): TaskState {
  const known = TASK_STATES.find((state) => state === text);
  if (known === undefined) throw new ShapeError(`a task is in a state this page does not know`);
  return known;
}

export function readAnalysis(r: Reader): Analysis {
  const nodes = r.object("nodes");
  const columns = {
    frames: r.texts("frames"),
    parent: nodes.numbers("parent"),
    frame: nodes.numbers("frame"),
    samples: nodes.numbers("samples"),
    selfMicros: byState(r.texts("states"), nodes.lists("selfMicros")),
  };
  const problem = columnsProblem(columns);
  if (problem !== null) throw new ShapeError(problem);
  return {
    snapshots: r.number("snapshots"),
    found: r.number("found"),
    segments: r.number("segments"),
    requests: r.number("requests"),
    periodMillis: r.number("periodMillis"),
    millis: r.number("millis"),
    errorMillis: r.number("errorMillis"),
    truncated: r.flag("truncated"),
    limit: r.number("limit"),
    cut: r.number("cut"),
    ...columns,
  };
}
