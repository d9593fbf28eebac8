import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { openPage, startBrowser } from "../e2e/browser.ts";

/*
 * docs/profile.png: the flame graph of the demo's slow report, as the pages show it after a task has sampled it.
 *
 *   ./skein demo                                          # in another terminal
 *   cd ui && npm run picture [-- http://127.0.0.1:12800]
 */

const SERVICE = "payment";
const ENDPOINT = "GET:/payments/reports/{report}";
const HOT = "io.skein.demo.shop.SalesReport.isRevenue";
const PATIENCE_MILLIS = 180_000;

export async function main(words: readonly string[]): Promise<void> {
  const origin = words[0] ?? "http://127.0.0.1:12800";
  const browser = await startBrowser();
  try {
    const { page } = await openPage(browser, origin, { viewport: { width: 1280, height: 860 } });
    await sample(page);
    await page.waitForSelector(".flame-all canvas", { timeout: PATIENCE_MILLIS });
    const finished = page.locator(".task-figures > div", { hasText: "Agents finished" }).locator("dd");
    await finished.getByText("1").waitFor({ timeout: PATIENCE_MILLIS });
    const address = new URL(page.url());
    address.searchParams.set("hide", "server.spring.agent");
    await page.goto(address.href);
    await zoom(page);
    const directory = join(import.meta.dirname, "../../docs");
    await mkdir(directory, { recursive: true });
    await page.mouse.move(0, 0);
    await page.evaluate(() => scrollTo(0, 0));
    const part = await page.locator(".task-analysis").boundingBox();
    if (part === null) throw new Error("no analysis");
    const edge = 12;
    await page.screenshot({
      path: join(directory, "profile.png"),
      fullPage: true,
      clip: {
        x: part.x - edge,
        y: part.y - edge,
        width: part.width + 2 * edge,
        height: part.height + 2 * edge,
      },
    });
    console.log(await page.locator(".analysis-summary").innerText());
  } finally {
    await browser.close();
  }
}

/** By hand, as a reader would: the form, every slow request, as many as there may be. */
async function sample(page: Page): Promise<void> {
  const start = new URLSearchParams({ new: "1", service: SERVICE, endpoint: ENDPOINT, min: "10" });
  await page.goto(`/profiles?${start.toString()}`);
  await page.getByLabel("Requests", { exact: true }).fill("9");
  await page.getByLabel("For minutes", { exact: true }).fill("1");
  await page.getByRole("button", { name: "Start profiling" }).click();
  await page.waitForURL(/\/profile\?task=/);
}

/** The hot method fills the width, and its lines are told below. */
async function zoom(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Table" }).click();
  const row = page.getByRole("treeitem", { name: new RegExp(`^${HOT.replaceAll(".", "\\.")},`) });
  await row.click();
  await page.getByRole("tree", { name: "Frames" }).press("Enter");
  await page.getByRole("button", { name: "Flame graph" }).click();
  await page.locator(".frame-facts", { hasText: "line " }).waitFor();
}
