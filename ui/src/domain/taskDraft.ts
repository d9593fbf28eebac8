import { durationText, parseDuration } from "./duration.ts";
import { parseDateTime } from "./format.ts";
import type { TaskDraft, TaskField, TaskOrder } from "./profile.ts";
import type { TaskStart } from "./route.ts";

/* The form of a new task. Only what cannot be read is refused here; bounds are the server's, and so are its words. */

/** What makes sense for most: five slow requests, looked at a hundred times a second, within five minutes. */
export const DEFAULTS = { minMillis: 500, minutes: 5, periodMillis: 10, samples: 5 } as const;

export function draftOf(start: TaskStart): TaskDraft {
  return {
    service: start.service,
    endpoint: start.endpoint,
    min: durationText(start.minMillis ?? DEFAULTS.minMillis),
    minutes: String(DEFAULTS.minutes),
    period: durationText(DEFAULTS.periodMillis),
    samples: String(DEFAULTS.samples),
    start: "",
  };
}

export type Complaints = Partial<Readonly<Record<TaskField, string>>>;

/** The order, or what cannot be read of the draft. */
export function orderOf(
  draft: TaskDraft,
): { readonly order: TaskOrder } | { readonly complaints: Complaints } {
  const complaints: Partial<Record<TaskField, string>> = {};
  const read = (field: TaskField, of: (text: string) => number | null, hint: string): number => {
    const value = of(draft[field]);
    if (value === null) complaints[field] = hint;
    return value ?? 0;
  };
  const order: TaskOrder = {
    service: draft.service,
    endpoint: draft.endpoint,
    minMillis: read("min", parseDuration, "Durations look like 500ms or 1.5s."),
    durationMinutes: read("minutes", wholeNumber, "A whole number of minutes."),
    periodMillis: read("period", parseDuration, "Durations look like 10ms."),
    maxSamples: read("samples", wholeNumber, "A whole number of requests."),
    startMillis:
      draft.start.trim() === ""
        ? null
        : read("start", parseDateTime, "Times look like 2026-01-31 14:00, in your time zone."),
  };
  return Object.keys(complaints).length > 0 ? { complaints } : { order };
}

function wholeNumber(text: string): number | null {
  return /^\s*-?\d{1,9}\s*$/.test(text) ? Number(text) : null;
}
