/* What a thread was doing when it was looked at, in the order in which the pages show it. */

export const STATES = ["running", "native", "blocked", "waiting", "unknown"] as const;
export type ThreadState = (typeof STATES)[number];

export const STATE_LABELS: Readonly<Record<ThreadState, string>> = {
  running: "running",
  native: "native or I/O",
  blocked: "blocked",
  waiting: "waiting",
  unknown: "not told",
};

export const STATE_WORDS: Readonly<Record<ThreadState, string>> = {
  running: "runs Java code, or waits for a processor",
  native: "is in native code: reading, writing, or computing there; the JDK does not tell which",
  blocked: "waits for a lock that another thread holds",
  waiting: "sleeps, is parked, or waits to be notified",
  unknown: "the agent does not report states",
};

export function isState(text: string): text is ThreadState {
  return (STATES as readonly string[]).includes(text);
}

export interface StatePreset {
  readonly id: string;
  readonly label: string;
  /** Null: all. */
  readonly states: readonly ThreadState[] | null;
}

export const STATE_PRESETS: readonly StatePreset[] = [
  { id: "all", label: "All", states: null },
  { id: "running", label: "On CPU", states: ["running"] },
  { id: "waiting", label: "Waiting", states: ["blocked", "waiting"] },
];

/** The preset that shows exactly these. */
export function presetOf(states: readonly ThreadState[] | null): string {
  const key = (of: readonly ThreadState[] | null): string => (of === null ? "" : [...of].sort().join());
  return STATE_PRESETS.find((preset) => key(preset.states) === key(states))?.id ?? "";
}
