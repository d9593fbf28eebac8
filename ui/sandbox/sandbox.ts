import type { IncomingMessage, ServerResponse } from "node:http";
import type { Span } from "../src/domain/model.ts";
import { hostileTrace } from "./hostile.ts";
import { packedText, packTrace } from "./pack.ts";
import { SandboxProfiles } from "./profileApi.ts";
import { largeTrace, orderTrace, seeded, type GeneratedTrace } from "./traffic.ts";

/*
 * The query API as far as the pages need it, over generated traffic: the loop of whoever works on the pages. It sends
 * the real server's security headers, so that what they forbid is noticed here. The tests use the real server.
 *
 * Addresses to try: /trace?id=large-10000, /trace?id=large-100000, /trace?id=hostile; /profile?task=ended, of which the
 * others are listed at /profiles. With SKEIN_SANDBOX=empty in the
 * environment nothing has reported yet.
 */

const SECURITY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

interface Stored {
  readonly trace: GeneratedTrace;
  readonly spans: readonly Span[];
  readonly start: number;
  readonly end: number;
}

type Next = () => void;

export function sandbox(): (request: IncomingMessage, response: ServerResponse, next: Next) => void {
  const traces = process.env["SKEIN_SANDBOX"] === "empty" ? [] : generate();
  const profiles = new SandboxProfiles(traces.map((stored) => stored.trace));
  return (request, response, next) => {
    response.setHeader("content-security-policy", SECURITY);
    const url = new URL(request.url ?? "/", "http://sandbox");
    if (!url.pathname.startsWith("/api/")) {
      next();
      return;
    }
    if (url.pathname.startsWith("/api/profile/")) {
      void profiles.answer(url, request).then((answered) => {
        response.statusCode = answered?.status ?? 404;
        response.setHeader("content-type", "application/json");
        response.end(
          JSON.stringify(answered?.body ?? { error: { code: "not-found", message: "no such path" } }),
        );
      });
      return;
    }
    const packed = url.pathname === "/api/trace" ? packedTrace(url.searchParams.get("id"), traces) : null;
    if (packed !== null) {
      response.setHeader("content-type", "application/json");
      response.end(packed);
      return;
    }
    const body = answer(url, traces);
    response.statusCode = body === null ? 404 : 200;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(body ?? { error: { code: "not-found", message: "no such trace" } }));
  };
}

function generate(): Stored[] {
  const random = seeded(7);
  const now = Date.now();
  const made: GeneratedTrace[] = [];
  for (let i = 0; i < 400; i++) made.push(orderTrace(random, Math.round(now - i * 7_000 - random() * 5_000)));
  made.push(largeTrace("large-10000", 10_000, now - 600_000));
  made.push(largeTrace("large-100000", 100_000, now - 600_000));
  made.push(hostileTrace("hostile", now - 300_000));
  return made.map((trace) => {
    const spans = trace.segments.flatMap((s) => s.spans);
    return {
      trace,
      spans,
      start: spans.reduce((least, s) => Math.min(least, s.startMillis || least), Number.MAX_SAFE_INTEGER),
      end: spans.reduce((most, s) => Math.max(most, s.endMillis), 0),
    };
  });
}

function packedTrace(id: string | null, traces: readonly Stored[]): string | null {
  const found = traces.find((t) => t.trace.traceId === id);
  if (found === undefined) return null;
  return packedText(
    packTrace({
      ...found.trace,
      startMillis: found.start,
      durationMillis: found.end - found.start,
      storedSegments: found.trace.segments.length,
      storedSpans: found.spans.length,
      truncated: false,
    }),
  );
}

function answer(url: URL, traces: readonly Stored[]): unknown {
  const q = url.searchParams;
  switch (url.pathname) {
    case "/api/status":
      return {
        version: "sandbox",
        startedMillis: Date.now() - 3_600_000,
        nowMillis: Date.now(),
        grpcAddress: "127.0.0.1:11800",
        httpAddress: url.host,
        dataDirectory: "/var/lib/skein",
        diskBytes: 512_000_000,
        diskBudgetBytes: 2_147_483_648,
        oldestMillis: traces.length === 0 ? null : Date.now() - 3_000_000,
        spans: traces.reduce((n, t) => n + t.spans.length, 0),
        segments: traces.reduce((n, t) => n + t.trace.segments.length, 0),
      };
    case "/api/services":
      return { services: services(traces) };
    case "/api/instances":
      return { instances: instances(traces, q.get("service") ?? "") };
    case "/api/endpoints":
      return { endpoints: endpoints(traces, q.get("service") ?? "", q.get("contains") ?? "") };
    case "/api/tags":
      return { keys: ["http.status_code", "http.method", "db.type", "customer.kind"] };
    case "/api/tag-values":
      return { values: q.get("key") === "http.status_code" ? ["200", "201", "500"] : [] };
    case "/api/traces":
      return search(traces, q);
    case "/api/accounting":
      return accounting(traces);
    default:
      return null;
  }
}

function services(traces: readonly Stored[]): unknown[] {
  const all = new Map<string, { instances: Set<string>; segments: number; spans: number; errors: number }>();
  for (const { trace } of traces) {
    for (const s of trace.segments) {
      const entry = all.get(s.service) ?? { instances: new Set(), segments: 0, spans: 0, errors: 0 };
      entry.instances.add(s.instance);
      entry.segments++;
      entry.spans += s.spans.length;
      if (s.spans.some((x) => x.error)) entry.errors++;
      all.set(s.service, entry);
    }
  }
  return [...all].map(([name, e]) => ({
    name,
    ...e,
    instances: e.instances.size,
    firstMillis: Date.now() - 3_000_000,
    lastMillis: Date.now() - 4_000,
  }));
}

function instances(traces: readonly Stored[], service: string): unknown[] {
  const names = new Set(
    traces.flatMap((t) => t.trace.segments.filter((s) => s.service === service).map((s) => s.instance)),
  );
  return [...names].map((name) => ({
    name,
    service,
    segments: 400,
    spans: 1300,
    firstMillis: Date.now() - 3_000_000,
    lastMillis: Date.now() - 4_000,
    lastSeenMillis: Date.now() - 12_000,
    language: "java",
    properties: [
      { key: "OS Name", value: "Linux" },
      { key: "hostname", value: "shop" },
      { key: "Process No.", value: "4711" },
      { key: "ipv4s", value: "10.0.0.17" },
      { key: "JVM Arguments", value: '["-Xmx512m","-javaagent:skein-agent.jar"]' },
      {
        key: "Jar Dependencies",
        value: JSON.stringify(Array.from({ length: 60 }, (_, i) => `library-${i}.jar`)),
      },
    ],
  }));
}

function endpoints(traces: readonly Stored[], service: string, contains: string): unknown[] {
  const names = new Map<string, number>();
  for (const { trace } of traces) {
    for (const s of trace.segments) {
      if (service !== "" && s.service !== service) continue;
      for (const x of s.spans) {
        if (x.type === "Entry" && x.operation.includes(contains))
          names.set(x.operation, (names.get(x.operation) ?? 0) + 1);
      }
    }
  }
  return [...names].slice(0, 50).map(([name, segments]) => ({ name, service, segments, errors: 0 }));
}

function search(traces: readonly Stored[], q: URLSearchParams): unknown {
  const limit = Number(q.get("limit") ?? "20");
  const skip = Number(q.get("before") ?? "0");
  const has = (name: string): string | null => (q.get(name) === "" ? null : q.get(name));
  const found = traces.filter((t) => {
    const segments = t.trace.segments.filter(
      (s) => s.service === (has("service") ?? s.service) && s.instance === (has("instance") ?? s.instance),
    );
    const spans = segments.flatMap((s) => s.spans);
    const endpoint = has("endpoint");
    const error = has("error");
    return (
      spans.length > 0 &&
      (endpoint === null || spans.some((s) => s.operation === endpoint)) &&
      (error === null || spans.some((s) => s.error) === (error === "true")) &&
      t.end - t.start >= Number(has("minMillis") ?? 0) &&
      t.end - t.start <= Number(has("maxMillis") ?? Number.MAX_SAFE_INTEGER) &&
      t.start >= Number(has("from") ?? 0) &&
      t.start <= Number(has("to") ?? Number.MAX_SAFE_INTEGER) &&
      (has("traceId") ?? t.trace.traceId) === t.trace.traceId &&
      q
        .getAll("tag")
        .every((tag) => spans.some((s) => s.tags.some((p) => `${p.key}=${p.value}` === tag || p.key === tag)))
    );
  });
  found.sort(
    q.get("order") === "slowest"
      ? (a, b) => b.end - b.start - (a.end - a.start)
      : (a, b) => b.start - a.start,
  );
  const page = found.slice(skip, skip + limit);
  const more = found.length > skip + limit;
  return { traces: page.map(summary), more, next: more ? String(skip + limit) : null, tookMillis: 1.7 };
}

function summary(stored: Stored): unknown {
  const first = stored.trace.segments.find((s) => s.spans.some((x) => x.parentId < 0 && x.refs.length === 0));
  const root = first?.spans.find((x) => x.parentId < 0);
  const shares = new Map<string, number>();
  for (const s of stored.trace.segments) shares.set(s.service, (shares.get(s.service) ?? 0) + s.spans.length);
  return {
    traceId: stored.trace.traceId,
    startMillis: stored.start,
    durationMillis: stored.end - stored.start,
    service: first?.service ?? "",
    endpoint: root?.operation ?? "",
    instance: first?.instance ?? "",
    error: stored.spans.some((s) => s.error),
    spans: stored.spans.length,
    segments: stored.trace.segments.length,
    services: [...shares].map(([name, spans]) => ({ name, spans })),
  };
}

function accounting(traces: readonly Stored[]): unknown {
  const segments = traces.reduce((n, t) => n + t.trace.segments.length, 0);
  const spans = traces.reduce((n, t) => n + t.spans.length, 0);
  const amount = (n: number): unknown => ({ segments: n, spans: n * 3 });
  const instance = (service: string, made: number, extra: object): unknown => ({
    service,
    instance: `${service}-1@shop`,
    made: amount(made),
    delivered: amount(made),
    queued: amount(0),
    spooled: amount(0),
    agentDropped: [],
    received: amount(made),
    stored: amount(made),
    duplicates: amount(0),
    serverDropped: [],
    language: "java",
    agentVersion: "0.1.0",
    lastSeenMillis: Date.now() - 9_000,
    balanced: true,
    ...extra,
  });
  return {
    server: {
      receivedSegments: segments + 3,
      receivedSpans: spans + 9,
      storedSegments: segments,
      storedSpans: spans,
      duplicateSegments: 2,
      duplicateSpans: 6,
      dropped: [{ reason: "empty-trace-id", segments: 1, spans: 3 }],
      badMessages: [{ reason: "truncated", count: 2 }],
    },
    instances:
      traces.length === 0
        ? []
        : [
            instance("storefront", 790, {}),
            instance("inventory", 400, {
              made: amount(412),
              agentDropped: [{ reason: "queue-full", segments: 12, spans: 36 }],
            }),
            instance("payment", 360, { made: amount(364), queued: amount(4), balanced: null }),
            instance("ledger", 200, {
              made: amount(260),
              queued: amount(5),
              spooled: amount(40),
              agentDropped: [{ reason: "spool-full", segments: 15, spans: 45 }],
              lastSeenMillis: Date.now() - 900_000,
            }),
            instance("billing", 120, {
              made: null,
              delivered: null,
              queued: null,
              spooled: null,
              language: "nodejs",
              agentVersion: "",
              balanced: null,
            }),
          ],
  };
}
