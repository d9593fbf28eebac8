/* What a search for traces asks, as the user means it: "the last hour" stays that until the moment of asking. */

export const RANGES = [
  { id: "15m", label: "Last 15 minutes", millis: 15 * 60_000 },
  { id: "1h", label: "Last hour", millis: 3_600_000 },
  { id: "6h", label: "Last 6 hours", millis: 6 * 3_600_000 },
  { id: "24h", label: "Last 24 hours", millis: 24 * 3_600_000 },
  { id: "7d", label: "Last 7 days", millis: 7 * 24 * 3_600_000 },
] as const;

export type RangeId = (typeof RANGES)[number]["id"] | "all" | "custom";
export type Order = "newest" | "slowest";
export type ErrorFilter = "" | "true" | "false";

export interface TraceQuery {
  readonly service: string;
  readonly instance: string;
  readonly endpoint: string;
  readonly minMillis: number | null;
  readonly maxMillis: number | null;
  readonly error: ErrorFilter;
  /** "key=value", or "key" alone: has the key. All must match. */
  readonly tags: readonly string[];
  readonly range: RangeId;
  /** Used when the range is custom; either may be open. */
  readonly from: number | null;
  readonly to: number | null;
  readonly traceId: string;
  readonly order: Order;
  readonly limit: number;
  /** The server's cursor of a later page; empty is the first. */
  readonly before: string;
}

export const DEFAULT_LIMIT = 20;
export const LIMITS: readonly number[] = [20, 50, 100, 200];

export const EMPTY_QUERY: TraceQuery = {
  service: "",
  instance: "",
  endpoint: "",
  minMillis: null,
  maxMillis: null,
  error: "",
  tags: [],
  range: "1h",
  from: null,
  to: null,
  traceId: "",
  order: "newest",
  limit: DEFAULT_LIMIT,
  before: "",
};

export function isRange(text: string): text is RangeId {
  return text === "all" || text === "custom" || RANGES.some((range) => range.id === text);
}

/**
 * The parameters of GET /api/traces. A trace id names one trace whenever it was, so the time range does not apply to
 * it: a pasted id that "is not found" because of a range nobody looked at is a classic way to lose an hour.
 */
export function queryParameters(query: TraceQuery, now: number): URLSearchParams {
  const parameters = new URLSearchParams();
  const put = (name: string, value: string | number | null): void => {
    if (value !== null && value !== "") parameters.append(name, String(value));
  };
  put("service", query.service);
  put("instance", query.instance);
  put("endpoint", query.endpoint);
  put("minMillis", query.minMillis);
  put("maxMillis", query.maxMillis);
  put("error", query.error);
  for (const tag of query.tags) put("tag", tag);
  const range = timeRange(query, now);
  put("from", range.from);
  put("to", range.to);
  put("traceId", query.traceId);
  put("order", query.order);
  put("limit", query.limit);
  put("before", query.before);
  return parameters;
}

export function timeRange(
  query: TraceQuery,
  now: number,
): { readonly from: number | null; readonly to: number | null } {
  if (query.traceId !== "" || query.range === "all") return { from: null, to: null };
  if (query.range === "custom") return { from: query.from, to: query.to };
  const millis = RANGES.find((range) => range.id === query.range)?.millis ?? 0;
  // The end stays open: a span of a machine whose clock runs ahead is still among "the last 15 minutes".
  return { from: now - millis, to: null };
}

/** Filters other than time: decides which empty state is shown and whether "clear" is offered. */
export function filterCount(query: TraceQuery): number {
  const set = [
    query.service,
    query.instance,
    query.endpoint,
    query.minMillis,
    query.maxMillis,
    query.error,
    query.traceId,
  ].filter((value) => value !== "" && value !== null).length;
  return set + query.tags.length;
}

/** Null when it can be asked; otherwise what to correct. */
export function queryProblem(query: TraceQuery): string | null {
  if (query.minMillis !== null && query.maxMillis !== null && query.minMillis > query.maxMillis) {
    return "The shortest duration is longer than the longest.";
  }
  if (query.range === "custom" && query.from !== null && query.to !== null && query.from > query.to) {
    return "The time range ends before it starts.";
  }
  return null;
}
