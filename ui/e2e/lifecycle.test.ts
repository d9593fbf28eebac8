import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { orderTrace, seeded } from "../sandbox/traffic.ts";
import { openPage, startBrowser } from "./browser.ts";
import { Feeder } from "./feeder.ts";
import { startServer, waitForTraces, type Server } from "./server.ts";

/* A server's life as a page sees it that stays open: nothing there yet, the first service, gone, back. */

let server: Server | undefined;
let browser: Browser;

beforeAll(async () => {
  [server, browser] = await Promise.all([startServer(), startBrowser()]);
});

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

async function running(): Promise<Server> {
  server ??= await startServer();
  return server;
}

it("tells a newcomer how to attach an agent, and shows the first service without reloading", async () => {
  const { pages, grpcAddress } = await running();
  const { page, context, complaints } = await openPage(browser, pages);
  await page.goto("/");
  await page.getByText("No service has reported yet").waitFor();
  const commands = (await page.locator(".command pre").allTextContents()).join("\n");
  expect(commands).toContain(`SKEIN_BACKEND=${grpcAddress}`);
  expect(commands).toContain("-javaagent:/path/to/skein-agent.jar");
  expect(commands).toContain(`SW_AGENT_COLLECTOR_BACKEND_SERVICES=${grpcAddress}`);
  expect(await page.getByRole("button", { name: "Copy command" }).count()).toBe(3);

  const other = await openPage(browser, pages);
  await other.page.goto("/traces");
  await other.page.getByText("no service has reported a trace").waitFor();
  await other.page.goto("/accounting");
  await other.page.getByText("No agent has reported").waitFor();
  expect(await other.complaints()).toEqual([]);
  await other.context.close();

  const feeder = new Feeder(grpcAddress);
  await feeder.report(orderTrace(seeded(5), Date.now() - 1000));
  feeder.close();
  await page.locator("table.services").getByText("storefront").waitFor();
  expect(await complaints()).toEqual([]);
  await context.close();
});

it("says that an unknown trace is not there", async () => {
  const { pages } = await running();
  const { page, context } = await openPage(browser, pages);
  await page.goto("/trace?id=never-seen");
  await page.getByText("No such trace").waitFor();
  await page.goto("/trace");
  await page.getByText("Which trace?").waitFor();
  await context.close();
});

it("passes on what the server objects to", async () => {
  const { pages } = await running();
  const { page, context } = await openPage(browser, pages);
  await page.goto("/traces?before=not-a-cursor");
  await page.getByText("The server did not accept the question").waitFor();
  await context.close();
});

it("shows nothing as if it were true once the server is gone, and recovers when it is back", async () => {
  const first = await running();
  const feeder = new Feeder(first.grpcAddress);
  const trace = orderTrace(seeded(6), Date.now() - 1000);
  await feeder.report(trace);
  feeder.close();
  await waitForTraces(first, [trace.traceId]);
  const services = await openPage(browser, first.pages);
  const accounting = await openPage(browser, first.pages);
  const whole = await openPage(browser, first.pages);
  const search = await openPage(browser, first.pages);
  await services.page.goto("/");
  await services.page.waitForSelector("table.services");
  await accounting.page.goto("/accounting");
  await accounting.page.waitForSelector("table.accounts");
  await whole.page.goto(`/trace?id=${encodeURIComponent(trace.traceId)}`);
  await whole.page.waitForSelector(".waterfall .row");
  await search.page.goto("/traces?range=all");
  await search.page.waitForSelector(".trace-row");

  const port = first.httpPort;
  await first.stop();
  server = undefined;

  await services.page.getByText("The server is not reachable").waitFor();
  expect(await services.page.locator("table.services").count()).toBe(0);
  await accounting.page.getByText("The server is not reachable").waitFor();
  expect(await accounting.page.locator("table.accounts").count()).toBe(0);
  // A trace does not change, so it may stay, under a line that says since when nothing is known.
  await whole.page.getByText("The server has not been reachable since").waitFor();
  expect(await whole.page.locator(".waterfall .row").count()).toBeGreaterThan(0);
  await search.page.getByText("not reachable", { exact: true }).waitFor();
  await search.page.getByRole("button", { name: "Search again" }).click();
  await search.page.getByText("The server is not reachable").waitFor();
  expect(await search.page.locator(".trace-row").count()).toBe(0);

  server = await startServer({ http: port });
  await services.page.getByText("No service has reported yet").waitFor({ timeout: 30_000 });
  await search.page.getByText("No traces found").waitFor({ timeout: 30_000 });
  await whole.page.getByText("The server has not been reachable since").waitFor({ state: "detached" });

  for (const each of [services, accounting, whole, search]) {
    // A browser logs each request that fails; nothing else may be there.
    const rest = (await each.complaints()).filter((line) => !line.includes("Failed to load resource"));
    expect(rest).toEqual([]);
    await each.context.close();
  }
}, 180_000);
