import type { Accounting } from "../domain/accounting.ts";
import type { Analysis, AnalysisQuestion } from "../domain/analysis.ts";
import type { Trace } from "../domain/model.ts";
import type { SampledSegment, TaskOrder } from "../domain/profile.ts";
import { queryParameters, type TraceQuery } from "../domain/query.ts";
import {
  readAccounting,
  readEndpoints,
  readInstances,
  readServices,
  readStatus,
  readTracePage,
  type Endpoint,
  type Instance,
  type Service,
  type Status,
  type TracePage,
} from "./answers.ts";
import { Reader, ShapeError } from "./json.ts";
import { eachLine } from "./lines.ts";
import {
  readAnalysis,
  readSegments,
  readTaskAnswer,
  readTaskList,
  type TaskAnswer,
  type TaskList,
} from "./profiles.ts";
import { TraceLines } from "./traceLines.ts";

/* The only place that talks to the server. Every failure becomes a Problem that says what a person can do. */

export type ProblemKind = "unreachable" | "slow" | "refused" | "not-found" | "failed" | "unreadable";

export class Problem extends Error {
  override readonly name = "Problem";
  constructor(
    readonly kind: ProblemKind,
    message: string,
    /** The parameter the server complains about. */
    readonly parameter = "",
  ) {
    super(message);
  }
}

/** Longer than any query of a healthy server by an order of magnitude. */
const PATIENCE_MILLIS = 30_000;

declare global {
  interface Window {
    /** What public/early.js has asked for. */
    skeinEarly?: { readonly address: string; readonly answer: Promise<Response> };
  }
}

/** The answer that was asked for while this script was still loading; once. */
function takeEarly(path: string): Promise<Response> | null {
  const early = window.skeinEarly;
  if (early?.address !== path) return null;
  delete window.skeinEarly;
  return early.answer;
}

/** The early question knows nothing of our signal. */
function until<T>(signal: AbortSignal, answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(new Error("given up"));
    signal.addEventListener("abort", () => reject(new Error("given up")), { once: true });
    answer.then(resolve, reject);
  });
}

function get<T>(path: string, signal: AbortSignal, read: (answer: Reader) => T): Promise<T> {
  return ask(path, signal, whole(path, read), null);
}

/** A change, which the server takes as JSON from its own pages only. */
function post<T>(path: string, body: object, signal: AbortSignal, read: (answer: Reader) => T): Promise<T> {
  return ask(path, signal, whole(path, read), JSON.stringify(body));
}

/** Takes the body of an answer. */
type Take<T> = (response: Response, ended: AbortSignal) => Promise<T>;

async function ask<T>(path: string, signal: AbortSignal, take: Take<T>, order: string | null): Promise<T> {
  const patience = AbortSignal.timeout(PATIENCE_MILLIS);
  try {
    const ended = AbortSignal.any([signal, patience]);
    const options: RequestInit = {
      signal: ended,
      headers: { accept: "application/json" },
      cache: "no-store",
    };
    if (order !== null) {
      options.method = "POST";
      options.body = order;
      options.headers = { accept: "application/json", "content-type": "application/json" };
    }
    const response = await until(ended, takeEarly(path) ?? fetch(path, options));
    if (!response.ok) throw refusal(response.status, await until(ended, response.text()));
    return await until(ended, take(response, ended));
  } catch (cause) {
    if (cause instanceof Problem || signal.aborted) throw cause;
    if (patience.aborted) {
      throw new Problem("slow", `The server did not answer within ${PATIENCE_MILLIS / 1000} s.`);
    }
    throw new Problem("unreachable", "The server does not answer. It may have been stopped.");
  }
}

function whole<T>(path: string, read: (answer: Reader) => T): Take<T> {
  return async (response) => {
    const body = await response.text();
    const name = path.replace(/\?.*/s, "");
    const from = performance.now();
    const answer = understood(() => read(Reader.of(JSON.parse(body) as unknown, name)));
    performance.measure(`skein:read ${name}`, { start: from });
    return answer;
  };
}

/** Work on a body that has come; what is wrong with it is not the connection's fault. */
function understood<T>(read: () => T): T {
  try {
    return read();
  } catch (cause) {
    const detail = cause instanceof ShapeError ? cause.message : "it is not JSON";
    throw new Problem("unreadable", `The server's answer could not be read: ${detail}.`);
  }
}

async function takeTrace(response: Response, ended: AbortSignal): Promise<Trace> {
  const lines = new TraceLines();
  let working = 0;
  const work = <T>(read: () => T): T => {
    const from = performance.now();
    const result = understood(read);
    working += performance.now() - from;
    return result;
  };
  const asked = performance.now();
  await eachLine(response, ended, (line) => work(() => lines.line(line)));
  const trace = work(() => lines.end());
  performance.measure("skein:read /api/trace", { start: asked, duration: working });
  return trace;
}

function refusal(status: number, body: string): Problem {
  let message = "";
  let parameter = "";
  try {
    const error = Reader.of(JSON.parse(body) as unknown, "error").objectOrNull("error");
    message = error?.text("message") ?? "";
    parameter = error?.text("parameter") ?? "";
  } catch {
    // Not ours, a proxy's page perhaps: the status has to do.
  }
  if (status === 404) return new Problem("not-found", message || "Not found.", parameter);
  if (status >= 500) {
    // Proxies answer for a server that is away.
    const proxied = message === "" && (status === 502 || status === 503 || status === 504);
    const kind = proxied ? "unreachable" : "failed";
    return new Problem(kind, message || `The server failed with status ${status}.`, parameter);
  }
  return new Problem("refused", message || `The server refused with status ${status}.`, parameter);
}

function withParameters(path: string, parameters: Readonly<Record<string, string>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) if (value !== "") search.append(name, value);
  const text = search.toString();
  return text === "" ? path : `${path}?${text}`;
}

export function getStatus(signal: AbortSignal): Promise<Status> {
  return get("/api/status", signal, readStatus);
}

export function getServices(signal: AbortSignal): Promise<Service[]> {
  return get("/api/services", signal, readServices);
}

export function getInstances(service: string, signal: AbortSignal): Promise<Instance[]> {
  return get(withParameters("/api/instances", { service }), signal, readInstances);
}

export function getEndpoints(service: string, contains: string, signal: AbortSignal): Promise<Endpoint[]> {
  const path = withParameters("/api/endpoints", { service, contains, limit: "50" });
  return get(path, signal, readEndpoints);
}

export function getTagKeys(service: string, signal: AbortSignal): Promise<string[]> {
  return get(withParameters("/api/tags", { service }), signal, (r) => r.texts("keys"));
}

export function getTagValues(service: string, key: string, signal: AbortSignal): Promise<string[]> {
  return get(withParameters("/api/tag-values", { service, key }), signal, (r) => r.texts("values"));
}

export function searchTraces(query: TraceQuery, now: number, signal: AbortSignal): Promise<TracePage> {
  return get(`/api/traces?${queryParameters(query, now).toString()}`, signal, readTracePage);
}

export function getTrace(id: string, signal: AbortSignal): Promise<Trace> {
  return ask(withParameters("/api/trace", { id, form: "packed" }), signal, takeTrace, null);
}

export function getAccounting(signal: AbortSignal): Promise<Accounting> {
  return get("/api/accounting", signal, readAccounting);
}

export function getProfileTasks(service: string, endpoint: string, signal: AbortSignal): Promise<TaskList> {
  const path = withParameters("/api/profile/tasks", { service, endpoint, limit: "100" });
  return get(path, signal, readTaskList);
}

export function getProfileTask(id: string, signal: AbortSignal): Promise<TaskAnswer> {
  return get(withParameters("/api/profile/task", { id }), signal, readTaskAnswer);
}

/** What of a trace was sampled, by a task or because it was slow. */
export function getSampledSegments(traceId: string, signal: AbortSignal): Promise<SampledSegment[]> {
  return get(withParameters("/api/profile/segments", { traceId }), signal, readSegments);
}

export function createProfileTask(order: TaskOrder, signal: AbortSignal): Promise<string> {
  return post("/api/profile/tasks", order, signal, (r) => r.text("id"));
}

export function stopProfileTask(id: string, signal: AbortSignal): Promise<string> {
  return post("/api/profile/tasks/stop", { id }, signal, (r) => r.text("state"));
}

export function getAnalysis(question: AnalysisQuestion, signal: AbortSignal): Promise<Analysis> {
  const search = new URLSearchParams();
  if (question.segments.length === 0) search.append("task", question.task);
  for (const segment of question.segments) search.append("segment", segment);
  if (question.from !== null) search.append("from", String(question.from));
  if (question.to !== null) search.append("to", String(question.to));
  return get(`/api/profile/analysis?${search.toString()}`, signal, readAnalysis);
}
