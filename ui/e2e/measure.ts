import type { Page } from "playwright-core";

/* What a person waits for, measured inside the browser: no time of the test's own way to the browser is counted. */

export interface Painted {
  /** From the start of the navigation to the frame that shows the first rows. */
  readonly painted: number;
  /** The request of the trace: until its first byte, and its last. */
  readonly asked: number;
  readonly firstByte: number;
  readonly lastByte: number;
  readonly wireBytes: number;
  readonly jsonBytes: number;
  /** What the pages did with the answer, by name of their performance measures. */
  readonly parts: Readonly<Record<string, number>>;
}

declare global {
  interface Window {
    paintedAt?: number;
    answeredAt?: number;
    frameTimes?: number[];
    blankFrames?: number;
    scrolling?: boolean;
  }
}

/** Notes when the first row with a bar has been painted; before the page's own scripts run. */
export async function watchPaint(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const look = (): void => {
      if (document.querySelector(".waterfall .row .span-bar") === null) requestAnimationFrame(look);
      // The frame in which it was found is painted when the next one begins.
      else requestAnimationFrame(() => (window.paintedAt = performance.now()));
    };
    requestAnimationFrame(look);
  });
}

/** Opens a trace as a link does: a whole new document. */
export async function paint(page: Page, id: string): Promise<Painted> {
  await page.goto(`/trace?id=${encodeURIComponent(id)}`, { waitUntil: "commit" });
  await page.waitForFunction(() => window.paintedAt !== undefined, undefined, { timeout: 60_000 });
  return page.evaluate(() => {
    const request = performance
      .getEntriesByType("resource")
      .filter((e): e is PerformanceResourceTiming => e.name.includes("/api/trace?"))
      .at(-1);
    const parts: Record<string, number> = {};
    for (const entry of performance.getEntriesByType("measure"))
      parts[entry.name] = (parts[entry.name] ?? 0) + entry.duration;
    return {
      painted: window.paintedAt ?? Number.NaN,
      asked: request?.requestStart ?? Number.NaN,
      firstByte: request?.responseStart ?? Number.NaN,
      lastByte: request?.responseEnd ?? Number.NaN,
      wireBytes: request?.encodedBodySize ?? 0,
      jsonBytes: request?.decodedBodySize ?? 0,
      parts,
    };
  });
}

export interface Scrolled {
  readonly framesPerSecond: number;
  readonly p50: number;
  readonly p95: number;
  /** Frames in which a part of the list had no rows. */
  readonly blank: number;
  readonly frames: number;
  readonly pixels: number;
}

/** Scrolls as a wheel or a finger does, through the browser's own input, while the page counts its frames. */
export async function scroll(page: Page, pixels: number, pixelsPerSecond: number): Promise<Scrolled> {
  const box = await page.locator(".waterfall-scroll").boundingBox();
  if (box === null) throw new Error("no waterfall");
  const session = await page.context().newCDPSession(page);
  const before = await page.evaluate(() => {
    const list = document.querySelector(".waterfall-scroll");
    if (list === null) throw new Error("no waterfall");
    window.frameTimes = [];
    window.blankFrames = 0;
    window.scrolling = true;
    let last = performance.now();
    let at = list.scrollTop;
    const frame = (): void => {
      const now = performance.now();
      // Frames before the first and after the last movement are idle, and would flatter.
      if (list.scrollTop !== at) {
        window.frameTimes?.push(now - last);
        const area = list.getBoundingClientRect();
        const rows = document.querySelector(".waterfall-shown")?.getBoundingClientRect();
        const end = Math.min(area.bottom, area.top + list.scrollHeight - list.scrollTop);
        if (rows === undefined || rows.top > area.top + 1 || rows.bottom < end - 1)
          window.blankFrames = (window.blankFrames ?? 0) + 1;
      }
      at = list.scrollTop;
      last = now;
      if (window.scrolling) requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    return list.scrollTop;
  });
  await session.send("Input.synthesizeScrollGesture", {
    x: box.x + box.width / 2,
    y: box.y + box.height / 2,
    yDistance: -pixels,
    speed: pixelsPerSecond,
    gestureSourceType: "mouse",
    preventFling: true,
  });
  await session.detach();
  return page.evaluate((from) => {
    window.scrolling = false;
    const times = (window.frameTimes ?? []).toSorted((a, b) => a - b);
    const total = times.reduce((sum, time) => sum + time, 0);
    const list = document.querySelector(".waterfall-scroll");
    return {
      framesPerSecond: (times.length * 1000) / total,
      p50: times[Math.floor(times.length * 0.5)] ?? Number.NaN,
      p95: times[Math.floor(times.length * 0.95)] ?? Number.NaN,
      blank: window.blankFrames ?? 0,
      frames: times.length,
      pixels: (list?.scrollTop ?? 0) - from,
    };
  }, before);
}

/**
 * The time from an input's own time stamp (when the browser got it) to the end of the frame that shows the answer. The
 * answer is a selector that matches, or with a text, one whose element holds it.
 */
export async function answerTime(
  page: Page,
  input: "pointerdown" | "keydown",
  answer: { readonly selector: string; readonly text?: string; readonly gone?: boolean },
  act: () => Promise<void>,
): Promise<number> {
  await page.evaluate(
    ({ type, selector, text, gone }) => {
      delete window.answeredAt;
      const there = (): boolean => {
        const element = document.querySelector(selector);
        const found = element !== null && (text === undefined || (element.textContent ?? "").includes(text));
        return found !== (gone === true);
      };
      if (there()) throw new Error(`${selector} ${text ?? ""} answers before it was asked`);
      addEventListener(
        type,
        (event) => {
          const look = (): void => {
            if (there()) {
              const channel = new MessageChannel();
              // Behind the frame: a message posted while a frame is being made is taken after it.
              channel.port1.onmessage = () => (window.answeredAt = performance.now() - event.timeStamp);
              channel.port2.postMessage(null);
            } else requestAnimationFrame(look);
          };
          requestAnimationFrame(look);
        },
        { capture: true, once: true },
      );
    },
    { type: input, selector: answer.selector, text: answer.text, gone: answer.gone },
  );
  await act();
  await page.waitForFunction(() => window.answeredAt !== undefined, undefined, { timeout: 60_000 });
  return page.evaluate(() => window.answeredAt ?? Number.NaN);
}
