/*
 * Profile tasks as the query API hands them out, and what the pages say of them. A task is an order to sample requests
 * of one endpoint for some minutes; a sample is one sampled request; a snapshot is one look at one thread's stack.
 */

export const TASK_STATES = ["scheduled", "running", "stopping", "ended"] as const;
export type TaskState = (typeof TASK_STATES)[number];

export interface TaskInstance {
  readonly name: string;
  readonly notifiedMillis: number | null;
  readonly finishedMillis: number | null;
  /** It has an agent of ours, which can be told to stop. */
  readonly ours: boolean;
}

export interface ProfileTask {
  readonly id: string;
  readonly service: string;
  readonly endpoint: string;
  readonly createMillis: number;
  readonly startMillis: number;
  readonly endMillis: number;
  readonly durationMinutes: number;
  readonly minMillis: number;
  readonly periodMillis: number;
  readonly maxSamples: number;
  readonly state: TaskState;
  readonly stoppedMillis: number | null;
  readonly instances: readonly TaskInstance[];
  readonly segments: number;
  readonly requests: number;
  readonly snapshots: number;
  readonly dropped: number;
}

export interface TaskEvent {
  readonly instance: string;
  /** "notified" or "finished"; other texts are shown as they are. */
  readonly operation: string;
  readonly millis: number;
}

/** A segment of which there are snapshots. Nulls: the segment itself has not arrived (yet). */
export interface SampledSegment {
  readonly segmentId: string;
  readonly traceId: string | null;
  readonly instance: string;
  readonly service: string;
  readonly endpoint: string;
  readonly startMillis: number | null;
  readonly durationMillis: number | null;
  readonly error: boolean;
  readonly firstMillis: number;
  readonly lastMillis: number;
  readonly snapshots: number;
  readonly periodMillis: number;
  readonly taskId: string;
  /** A sub-thread or continuation of another sampled segment of the same request. */
  readonly part: boolean;
  /** Snapshots missing between the first and the last. */
  readonly gaps: number;
}

/** The task id of what was sampled without a task, because it was slow. */
export const SLOW_TASK = "skein-slow";

/** What a person fills in: texts, so that what cannot be read stays for correction. */
export interface TaskDraft {
  readonly service: string;
  readonly endpoint: string;
  readonly min: string;
  readonly minutes: string;
  readonly period: string;
  readonly samples: string;
  /** Empty: now. */
  readonly start: string;
}

export interface TaskOrder {
  readonly service: string;
  readonly endpoint: string;
  readonly startMillis: number | null;
  readonly durationMinutes: number;
  readonly minMillis: number;
  readonly periodMillis: number;
  readonly maxSamples: number;
}

export type TaskField = keyof TaskDraft;

/** The field that a refusal is about, by the server's name for it. Null: about the whole. */
export function fieldOf(parameter: string): TaskField | null {
  switch (parameter) {
    case "service":
    case "endpoint":
      return parameter;
    case "minMillis":
    case "minDurationMillis":
      return "min";
    case "durationMinutes":
      return "minutes";
    case "periodMillis":
      return "period";
    case "maxSamples":
      return "samples";
    case "startMillis":
      return "start";
    default:
      return null;
  }
}

export type Progress = {
  /** Of its time, 0 to 1. */
  readonly share: number;
  readonly millisLeft: number;
  readonly notified: number;
  readonly finished: number;
};

export function progressOf(task: ProfileTask, now: number): Progress {
  const length = Math.max(1, task.endMillis - task.startMillis);
  const ended = task.state === "ended";
  return {
    share: ended ? 1 : Math.min(1, Math.max(0, (now - task.startMillis) / length)),
    millisLeft: ended ? 0 : Math.max(0, task.endMillis - now),
    notified: task.instances.filter((i) => i.notifiedMillis !== null).length,
    finished: task.instances.filter((i) => i.finishedMillis !== null).length,
  };
}

/** Instances that will not hear of a stop: theirs is not a protocol with a word for it. */
export function deafInstances(task: ProfileTask): number {
  return task.instances.filter((i) => !i.ours && i.notifiedMillis !== null && i.finishedMillis === null)
    .length;
}

/**
 * What a task will do to the processes it goes to. The times of one snapshot were measured on a stack of depth 50 to 60
 * (docs/profiler.md): its thread (until JDK 18, all of them) stands still for 0.05 ms on JDK 25 and 0.18 ms on JDK 17, the sampler works for up to
 * 0.13 ms.
 */
const PAUSE_MILLIS = { least: 0.05, most: 0.18 } as const;
const SAMPLER_MILLIS = 0.13;
/** Requests that are sampled at the same time in one process, by the agents' default. */
const PARALLEL = 5;

export interface Estimate {
  /** A request twice as slow as the threshold, or of a second where that is little. */
  readonly exampleMillis: number;
  readonly snapshots: number;
  /** Of the sampled request's time, in percent. */
  readonly pauseLeast: number;
  readonly pauseMost: number;
  /** Of one core, in percent, while the most that may be are sampled at once. */
  readonly samplerMost: number;
}

export function estimate(minMillis: number, periodMillis: number, samples: number): Estimate {
  const exampleMillis = Math.max(1000, 2 * minMillis);
  const period = Math.max(1, periodMillis);
  return {
    exampleMillis,
    snapshots: Math.max(1, Math.floor((exampleMillis - minMillis) / period)),
    pauseLeast: Math.min(100, (100 * PAUSE_MILLIS.least) / period),
    pauseMost: Math.min(100, (100 * PAUSE_MILLIS.most) / period),
    samplerMost: Math.min(100, (100 * SAMPLER_MILLIS * Math.min(PARALLEL, Math.max(1, samples))) / period),
  };
}

/** Half of what it took: slow enough to leave the quick ones alone, early enough to see most of the slow ones. */
export function thresholdFor(durationMillis: number): number {
  const half = Math.max(0, durationMillis) / 2;
  if (half < 10) return Math.floor(half);
  const unit = 10 ** (Math.floor(Math.log10(half)) - 1);
  return Math.floor(half / unit) * unit;
}
