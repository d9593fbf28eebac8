import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { textRuns } from "../src/domain/text.ts";
import { HOSTILE_TEXTS, hostileTrace } from "../sandbox/hostile.ts";
import { segment, span } from "../sandbox/traffic.ts";
import { openPage, startBrowser, type Watched } from "./browser.ts";
import { Feeder } from "./feeder.ts";
import { startServer, waitForTraces, type Server } from "./server.ts";

/* Whoever sends a request to a traced service writes into our pages. What they write stays text. */

const NOW = Date.now() - 60_000;
const TEXTS = HOSTILE_TEXTS;

let server: Server;
let browser: Browser;
let watched: Watched;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
  const feeder = new Feeder(server.grpcAddress);
  await feeder.report(hostileTrace('hostile <trace> "id" & more', NOW));
  for (const [i, text] of TEXTS.entries()) {
    await feeder.segments(`each-${i}`, [
      segment(`service ${i} ${text}`.slice(0, 300), `instance ${text}`.slice(0, 300), `each-${i}.0`, [
        span({
          id: 0,
          parentId: -1,
          type: "Entry",
          operation: text,
          startMillis: NOW + i,
          endMillis: NOW + i + 5,
          tags: [{ key: text, value: text }],
        }),
      ]),
    ]);
    await feeder.properties(`service ${i} ${text}`.slice(0, 300), `instance ${text}`.slice(0, 300), {
      language: text.slice(0, 100),
      [text.slice(0, 200)]: text,
    });
  }
  feeder.close();
  await waitForTraces(server, ['hostile <trace> "id" & more', ...TEXTS.map((_, i) => `each-${i}`)]);
  watched = await openPage(browser, server.pages);
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** Elements that only markup from a trace could have brought. */
async function foreignElements(): Promise<number> {
  return watched.page.evaluate(
    () =>
      document.querySelectorAll(
        "#root script, #root img, #root iframe, #root style, #root [onload], #root [onerror], #root b, a[href^='javascript' i]",
      ).length,
  );
}

async function expectOnlyText(): Promise<void> {
  expect(await foreignElements()).toBe(0);
  expect(await watched.complaints()).toEqual([]);
}

describe("hostile text", () => {
  it("stays text in the list of services and their instances", async () => {
    const { page } = watched;
    await page.goto("/");
    await page.waitForSelector("table.services");
    expect(await page.locator("table.services > tbody").count()).toBeGreaterThanOrEqual(TEXTS.length);
    await expectOnlyText();
    await page.locator(".row-toggle", { hasText: "<script>" }).first().click();
    await page.waitForSelector(".instances li");
    await expectOnlyText();
  });

  it("stays text in the search, its suggestions and its address", async () => {
    const { page } = watched;
    // One of them claims to begin in 1970.
    await page.goto("/traces?limit=100&range=all");
    await page.waitForSelector(".trace-row");
    expect(await page.locator(".trace-row").count()).toBe(TEXTS.length + 1);
    await expectOnlyText();
    for (const text of TEXTS.filter((t) => t.length < 200)) {
      await page.goto(
        `/traces?service=${encodeURIComponent(text)}&tag=${encodeURIComponent(text)}&traceId=${encodeURIComponent(text)}`,
      );
      await page.waitForSelector(".results .state h2, .trace-row");
      await expectOnlyText();
    }
  });

  it("is found by its exact text", async () => {
    const { page } = watched;
    for (const text of TEXTS.filter((t) => t.length < 200 && !t.includes("="))) {
      await page.goto(`/traces?${new URLSearchParams({ tag: `${text}=${text}`, range: "all" }).toString()}`);
      await page.waitForSelector(".results .state h2, .trace-row");
      expect(await page.locator(".trace-row").count(), text).toBe(1);
    }
    await expectOnlyText();
  });

  it("stays text in the waterfall and in every span's details", async () => {
    const { page } = watched;
    await page.goto(`/trace?id=${encodeURIComponent('hostile <trace> "id" & more')}`);
    await page.waitForSelector(".waterfall .row");
    await expectOnlyText();
    const rows = await page.locator(".waterfall .row").count();
    expect(rows).toBeGreaterThan(TEXTS.length);
    for (let i = 0; i < rows; i++) {
      await page.locator(".waterfall .row").nth(i).click();
      await page.waitForSelector(".details");
    }
    await expectOnlyText();
    const shown = (await page.locator(".waterfall .row .operation").allTextContents()).join("\n");
    for (const text of TEXTS.filter((t) => t.length < 200)) {
      expect(shown).toContain(
        textRuns(text, false)
          .map((run) => run.text)
          .join(""),
      );
    }
  });

  it("cannot turn the direction of what stands beside it", async () => {
    const { page } = watched;
    await page.goto(`/trace?id=${encodeURIComponent('hostile <trace> "id" & more')}`);
    const row = page.locator(".row", { hasText: "U+202E" }).first();
    await row.waitFor();
    expect(await row.locator(".odd-character").allTextContents()).toEqual([
      "U+202E",
      "U+202C",
      "U+2066",
      "U+2069",
    ]);
    expect(
      await row
        .locator("bdi")
        .last()
        .evaluate((e) => getComputedStyle(e).direction),
    ).toBe("ltr");
  });

  it("of a megabyte is cut until somebody wants it, and copied whole", async () => {
    const { page, context } = watched;
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto(`/trace?id=${encodeURIComponent('hostile <trace> "id" & more')}`);
    await page.waitForSelector(".waterfall .row");
    await page.getByLabel("Find in this trace").fill("large=xxx");
    await page.getByLabel("Find in this trace").press("Enter");
    const details = page.locator(".details");
    await details.waitFor();
    expect((await details.innerText()).length).toBeLessThan(4000);
    await details.getByRole("button", { name: "Copy value of large" }).click();
    await page.getByText("copied").waitFor();
    expect(await page.evaluate(async () => (await navigator.clipboard.readText()).length)).toBe(1024 * 1024);
    const started = Date.now();
    await details.getByRole("button", { name: /show all/ }).click();
    await details.getByRole("button", { name: "show less" }).waitFor();
    expect(Date.now() - started).toBeLessThan(5000);
    await expectOnlyText();
  });

  it("stays text in the accounting", async () => {
    const { page } = watched;
    await page.goto("/accounting");
    await page.waitForSelector("table.accounts");
    await expectOnlyText();
  });

  it("shows clocks and parents that make no sense as what they are", async () => {
    const { page } = watched;
    await page.goto(`/trace?id=${encodeURIComponent('hostile <trace> "id" & more')}`);
    await page.getByText("named as a parent did not arrive").waitFor();
    expect(await page.locator(".row", { hasText: "from 1970" }).innerText()).toContain("earlier");
    expect(await page.locator(".row", { hasText: "orphan" }).innerText()).toContain(
      "ended before it started",
    );
    await page.locator(".row", { hasText: "circle one" }).click();
    await page.getByText("lead in a circle").waitFor();
  });
});

describe("hostile addresses", () => {
  it.each([
    "/trace?id=%00%ff%fe",
    "/trace?id=x&span=__proto__&folded=constructor.toString&zoom=1e99~2&find=%5B%28",
    "/traces?min=-1&max=99999999999999999999&limit=1000000&order=%3Cscript%3E&range=constructor&before=%00",
    "/services?service=%3Cimg%20src%3Dx%20onerror%3Dwindow.pwned%3D1%3E",
    "/%3Cscript%3Ewindow.pwned=1%3C/script%3E",
    "/traces?%E0%A4%A",
  ])("%s ends in a page", async (address) => {
    const { page } = watched;
    await page.goto(address);
    await page.waitForSelector("h1, h2, pre, body");
    expect(await foreignElements()).toBe(0);
    const complaints = (await watched.complaints()).filter(
      (line) => !line.includes("Failed to load resource"),
    );
    expect(complaints).toEqual([]);
  });
});
