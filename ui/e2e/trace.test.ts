import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Watched } from "./browser.ts";
import { LOCKED, openShop, WHOLE, type Shop } from "./shop.ts";

/* The page of one trace: waterfall, details, keyboard, and all of it in the address. */

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

const rows = ".trace-row";

describe("a trace", () => {
  const open = async (more = ""): Promise<void> => {
    await watched.page.goto(`/trace?id=${encodeURIComponent(WHOLE.traceId)}${more}`);
    await watched.page.waitForSelector(".waterfall .row");
  };
  const row = (name: string) => watched.page.getByRole("treeitem", { name });
  const count = (): Promise<number> => watched.page.getByRole("treeitem").count();
  const selected = async (): Promise<string> =>
    (await watched.page.locator(".row.selected").getAttribute("aria-label")) ?? "";

  it("joins the segments of all services into one waterfall", async () => {
    await open();
    const labels = await watched.page
      .getByRole("treeitem")
      .evaluateAll((items) =>
        items.map(
          (item) =>
            `${item.getAttribute("aria-level")} ${(item.getAttribute("aria-label") ?? "").replace(/, (\d|<).*$/, "")}`,
        ),
      );
    expect(labels).toEqual([
      "1 POST:/orders, storefront, Entry",
      "2 POST:/stock/4711/reserve, storefront, Exit",
      "3 POST:/stock/{sku}/reserve, inventory, Entry",
      "4 HikariCP/Connection/getConnection, inventory, Exit",
      "4 PostgreSQL/JDBC/PreparedStatement/executeQuery, inventory, Exit",
      "4 PostgreSQL/JDBC/PreparedStatement/executeUpdate, inventory, Exit",
      "2 POST:/charges, storefront, Exit",
      "3 POST:/charges, payment, Entry",
      "4 FraudCheck.score, payment, Local",
      "2 H2/JDBC/PreparedStatement/executeUpdate, storefront, Exit",
      "2 Mailer.confirm, storefront, Local",
    ]);
    expect(await watched.page.locator(".facts").innerText()).toMatch(/Spans\s*11/);
    expect(await watched.page.locator(".services-legend li").count()).toBe(3);
  });

  it("places bars by time", async () => {
    await open();
    const box = async (name: string) => row(name).locator(".span-bar").boundingBox();
    const outer = await box("POST:/stock/{sku}/reserve, inventory");
    const inner = await box("executeQuery, inventory");
    expect(
      inner !== null &&
        outer !== null &&
        inner.x >= outer.x &&
        inner.x + inner.width <= outer.x + outer.width + 1,
    ).toBe(true);
  });

  it("shows the details of a span, which the address remembers", async () => {
    const { page } = watched;
    await open();
    await row("executeQuery, inventory").click();
    const details = page.getByRole("complementary", { name: "Span details" });
    await details.waitFor();
    const text = await details.innerText();
    for (const part of [
      "inventory",
      "inventory-1@shop",
      "Exit span, layer Database",
      "db.shop.local:5432",
      "db.type",
      "PostgreSQL",
      "SELECT quantity, reserved FROM stock",
      "Self time",
    ]) {
      expect(text).toContain(part);
    }
    await expect.poll(() => page.url()).toContain("span=");
    await page.reload();
    await details.waitFor();
    expect(await selected()).toContain("executeQuery");
    await details.getByRole("button", { name: "Close the details" }).click();
    await expect.poll(() => page.url()).not.toContain("span=");
  });

  it("leads from a ref to the span that called", async () => {
    await open();
    await row("POST:/charges, payment").click();
    await watched.page.getByRole("button", { name: "show" }).click();
    expect(await selected()).toContain("POST:/charges, storefront");
  });

  it("leads from a tag to a search for it", async () => {
    const { page } = watched;
    await open();
    await row("POST:/charges, payment").click();
    await page.getByRole("link", { name: "Search for traces with http.status_code=201" }).click();
    await page.waitForSelector(rows);
    expect(page.url()).toContain("tag=http.status_code%3D201");
    await page.goBack();
    await page.waitForSelector(".row.selected");
  });

  it("marks errors and folds their stack traces", async () => {
    const { page } = watched;
    await page.goto(`/trace?id=${encodeURIComponent(LOCKED.traceId)}`);
    await page.waitForSelector(".row.error");
    await row("executeQuery, inventory").click();
    const frame = page.getByText("at io.skein.demo.inventory.Stock.reserve(Stock.java:61)");
    expect(await frame.isVisible()).toBe(false);
    await page.locator(".stack summary").click();
    expect(await frame.isVisible()).toBe(true);
  });

  it("is walked with the keyboard alone", async () => {
    const { page } = watched;
    await open();
    const tree = page.getByRole("tree", { name: "Spans" });
    await tree.focus();
    await page.keyboard.press("ArrowDown");
    expect(await selected()).toContain("POST:/orders");
    await page.keyboard.press("ArrowRight");
    expect(await selected()).toContain("POST:/stock/4711");
    await page.keyboard.press("ArrowLeft");
    expect(await count()).toBe(7);
    expect(await page.locator(".row.selected").getAttribute("aria-expanded")).toBe("false");
    await page.keyboard.press("ArrowRight");
    expect(await count()).toBe(11);
    await page.keyboard.press("End");
    expect(await selected()).toContain("Mailer.confirm");
    expect(await tree.getAttribute("aria-activedescendant")).toBe(
      await page.locator(".row.selected").getAttribute("id"),
    );
    await page.keyboard.press("Home");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.className)).toBe("details");
    await page.keyboard.press("Escape");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("role"))).toBe("tree");
    await page.keyboard.press("+");
    await expect.poll(() => page.url()).toContain("zoom=");
    await page.keyboard.press("0");
    await expect.poll(() => page.url()).not.toContain("zoom=");
    await page.keyboard.press("/");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("type"))).toBe("search");
  });

  it("keeps folded rows, the zoom and the search text in the address", async () => {
    const { page } = watched;
    await open();
    await row("POST:/charges, storefront").locator("button.fold").click();
    expect(await count()).toBe(9);
    await page.getByLabel("Find in this trace").fill("postgresql");
    await page.getByText("2 matches").waitFor();
    expect(await page.locator(".row.found").count()).toBe(2);
    await page.getByLabel("Find in this trace").press("Enter");
    expect(await selected()).toContain("executeQuery");
    const overview = await page.locator(".overview-box").boundingBox();
    if (overview === null) throw new Error("no overview");
    await page.mouse.move(overview.x + overview.width * 0.1, overview.y + 20);
    await page.mouse.down();
    await page.mouse.move(overview.x + overview.width * 0.5, overview.y + 20, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => page.url()).toMatch(/span=.*folded=.*find=postgresql.*zoom=\d+/);
    await page.reload();
    await page.waitForSelector(".row.selected");
    expect(await count()).toBe(9);
    expect(await page.getByLabel("Find in this trace").inputValue()).toBe("postgresql");
    expect(await page.locator(".overview .frame").count()).toBe(1);
  });

  it("copies its id", async () => {
    const { page, context } = watched;
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await open();
    await page.getByRole("button", { name: "Copy trace id" }).click();
    await page.getByText("copied").waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(WHOLE.traceId);
  });

  it("says when the server has more of it than it hands out", async () => {
    const { page } = watched;
    // The real answer, with what it would say of three times as many spans as there may be.
    await page.route("**/api/trace?*", async (route) => {
      const answer = await route.fetch();
      const json = (await answer.json()) as Record<string, unknown>;
      await route.fulfill({ response: answer, json: { ...json, truncated: true, storedSpans: 750_000 } });
    });
    await open();
    const notes = await page.locator(".notes").innerText();
    expect(notes).toMatch(/has 750\D000 spans of this trace, here are 11\b/);
    expect(notes).toMatch(/more than 250\D000 spans, or of 1\d\d MB/);
    await page.unroute("**/api/trace?*");
  });
});
