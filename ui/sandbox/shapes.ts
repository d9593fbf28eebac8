import type { Segment, Span, SpanRef } from "../src/domain/model.ts";
import { errorLog, seeded, segment, span, tags, type GeneratedTrace } from "./traffic.ts";

/*
 * Large traces of the shapes that real ones have. How many segments hold the spans, how deep they nest and how many
 * children one has: each of these has broken a viewer of traces at one time or another.
 */

export const SHAPES = ["mixed", "deep", "wide", "single", "full"] as const;
export type Shape = (typeof SHAPES)[number];

/** What the shapes are, in the words of a table. */
export const SHAPE_WORDS: Readonly<Record<Shape, string>> = {
  mixed: "segments of 100 spans, each below a span of an earlier one",
  deep: "one chain, in segments of 300 spans",
  wide: "one parent with all others as its children, in one segment",
  single: "segments of one span each, ten below each",
  full: "segments of 300 spans, the most that agents report",
};

const SERVICES = ["gateway", "catalog", "pricing", "search", "reviews", "inventory", "media"];
const STATEMENTS = [
  "SELECT id, name, price FROM article WHERE id = ?",
  "SELECT quantity, reserved FROM stock WHERE sku = ? FOR UPDATE",
  "UPDATE stock SET reserved = reserved + ? WHERE sku = ?",
  "INSERT INTO audit (at, who, what) VALUES (?, ?, ?)",
];
const FRAMES = [
  "com.example.shop.Prices.of(Prices.java:61)",
  "com.example.shop.Catalog.article(Catalog.java:134)",
  "jakarta.servlet.http.HttpServlet.service(HttpServlet.java:710)",
  "java.base/java.lang.Thread.run(Thread.java:840)",
];

interface Made {
  readonly segmentId: string;
  readonly service: string;
  readonly id: number;
  readonly from: number;
  readonly to: number;
}

/** The index of the span below which span i hangs, for i > 0. */
function parentOf(shape: Shape, i: number, random: () => number, segmentSize: number): number {
  switch (shape) {
    case "deep":
      return i - 1;
    case "wide":
      return 0;
    case "single":
      return Math.floor((i - 1) / 10);
    case "mixed":
    case "full": {
      const first = i - (i % segmentSize);
      // A segment's first span hangs below any earlier one, the others below one of their own segment.
      return i === first ? Math.floor(random() * i) : first + Math.floor(random() * (i - first));
    }
  }
}

function segmentSizeOf(shape: Shape, count: number): number {
  switch (shape) {
    case "mixed":
      return 100;
    case "single":
      return 1;
    case "wide":
      return count;
    case "deep":
    case "full":
      return 300;
  }
}

export function shapedTrace(shape: Shape, traceId: string, count: number, start: number): GeneratedTrace {
  const random = seeded(count + SHAPES.indexOf(shape));
  const size = segmentSizeOf(shape, count);
  const made: Made[] = [];
  const segments: Segment[] = [];
  for (let first = 0; first < count; first += size) {
    const number = first / size;
    const segmentId = `${traceId}.${number}`;
    const service = SERVICES[number % SERVICES.length] ?? "gateway";
    const spans: Span[] = [];
    for (let i = first; i < Math.min(count, first + size); i++) {
      const parent = i === 0 ? undefined : made[parentOf(shape, i, random, size)];
      const id = i - first;
      const from = timeOf(shape, i, parent, random, start);
      const to =
        i === 0 ? start + 60_000 : (parent?.to ?? start) - (shape === "deep" ? 0 : random() < 0.5 ? 0 : 1);
      made.push({ segmentId, service, id, from, to: Math.max(from, to) });
      spans.push(spanOf(id, i, parent, segmentId, traceId, from, Math.max(from, to), random));
    }
    segments.push(segment(service, `${service}-1@shop`, segmentId, spans));
  }
  return { traceId, segments };
}

function timeOf(
  shape: Shape,
  i: number,
  parent: Made | undefined,
  random: () => number,
  start: number,
): number {
  if (parent === undefined) return start;
  // In a chain each starts a little after the one above, so that what is last in the list is deepest.
  if (shape === "deep") return start + Math.floor(i / 4);
  return Math.floor(parent.from + random() * (parent.to - parent.from) * 0.7);
}

function spanOf(
  id: number,
  i: number,
  parent: Made | undefined,
  segmentId: string,
  traceId: string,
  startMillis: number,
  endMillis: number,
  random: () => number,
): Span {
  const inside = parent?.segmentId === segmentId;
  const kind = id === 0 ? "Entry" : random() < 0.4 ? "Exit" : "Local";
  const error = random() < 0.004;
  const ref: SpanRef[] =
    parent === undefined || inside
      ? []
      : [
          {
            type: "CrossProcess",
            traceId,
            segmentId: parent.segmentId,
            spanId: parent.id,
            service: parent.service,
            instance: `${parent.service}-1@shop`,
            endpoint: "GET:/parts/{part}",
            address: `${parent.service}.shop.local:8080`,
          },
        ];
  return span({
    id,
    parentId: inside && parent !== undefined ? parent.id : -1,
    type: kind,
    operation:
      kind === "Entry"
        ? `GET:/parts/{part}/${i % 50}`
        : kind === "Exit"
          ? "H2/JDBC/PreparedStatement/executeQuery"
          : `work.step${i}`,
    startMillis,
    endMillis,
    component: kind === "Entry" ? "Tomcat" : kind === "Exit" ? "H2" : "",
    layer: kind === "Entry" ? "Http" : kind === "Exit" ? "Database" : "Unknown",
    peer: kind === "Exit" ? "db.shop.local:5432" : "",
    error,
    tags:
      kind === "Entry"
        ? tags({ url: `http://shop.local/parts/${i}`, "http.method": "GET", "http.status_code": "200" })
        : kind === "Exit"
          ? tags({ "db.type": "H2", "db.instance": "shop", "db.statement": STATEMENTS[i % 4] ?? "" })
          : tags({ step: String(i) }),
    logs: error
      ? [errorLog(endMillis, "java.lang.IllegalStateException", `no price for part ${i}`, FRAMES)]
      : [],
    refs: ref,
  });
}
