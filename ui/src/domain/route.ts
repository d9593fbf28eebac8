import { MAX_SEGMENTS } from "./analysis.ts";
import { EMPTY_FLAME, flamePairs, parseFlame, type FlameView } from "./flameView.ts";
import { DEFAULT_LIMIT, EMPTY_QUERY, LIMITS, isRange, type TraceQuery } from "./query.ts";

/*
 * The address bar. Everything that makes a page what it is stands in it, so that a link shows a colleague the same:
 * filters, the selected span, what is folded, the part of time that is zoomed to. Names and ids are opaque text, so
 * they travel as query parameters, never as parts of the path. What an address holds is hostile too: whatever cannot
 * be read falls back to the default.
 */

export interface TraceView {
  readonly id: string;
  /** Key of the selected row. */
  readonly span: string;
  /** Keys of folded rows. */
  readonly folded: readonly string[];
  /** Text that rows are searched for. */
  readonly find: string;
  /** Zoom, in milliseconds relative to the trace's start. */
  readonly zoom: { readonly from: number; readonly to: number } | null;
  /** Whose flame graph is open: that of the selected span's time, or of all that was sampled. */
  readonly flameOf: "" | "span" | "trace";
  readonly flame: FlameView;
}

export interface ProfileView {
  readonly task: string;
  /** The segments that are analysed; none: all of the task. */
  readonly segments: readonly string[];
  readonly flame: FlameView;
}

/** What a new task is filled in with. */
export interface TaskStart {
  readonly service: string;
  readonly endpoint: string;
  readonly minMillis: number | null;
}

export type Route =
  | { readonly page: "services"; readonly service: string }
  | { readonly page: "traces"; readonly query: TraceQuery }
  | { readonly page: "trace"; readonly view: TraceView }
  | { readonly page: "profiles"; readonly start: TaskStart | null }
  | { readonly page: "profile"; readonly view: ProfileView }
  | { readonly page: "accounting" }
  | { readonly page: "unknown"; readonly path: string };

/** More folded rows than this are forgotten by the address: browsers cut addresses of some ten thousand characters. */
const MAX_FOLDED = 400;

export function traceRoute(id: string, span = ""): Route {
  return {
    page: "trace",
    view: { id, span, folded: [], find: "", zoom: null, flameOf: "", flame: EMPTY_FLAME },
  };
}

/** The tasks; with a start, beginning a new one. */
export function profilesRoute(start: TaskStart | null = null): Route {
  return { page: "profiles", start };
}

export function profileRoute(task: string, segments: readonly string[] = []): Route {
  return { page: "profile", view: { task, segments, flame: EMPTY_FLAME } };
}

export function tracesRoute(query: Partial<TraceQuery> = {}): Route {
  return { page: "traces", query: { ...EMPTY_QUERY, ...query } };
}

export function parseRoute(path: string, search: string): Route {
  const parameters = new URLSearchParams(search);
  const text = (name: string): string => parameters.get(name) ?? "";
  const flameOf = text("flame");
  switch (path) {
    case "/":
    case "/services":
      return { page: "services", service: text("service") };
    case "/traces":
      return { page: "traces", query: parseQuery(parameters) };
    case "/trace":
      return {
        page: "trace",
        view: {
          id: text("id"),
          span: text("span"),
          folded: text("folded")
            .split(".")
            .filter((key) => key !== "")
            .slice(0, MAX_FOLDED),
          find: text("find"),
          zoom: parseZoom(text("zoom")),
          flameOf: flameOf === "span" || flameOf === "trace" ? flameOf : "",
          flame: parseFlame(text),
        },
      };
    case "/profiles":
      return {
        page: "profiles",
        start: parameters.has("new")
          ? {
              service: text("service"),
              endpoint: text("endpoint"),
              minMillis: positive(wholeNumber(text("min"))),
            }
          : null,
      };
    case "/profile":
      return {
        page: "profile",
        view: {
          task: text("task"),
          segments: [...new Set(parameters.getAll("segment"))]
            .filter((id) => id !== "")
            .slice(0, MAX_SEGMENTS),
          flame: parseFlame(text),
        },
      };
    case "/accounting":
      return { page: "accounting" };
    default:
      return { page: "unknown", path };
  }
}

export function formatRoute(route: Route): string {
  switch (route.page) {
    case "services":
      return withParameters("/services", [["service", route.service]]);
    case "traces":
      return withParameters("/traces", queryPairs(route.query));
    case "trace": {
      const { id, span, folded, find, zoom, flameOf, flame } = route.view;
      return withParameters("/trace", [
        ["id", id],
        ["span", span],
        ["folded", folded.slice(0, MAX_FOLDED).join(".")],
        ["find", find],
        ["zoom", zoom === null ? "" : `${zoom.from}~${zoom.to}`],
        ["flame", flameOf],
        ...flamePairs(flame),
      ]);
    }
    case "profiles":
      return withParameters("/profiles", [
        ["new", route.start === null ? "" : "1"],
        ["service", route.start?.service ?? ""],
        ["endpoint", route.start?.endpoint ?? ""],
        ["min", whole(route.start?.minMillis ?? null)],
      ]);
    case "profile":
      return withParameters("/profile", [
        ["task", route.view.task],
        ...route.view.segments.map((id): Pair => ["segment", id]),
        ...flamePairs(route.view.flame),
      ]);
    case "accounting":
      return "/accounting";
    case "unknown":
      return route.path;
  }
}

type Pair = readonly [name: string, value: string];

function withParameters(path: string, pairs: readonly Pair[]): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of pairs) if (value !== "") parameters.append(name, value);
  const search = parameters.toString();
  return search === "" ? path : `${path}?${search}`;
}

function whole(value: number | null): string {
  return value === null ? "" : String(value);
}

function queryPairs(query: TraceQuery): Pair[] {
  return [
    ["service", query.service],
    ["instance", query.instance],
    ["endpoint", query.endpoint],
    ["min", whole(query.minMillis)],
    ["max", whole(query.maxMillis)],
    ["error", query.error],
    ...query.tags.map((tag): Pair => ["tag", tag]),
    ["range", query.range === EMPTY_QUERY.range ? "" : query.range],
    ["from", query.range === "custom" ? whole(query.from) : ""],
    ["to", query.range === "custom" ? whole(query.to) : ""],
    ["traceId", query.traceId],
    ["order", query.order === "newest" ? "" : query.order],
    ["limit", query.limit === DEFAULT_LIMIT ? "" : String(query.limit)],
    ["before", query.before],
  ];
}

function parseQuery(parameters: URLSearchParams): TraceQuery {
  const text = (name: string): string => parameters.get(name) ?? "";
  const range = text("range");
  const limit = wholeNumber(text("limit"));
  const error = text("error");
  return {
    service: text("service"),
    instance: text("instance"),
    endpoint: text("endpoint"),
    minMillis: positive(wholeNumber(text("min"))),
    maxMillis: positive(wholeNumber(text("max"))),
    error: error === "true" || error === "false" ? error : "",
    tags: parameters.getAll("tag").filter((tag) => tag !== ""),
    range: isRange(range) ? range : EMPTY_QUERY.range,
    from: range === "custom" ? wholeNumber(text("from")) : null,
    to: range === "custom" ? wholeNumber(text("to")) : null,
    traceId: text("traceId"),
    order: text("order") === "slowest" ? "slowest" : "newest",
    limit: limit !== null && LIMITS.includes(limit) ? limit : DEFAULT_LIMIT,
    before: text("before"),
  };
}

function parseZoom(text: string): TraceView["zoom"] {
  const [first, second, ...more] = text.split("~");
  const from = wholeNumber(first ?? "");
  const to = wholeNumber(second ?? "");
  return from !== null && to !== null && from < to && more.length === 0 ? { from, to } : null;
}

function wholeNumber(text: string): number | null {
  return /^-?\d{1,15}$/.test(text) ? Number(text) : null;
}

function positive(value: number | null): number | null {
  return value !== null && value >= 0 ? value : null;
}
