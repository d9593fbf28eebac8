import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { shapedTrace, type Shape } from "../sandbox/shapes.ts";
import { largeTrace } from "../sandbox/traffic.ts";
import { openPage, startBrowser, type Watched } from "./browser.ts";
import { Feeder } from "./feeder.ts";
import { startServer, waitForTraces, type Server } from "./server.ts";

/* Large traces: painted within a second, scrolled without stalling, and never more rows in the document than fit. */

const PAINT_MILLIS = 1000;
const SPANS = 100_000;
/** One chain, one parent of all, all alone: what recursion, quadratic work and a pile of small things do not survive. */
const SHAPED: readonly Shape[] = ["deep", "wide", "single"];

let server: Server;
let browser: Browser;
let watched: Watched;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  const feeder = new Feeder(server.grpcAddress);
  await feeder.report(
    largeTrace("large-10000", 10_000, Date.now() - 120_000),
    ...SHAPED.map((shape) => shapedTrace(shape, shape, SPANS, Date.now() - 240_000)),
  );
  feeder.close();
  await waitForTraces(server, ["large-10000", ...SHAPED]);
  watched = await openPage(browser, server.pages);
}, 180_000);

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/**
 * From the answer of the server to the frame that shows rows: what the pages themselves take. Measured inside the
 * browser, so that neither the network nor the test's own way to the browser counts.
 */
async function paintMillis(page: Page, id: string): Promise<number> {
  await page.goto("/accounting");
  await page.waitForSelector("h1");
  return page.evaluate(async (trace) => {
    const ask = window.fetch;
    let answered = 0;
    window.fetch = async (...call) => {
      const response = await ask(...call);
      const whole = response.clone();
      if (String(call[0]).startsWith("/api/trace?")) {
        await whole.text();
        answered = performance.now();
      }
      return response;
    };
    history.pushState(null, "", `/trace?id=${trace}`);
    dispatchEvent(new PopStateEvent("popstate"));
    while (document.querySelector(".waterfall .row .span-bar") === null) {
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    // Two frames later what was in the document is on the screen.
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    window.fetch = ask;
    return performance.now() - answered;
  }, id);
}

it("paints 10,000 spans within a second", async () => {
  const { page } = watched;
  const runs = [
    await paintMillis(page, "large-10000"),
    await paintMillis(page, "large-10000"),
    await paintMillis(page, "large-10000"),
  ];
  console.log(`10,000 spans painted after ${runs.map((ms) => Math.round(ms)).join(", ")} ms`);
  expect(await page.locator(".facts").innerText()).toMatch(/Spans\s*10\D?000/);
  expect(Math.min(...runs)).toBeLessThan(PAINT_MILLIS);
});

it("keeps only what fits the screen in the document, wherever it is scrolled to", async () => {
  const { page } = watched;
  for (const share of [0, 0.33, 0.5, 1]) {
    const rows = await page.evaluate(async (part) => {
      const box = document.querySelector(".waterfall-scroll");
      if (box === null) throw new Error("no waterfall");
      box.scrollTop = part * box.scrollHeight;
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const area = box.getBoundingClientRect();
      const shown = [...document.querySelectorAll(".waterfall .row")].map((row) =>
        row.getBoundingClientRect(),
      );
      return {
        count: shown.length,
        coversTop: shown.some((r) => r.top <= area.top + 1 && r.bottom > area.top),
        coversBottom: shown.some((r) => r.bottom >= area.bottom - 1 && r.top < area.bottom),
      };
    }, share);
    expect(rows.count).toBeLessThan(100);
    expect([rows.coversTop, rows.coversBottom]).toEqual([true, true]);
  }
});

it("scrolls without stalling", async () => {
  const { page } = watched;
  const frames = await page.evaluate(async () => {
    const box = document.querySelector(".waterfall-scroll");
    if (box === null) throw new Error("no waterfall");
    box.scrollTop = 0;
    const times: number[] = [];
    let last = performance.now();
    for (let i = 0; i < 90; i++) {
      box.scrollTop += 400;
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const now = performance.now();
      times.push(now - last);
      last = now;
    }
    return times.sort((a, b) => a - b);
  });
  const median = frames[45] ?? 0;
  console.log(
    `scrolling 400 pixels a frame: median ${Math.round(median)} ms, worst ${Math.round(frames.at(-1) ?? 0)} ms`,
  );
  expect(median).toBeLessThan(60);
});

it("folds, finds and moves in 10,000 rows at once", async () => {
  const { page } = watched;
  await page.getByRole("button", { name: "Fold all", exact: true }).click();
  await expect.poll(() => page.getByRole("treeitem").count()).toBeLessThan(5);
  await page.getByRole("button", { name: "Unfold all" }).click();
  await page.getByText("10\u202f000 rows").waitFor();
  await page.getByLabel("Find in this trace").fill("work.step99");
  await page.getByText("100 matches").waitFor();
  await page.getByLabel("Find in this trace").press("Enter");
  await page.waitForSelector(".row.selected.found");
  await page.getByRole("tree").focus();
  await page.keyboard.press("End");
  await expect.poll(async () => page.locator(".row.selected").isVisible()).toBe(true);
  expect(await watched.complaints()).toEqual([]);
});

it("opens a link to a span in the middle of 10,000 with that span in view", async () => {
  const { page, context } = watched;
  const last = await page.locator(".row.selected").getAttribute("aria-label");
  await page.keyboard.press("PageUp");
  await expect.poll(() => page.locator(".row.selected").getAttribute("aria-label")).not.toBe(last);
  const label = await page.locator(".row.selected").getAttribute("aria-label");
  // The address follows the selection by a moment, so that holding a key down does not flood the history.
  await page.waitForTimeout(500);
  expect(page.url()).toContain("span=");
  const other = await context.newPage();
  await other.goto(page.url());
  await other.waitForSelector(".row.selected");
  expect(await other.locator(".row.selected").getAttribute("aria-label")).toBe(label);
  const [row, box] = [
    await other.locator(".row.selected").boundingBox(),
    await other.locator(".waterfall-scroll").boundingBox(),
  ];
  expect(row !== null && box !== null && row.y >= box.y && row.y + row.height <= box.y + box.height).toBe(
    true,
  );
  await other.close();
});

it.each(SHAPED)("shows all of 100,000 spans (%s)", async (shape) => {
  const { page } = watched;
  const millis = await paintMillis(page, shape);
  console.log(`${shape}, 100,000 spans, painted after ${Math.round(millis)} ms`);
  expect(millis).toBeLessThan(10_000);
  expect(await page.locator(".facts").innerText()).toMatch(/Spans\s*100\D?000/);
  expect(await page.locator(".notes").count()).toBe(0);
  expect(await page.getByText("100\u202f000 rows").count()).toBe(1);
  const tree = page.getByRole("tree");
  const selected = page.locator(".row.selected");
  await tree.focus();
  await page.keyboard.press("Home");
  await selected.waitFor();
  expect(await selected.getAttribute("aria-label")).toContain("GET:/parts/{part}/0");
  expect(await selected.getAttribute("aria-level")).toBe("1");
  await page.keyboard.press("End");
  await expect.poll(() => selected.getAttribute("aria-level")).not.toBe("1");
  await expect.poll(() => selected.isVisible()).toBe(true);
  expect(await tree.getAttribute("aria-activedescendant")).toBe(await selected.getAttribute("id"));
  if (shape === "deep") expect(await selected.getAttribute("aria-level")).toBe(String(SPANS));
  if (shape === "wide") expect(await selected.getAttribute("aria-setsize")).toBe(String(SPANS - 1));
  // In a row that is far from any that was ever in the document.
  const find = page.getByLabel("Find in this trace");
  await find.fill(shape === "single" ? "parts/77777" : "step77777");
  await expect.poll(() => page.locator(".find-count").innerText()).toMatch(/^[01] match/);
  await find.fill("update stock");
  await expect.poll(() => page.locator(".find-count").innerText(), { timeout: 20_000 }).toMatch(/matches/);
  if (shape !== "single") {
    await find.press("Enter");
    await page.waitForSelector(".row.selected.found");
  }
  await find.fill("");
  await page.getByRole("button", { name: "Fold all", exact: true }).click();
  await expect.poll(() => page.getByRole("treeitem").count()).toBe(1);
  await page.getByRole("button", { name: "Unfold all" }).click();
  await page.getByText("100\u202f000 rows").waitFor();
  expect(await page.getByRole("treeitem").count()).toBeLessThan(100);
  expect(await watched.complaints()).toEqual([]);
});

it("are asked for by many at once, and by some who read slowly, and the server bears it", async () => {
  const slow = SHAPED.map((shape) => fetch(`${server.pages}/api/trace?id=${shape}`));
  const started = await Promise.all(slow);
  const answers = await Promise.all(
    Array.from({ length: 12 }, async (_, i) => {
      const form = i % 2 === 0 ? "packed" : "plain";
      const answer = await fetch(`${server.pages}/api/trace?id=${SHAPED[i % 3] ?? ""}&form=${form}`);
      const body = new Uint8Array(await answer.arrayBuffer());
      return { status: answer.status, whole: body.at(-1) === "}".charCodeAt(0) };
    }),
  );
  for (const { status, whole } of answers) {
    expect([200, 503]).toContain(status);
    expect(whole).toBe(true);
  }
  expect(answers.some(({ status }) => status === 200)).toBe(true);
  await Promise.all(started.map((answer) => answer.body?.cancel()));
  const { page } = watched;
  await paintMillis(page, "deep");
  expect(await watched.complaints()).toEqual([]);
});
