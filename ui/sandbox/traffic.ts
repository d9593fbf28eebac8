import type { KeyValue, Segment, Span, SpanLog, SpanRef } from "../src/domain/model.ts";

/* Generated traces in the shape that agents report them: for the sandbox, and for the tests that feed a real server. */

export interface GeneratedTrace {
  readonly traceId: string;
  readonly segments: readonly Segment[];
}

/** Mulberry32: small, and the same sequence everywhere, so that a picture can be made again. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function hex(random: () => number, digits: number): string {
  let text = "";
  while (text.length < digits) text += Math.floor(random() * 16).toString(16);
  return text;
}

const COMPONENTS: Readonly<Record<string, number>> = {
  Tomcat: 1,
  SpringMVC: 14,
  SpringRestTemplate: 13,
  JdkHttp: 66,
  H2: 32,
  PostgreSQL: 37,
  HikariCP: 116,
};

export function span(part: Partial<Span> & { id: number; parentId: number }): Span {
  return {
    type: "Local",
    operation: "",
    startMillis: 0,
    endMillis: 0,
    layer: "Unknown",
    componentId: COMPONENTS[part.component ?? ""] ?? 0,
    component: "",
    peer: "",
    error: false,
    skipAnalysis: false,
    tags: [],
    logs: [],
    refs: [],
    ...part,
  };
}

export function segment(
  service: string,
  instance: string,
  segmentId: string,
  spans: readonly Span[],
): Segment {
  return { segmentId, service, instance, sizeLimited: false, receivedMillis: Date.now(), spans };
}

export function tags(pairs: Readonly<Record<string, string>>): KeyValue[] {
  return Object.entries(pairs).map(([key, value]) => ({ key, value }));
}

export function errorLog(millis: number, kind: string, message: string, frames: readonly string[]): SpanLog {
  const stack = [`${kind}: ${message}`, ...frames.map((frame) => `\tat ${frame}`)].join("\n");
  return { millis, data: tags({ event: "error", "error.kind": kind, message, stack }) };
}

const FRAMES = [
  "io.skein.demo.inventory.Stock.reserve(Stock.java:61)",
  "io.skein.demo.inventory.StockController.reserve(StockController.java:34)",
  "java.base/jdk.internal.reflect.DirectMethodHandleAccessor.invoke(DirectMethodHandleAccessor.java:103)",
  "org.springframework.web.method.support.InvocableHandlerMethod.doInvoke(InvocableHandlerMethod.java:258)",
  "org.springframework.web.servlet.DispatcherServlet.doDispatch(DispatcherServlet.java:1089)",
  "jakarta.servlet.http.HttpServlet.service(HttpServlet.java:710)",
  "org.apache.catalina.core.StandardWrapperValve.invoke(StandardWrapperValve.java:167)",
  "org.apache.tomcat.util.threads.TaskThread$WrappingRunnable.run(TaskThread.java:63)",
  "java.base/java.lang.Thread.run(Thread.java:840)",
];

const CHARGE_FRAMES = [
  "io.skein.demo.payment.Bank.charge(Bank.java:88)",
  "io.skein.demo.payment.Charges.create(Charges.java:41)",
  ...FRAMES.slice(2),
];

/** An order in a shop of three services: HTTP in between, statements below, a mail handed to another thread. */
export function orderTrace(random: () => number, start: number): GeneratedTrace {
  const traceId = `${hex(random, 32)}.${Math.floor(random() * 90) + 10}.${start * 10000}`;
  const id = (): string => `${hex(random, 32)}.${Math.floor(random() * 90) + 10}.${start * 10000}`;
  const [front, inventory, payment, mail] = [id(), id(), id(), id()];
  const slow = random() < 0.12 ? 12 : 1;
  const failing = random() < 0.1;
  const declined = !failing && random() < 0.1;
  const took = (least: number, most: number): number => Math.round(least + random() * (most - least));
  const ref = (segmentId: string, spanId: number, service: string, address: string): SpanRef => ({
    type: address === "" ? "CrossThread" : "CrossProcess",
    traceId,
    segmentId,
    spanId,
    service,
    instance: `${service}-1@shop`,
    endpoint: "POST:/orders",
    address,
  });

  const reserveAt = start + took(2, 5);
  const select = took(1, 8) * slow;
  const update = took(1, 5);
  const reserveEnd = reserveAt + 4 + select + update;
  const reserveCallEnd = reserveEnd + took(1, 3);
  const payAt = reserveCallEnd + took(1, 4);
  const payTook = took(15, 60);
  const payEnd = payAt + payTook + 4;
  const insertAt = payEnd + 1;
  const insertEnd = insertAt + took(1, 6);
  const end = (failing ? reserveCallEnd : insertEnd) + took(1, 4);
  const status = failing ? "500" : declined ? "402" : "200";
  const paid = declined ? "402" : "201";

  const database = "SELECT quantity, reserved FROM stock WHERE sku = ? FOR UPDATE";
  const inventorySpans = [
    span({
      id: 1,
      parentId: 0,
      type: "Exit",
      operation: "HikariCP/Connection/getConnection",
      startMillis: reserveAt + 1,
      endMillis: reserveAt + 2,
      component: "HikariCP",
      layer: "Unknown",
    }),
    span({
      id: 2,
      parentId: 0,
      type: "Exit",
      operation: "PostgreSQL/JDBC/PreparedStatement/executeQuery",
      startMillis: reserveAt + 2,
      endMillis: reserveAt + 2 + select,
      component: "PostgreSQL",
      layer: "Database",
      peer: "db.shop.local:5432",
      error: failing,
      tags: tags({ "db.type": "PostgreSQL", "db.instance": "stock", "db.statement": database }),
      logs: failing
        ? [
            errorLog(
              reserveAt + 2 + select,
              "org.postgresql.util.PSQLException",
              "ERROR: deadlock detected\n  Detail: Process 4711 waits for ShareLock on transaction 1234",
              FRAMES,
            ),
          ]
        : [],
    }),
    ...(failing
      ? []
      : [
          span({
            id: 3,
            parentId: 0,
            type: "Exit",
            operation: "PostgreSQL/JDBC/PreparedStatement/executeUpdate",
            startMillis: reserveAt + 3 + select,
            endMillis: reserveAt + 3 + select + update,
            component: "PostgreSQL",
            layer: "Database",
            peer: "db.shop.local:5432",
            tags: tags({
              "db.type": "PostgreSQL",
              "db.instance": "stock",
              "db.statement": "UPDATE stock SET reserved = reserved + ? WHERE sku = ?",
            }),
          }),
        ]),
    span({
      id: 0,
      parentId: -1,
      type: "Entry",
      operation: "POST:/stock/{sku}/reserve",
      startMillis: reserveAt + 1,
      endMillis: reserveEnd,
      component: "SpringMVC",
      layer: "Http",
      error: failing,
      tags: tags({
        url: "http://inventory:8081/stock/4711/reserve",
        "http.method": "POST",
        "http.status_code": failing ? "500" : "200",
      }),
      logs: failing
        ? [
            errorLog(
              reserveEnd,
              "org.springframework.dao.CannotAcquireLockException",
              "stock is locked",
              FRAMES,
            ),
          ]
        : [],
      refs: [ref(front, 1, "storefront", "inventory:8081")],
    }),
  ];
  const frontSpans = [
    span({
      id: 1,
      parentId: 0,
      type: "Exit",
      operation: "POST:/stock/4711/reserve",
      startMillis: reserveAt,
      endMillis: reserveCallEnd,
      component: "JdkHttp",
      layer: "Http",
      peer: "inventory:8081",
      error: failing,
      tags: tags({
        url: "http://inventory:8081/stock/4711/reserve",
        "http.method": "POST",
        "http.status_code": failing ? "500" : "200",
      }),
    }),
    ...(failing
      ? []
      : [
          span({
            id: 2,
            parentId: 0,
            type: "Exit",
            operation: "POST:/charges",
            startMillis: payAt,
            endMillis: payEnd,
            component: "SpringRestTemplate",
            layer: "Http",
            peer: "payment:8082",
            error: declined,
            tags: tags({
              url: "http://payment:8082/charges",
              "http.method": "POST",
              "http.status_code": paid,
            }),
          }),
          span({
            id: 3,
            parentId: 0,
            type: "Exit",
            operation: "H2/JDBC/PreparedStatement/executeUpdate",
            startMillis: insertAt,
            endMillis: insertEnd,
            component: "H2",
            layer: "Database",
            peer: "localhost:-1",
            tags: tags({
              "db.type": "H2",
              "db.instance": "orders",
              "db.statement": "INSERT INTO orders (id, sku, quantity, charged) VALUES (?, ?, ?, ?)",
            }),
          }),
        ]),
    span({
      id: 0,
      parentId: -1,
      type: "Entry",
      operation: "POST:/orders",
      startMillis: start,
      endMillis: end,
      component: "SpringMVC",
      layer: "Http",
      error: failing || declined,
      tags: tags({
        url: "http://shop.local/orders",
        "http.method": "POST",
        "http.status_code": status,
        "customer.kind": random() < 0.3 ? "business" : "private",
      }),
    }),
  ];
  const segments = [
    segment("inventory", "inventory-1@shop", inventory, inventorySpans),
    segment("storefront", "storefront-1@shop", front, frontSpans),
  ];
  if (!failing) {
    segments.push(
      segment("payment", `payment-${random() < 0.5 ? 1 : 2}@shop`, payment, [
        span({
          id: 1,
          parentId: 0,
          type: "Local",
          operation: "FraudCheck.score",
          startMillis: payAt + 2,
          endMillis: payAt + 2 + Math.round(payTook / 3),
        }),
        span({
          id: 0,
          parentId: -1,
          type: "Entry",
          operation: "POST:/charges",
          startMillis: payAt + 1,
          endMillis: payEnd - 1,
          component: "Tomcat",
          layer: "Http",
          error: declined,
          tags: tags({ url: "http://payment:8082/charges", "http.method": "POST", "http.status_code": paid }),
          logs: declined
            ? [
                errorLog(
                  payEnd - 2,
                  "io.skein.demo.payment.CardDeclinedException",
                  "card 4242 was declined by the bank",
                  CHARGE_FRAMES,
                ),
              ]
            : [],
          refs: [ref(front, 2, "storefront", "payment:8082")],
        }),
      ]),
      segment("storefront", "storefront-1@shop", mail, [
        span({
          id: 0,
          parentId: -1,
          type: "Local",
          operation: "Mailer.confirm",
          startMillis: insertEnd,
          endMillis: insertEnd + took(20, 90),
          refs: [ref(front, 0, "storefront", "")],
        }),
      ]),
    );
  }
  return { traceId, segments };
}

/** A wide and deep trace: segments of up to 100 spans, each below a span of an earlier one. */
export function largeTrace(traceId: string, count: number, start: number): GeneratedTrace {
  const random = seeded(count);
  const services = ["gateway", "catalog", "pricing", "search", "reviews", "inventory", "media"];
  const segments: Segment[] = [];
  const hosts: { segmentId: string; spanId: number; service: string; from: number; to: number }[] = [];
  let made = 0;
  while (made < count) {
    const size = Math.min(100, count - made);
    const host = segments.length === 0 ? null : (hosts[Math.floor(random() * hosts.length)] ?? null);
    const service = services[segments.length % services.length] ?? "gateway";
    const segmentId = `${traceId}.${segments.length}`;
    const from = host?.from ?? start;
    const to = host?.to ?? start + 60_000;
    const spans: Span[] = [];
    const open = [{ id: 0, from, to }];
    for (let id = 0; id < size; id++) {
      const parent = id === 0 ? null : (open[Math.floor(random() * open.length)] ?? null);
      const low = parent?.from ?? from;
      const high = parent?.to ?? to;
      const begin = id === 0 ? low : Math.round(low + random() * (high - low) * 0.6);
      const end = id === 0 ? high : Math.min(high, Math.round(begin + (high - begin) * random()));
      if (id > 0) open.push({ id, from: begin, to: end });
      hosts.push({ segmentId, spanId: id, service, from: begin, to: end });
      spans.push(
        span({
          id,
          parentId: parent?.id ?? -1,
          type: id === 0 ? "Entry" : random() < 0.3 ? "Exit" : "Local",
          operation: id === 0 ? `GET:/part/${segments.length}` : `work.step${id}`,
          startMillis: begin,
          endMillis: end,
          component: id === 0 ? "Tomcat" : "",
          error: random() < 0.004,
          tags: tags({ step: String(id) }),
          refs:
            id === 0 && host !== null
              ? [
                  {
                    type: "CrossProcess",
                    traceId,
                    segmentId: host.segmentId,
                    spanId: host.spanId,
                    service: host.service,
                    instance: `${host.service}-1`,
                    endpoint: "GET:/",
                    address: `${service}:80`,
                  },
                ]
              : [],
        }),
      );
    }
    made += size;
    segments.push(segment(service, `${service}-1`, segmentId, spans));
  }
  return { traceId, segments };
}
