import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Watched } from "./browser.ts";
import { FAILING, openShop, ORDERS, START, WHOLE, type Shop } from "./shop.ts";

/* The search: each filter, the order, the pages, what is said when nothing is found. */

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

async function search(parameters: string): Promise<void> {
  await watched.page.goto(`/traces?${parameters}`);
  await watched.page.waitForSelector(`${rows}, .results .state h2`);
}

async function found(): Promise<string[]> {
  return watched.page.locator(`${rows} .endpoint`).allTextContents();
}

describe("searching", () => {
  it("shows the newest first, with duration, services and errors", async () => {
    await search("limit=100");
    const all = await found();
    expect(all.length).toBe(61);
    expect(all[0]).toBe("GET:/reports/{year}");
    expect(await watched.page.locator(`${rows}.error`).count()).toBe(FAILING.length);
    const first = await watched.page.locator(rows).first().innerText();
    expect(first).toContain("9 s");
    expect(first).toContain("2 spans");
  });

  it("pages through all without losing or repeating one", async () => {
    const { page } = watched;
    await search("");
    const seen = new Set<string | null>();
    for (let n = 0; n < 4; n++) {
      for (const link of await page.locator(rows).all()) seen.add(await link.getAttribute("href"));
      if (n < 3) {
        const firstOfPage = await page.locator(rows).first().getAttribute("href");
        await page.getByRole("button", { name: "Next 20" }).click();
        await expect.poll(() => page.locator(rows).first().getAttribute("href")).not.toBe(firstOfPage);
      }
    }
    expect(seen.size).toBe(61);
    await page.getByText("That is all.").waitFor();
    await page.goBack();
    await expect.poll(() => page.locator(rows).count()).toBe(20);
  });

  it("finds by service, instance, endpoint, duration, result, tags and trace id", async () => {
    const form = watched.page.getByRole("form", { name: "Search for traces" });
    const submit = (): Promise<void> => form.getByRole("button", { name: "Search" }).click();
    const expectFound = async (count: number, address: string): Promise<void> => {
      await expect.poll(() => watched.page.url()).toContain(address);
      await expect.poll(() => watched.page.locator(rows).count()).toBe(count);
    };
    await search("limit=200");

    await form.getByLabel("Service").fill("reports");
    await submit();
    await expectFound(1, "service=reports");

    await watched.page.goBack();
    await expectFound(61, "/traces?limit=200");
    await form.getByLabel("Service").fill("payment");
    await form.getByLabel("Instance").fill("payment-2@shop");
    await submit();
    const second = ORDERS.filter((t) => t.segments.some((s) => s.instance === "payment-2@shop")).length;
    await expectFound(second, "instance=payment-2%40shop");

    await search("limit=200");
    await form.getByLabel("Endpoint").fill("GET:/reports/{year}");
    await submit();
    await expectFound(1, "endpoint=GET");

    await search("limit=200");
    await form.getByLabel("At least").fill("5s");
    await submit();
    await expectFound(1, "min=5000");

    await search("limit=200");
    await form.getByLabel("At most").fill("8 s");
    await submit();
    await expectFound(60, "max=8000");

    await search("limit=200");
    await form.getByLabel("Result").selectOption("with errors");
    await submit();
    await expectFound(FAILING.length, "error=true");
    await form.getByLabel("Result").selectOption("without errors");
    await submit();
    await expectFound(61 - FAILING.length, "error=false");

    await search("limit=200");
    await form.getByLabel("Tags, all of them").fill("report.kind=yearly=2026");
    await form.getByLabel("Tags, all of them").press("Enter");
    await form.getByLabel("Tags, all of them").fill("http.method");
    await submit();
    await expectFound(1, "tag=report.kind%3Dyearly%3D2026&tag=http.method");

    await search("range=15m");
    await form.getByLabel("Trace id").fill(WHOLE.traceId);
    await submit();
    await expectFound(1, `traceId=${WHOLE.traceId}`);
  });

  it("finds by time, relative and absolute, in the reader's time zone", async () => {
    const { page } = watched;
    const form = page.getByRole("form", { name: "Search for traces" });
    await search("limit=200");
    await form.getByLabel("Time").selectOption("From … to …");
    const at = new Date(START - 9500);
    const two = (n: number): string => String(n).padStart(2, "0");
    await form
      .getByRole("textbox", { name: "From" })
      .fill(
        `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}.${String(at.getMilliseconds()).padStart(3, "0")}`,
      );
    await form.getByRole("button", { name: "Search" }).click();
    await expect.poll(() => page.locator(rows).count()).toBe(11);
    await search(`range=custom&from=${START - 30_000}&to=${START - 20_001}`);
    expect((await found()).length).toBeGreaterThan(5);
    await search("range=15m&limit=200");
    expect((await found()).length).toBe(61);
  });

  it("orders by duration", async () => {
    await search("order=slowest");
    expect((await found())[0]).toBe("GET:/reports/{year}");
    await search("order=slowest&service=storefront");
    const durations = await watched.page.locator(`${rows} .amount`).allTextContents();
    const millis = durations.map(
      (text) => Number(text.replace(/ m?s/, "")) * (text.endsWith(" ms") ? 1 : 1000),
    );
    expect(millis).toEqual(millis.toSorted((a, b) => b - a));
  });

  it("says what to correct and keeps what was typed", async () => {
    const { page } = watched;
    await search("");
    await page.getByLabel("At least").fill("soon");
    await page.getByRole("button", { name: "Search", exact: true }).click();
    await page.getByText("Durations look like 250ms").waitFor();
    expect(await page.getByLabel("At least").inputValue()).toBe("soon");
    await search("min=500&max=5");
    await page.getByText("The shortest duration is longer than the longest.").waitFor();
  });

  it("tells that nothing was found, and what may help", async () => {
    const { page } = watched;
    await search("service=nobody&range=15m");
    await page.getByText("No traces found").waitFor();
    await page.getByRole("link", { name: "Clear the filters" }).click();
    await page.waitForSelector(rows);
    await search("traceId=unheard-of");
    await page.getByText("No trace with this id").waitFor();
  });

  it("opens a trace from the list and from the strip, and goes back to the same list", async () => {
    const { page } = watched;
    await search("service=storefront");
    await page.locator(rows).nth(3).click();
    await page.waitForSelector(".waterfall .row");
    await page.goBack();
    await page.waitForSelector(rows);
    expect(page.url()).toBe(`${shop.server.pages}/traces?service=storefront`);
    await page.locator(".scatter circle").first().click();
    await page.waitForSelector(".waterfall .row");
  });
});
