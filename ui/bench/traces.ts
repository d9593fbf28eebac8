import { readFileSync } from "node:fs";
import { openPage, startBrowser } from "../e2e/browser.ts";
import { Feeder } from "../e2e/feeder.ts";
import { answerTime, paint, scroll, watchPaint, type Painted } from "../e2e/measure.ts";
import { startServer, waitForTraces, type Server } from "../e2e/server.ts";
import { SHAPES, SHAPE_WORDS, shapedTrace, type Shape } from "../sandbox/shapes.ts";
import type { Browser, CDPSession, Page } from "playwright-core";

/*
 * How long one waits for large traces, of every shape: until the first rows are painted (from the start of the
 * navigation, in a new document), for a frame while scrolling, and for the answer to a click or a key. One server, one
 * browser, nothing throttled, the segments sent through gRPC.
 */

const SIZES = [10_000, 100_000];
const PAINTS = 5;
const CLICKS = 5;

interface Figures {
  readonly shape: Shape;
  readonly spans: number;
  readonly paints: readonly (Painted & { readonly cpu: number })[];
  /** Processor time of the server for one painting. */
  readonly serverCpu: number;
  readonly fps: number;
  readonly p50: number;
  readonly p95: number;
  readonly blank: string;
  readonly clicks: Readonly<Record<string, number>>;
  readonly heapMb: number;
}

export async function main(words: readonly string[]): Promise<void> {
  const shapes = SHAPES.filter((shape) => words.includes(shape));
  const sizes = words.filter((word) => /^\d+$/.test(word)).map(Number);
  const [server, browser] = await Promise.all([startServer(), startBrowser()]);
  try {
    const feeder = new Feeder(server.grpcAddress);
    const wanted = (shapes.length > 0 ? shapes : SHAPES).flatMap((shape) =>
      (sizes.length > 0 ? sizes : SIZES).map((spans) => ({ shape, spans, id: `${shape}-${spans}` })),
    );
    for (const { shape, spans, id } of wanted) {
      await feeder.report(shapedTrace(shape, id, spans, Date.now() - 120_000));
      await waitForTraces(server, [id]);
    }
    feeder.close();
    console.log(`${browser.version()}, ${PAINTS} paints, ${CLICKS} of each click; times in ms\n`);
    console.log(HEAD);
    for (const { shape, spans, id } of wanted)
      console.log(line(await measure(browser, server, shape, spans, id)));
    console.log(`\n${SHAPES.map((shape) => `${shape}: ${SHAPE_WORDS[shape]}`).join("\n")}`);
    console.log(LEGEND);
  } finally {
    await browser.close();
    await server.stop();
  }
}

async function measure(
  browser: Browser,
  server: Server,
  shape: Shape,
  spans: number,
  id: string,
): Promise<Figures> {
  const { page, context, complaints } = await openPage(browser, server.pages);
  await watchPaint(page);
  const session = await context.newCDPSession(page);
  // The main thread's own time: on a busy machine the only figure that says something.
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const paints: (Painted & { readonly cpu: number })[] = [];
  const serverBefore = processMillis(server.pid);
  for (let i = 0; i < PAINTS; i++) {
    const before = await cpuMillis(session);
    const painted = await paint(page, id);
    paints.push({ ...painted, cpu: (await cpuMillis(session)) - before });
    // Left behind, the garbage of one trace would be collected while the next is timed.
    await page.goto("about:blank");
  }
  const serverCpu = (processMillis(server.pid) - serverBefore) / PAINTS;
  await paint(page, id);
  await page.waitForTimeout(300);
  const scrolled = await scroll(page, 24_000, 8_000);
  const clicks = await clickAll(page);
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  const wrong = (await complaints()).filter((line) => !line.includes("about:blank"));
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
  await context.close();
  return {
    shape,
    spans,
    paints,
    serverCpu,
    fps: scrolled.framesPerSecond,
    p50: scrolled.p50,
    p95: scrolled.p95,
    blank: `${scrolled.blank}/${scrolled.frames}`,
    clicks,
    heapMb: usedSize / 1e6,
  };
}

async function cpuMillis(session: CDPSession): Promise<number> {
  const { metrics } = await session.send("Performance.getMetrics");
  return 1000 * (metrics.find((metric) => metric.name === "TaskDuration")?.value ?? Number.NaN);
}

/** What a process has used, from /proc, in steps of ten milliseconds. */
function processMillis(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

/** The worst of several, of each kind. */
async function clickAll(page: Page): Promise<Record<string, number>> {
  const worst: Record<string, number> = {};
  const note = (name: string, millis: number): void => {
    worst[name] = Math.max(worst[name] ?? 0, millis);
  };
  const list = await page.locator(".waterfall-scroll").boundingBox();
  if (list === null) throw new Error("no waterfall");
  for (let i = 0; i < CLICKS; i++) {
    const y = list.y + list.height * (0.2 + 0.12 * i);
    const id = await page.evaluate(
      ([x, at]) => document.elementFromPoint(x ?? 0, at ?? 0)?.closest(".row")?.id ?? "",
      [list.x + 40, y],
    );
    note(
      "select",
      await answerTime(page, "pointerdown", { selector: `[id="${id}"].selected` }, () =>
        page.mouse.click(list.x + 300, y),
      ),
    );
  }
  await page.locator(".waterfall-scroll").focus();
  for (let i = 0; i < CLICKS; i++) {
    const before = await page.locator(".row.selected").getAttribute("id");
    note(
      "key",
      await answerTime(page, "keydown", { selector: `.row.selected:not([id="${before}"])` }, () =>
        page.keyboard.press(i % 2 === 0 ? "End" : "Home"),
      ),
    );
  }
  await page.keyboard.press("Home");
  await page.waitForSelector(".row.selected[aria-level='1']");
  for (let i = 0; i < CLICKS; i++) {
    const toggle = page.locator(".row.selected .fold");
    note(
      "fold",
      await answerTime(page, "pointerdown", { selector: ".row .folded-count" }, () => toggle.click()),
    );
    note(
      "unfold",
      await answerTime(page, "pointerdown", { selector: ".row .folded-count", gone: true }, () =>
        toggle.click(),
      ),
    );
  }
  const box = page.getByLabel("Find in this trace");
  for (let i = 0; i < CLICKS; i++) {
    await box.fill("");
    await page.waitForFunction(() => document.querySelector(".find-count")?.textContent === "");
    await box.focus();
    note(
      "find",
      await answerTime(page, "keydown", { selector: ".find-count", text: "match" }, () =>
        page.keyboard.type("7"),
      ),
    );
  }
  return worst;
}

const COLUMNS = [
  ...["shape", "spans", "painted", "worst", "cpu", "server", "ask", "answer", "read", "join", "wire"],
  ...["json", "frames/s", "p50", "p95", "blank", "select", "key", "fold", "unfold", "find", "heap"],
];
const HEAD = COLUMNS.map((column) => column.padStart(8)).join(" ");
const LEGEND = `
painted, worst: navigation to first rows, median and worst; cpu: of the page's main thread until then; server: its processor time
for each painting; ask: navigation to the request of the trace; answer: from
there to its last byte; read, join: the pages' own work on it; wire, json: bytes of the answer, packed and not, in KB;
frames/s, p50, p95: while scrolling 8000 pixels in a second; blank: frames with a part without rows; select to find:
worst time from input to the frame that shows the answer; heap: of the page, in MB`;

function line(f: Figures): string {
  const median = (pick: (p: Painted & { readonly cpu: number }) => number): number =>
    f.paints.map(pick).toSorted((a, b) => a - b)[PAINTS >> 1] ?? 0;
  const cells = [
    f.shape,
    f.spans,
    median((p) => p.painted),
    Math.max(...f.paints.map((p) => p.painted)),
    median((p) => p.cpu),
    f.serverCpu,
    median((p) => p.asked),
    median((p) => p.lastByte - p.asked),
    median((p) => p.parts["skein:read /api/trace"] ?? Number.NaN),
    median((p) => p.parts["skein:join"] ?? Number.NaN),
    median((p) => p.wireBytes / 1000),
    median((p) => p.jsonBytes / 1000),
    f.fps,
    f.p50.toFixed(1),
    f.p95.toFixed(1),
    f.blank,
    f.clicks["select"],
    f.clicks["key"],
    f.clicks["fold"],
    f.clicks["unfold"],
    f.clicks["find"],
    f.heapMb,
  ];
  return cells
    .map((cell) => (typeof cell === "number" ? String(Math.round(cell)) : String(cell)).padStart(8))
    .join(" ");
}
