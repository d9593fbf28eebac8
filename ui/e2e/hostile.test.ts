import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SLOW_TASK } from "../src/domain/profile.ts";
import { textRuns } from "../src/domain/text.ts";
import { HOSTILE_TEXTS, hostileTrace } from "../sandbox/hostile.ts";
import { hostileSnapshots } from "../sandbox/profileApi.ts";
import { segment, span } from "../sandbox/traffic.ts";
import { openPage, startBrowser, type Watched } from "./browser.ts";
import { Feeder } from "./feeder.ts";
import { createTask, startServer, waitForSnapshots, waitForTraces, type Server } from "./server.ts";

/* Whoever sends a request to a traced service writes into our pages. What they write stays text. */

const NOW = Date.now() - 60_000;
const TEXTS = HOSTILE_TEXTS;
const ACCOUNTANT = "\u202e<b>accountant</b>";
/** Those that fit an address and a line. */
const SHORT = TEXTS.filter((text) => text.length < 200);

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
  const drops = ["__proto__", "constructor", "toString", "x".repeat(40)].map(
    (reason, i) => `dropped.${reason}.segments=${i + 1};dropped.${reason}.spans=${i + 1};`,
  );
  await feeder.properties(
    ACCOUNTANT,
    TEXTS[0] ?? "",
    { language: TEXTS[1] ?? "", version: TEXTS[5] ?? "" },
    `made.segments=11;made.spans=11;${drops.join("")}queued.segments=1;queued.spans=1;id=1`,
  );
  feeder.close();
  await waitForTraces(server, ['hostile <trace> "id" & more', ...TEXTS.map((_, i) => `each-${i}`)]);
  // High enough for every row of the trace: what is not in view is not in the document.
  watched = await openPage(browser, server.pages, { viewport: { width: 1280, height: 2400 } });
}, 120_000);

afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

/** Everything on the page that only text from outside could have brought there, or made act. */
async function foreign(): Promise<string[]> {
  return watched.page.evaluate(() => {
    const found: string[] = [];
    const ours = new Set(
      (
        "a aside bdi button canvas caption code datalist dd details div dl dt fieldset figcaption figure form h1 h2 h3 header i input kbd label " +
        "legend li main meter nav ol option p path pre section select small span strong summary svg table tbody td th thead " +
        "title tr ul circle g line polyline rect"
      ).split(" "),
    );
    // What acts on the neighbours or shows nothing: directions, controls, zero width. Joiners are writing.
    const acting =
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;
    const root = document.getElementById("root");
    for (const element of root?.querySelectorAll("*") ?? []) {
      if (!ours.has(element.localName)) found.push(`element ${element.localName}`);
      for (const { name, value } of element.attributes) {
        if (name.startsWith("on")) found.push(`attribute ${name}`);
        const spoken = ["title", "aria-label", "placeholder", "label", "alt"].includes(name);
        if (spoken && acting.test(value)) found.push(`${name} ${JSON.stringify(value.slice(0, 80))}`);
        if ((name === "href" || name === "src") && !/^(\/(?!\/)|#)/.test(value))
          found.push(`${name} ${value}`);
      }
      for (const node of element.childNodes) {
        const text = node.nodeType === Node.TEXT_NODE ? (node.nodeValue ?? "") : "";
        if (element.localName !== "option" && acting.test(text))
          found.push(`text ${JSON.stringify(text.slice(0, 80))}`);
      }
    }
    if (acting.test(document.title)) found.push(`title ${JSON.stringify(document.title)}`);
    const page = document.documentElement;
    if (page.scrollWidth > page.clientWidth + 1)
      found.push(`the page is ${page.scrollWidth} wide in a window of ${page.clientWidth}`);
    return found;
  });
}

async function expectOnlyText(): Promise<void> {
  expect(await foreign()).toEqual([]);
  // Browsers note every answer that is not 200; what was asked for in vain was meant.
  const complaints = (await watched.complaints()).filter((line) => !/with a status of 4\d\d/.test(line));
  expect(complaints).toEqual([]);
}

/** Another page without another document; it is there when the answer to its own question is drawn. */
async function go(address: string, until: string, question: string | null = null): Promise<void> {
  const { page } = watched;
  const answer =
    question === null ? null : page.waitForResponse((r) => r.url().startsWith(`${server.pages}${question}`));
  await page.evaluate((to) => {
    history.pushState(null, "", to);
    dispatchEvent(new PopStateEvent("popstate"));
  }, address);
  if (answer !== null) await (await answer).finished();
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  await page.waitForSelector(until);
}

describe("hostile text", () => {
  it("stays text in the list of services and their instances", async () => {
    const { page } = watched;
    await page.goto("/");
    await page.waitForSelector("table.services");
    expect(await page.locator("table.services > tbody").count()).toBeGreaterThanOrEqual(TEXTS.length);
    await expectOnlyText();
    for (const text of TEXTS.keys()) {
      const service = `service ${text} ${TEXTS[text] ?? ""}`.slice(0, 300);
      await go(`/services?service=${encodeURIComponent(service)}`, ".instances li", "/api/instances?");
      await expectOnlyText();
    }
    await page.locator(".instances details > summary").first().click();
    await expectOnlyText();
  });

  it("stays text in the search, its suggestions and its address", async () => {
    const { page } = watched;
    // One of them claims to begin in 1970.
    await page.goto("/traces?limit=100&range=all");
    await page.waitForSelector(".trace-row");
    expect(await page.locator(".trace-row").count()).toBe(TEXTS.length + 1);
    await expectOnlyText();
    for (const text of SHORT) {
      const it = encodeURIComponent(text);
      const everywhere = ["service", "instance", "endpoint", "tag", "traceId"].map((name) => `${name}=${it}`);
      await go(`/traces?${everywhere.join("&")}`, ".results .state h2, .trace-row", "/api/traces?");
      await expectOnlyText();
    }
  });

  it("stays text in what the server objects to", async () => {
    for (const text of SHORT) {
      await go(`/traces?before=${encodeURIComponent(text)}`, ".results .state.failed", "/api/traces?");
      await watched.page.getByText("did not accept the question").waitFor();
      await expectOnlyText();
    }
  });

  it("stays text as the name of a trace and of a page that are not there", async () => {
    for (const text of SHORT) {
      const [id, find] = [encodeURIComponent(`no ${text}`), encodeURIComponent(text)];
      await go(`/trace?id=${id}&find=${find}`, ".state h2", "/api/trace?");
      expect(await foreign(), text).toEqual([]);
      await go(`/nothing-at-${encodeURIComponent(text)}`, ".state h1");
      expect(await foreign(), text).toEqual([]);
    }
    await expectOnlyText();
  });

  it("is found by its exact text", async () => {
    const { page } = watched;
    for (const text of SHORT.filter((t) => !t.includes("=") && t.trim() === t)) {
      const tag = new URLSearchParams({ tag: `${text}=${text}`, range: "all" }).toString();
      await go(`/traces?${tag}`, ".results .state h2, .trace-row", "/api/traces?");
      await expect.poll(() => page.locator(".trace-row").count(), { message: text }).toBe(1);
    }
    await expectOnlyText();
  });

  it("is found inside a trace by what it says", async () => {
    const { page } = watched;
    await page.goto(`/trace?id=${encodeURIComponent('hostile <trace> "id" & more')}`);
    await page.waitForSelector(".waterfall .row");
    for (const text of [
      "<script>",
      "__proto__",
      "constructor",
      "toString",
      "DROP TABLE",
      "\u202e",
      "&lt;b",
    ]) {
      await page.getByLabel("Find in this trace").fill(text);
      await expect
        .poll(() => page.locator(".find-count").innerText(), { message: text })
        .toMatch(/^[1-9]\d* match/);
    }
    await expectOnlyText();
  });

  it("stays text in the waterfall and in every span's details", async () => {
    const { page } = watched;
    await page.goto(`/trace?id=${encodeURIComponent('hostile <trace> "id" & more')}`);
    await page.waitForSelector(".waterfall .row");
    await expectOnlyText();
    // The window shows some of them; with the keyboard each is selected and its details shown.
    const shown: string[] = [];
    await page.getByRole("tree").focus();
    await page.keyboard.press("Home");
    for (let last = ""; ;) {
      const selected = page.locator(".row.selected");
      const id = (await selected.getAttribute("id")) ?? "";
      if (id === last) break;
      last = id;
      shown.push((await selected.locator(".operation").textContent()) ?? "");
      await page.waitForSelector(".details");
      expect(await foreign()).toEqual([]);
      await page.keyboard.press("ArrowDown");
    }
    expect(shown.length).toBeGreaterThan(TEXTS.length);
    await expectOnlyText();
    for (const text of SHORT) {
      expect(shown).toContain(
        textRuns(text, false)
          .map((run) => run.text)
          .join(""),
      );
    }
  });

  it("of five thousand characters is cut in rows and whole in the details", async () => {
    const { page } = watched;
    await page.goto(`/trace?id=each-${TEXTS.findIndex((text) => text.startsWith("aaaa"))}`);
    await page.waitForSelector(".waterfall .row");
    await page.locator(".waterfall .row").first().click();
    const details = page.locator(".details");
    await details.waitFor();
    expect((await details.innerText()).length).toBeLessThan(4000);
    while ((await details.getByRole("button", { name: /show all/ }).count()) > 0)
      await details
        .getByRole("button", { name: /show all/ })
        .first()
        .click();
    // Its operation, its tag's key and its value.
    expect((await details.innerText()).split("a".repeat(5000)).length - 1).toBe(3);
    await expectOnlyText();
  });

  it("cannot turn the direction of what stands beside it", async () => {
    const { page } = watched;
    await page.goto(`/trace?id=${encodeURIComponent('hostile <trace> "id" & more')}`);
    const row = page.locator(".row", { hasText: "isolated" }).first();
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
    const row = page.locator("table.accounts tr", { hasText: "<b>accountant</b>" });
    expect(await row.innerText()).toContain(TEXTS[1]);
    expect(await row.innerText()).toContain(TEXTS[5]);
    const reasons = await page.getByRole("region", { name: "Reasons" }).innerText();
    for (const reason of ["__proto__", "constructor", "toString"]) expect(reasons).toContain(reason);
    expect(reasons.split("A reason that this version does not know").length).toBe(5);
  });

  it("shows clocks and parents that make no sense as what they are", async () => {
    const { page } = watched;
    await page.goto(`/trace?id=${encodeURIComponent('hostile <trace> "id" & more')}`);
    await page.getByText(`${TEXTS.length + 1} spans named as a parent did not arrive`).waitFor();
    expect(await page.locator(".row", { hasText: "from 1970" }).innerText()).toContain("earlier");
    expect(await page.locator(".row", { hasText: "orphan" }).innerText()).toContain(
      "ended before it started",
    );
    await page.locator(".row", { hasText: "circle one" }).click();
    await page.getByText("lead in a circle").waitFor();
  });
});

describe("hostile frames", () => {
  /** As long as the server takes; each text names a service, an endpoint, an instance, a segment and frames. */
  const cut = (text: string): string => text.slice(0, 300);
  let tasks: string[] = [];

  beforeAll(async () => {
    const feeder = new Feeder(server.grpcAddress);
    tasks = [];
    for (const text of SHORT.filter((t) => t.trim() !== "")) {
      const id = await createTask(server, { service: `profiled ${text}`, endpoint: text });
      await feeder.askForTasks(`profiled ${text}`, cut(`instance ${text}`));
      tasks.push(id);
    }
    const first = tasks[0] ?? "";
    const segmentId = cut(`sampled ${TEXTS[0]}`);
    const frames = hostileSnapshots(first, segmentId, NOW);
    await feeder.snapshots("profiled", cut(TEXTS[2] ?? ""), frames);
    await feeder.snapshots("slow", TEXTS[3] ?? "", hostileSnapshots(SLOW_TASK, cut(`slow ${TEXTS[5]}`), NOW));
    await feeder.segments(`profiled ${TEXTS[3]}`, [
      segment(TEXTS[0] ?? "", TEXTS[1] ?? "", segmentId, [
        span({
          id: 0,
          parentId: -1,
          type: "Entry",
          operation: TEXTS[4] ?? "",
          startMillis: NOW,
          endMillis: NOW + 900,
        }),
      ]),
    ]);
    await waitForSnapshots(server, first, frames.length);
    await waitForTraces(server, [`profiled ${TEXTS[3]}`]);
    feeder.close();
  }, 60_000);

  it("stay text in the list of tasks and in the form of a new one", async () => {
    const { page } = watched;
    await page.goto("/profiles");
    await page.waitForSelector("table.tasks");
    expect(await page.locator("table.tasks tbody tr").count()).toBe(tasks.length);
    await expectOnlyText();
    for (const text of SHORT) {
      const it = encodeURIComponent(text);
      await go(`/profiles?new=1&service=${it}&endpoint=${it}&min=5`, "form", "/api/endpoints?");
      expect(await foreign(), text).toEqual([]);
      await go(
        `/profile?task=${it}&segment=${it}&frames=${it}&frame=${it}&states=${it}&hide=${it}`,
        ".state h2",
        "/api/profile/task?",
      );
      expect(await foreign(), text).toEqual([]);
    }
    await expectOnlyText();
  });

  it("stay text in the head and the log of a task", async () => {
    const { page } = watched;
    for (const id of tasks) {
      await go(`/profile?task=${encodeURIComponent(id)}`, ".task-head", "/api/profile/task?");
      await page.locator(".task-log summary").click();
      expect(await foreign(), id).toEqual([]);
    }
    await expectOnlyText();
  });

  it("stay text in the table, the details of each frame, and what is copied", async () => {
    const { page, context } = watched;
    await context.grantPermissions(["clipboard-read", "clipboard-write"]);
    await page.goto(`/profile?task=${encodeURIComponent(tasks[0] ?? "")}&form=tree&hide=none&lines=1`);
    await page.waitForSelector(".frame-row");
    await page.locator(".segments tbody tr").waitFor();
    await expectOnlyText();
    const table = page.getByRole("tree", { name: "Frames" });
    await table.focus();
    await page.keyboard.press("Home");
    let seen = 0;
    for (let last = ""; ; seen++) {
      const at = (await page.locator(".frame-row.selected").getAttribute("id")) ?? "";
      if (at === last) break;
      last = at;
      await page.keyboard.press("ArrowRight");
      expect(await foreign()).toEqual([]);
      await page.keyboard.press("ArrowDown");
    }
    expect(seen).toBeGreaterThan(TEXTS.length);
    await page.getByRole("button", { name: "Copy what is shown as collapsed stacks" }).click();
    await page.getByText("copied").waitFor();
    const lines = (await page.evaluate(() => navigator.clipboard.readText())).trimEnd().split("\n");
    expect(lines.length).toBe(TEXTS.length);
    for (const line of lines) expect(line).toMatch(/^[^\p{Cc}]+ 1$/u);
    await expectOnlyText();
  });

  it("stay text in the flame graph: in what is said of a frame, and in a search", async () => {
    const { page } = watched;
    await page.goto(`/profile?task=${encodeURIComponent(tasks[0] ?? "")}&hide=none`);
    await page.waitForSelector(".flame-all canvas");
    const graph = page.getByRole("application");
    await graph.focus();
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowDown");
    for (let i = 0; i < TEXTS.length; i++) {
      expect(await foreign()).toEqual([]);
      await page.keyboard.press("ArrowRight");
    }
    const box = await graph.boundingBox();
    if (box === null) throw new Error("no graph");
    for (let x = 5; x < box.width; x += box.width / 12) {
      await page.mouse.move(box.x + x, box.y + 30);
      await page.locator(".frame-tip").waitFor();
      expect(await foreign()).toEqual([]);
    }
    await page.mouse.move(0, 0);
    for (const text of ["<script>", "__proto__", "DROP TABLE", "\u202e"]) {
      await page.getByLabel("Find frames").fill(text);
      await expect
        .poll(() => page.locator(".flame-tools .find-count").innerText(), { message: text })
        .toMatch(/ %, \d+ frame/);
    }
    await expectOnlyText();
  });

  it("stay text among what was slow", async () => {
    const { page } = watched;
    await page.goto(`/profile?task=${SLOW_TASK}&form=tree&hide=none&lines=1`);
    await page.waitForSelector(".frame-row");
    // The innermost frames are folded; one of each text is what all stacks begin with.
    expect(await page.locator(".frame-row").count()).toBeGreaterThan(SHORT.length / 2);
    await expectOnlyText();
    await go("/profiles", "table.tasks", "/api/profile/tasks");
    await page.getByRole("link", { name: "see what they found" }).waitFor();
    await expectOnlyText();
    for (const text of SHORT) {
      const it = encodeURIComponent(text);
      const address = `/profile?task=${SLOW_TASK}&segment=${it}&frames=${it}&frame=${it}&states=${it}&hide=${it}`;
      await go(address, ".task-analysis .state, .flame-tools", "/api/profile/analysis?");
      expect(await foreign(), text).toEqual([]);
    }
    await expectOnlyText();
  });

  it("stay text in the trace that was sampled", async () => {
    const { page } = watched;
    await page.goto(
      `/trace?id=${encodeURIComponent(`profiled ${TEXTS[3]}`)}&flame=trace&form=tree&hide=none`,
    );
    await page.waitForSelector(".frame-row");
    await page.locator(".sampled-mark").waitFor();
    await expectOnlyText();
  });
});

describe("hostile addresses", () => {
  it.each([
    "/trace?id=%00%ff%fe",
    "/trace?id=x&span=__proto__&folded=constructor.toString&zoom=1e99~2&find=%5B%28",
    "/traces?min=-1&max=99999999999999999999&limit=1000000&order=%3Cscript%3E&range=constructor&before=%00",
    "/profile?task=%00&segment=%3Cscript%3E&form=__proto__&states=constructor.toString&hide=none.none&frame=%00",
    "/profiles?new=__proto__&service=%00&endpoint=%E0%A4%A&min=1e99",
    "/trace?id=x&flame=__proto__&frames=%5B%28&up=%00",
    "/services?service=%3Cimg%20src%3Dx%20onerror%3Dwindow.pwned%3D1%3E",
    "/%3Cscript%3Ewindow.pwned=1%3C/script%3E",
    "/traces?%E0%A4%A",
  ])("%s ends in a page", async (address) => {
    const { page } = watched;
    await page.goto(address);
    await page.waitForSelector("h1, h2, pre, body");
    expect(await foreign()).toEqual([]);
    const complaints = (await watched.complaints()).filter(
      (line) => !line.includes("Failed to load resource"),
    );
    expect(complaints).toEqual([]);
  });
});
