import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { largeProfile, sampled } from "../sandbox/profiles.ts";
import type { Segment } from "../src/domain/model.ts";
import { openPage, type Watched } from "./browser.ts";
import { Feeder } from "./feeder.ts";
import { createTask, waitForSnapshots } from "./server.ts";
import { openShop, ORDERS, WHOLE, type Shop } from "./shop.ts";

/*
 * From a slow trace to the line that took the time: a task is made in the pages, an agent of the tests takes it, sends
 * snapshots and finishes, and the pages show what became of it. Server, gRPC and browser are real.
 */

const SERVICE = "storefront";
const INSTANCE = "storefront-1@shop";
const PERIOD = 10;

let shop: Shop;
let watched: Watched;
let feeder: Feeder;

beforeAll(async () => {
  shop = await openShop();
  watched = shop.watched;
  feeder = new Feeder(shop.server.grpcAddress);
  await watched.context.grantPermissions(["clipboard-read", "clipboard-write"]);
});

afterEach(async () => {
  // What is refused or not there is asked for on purpose, and browsers note every such answer.
  expect((await watched.complaints()).filter((line) => !/with a status of 4\d\d/.test(line))).toEqual([]);
});

afterAll(async () => {
  feeder?.close();
  await shop?.close();
});

function frontOf(trace: (typeof ORDERS)[number]): Segment {
  const found = trace.segments.find((s) => s.spans.some((span) => span.operation === "POST:/orders"));
  if (found === undefined) throw new Error("no front");
  return found;
}

function startOf(segment: Segment): number {
  return segment.spans.find((span) => span.id === 0)?.startMillis ?? 0;
}

async function taskId(page: Page): Promise<string> {
  await page.waitForURL(/\/profile\?task=/);
  return new URL(page.url()).searchParams.get("task") ?? "";
}

async function figure(page: Page, name: string): Promise<string> {
  const place = page.locator(".task-figures > div", { has: page.getByText(name, { exact: true }) });
  return (await place.locator("dd").innerText()).replaceAll(/\D/g, "");
}

/** A point of the picture as it was painted, by the middle of a box in its row. */
function colorAt(page: Page, share: number, row: number): Promise<string> {
  return page.locator(".flame-all canvas").evaluate(
    (canvas: HTMLCanvasElement, { share: x, row: y }) => {
      const scale = canvas.width / canvas.clientWidth;
      // Reading a canvas slows it down from then on: a copy of the one point is read.
      const copy = document.createElement("canvas");
      [copy.width, copy.height] = [1, 1];
      const context = copy.getContext("2d", { willReadFrequently: true });
      context?.drawImage(canvas, -Math.floor(x * canvas.width), -Math.floor((y * 19 + 3) * scale));
      const at = context?.getImageData(0, 0, 1, 1).data ?? [];
      return `#${[...at]
        .slice(0, 3)
        .map((part) => part.toString(16).padStart(2, "0"))
        .join("")}`;
    },
    { share, row },
  );
}

const status = (page: Page): Promise<string> => page.locator(".flame-graph [role=status]").innerText();

describe("profiles", () => {
  it("say what profiling is while there is no task, and how one begins", async () => {
    const { page } = watched;
    await page.goto("/");
    await page.getByRole("link", { name: "Profiles" }).click();
    await page.getByText("No endpoint has been profiled yet").waitFor();
    await page.getByRole("link", { name: "name an endpoint yourself" }).click();
    await page.getByRole("form", { name: "New profile task" }).waitFor();
    expect(page.url()).toContain("/profiles?new=1");
    await page.goto("/profile?task=none");
    await page.getByText("No such task").waitFor();
  });

  it("show at the field what the server refuses, in the server's words", async () => {
    const { page } = watched;
    await page.goto("/profiles?new=1&service=storefront&endpoint=POST%3A%2Forders");
    const refused = async (label: string, value: string, words: RegExp): Promise<void> => {
      const field = page.getByLabel(label, { exact: true });
      const before = await field.inputValue();
      await field.fill(value);
      await page.getByRole("button", { name: "Start profiling" }).click();
      await expect
        .poll(() => page.locator(".task-field .field-error").allInnerTexts())
        .toEqual([expect.stringMatching(words) as string]);
      expect(await field.getAttribute("aria-invalid")).toBe("true");
      await field.fill(before);
    };
    await refused("For minutes", "16", /from 1 to 15; got "16"/);
    await refused("One snapshot every", "9ms", /at least 10; got "9"/);
    await refused("Requests", "10", /from 1 to 9; got "10"/);
    await refused("Endpoint", "  ", /endpoint/);
    await refused("Slower than", "soon", /look like 500ms/);
    expect(new URL(page.url()).pathname).toBe("/profiles");
  });

  it("tell before the beginning what to expect, and suggest what is stored", async () => {
    const { page } = watched;
    await page.goto("/profiles?new=1&service=storefront&min=400");
    await page.getByText("A request of 1 s gives about 60 snapshots").waitFor();
    await page.getByLabel("One snapshot every", { exact: true }).fill("20ms");
    await page.getByText("A request of 1 s gives about 30 snapshots").waitFor();
    await page.getByText("0.3 % (JDK 25) to 0.9 % (JDK 17)").waitFor();
    await page.waitForSelector('#task-endpoints option[value="POST:/orders"]', { state: "attached" });
  });
});

describe("a task", () => {
  let id = "";
  const front = frontOf(WHOLE);
  const other = frontOf(ORDERS.find((t) => t !== WHOLE && t.segments.length === 4) ?? WHOLE);
  const mail = WHOLE.segments.find((s) => s.spans.some((x) => x.operation === "Mailer.confirm"));
  const first = sampled(front.segmentId, "", startOf(front), 200, PERIOD, 3);

  it("begins two clicks away from a trace, with what the trace shows", async () => {
    const { page } = watched;
    await page.goto(`/trace?id=${encodeURIComponent(WHOLE.traceId)}`);
    await page.waitForSelector(".waterfall .row");
    await page.getByRole("link", { name: "Profile this endpoint" }).click();
    expect(await page.getByLabel("Service").inputValue()).toBe(SERVICE);
    expect(await page.getByLabel("Endpoint").inputValue()).toBe("POST:/orders");
    const span = front.spans.find((s) => s.id === 0);
    const took = (span?.endMillis ?? 0) - (span?.startMillis ?? 0);
    expect(Number.parseInt(await page.getByLabel("Slower than").inputValue())).toBeLessThanOrEqual(took / 2);
    await page.getByRole("button", { name: "Start profiling" }).click();
    id = await taskId(page);
    await page.getByText("No agent of this service has asked for the task yet").waitFor();
    expect(await page.locator(".task-head").innerText()).toMatch(/running[^]* left\n/);
  });

  it("is shown live: who was told, what was sampled, without a reload", async () => {
    const { page } = watched;
    await feeder.askForTasks(SERVICE, INSTANCE);
    await feeder.askForTasks(SERVICE, "theirs@shop", false);
    await expect.poll(() => figure(page, "Agents notified")).toBe("2");
    await page.getByText("The agents wait for a request of").waitFor();
    await feeder.snapshots(
      SERVICE,
      INSTANCE,
      first.map((s) => ({ ...s, taskId: id })),
    );
    await expect.poll(() => figure(page, "Snapshots")).toBe("200");
    expect(await figure(page, "Requests sampled")).toBe("1");
    await page.waitForSelector(".flame-all canvas");
    await page
      .getByText(/^200 snapshots of 1 segment in 1 request, one every 10 ms; together 2 s ± \d+ ms$/)
      .waitFor();
    // What comes now is offered, and does not change the picture under the reader's eyes.
    const more = sampled(other.segmentId, id, startOf(other), 100, PERIOD, 4);
    await feeder.snapshots(SERVICE, INSTANCE, more);
    if (mail !== undefined)
      await feeder.snapshots(SERVICE, INSTANCE, sampled(mail.segmentId, id, startOf(mail), 20, PERIOD, 5));
    const fresh = page.getByRole("button", { name: "120 new snapshots" });
    await fresh.waitFor();
    expect(await page.locator(".analysis-summary").innerText()).toContain("200 snapshots");
    await fresh.click();
    await page.getByText(/^320 snapshots of 3 segments in 2 requests/).waitFor();
  });

  it("is refused a second time meanwhile, with the first one named", async () => {
    const { page } = watched;
    await page.getByRole("link", { name: "Once more" }).click();
    await page.getByRole("button", { name: "Start profiling" }).click();
    const refusal = page.locator(".refusal");
    await refusal.waitFor();
    expect(await refusal.innerText()).toContain("POST:/orders");
    expect(await refusal.innerText()).toContain(id);
  });

  it("lists its segments, and analyses those that are chosen", async () => {
    const { page } = watched;
    await page.goto(`/profile?task=${encodeURIComponent(id)}`);
    const rows = page.locator("table.segments tbody tr");
    await rows.first().waitFor();
    expect(await rows.count()).toBe(3);
    expect(await page.locator("table.segments .chip", { hasText: "part" }).count()).toBe(1);
    // By its id: "200" is in a row as a number of snapshots, and by chance in an id or a time.
    await rows.getByRole("checkbox", { name: `Analyse segment ${front.segmentId}`, exact: true }).check();
    await page.getByText(/^200 snapshots of 1 segment in 1 request/).waitFor();
    await expect.poll(() => page.url()).toContain(`segment=${encodeURIComponent(front.segmentId)}`);
    await page.reload();
    await page.getByText(/^200 snapshots of 1 segment in 1 request/).waitFor();
    await page.getByRole("button", { name: "all samples", exact: true }).click();
    await page.getByText(/^320 snapshots/).waitFor();
  });

  it("has a flame graph in the colors of what the threads did", async () => {
    const { page } = watched;
    await page.goto(`/profile?task=${encodeURIComponent(id)}&segment=${encodeURIComponent(front.segmentId)}`);
    await page.waitForSelector(".flame-all canvas");
    // Row 1 is the controller, row 2 what it called: the heaviest first.
    const share = (name: string): number =>
      first.filter((s) => s.stack.some((f) => f.includes(name))).length / 200;
    const token = (name: string): Promise<string> =>
      page.evaluate((n) => getComputedStyle(document.documentElement).getPropertyValue(n).trim(), name);
    expect(await colorAt(page, share("Prices.quote") / 2, 2)).toBe(await token("--state-running"));
    await page.getByRole("button", { name: "Waiting", exact: true }).click();
    await expect.poll(() => colorAt(page, 0.05, 2)).toBe(await token("--state-blocked"));
    await expect.poll(() => page.url()).toContain("states=blocked.waiting");
    await page.getByRole("button", { name: "On CPU" }).click();
    await expect.poll(() => colorAt(page, 0.05, 2)).toBe(await token("--state-running"));
    await page.getByRole("button", { name: "All", exact: true }).click();
    // In the dark the same picture stands on another ground.
    const ground = await colorAt(page, 0.999, 0);
    await page.getByRole("button", { name: "Dark" }).click();
    await expect.poll(() => colorAt(page, 0.999, 0)).not.toBe(ground);
    await page.getByRole("button", { name: "As the system" }).click();
  });

  it("has frames that are zoomed by click and key, and back", async () => {
    const { page } = watched;
    const graph = page.getByRole("application");
    const box = await graph.boundingBox();
    if (box === null) throw new Error("no graph");
    await page.mouse.move(box.x + 40, box.y + 2.5 * 19);
    await page.locator(".frame-tip", { hasText: "io.skein.demo.shop.Prices.quote" }).waitFor();
    await page.mouse.click(box.x + 40, box.y + 2.5 * 19);
    await expect.poll(() => page.url()).toMatch(/frame=\w+/);
    const zoomed = page.url();
    await page.getByRole("button", { name: "Back" }).click();
    await expect.poll(() => page.url()).not.toContain("frame=");
    await graph.focus();
    await page.keyboard.press("Home");
    expect(await status(page)).toMatch(/^all: 100 %/);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    const beside = await status(page);
    expect(beside).not.toContain("Prices.quote");
    await page.keyboard.press("ArrowLeft");
    expect(await status(page)).toMatch(
      /^io\.skein\.demo\.shop\.Prices\.quote: \d+ %, total .* ± .*, self 0 ms$/,
    );
    await page.keyboard.press("Enter");
    await expect.poll(() => page.url()).toBe(zoomed);
    await page.keyboard.press("Escape");
    await expect.poll(() => page.url()).not.toContain("frame=");
    // A link shows the same.
    await page.goto(zoomed);
    await page.locator(".frame-facts", { hasText: "Prices.quote" }).waitFor();
    await page.getByRole("button", { name: "Whole" }).click();
  });

  it("tells the lines of a method with their shares", async () => {
    const { page } = watched;
    const graph = page.getByRole("application");
    const box = await graph.boundingBox();
    if (box === null) throw new Error("no graph");
    await page.mouse.click(box.x + 30, box.y + 3.5 * 19);
    const facts = page.getByRole("region", { name: "Selected frame" });
    await facts.getByText("io.skein.demo.shop.Prices.normalise").waitFor();
    const of = (line: string): number =>
      first.filter((s) => s.stack.some((f) => f === `io.skein.demo.shop.Prices.normalise:${line}`)).length;
    const percent = Math.round((100 * of("63")) / (of("63") + of("66")));
    expect(await facts.innerText()).toContain(`line 63 ${percent} %`);
    await page.getByRole("button", { name: "Whole" }).click();
  });

  it("is searched, and tells the share of what matches", async () => {
    const { page } = watched;
    await page.getByLabel("Find frames").fill("prices");
    const matching = first.filter((s) => s.stack.some((f) => f.toLowerCase().includes("prices"))).length;
    await expect
      .poll(() => page.locator(".flame-tools .find-count").innerText())
      .toBe(`${Math.round(matching / 2)} %, 3 frames`);
    await page.getByLabel("Find frames").fill("no such thing");
    await expect.poll(() => page.locator(".flame-tools .find-count").innerText()).toBe("no match");
    await page.getByLabel("Find frames").fill("");
  });

  it("hides frames of frameworks, says which, and shows them when asked", async () => {
    const { page } = watched;
    await page.getByText(/^\d+ frames of frameworks hidden$/).click();
    await page.getByText("org.apache.catalina.*").waitFor();
    await page.getByRole("button", { name: "Show all frames" }).click();
    await page.getByText("No frames hidden").waitFor();
    await expect.poll(() => page.url()).toContain("hide=none");
    await page.getByRole("button", { name: "Table" }).click();
    const table = page.getByRole("tree", { name: "Frames" });
    await table.getByText("java.lang.Thread.run").waitFor();
    await page.getByRole("checkbox", { name: /JDK/ }).check();
    await expect.poll(() => table.getByText("java.lang.Thread.run").count()).toBe(0);
    await table.getByText("org.apache.catalina.connector.CoyoteAdapter.service").waitFor();
    await page.getByRole("button", { name: "Hide all of these" }).click();
    await expect.poll(() => page.url()).not.toContain("hide=");
    await page.getByText(/^\d+ frames of frameworks hidden$/).click();
  });

  it("is a table, with the hot path open and every frame within reach of the keyboard", async () => {
    const { page } = watched;
    const table = page.getByRole("tree", { name: "Frames" });
    const hot = table.locator(".frame-row.hot");
    expect(await hot.last().innerText()).toContain("Prices.normalise");
    await table.focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowLeft");
    await expect.poll(() => table.getByRole("treeitem").count()).toBe(2);
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => table.getByRole("treeitem").count()).toBeGreaterThan(4);
    expect(await table.getAttribute("aria-activedescendant")).toBe(
      await table.locator(".selected").getAttribute("id"),
    );
    const book = first.filter((s) => s.stack.some((f) => f.includes("Ledger.book"))).length;
    const row = await table.getByRole("treeitem", { name: /Ledger\.book/ }).innerText();
    expect(row.split(/\s*\n\s*|\t/)).toContain(String(book));
  });

  it("is copied as collapsed stacks that other tools read", async () => {
    const { page } = watched;
    await page.goto(
      `/profile?task=${encodeURIComponent(id)}&segment=${encodeURIComponent(front.segmentId)}&hide=none&lines=1`,
    );
    await page.getByRole("button", { name: "Copy what is shown as collapsed stacks" }).click();
    await page.getByText("copied").waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    const counts = new Map<string, number>();
    for (const { stack } of first) counts.set(stack.join(";"), (counts.get(stack.join(";")) ?? 0) + 1);
    expect(new Set(copied.trimEnd().split("\n"))).toEqual(
      new Set([...counts].map(([stack, count]) => `${stack} ${count}`)),
    );
  });

  it("has its samples marked in their traces, and the flame graph of each span there", async () => {
    const { page } = watched;
    await page.goto(`/trace?id=${encodeURIComponent(WHOLE.traceId)}`);
    await page.locator(".sampled-mark").first().waitFor();
    expect(await page.locator(".sampled-mark").count()).toBe(2);
    const call = front.spans.find((s) => s.operation === "POST:/charges");
    await page.getByRole("treeitem", { name: "POST:/charges, storefront" }).click();
    await page.getByRole("button", { name: "Flame graph of this span" }).click();
    const inside = first.filter(
      (s) => s.millis >= (call?.startMillis ?? 0) && s.millis <= (call?.endMillis ?? 0),
    );
    expect(inside.length).toBeGreaterThan(0);
    const pane = page.getByRole("region", { name: "Flame graph" });
    await pane.getByText(new RegExp(`^${inside.length} snapshots? of 1 segment`)).waitFor();
    await expect.poll(() => page.url()).toContain("flame=span");
    await page.reload();
    await pane.getByText(new RegExp(`^${inside.length} snapshots? of 1 segment`)).waitFor();
    expect(await page.locator(".row.selected").isVisible()).toBe(true);
    await pane.getByRole("button", { name: "All samples" }).click();
    await pane.getByText(/^220 snapshots of 2 segments/).waitFor();
    // Whose segment was not sampled says so.
    await pane.getByRole("button", { name: "Selected span" }).click();
    await page.getByRole("treeitem", { name: "POST:/charges, payment" }).click();
    await pane.getByText("This span's segment was not sampled").waitFor();
    await pane.getByRole("button", { name: "Close the flame graph" }).click();
    await page.locator(".details").waitFor();
    await expect.poll(() => page.url()).not.toContain("flame=");
  });

  it("is stopped by hand, with the truth about agents that cannot be told", async () => {
    const { page } = watched;
    await page.goto(`/profile?task=${encodeURIComponent(id)}`);
    await page
      .getByText(/1 agent of SkyWalking cannot be told to stop and will go on until \d\d:\d\d:\d\d/)
      .waitFor();
    await page.getByRole("button", { name: "Stop" }).click();
    await expect.poll(() => page.locator(".task-head .task-state").innerText()).toMatch(/stopping|stopped/);
    await feeder.finish(SERVICE, INSTANCE, id);
    await expect.poll(() => figure(page, "Agents finished")).toBe("1");
    await page.getByText("2 instances").click();
    const log = await page.getByRole("list", { name: "Log" }).innerText();
    expect(log).toMatch(new RegExp(`${INSTANCE}\\s+notified`));
    expect(log).toMatch(new RegExp(`${INSTANCE}\\s+finished`));
    await page.goto("/profiles");
    expect(await page.locator("table.tasks tbody tr").innerText()).toMatch(/POST:\/orders[^]*stop/);
  });

  it("begins two clicks away from an endpoint of the services", async () => {
    const { page } = watched;
    await page.goto("/services?service=reports");
    await page.getByRole("link", { name: "Profile GET:/reports/{year}" }).click();
    await page.getByRole("button", { name: "Start profiling" }).click();
    await taskId(page);
    await page.goto("/traces?service=reports&endpoint=GET%3A%2Freports%2F%7Byear%7D&range=all");
    await page.getByRole("link", { name: "Profile this endpoint" }).click();
    expect(await page.getByLabel("Endpoint").inputValue()).toBe("GET:/reports/{year}");
  });

  it("is planned for a later time, and cancelled before it", async () => {
    const { page } = watched;
    await page.goto("/profiles?new=1&service=inventory&endpoint=GET%3A%2Fstock");
    await page.getByLabel("Begin").selectOption("at");
    const time = page.getByLabel("Time", { exact: true });
    expect(await time.inputValue()).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d$/);
    await time.fill("tomorrow");
    await page.getByRole("button", { name: "Plan it" }).click();
    await page.getByText("Times look like 2026-01-31 14:00").waitFor();
    const later = new Date(Date.now() + 3 * 3_600_000);
    const two = (n: number): string => String(n).padStart(2, "0");
    await time.fill(
      `${later.getFullYear()}-${two(later.getMonth() + 1)}-${two(later.getDate())} ${two(later.getHours())}:${two(later.getMinutes())}`,
    );
    await page.getByRole("button", { name: "Plan it" }).click();
    await taskId(page);
    await page.getByText("It has not begun.").waitFor();
    await page.getByText(/begins in 2 h 59 min|begins in 3 h/).waitFor();
    await page.getByRole("button", { name: "Cancel it" }).click();
    await expect.poll(() => page.locator(".task-head .task-state").innerText()).toBe("stopped");
  });

  it("of slow requests sampled without a task has its flame graph in the trace at once", async () => {
    const { page } = watched;
    const slow = ORDERS.find((t) => t !== WHOLE && frontOf(t) !== other && t.segments.length === 4) ?? WHOLE;
    const segment = frontOf(slow);
    const snapshots = sampled(segment.segmentId, "skein-slow", startOf(segment), 30, PERIOD, 9);
    await feeder.snapshots(SERVICE, INSTANCE, snapshots);
    await expect
      .poll(async () => {
        await page.goto(`/trace?id=${encodeURIComponent(slow.traceId)}`);
        await page.waitForSelector(".waterfall .row");
        return page.locator(".sampled-mark").count();
      })
      .toBe(1);
    await page.getByRole("button", { name: "Flame graph", exact: true }).click();
    await page.getByText(/^30 snapshots of 1 segment/).waitFor();
    // And all of them together, whatever their endpoint.
    await page.goto("/profiles");
    await page.getByRole("link", { name: "see what they found" }).click();
    await page.getByText(/^30 snapshots of 1 segment/).waitFor();
  });

  it("of more snapshots than are analysed says so, and is painted and zoomed at once", async () => {
    const { page } = watched;
    const large = await createTask(shop.server, { service: "catalog", endpoint: "GET:/search" });
    const profile = largeProfile("large-1", large, Date.now() - 120_000, 12_500, 60);
    for (let at = 0; at < profile.length; at += 2500)
      await feeder.snapshots("catalog", "catalog-1", profile.slice(at, at + 2500));
    await waitForSnapshots(shop.server, large, 12_500);
    await page.goto(`/profile?task=${encodeURIComponent(large)}&hide=none`);
    await page.waitForSelector(".flame-all canvas");
    expect(await page.locator(".analysis .notes").innerText()).toMatch(
      /of 12\D500 snapshots \d+\D?\d+ are analysed, evenly chosen/,
    );
    const graph = page.getByRole("application");
    await graph.focus();
    await page.keyboard.press("Home");
    for (let depth = 0; depth < 30; depth++) await page.keyboard.press("ArrowDown");
    const from = Date.now();
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Whole" }).waitFor();
    console.log(`12,500 snapshots of depth 60 zoomed after ${Date.now() - from} ms`);
    expect(Date.now() - from).toBeLessThan(3000);
    expect(await page.locator(".flame-all").evaluate((e) => e.childElementCount)).toBeLessThan(5);
    // The table holds the rows that fit, not three hundred thousand.
    await page.getByRole("button", { name: "Table" }).click();
    await page.waitForSelector(".frame-row");
    expect(await page.locator(".frame-row").count()).toBeLessThan(100);
  });

  it("says what keeps it from being whole, and what it cannot tell", async () => {
    const { page } = watched;
    // The real answer, with what it would say of stacks that were cut, and of an agent that tells no states.
    await page.route("**/api/profile/analysis?*", async (route) => {
      const answer = await route.fetch();
      const json = (await answer.json()) as {
        cut: number;
        states: string[];
        nodes: { selfMicros: number[][] };
      };
      json.cut = 7;
      const [running = [], ...others] = json.nodes.selfMicros;
      const all = running.map((micros, i) => others.reduce((sum, list) => sum + (list[i] ?? 0), micros));
      json.nodes.selfMicros = [...json.nodes.selfMicros.slice(1).map((list) => list.map(() => 0)), all];
      await route.fulfill({ response: answer, json });
    });
    await page.goto(`/profile?task=${encodeURIComponent(id)}`);
    await page.getByText("7 snapshots had more frames than the agent sends").waitFor();
    await page.getByText("running and waiting cannot be told apart").waitFor();
    await page.getByRole("button", { name: "On CPU" }).click();
    await page.getByText("None of the time was like this").waitFor();
    await page.getByRole("button", { name: "Show all states" }).click();
    await page.waitForSelector(".flame-all canvas");
    await page.unroute("**/api/profile/analysis?*");
  });

  it("fits a narrow screen, and every control of it has a name", async () => {
    const narrow = await openPage(shop.browser, shop.server.pages, { viewport: { width: 400, height: 760 } });
    const it = encodeURIComponent(id);
    const pages = [
      "/profiles?new=1&service=s",
      `/profile?task=${it}`,
      `/profile?task=${it}&form=tree&hide=none`,
    ];
    for (const address of [...pages, `/trace?id=${encodeURIComponent(WHOLE.traceId)}&flame=trace`]) {
      await narrow.page.goto(address);
      await narrow.page.waitForSelector(address.includes("new=1") ? "form" : ".analysis");
      const state = await narrow.page.evaluate(() => ({
        width: document.documentElement.scrollWidth,
        unnamed: [...document.querySelectorAll("button, input, select, a, summary")]
          .filter((e) => e.getAttribute("aria-hidden") !== "true" && e.getAttribute("aria-label") === null)
          .filter((e) => {
            const labels =
              e instanceof HTMLInputElement || e instanceof HTMLSelectElement ? [...(e.labels ?? [])] : [];
            return [e, ...labels].every((element) => (element.textContent ?? "").trim() === "");
          })
          .map((e) => e.outerHTML),
      }));
      expect(state.width, address).toBeLessThanOrEqual(400);
      expect(state.unnamed, address).toEqual([]);
    }
    expect(await narrow.complaints()).toEqual([]);
    await narrow.context.close();
  });
});
