import { existsSync } from "node:fs";
import {
  chromium,
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  type Page,
} from "playwright-core";

/* A real Chromium. SKEIN_CHROMIUM names another than Debian's. */

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export async function startBrowser(): Promise<Browser> {
  const path = process.env["SKEIN_CHROMIUM"] || "/usr/bin/chromium";
  if (!existsSync(path)) {
    throw new Error(`no browser at ${path}: apt install chromium, or name one in SKEIN_CHROMIUM`);
  }
  return chromium.launch({ executablePath: path, args: FLAGS, headless: true });
}

/** A page that keeps what no test may cause: errors, warnings, violations of the security policy, foreign requests. */
export interface Watched {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What went wrong since the last time this was asked. */
  complaints(): Promise<string[]>;
}

declare global {
  interface Window {
    violations?: string[];
    pwned?: unknown;
  }
}

export async function openPage(
  browser: Browser,
  origin: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    baseURL: origin,
    locale: "en-GB",
    ...options,
  });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  let complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning")
      complaints.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.url().startsWith(`${origin}/`)) complaints.push(`request to ${request.url()}`);
  });
  await page.addInitScript(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => {
      window.violations?.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
    });
  });
  return {
    page,
    context,
    complaints: async () => {
      const found = [...complaints, ...(await page.evaluate(() => window.violations ?? []))];
      complaints = [];
      if ((await page.evaluate(() => window.pwned)) !== undefined) found.push("a text was run as a script");
      return found;
    },
  };
}
