import type { IncomingMessage } from "node:http";
import { HOSTILE_TEXTS } from "./hostile.ts";
import { analysisOf, largeProfile, sampled, type Snapshot } from "./profiles.ts";
import type { GeneratedTrace } from "./traffic.ts";

/*
 * The profiler's part of the query API, over generated snapshots. Tasks that are made here run, find a request each
 * second, and end; /profile?task=large has 12,000 snapshots of depth 60, /profile?task=hostile what it says.
 */

interface Task {
  readonly id: string;
  readonly service: string;
  readonly endpoint: string;
  readonly createMillis: number;
  readonly startMillis: number;
  readonly durationMinutes: number;
  readonly minMillis: number;
  readonly periodMillis: number;
  readonly maxSamples: number;
  stoppedMillis: number | null;
  readonly theirs: boolean;
}

interface Sample {
  readonly taskId: string;
  readonly segmentId: string;
  readonly traceId: string | null;
  readonly service: string;
  readonly endpoint: string;
  readonly startMillis: number | null;
  readonly durationMillis: number | null;
  readonly part: boolean;
  readonly snapshots: readonly Snapshot[];
}

export interface ProfileAnswer {
  readonly status: number;
  readonly body: unknown;
}

const MINUTE = 60_000;

export class SandboxProfiles {
  private readonly tasks: Task[] = [];
  private readonly samples: Sample[] = [];
  private readonly waiting: GeneratedTrace[];

  constructor(traces: readonly GeneratedTrace[]) {
    const orders = traces.filter((t) => t.segments.length === 4);
    this.waiting = orders.slice(20);
    if (orders.length === 0) return;
    const now = Date.now();
    this.add("ended", now - 20 * MINUTE, { minMillis: 50 });
    this.add("theirs", now - 2 * MINUTE, {
      theirs: true,
      endpoint: "GET:/stock/{sku}",
      service: "inventory",
    });
    this.add("large", now - 40 * MINUTE, { service: "catalog", endpoint: "GET:/search", maxSamples: 9 });
    this.add("hostile", now - 60 * MINUTE, {
      service: HOSTILE_TEXTS[0] ?? "",
      endpoint: HOSTILE_TEXTS[3] ?? "",
    });
    this.add("planned", now + 15 * MINUTE, {});
    this.add("nothing", now - 80 * MINUTE, { endpoint: "GET:/seldom" });
    for (const trace of orders.slice(0, 5)) this.sample("ended", trace);
    for (const trace of orders.slice(5, 9)) this.sample("skein-slow", trace);
    this.samples.push({
      taskId: "large",
      segmentId: "large-1",
      traceId: null,
      service: "catalog",
      endpoint: "GET:/search",
      startMillis: null,
      durationMillis: null,
      part: false,
      snapshots: largeProfile("large-1", "large", now - 40 * MINUTE, 12_500, 60),
    });
    this.samples.push({
      taskId: "hostile",
      segmentId: HOSTILE_TEXTS[0] ?? "",
      traceId: HOSTILE_TEXTS[5] ?? "",
      service: HOSTILE_TEXTS[0] ?? "",
      endpoint: HOSTILE_TEXTS[3] ?? "",
      startMillis: 0,
      durationMillis: 99,
      part: true,
      snapshots: hostileSnapshots("hostile", HOSTILE_TEXTS[0] ?? "", now - 60 * MINUTE),
    });
  }

  private add(id: string, startMillis: number, part: Partial<Task>): void {
    this.tasks.push({
      id,
      service: "storefront",
      endpoint: "POST:/orders",
      createMillis: Math.min(startMillis, Date.now()),
      startMillis,
      durationMinutes: 5,
      minMillis: 500,
      periodMillis: 10,
      maxSamples: 5,
      stoppedMillis: null,
      theirs: false,
      ...part,
    });
  }

  /** Each segment of the service in the trace; the second is a part of the request. */
  private sample(taskId: string, trace: GeneratedTrace): void {
    const segments = trace.segments.filter((s) => s.service === "storefront");
    segments.forEach((segment, i) => {
      const first = segment.spans.find((s) => s.id === 0);
      if (first === undefined) return;
      const duration = first.endMillis - first.startMillis;
      const count = Math.max(3, Math.floor(duration / 2));
      this.samples.unshift({
        taskId,
        segmentId: segment.segmentId,
        traceId: trace.traceId,
        service: segment.service,
        endpoint: i === 0 ? first.operation : "POST:/orders",
        startMillis: first.startMillis,
        durationMillis: duration,
        part: i > 0,
        snapshots: sampled(segment.segmentId, taskId, first.startMillis, count, 2, first.startMillis),
      });
    });
  }

  async answer(url: URL, request: IncomingMessage): Promise<ProfileAnswer | null> {
    const q = url.searchParams;
    this.goOn();
    switch (url.pathname) {
      case "/api/profile/tasks":
        if (request.method === "POST") return this.create(await bodyOf(request));
        return ok({
          nowMillis: Date.now(),
          tasks: this.tasks.toSorted((a, b) => b.createMillis - a.createMillis).map((t) => this.taskJson(t)),
        });
      case "/api/profile/tasks/stop": {
        const { id } = await bodyOf(request);
        const found = this.tasks.find((t) => t.id === id);
        if (found === undefined) return refuse(404, "not-found", "no such task", "id");
        found.stoppedMillis = Date.now();
        return ok({ state: "stopping" });
      }
      case "/api/profile/task": {
        const task = this.tasks.find((t) => t.id === q.get("id"));
        if (task === undefined) return refuse(404, "not-found", "no such task", "id");
        return ok({
          nowMillis: Date.now(),
          task: this.taskJson(task),
          log: this.instances(task).flatMap((i) => [
            ...(i.notifiedMillis === null
              ? []
              : [{ instance: i.name, operation: "notified", millis: i.notifiedMillis }]),
            ...(i.finishedMillis === null
              ? []
              : [{ instance: i.name, operation: "finished", millis: i.finishedMillis }]),
          ]),
          segments: this.samples.filter((s) => s.taskId === task.id).map(sampleJson),
          more: false,
        });
      }
      case "/api/profile/segments":
        return ok({ segments: this.samples.filter((s) => s.traceId === q.get("traceId")).map(sampleJson) });
      case "/api/profile/analysis": {
        const ids = q.getAll("segment");
        const chosen = this.samples.filter((s) =>
          ids.length > 0 ? ids.includes(s.segmentId) : s.taskId === q.get("task"),
        );
        const from = Number(q.get("from") ?? 0);
        const to = Number(q.get("to") ?? Number.MAX_SAFE_INTEGER);
        const all = chosen.flatMap((s) => s.snapshots).filter((s) => s.millis >= from && s.millis <= to);
        return ok(analysisOf(all));
      }
      default:
        return null;
    }
  }

  /** A running task of the sandbox finds a slow request every few seconds. */
  private goOn(): void {
    for (const task of this.tasks) {
      if (this.stateOf(task) !== "running" || task.theirs) continue;
      const have = this.samples.filter((s) => s.taskId === task.id && !s.part).length;
      const due = Math.min(task.maxSamples, Math.floor((Date.now() - task.startMillis - 4000) / 4000));
      for (let i = have; i < due; i++) {
        const trace = this.waiting.shift();
        if (trace !== undefined) this.sample(task.id, trace);
      }
    }
  }

  private stateOf(task: Task): string {
    const now = Date.now();
    if (task.stoppedMillis !== null) return now - task.stoppedMillis > 8000 ? "ended" : "stopping";
    if (now < task.startMillis) return "scheduled";
    return now < task.startMillis + task.durationMinutes * MINUTE ? "running" : "ended";
  }

  private instances(
    task: Task,
  ): { name: string; notifiedMillis: number | null; finishedMillis: number | null; ours: boolean }[] {
    const state = this.stateOf(task);
    if (state === "scheduled") return [];
    const finished = state === "ended" ? (task.stoppedMillis ?? task.startMillis + 300_000) : null;
    return [1, 2].map((i) => ({
      name: `${task.service.slice(0, 40)}-${i}@shop`,
      notifiedMillis: Date.now() - task.startMillis > 2000 * i ? task.startMillis + 2000 * i : null,
      finishedMillis: finished === null ? null : finished + 3000 + i,
      ours: !task.theirs,
    }));
  }

  private taskJson(task: Task): object {
    const own = this.samples.filter((s) => s.taskId === task.id);
    return {
      ...task,
      endMillis: task.startMillis + task.durationMinutes * MINUTE,
      state: this.stateOf(task),
      instances: this.instances(task),
      segments: own.length,
      requests: own.filter((s) => !s.part).length,
      snapshots: own.reduce((sum, s) => sum + s.snapshots.length, 0),
      dropped: task.id === "large" ? 17 : 0,
    };
  }

  private create(body: Record<string, unknown>): ProfileAnswer {
    const number = (name: string): number => Number(body[name] ?? 0);
    const bounds: [string, number, number][] = [
      ["durationMinutes", 1, 15],
      ["minMillis", 0, 2 ** 31],
      ["periodMillis", 10, 2 ** 31],
      ["maxSamples", 1, 9],
    ];
    for (const name of ["service", "endpoint"]) {
      if (String(body[name] ?? "").trim() === "")
        return refuse(400, "bad-parameter", `${name} is "" and has to be the name of one`, name);
    }
    for (const [name, least, most] of bounds) {
      if (number(name) < least || number(name) > most)
        return refuse(
          400,
          "bad-parameter",
          `${name} is "${number(name)}" and has to be from ${least} to ${most}`,
          name,
        );
    }
    const start = body["startMillis"] === null ? Date.now() : number("startMillis");
    const clash = this.tasks.find(
      (t) => t.service === body["service"] && ["running", "scheduled"].includes(this.stateOf(t)),
    );
    if (clash !== undefined)
      return refuse(
        409,
        "overlap",
        `task ${clash.id} of this service runs until ${new Date(clash.startMillis + 300_000).toISOString()}`,
        "startMillis",
      );
    const id = `${Date.now()}_${this.tasks.length}`;
    this.add(id, start, {
      service: String(body["service"]),
      endpoint: String(body["endpoint"]),
      durationMinutes: number("durationMinutes"),
      minMillis: number("minMillis"),
      periodMillis: number("periodMillis"),
      maxSamples: number("maxSamples"),
    });
    return ok({ id });
  }
}

/** Frames that are named as badly as any text; each is the end of a stack of its own and the caller of another. */
export function hostileSnapshots(taskId: string, segmentId: string, from: number): Snapshot[] {
  return HOSTILE_TEXTS.map((text, i) => ({
    taskId,
    segmentId,
    millis: from + 10 * i,
    sequence: i,
    stack: [HOSTILE_TEXTS[(i + 7) % HOSTILE_TEXTS.length] ?? "", text, `${text}:${i}`],
    state: i % 2 === 0 ? "running" : "waiting",
    periodMillis: 10,
    cut: 0,
  }));
}

function sampleJson(sample: Sample): object {
  const { snapshots, ...rest } = sample;
  return {
    ...rest,
    instance: `${sample.service.slice(0, 40)}-1@shop`,
    error: false,
    firstMillis: snapshots[0]?.millis ?? 0,
    lastMillis: snapshots.at(-1)?.millis ?? 0,
    snapshots: snapshots.length,
    periodMillis: snapshots[0]?.periodMillis ?? 0,
    gaps: 0,
  };
}

function ok(body: unknown): ProfileAnswer {
  return { status: 200, body };
}

function refuse(status: number, code: string, message: string, parameter: string): ProfileAnswer {
  return { status, body: { error: { code, message, parameter } } };
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text === "" ? "{}" : text) as Record<string, unknown>;
}
