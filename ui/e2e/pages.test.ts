import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { openPage, type Watched } from "./browser.ts";
import { DECLINED, openShop, ORDERS, REPORT, WHOLE, type Shop } from "./shop.ts";

/* Services, accounting, and what holds for every page. */

let shop: Shop;
let watched: Watched;

beforeAll(async () => {
  shop = await openShop();
  watched = shop.watched;
});

afterEach(async () => {
  expect(await watched.complaints()).toEqual([]);
});

afterAll(async () => {
  await shop?.close();
});

describe("services", () => {
  it("lists each service with what it has sent", async () => {
    const { page } = watched;
    await page.goto("/");
    await page.waitForSelector("table.services");
    const names = await page.locator("table.services .service-name").allTextContents();
    expect(names).toEqual(["inventory", "payment", "reports", "storefront"]);
    expect(await page.locator("tr", { hasText: "reports" }).innerText()).toMatch(/1\s+1\s+2\s+0/);
  });

  it("unfolds the instances with what they say about themselves, and keeps that in the address", async () => {
    const { page } = watched;
    await page.goto("/services");
    await page.getByRole("link", { name: "storefront", exact: true }).click();
    await page.getByText("storefront-1@shop").waitFor();
    expect(page.url()).toBe(`${shop.server.pages}/services?service=storefront`);
    expect(await page.locator(".instances").innerText()).toMatch(/hostname\s+shop/);
    await page.reload();
    await page.getByText("storefront-1@shop").waitFor();
    await page.locator(".instances summary").click();
    await page.getByText("library-39.jar").waitFor();
  });
});

describe("accounting", () => {
  it("says for each agent what became of what it made", async () => {
    const { page } = watched;
    await page.goto("/accounting");
    await page.waitForSelector("table.accounts");
    const reports = await page.getByRole("row", { name: /^reports / }).innerText();
    expect(reports).toMatch(/\b4\b/);
    expect(reports).toContain("queue-full");
    expect(reports).toContain("balanced; 3 of 4 segments dropped");
    expect(reports).toContain("4 made = 1 delivered + 0 queued + 0 spooled + 3 dropped: this sum adds up");
    const reasons = await page.getByRole("region", { name: "Reasons" }).innerText();
    expect(reasons).toContain("The agent's queue in memory was full");
    expect(reasons).toContain("See whether the server is reachable");
    expect(await page.getByRole("row", { name: /^inventory / }).innerText()).toContain("reports no account");
    const server = await page.getByRole("region", { name: "Server" }).innerText();
    const segments = [...ORDERS, REPORT].reduce((n, t) => n + t.segments.length, 0);
    expect(server).toContain(String(segments));
    expect(server).toContain("adds up; nothing dropped");
    expect(await page.getByRole("region", { name: "Disk" }).innerText()).toContain("budget");
  });
});

describe("everywhere", () => {
  it("answers an unknown address with a way back", async () => {
    const { page } = watched;
    await page.goto("/no/such/page");
    await page.getByText("No such page").waitFor();
    await page.locator("main").getByRole("link", { name: "services" }).click();
    await page.waitForSelector("table.services");
  });

  it("follows the system's theme until another is chosen, and remembers that", async () => {
    const dark = await openPage(shop.browser, shop.server.pages, { colorScheme: "dark" });
    const ground = (): Promise<string> =>
      dark.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    await dark.page.goto("/");
    await dark.page.waitForSelector("table.services");
    expect(await ground()).toBe("rgb(16, 20, 27)");
    await dark.page.getByRole("button", { name: "Light" }).click();
    expect(await ground()).toBe("rgb(244, 246, 249)");
    await dark.page.reload();
    expect(await ground()).toBe("rgb(244, 246, 249)");
    await dark.page.getByRole("button", { name: "As the system" }).click();
    expect(await ground()).toBe("rgb(16, 20, 27)");
    expect(await dark.complaints()).toEqual([]);
    await dark.context.close();
  });

  it("never scrolls sideways on a narrow screen", async () => {
    const narrow = await openPage(shop.browser, shop.server.pages, { viewport: { width: 400, height: 760 } });
    for (const address of [
      "/services?service=storefront",
      "/traces",
      `/trace?id=${WHOLE.traceId}`,
      "/accounting",
      "/nowhere",
    ]) {
      await narrow.page.goto(address);
      await narrow.page.waitForSelector("h1");
      expect(
        await narrow.page.evaluate(() => document.documentElement.scrollWidth),
        address,
      ).toBeLessThanOrEqual(400);
    }
    expect(await narrow.complaints()).toEqual([]);
    await narrow.context.close();
  });

  it("labels every control", async () => {
    for (const address of [
      "/services?service=storefront",
      "/traces",
      `/trace?id=${WHOLE.traceId}`,
      "/accounting",
    ]) {
      await watched.page.goto(address);
      await watched.page.waitForSelector("h1");
      const unlabelled = await watched.page.evaluate(() =>
        [...document.querySelectorAll("button, input, select, a")]
          .filter((element) => {
            if (element.getAttribute("aria-hidden") === "true") return false;
            const labels =
              element instanceof HTMLInputElement || element instanceof HTMLSelectElement
                ? [...(element.labels ?? [])]
                : [];
            const text = [
              element.getAttribute("aria-label"),
              element.textContent,
              ...labels.map((label) => label.textContent),
            ]
              .join("")
              .trim();
            return text === "";
          })
          .map((element) => element.outerHTML),
      );
      expect(unlabelled, address).toEqual([]);
    }
  });

  it("is pictured for the README", async () => {
    const picture = await openPage(shop.browser, shop.server.pages, {
      viewport: { width: 1280, height: 760 },
    });
    await picture.page.goto(`/trace?id=${encodeURIComponent(DECLINED.traceId)}`);
    await picture.page.waitForSelector(".waterfall .row");
    await picture.page.getByRole("treeitem", { name: "POST:/charges, payment" }).click();
    await picture.page.getByText("card 4242 was declined").first().waitFor();
    // docs/trace.png is made by SKEIN_PICTURES=../docs npm run e2e
    const directory = process.env["SKEIN_PICTURES"] ?? join(import.meta.dirname, "../target");
    await mkdir(directory, { recursive: true });
    await picture.page.mouse.move(0, 0);
    await picture.page.screenshot({ path: join(directory, "trace.png") });
    expect(await picture.complaints()).toEqual([]);
    await picture.context.close();
  });
});
