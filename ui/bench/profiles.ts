import type { Browser, Page } from "playwright-core";
import { openPage, startBrowser } from "../e2e/browser.ts";
import { Feeder } from "../e2e/feeder.ts";
import { answerTime } from "../e2e/measure.ts";
import { createTask, startServer, waitForSnapshots } from "../e2e/server.ts";
import { analysisOf, largeProfile } from "../sandbox/profiles.ts";
import { Reader } from "../src/api/json.ts";
import { readAnalysis } from "../src/api/profiles.ts";
import { buildFlame } from "../src/domain/flame.ts";
import { forEachBox } from "../src/domain/flameMoves.ts";

/*
 * How long one waits for a flame graph of as many snapshots as the server analyses, with no frame hidden: until it is
 * painted, for a zoom, a search, another state, the table. And what the same boxes would cost as elements, which is why
 * they are painted on a canvas.
 */

const SIZES = [
  { snapshots: 1_000, depth: 60 },
  { snapshots: 12_000, depth: 60 },
] as const;
const ROUNDS = 5;
const WIDTH = 1400;
const ROW = 19;

export async function main(): Promise<void> {
  const [server, browser] = await Promise.all([startServer(), startBrowser()]);
  try {
    console.log(`${browser.version()}, ${ROUNDS} rounds; times in ms, the worst of each\n`);
    console.log(HEAD);
    const feeder = new Feeder(server.grpcAddress);
    for (const { snapshots, depth } of SIZES) {
      const id = await createTask(server, { service: `bench-${snapshots}`, endpoint: "GET:/bench" });
      const profile = largeProfile(`bench-${snapshots}`, id, Date.now() - 60_000, snapshots, depth);
      // A part at a time, as agents send them.
      for (let at = 0; at < profile.length; at += 500)
        await feeder.snapshots("bench", "bench-1", profile.slice(at, at + 500));
      await waitForSnapshots(server, id, snapshots);
      console.log(await measure(browser, server.pages, id, snapshots, depth));
    }
    feeder.close();
    console.log(LEGEND);
  } finally {
    await browser.close();
    await server.stop();
  }
}

async function measure(
  browser: Browser,
  origin: string,
  id: string,
  snapshots: number,
  depth: number,
): Promise<string> {
  const { page, context, complaints } = await openPage(browser, origin, {
    viewport: { width: 1440, height: 1600 },
  });
  const worst = new Map<string, number>();
  const note = (name: string, millis: number): void =>
    void worst.set(name, Math.max(worst.get(name) ?? 0, millis));
  for (let i = 0; i < ROUNDS; i++) {
    for (const [name, millis] of Object.entries(await paint(page, id))) note(name, millis);
    await actions(page, note);
  }
  const boxes = boxesOf(snapshots, depth);
  for (let i = 0; i < ROUNDS; i++) note("dom", await asElements(page, boxes));
  const wrong = await complaints();
  if (wrong.length > 0) throw new Error(wrong.join("\n"));
  await context.close();
  const cells = [
    snapshots,
    depth,
    boxes.length,
    ...COLUMNS.slice(3).map((name) => worst.get(name) ?? Number.NaN),
  ];
  return cells.map((cell) => String(Math.round(cell)).padStart(8)).join(" ");
}

/** Opens the task as a link does. The picture is on the canvas when its measure is there; the next frame shows it. */
async function paint(page: Page, id: string): Promise<Record<string, number>> {
  await page.goto("about:blank");
  await page.goto(`/profile?task=${encodeURIComponent(id)}&hide=none`, { waitUntil: "commit" });
  return page.evaluate(async () => {
    const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
    const one = (name: string): PerformanceEntry | undefined => performance.getEntriesByName(name).at(-1);
    while (one("skein:flame-paint") === undefined) await frame();
    await frame();
    const painted = performance.now();
    const request = performance
      .getEntriesByType("resource")
      .filter((e): e is PerformanceResourceTiming => e.name.includes("/api/profile/analysis?"))
      .at(-1);
    return {
      painted,
      server: (request?.responseEnd ?? Number.NaN) - (request?.requestStart ?? Number.NaN),
      read: one("skein:read /api/profile/analysis")?.duration ?? Number.NaN,
      build: one("skein:flame-build")?.duration ?? Number.NaN,
      paint: one("skein:flame-paint")?.duration ?? Number.NaN,
    };
  });
}

async function actions(page: Page, note: (name: string, millis: number) => void): Promise<void> {
  const graph = page.getByRole("application");
  const box = await graph.boundingBox();
  if (box === null) throw new Error("no flame graph");
  const press = (name: string): Promise<void> => page.getByRole("button", { name, exact: true }).click();
  const whole = { selector: ".flame-switches > button" };
  note(
    "zoom",
    await answerTime(page, "pointerdown", whole, () => page.mouse.click(box.x + 60, box.y + 28.5 * ROW)),
  );
  note("back", await answerTime(page, "pointerdown", { ...whole, gone: true }, () => press("Whole")));
  const input = page.getByLabel("Find frames");
  await input.focus();
  note(
    "find",
    await answerTime(page, "keydown", { selector: ".flame-tools .find-count", text: "%" }, () =>
      page.keyboard.type("7"),
    ),
  );
  await input.fill("");
  await page.waitForFunction(() => document.querySelector(".flame-tools .find-count")?.textContent === "");
  note(
    "state",
    await answerTime(
      page,
      "pointerdown",
      { selector: "[aria-label='Which time'] button:nth-child(2)[aria-pressed='true']" },
      () => press("On CPU"),
    ),
  );
  await press("All");
  note("table", await answerTime(page, "pointerdown", { selector: ".frame-row" }, () => press("Table")));
}

type Box = readonly [x: number, row: number, width: number, text: string];

/** What the canvas shows of the whole, as the canvas chooses it. */
function boxesOf(snapshots: number, depth: number): Box[] {
  const answer = analysisOf(largeProfile("bench", "bench", 0, snapshots, depth));
  const analysis = readAnalysis(Reader.of(JSON.parse(JSON.stringify(answer)), "analysis"));
  const flame = buildFlame(analysis, { states: null, hidden: new Set(), lines: false });
  const boxes: Box[] = [];
  forEachBox({ flame, zoom: 0, width: WIDTH }, 0.6, (node, x, width) =>
    boxes.push([
      x,
      flame.depth[node] ?? 0,
      width,
      width < 26 ? "" : (flame.names[flame.name[node] ?? 0] ?? "all"),
    ]),
  );
  return boxes;
}

/** From nothing to the frame that shows each box as an element of its own. */
function asElements(page: Page, boxes: readonly Box[]): Promise<number> {
  return page.evaluate(
    async (all) => {
      const from = performance.now();
      const area = document.createElement("div");
      area.style.cssText = "position:absolute;inset:0;overflow:hidden";
      for (const [x, row, width, text] of all) {
        const box = document.createElement("div");
        box.style.cssText = `position:absolute;left:${x}px;top:${row * 19}px;width:${width}px;height:18px;background:#d9761e;overflow:hidden;white-space:nowrap;font-size:11px`;
        box.textContent = text;
        area.append(box);
      }
      document.body.append(area);
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const took = performance.now() - from;
      area.remove();
      return took;
    },
    boxes as unknown as [number, number, number, string][],
  );
}

const COLUMNS = [
  ...["snaps", "depth", "boxes", "painted", "server", "read", "build", "paint"],
  ...["zoom", "back", "find", "state", "table", "dom"],
];
const HEAD = COLUMNS.map((column) => column.padStart(8)).join(" ");
const LEGEND = `
boxes: that are wide enough to be seen, no frame hidden; painted: navigation to the picture; server: the request of the analysis, with
its answer; read, build, paint: the pages' own work on it; zoom to table: from input to the frame that shows the answer;
dom: the same boxes as elements instead, from nothing to the frame that shows them`;
