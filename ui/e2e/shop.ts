import type { Browser } from "playwright-core";
import { aSpan } from "../src/domain/build.testkit.ts";
import { orderTrace, seeded, segment, tags, type GeneratedTrace } from "../sandbox/traffic.ts";
import { openPage, startBrowser, type Watched } from "./browser.ts";
import { Feeder } from "./feeder.ts";
import { startServer, waitForTraces, type Server } from "./server.ts";

/* A real server to which an agent of ours has reported sixty orders of the shop through gRPC, and one slow report. */

const random = seeded(42);
export const START = Date.now() - 5 * 60_000;
export const ORDERS: GeneratedTrace[] = Array.from({ length: 60 }, (_, i) =>
  orderTrace(random, START - i * 1000),
);
export const FAILING = ORDERS.filter((t) => t.segments.some((s) => s.spans.some((x) => x.error)));
function first(kind: (trace: GeneratedTrace) => boolean): GeneratedTrace {
  const found = ORDERS.find(kind);
  if (found === undefined) throw new Error("the seed does not give all kinds of traces");
  return found;
}

/** Across all services, without an error. */
export const WHOLE = first((t) => t.segments.length === 4 && !FAILING.includes(t));
/** Whole, with an error in the service that is called last. */
export const DECLINED = first((t) => t.segments.length === 4 && FAILING.includes(t));
/** Ended early by an error of the database. */
export const LOCKED = first((t) => t.segments.length === 2 && FAILING.includes(t));

const NEWEST = START + 5000;

/** The newest of all: the only one of its service, slow, with a tag of its own. */
export const REPORT: GeneratedTrace = {
  traceId: "report.1.17",
  segments: [
    segment("reports", "reports-1@night", "report.1.17.0", [
      aSpan(1, 0, NEWEST + 100, NEWEST + 5000, { operation: "sum up" }),
      aSpan(0, -1, NEWEST, NEWEST + 9000, {
        type: "Entry",
        operation: "GET:/reports/{year}",
        layer: "Http",
        tags: tags({ "http.method": "GET", "http.status_code": "200", "report.kind": "yearly=2026" }),
      }),
    ]),
  ],
};

export interface Shop {
  readonly server: Server;
  readonly browser: Browser;
  readonly watched: Watched;
  close(): Promise<void>;
}

export async function openShop(): Promise<Shop> {
  const [server, browser] = await Promise.all([startServer(), startBrowser()]);
  const feeder = new Feeder(server.grpcAddress);
  await feeder.report(...ORDERS, REPORT);
  await feeder.properties("storefront", "storefront-1@shop", {
    language: "java",
    "OS Name": "Linux",
    hostname: "shop",
    version: "0.1.0",
    "Jar Dependencies": JSON.stringify(Array.from({ length: 40 }, (_, i) => `library-${i}.jar`)),
  });
  await feeder.properties(
    "reports",
    "reports-1@night",
    { language: "java" },
    "made.segments=4;made.spans=8;delivered.segments=1;delivered.spans=2;" +
      "dropped.queue-full.segments=3;dropped.queue-full.spans=6;queued.segments=0;queued.spans=0;id=1",
  );
  feeder.close();
  await waitForTraces(
    server,
    [...ORDERS, REPORT].map((t) => t.traceId),
  );
  return {
    server,
    browser,
    watched: await openPage(browser, server.pages),
    close: async () => {
      await browser.close();
      await server.stop();
    },
  };
}
