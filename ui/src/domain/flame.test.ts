import { describe, expect, it } from "vitest";
import { analysisOf, largeProfile, sampled, type Snapshot, type State } from "../../sandbox/profiles.ts";
import { HOSTILE_TEXTS } from "../../sandbox/hostile.ts";
import { hostileSnapshots } from "../../sandbox/profileApi.ts";
import { seeded } from "../../sandbox/traffic.ts";
import { Reader, ShapeError } from "../api/json.ts";
import { readAnalysis } from "../api/profiles.ts";
import type { Analysis } from "./analysis.ts";
import { buildFlame, childrenOf, findKey, keyOf, nameOf, pathTo, type Flame } from "./flame.ts";
import {
  amountOf,
  collapsedStacks,
  findFrames,
  hotPath,
  linesOf,
  sampleError,
  shareText,
} from "./flameFacts.ts";
import { FRAME_GROUPS, frameParts, groupOf, HIDDEN_NAME } from "./frames.ts";
import { STATES, type ThreadState } from "./states.ts";

const NOTHING: ReadonlySet<string> = new Set();
const ALL_GROUPS: ReadonlySet<string> = new Set(FRAME_GROUPS.map((group) => group.id));

function analysed(snapshots: readonly Snapshot[]): Analysis {
  return readAnalysis(Reader.of(JSON.parse(JSON.stringify(analysisOf(snapshots))), "analysis"));
}

/** One snapshot for each stack, written as collapsed stacks are: "a;b;c". */
function looked(...stacks: readonly (string | readonly [string, State])[]): Snapshot[] {
  return stacks.map((at, i) => {
    const [stack, state] = typeof at === "string" ? [at, "running" as const] : at;
    return {
      taskId: "t",
      segmentId: "s",
      millis: i * 10,
      sequence: i,
      stack: stack.split(";"),
      state,
      periodMillis: 10,
      cut: 0,
    };
  });
}

function flameOf(
  snapshots: readonly Snapshot[],
  options: Partial<Parameters<typeof buildFlame>[1]> = {},
): Flame {
  return buildFlame(analysed(snapshots), { states: null, hidden: NOTHING, lines: false, ...options });
}

/** Every node as "path total/self" in milliseconds, in order. */
function drawn(flame: Flame): string[] {
  return Array.from({ length: flame.count }, (_, node) => {
    const path = pathTo(flame, node).map((at) => nameOf(flame, at));
    return `${path.join(">")} ${(flame.total[node] ?? 0) / 1000}/${(flame.self[node] ?? 0) / 1000}`;
  });
}

describe("a flame graph", () => {
  it("joins equal callers, sums up what lies below and puts the heaviest first", () => {
    expect(drawn(flameOf(looked("a:1;b:2", "a:1;c:3", "a:1;c:3;d:4", "a:1")))).toEqual([
      "all 40/0",
      "all>a 40/10",
      "all>a>c 20/10",
      "all>a>c>d 10/10",
      "all>a>b 10/10",
    ]);
  });

  it("has a box for a method or for each of its lines", () => {
    const snapshots = looked("m:1;x:7", "m:2;x:7", "m:2;x:8");
    expect(drawn(flameOf(snapshots))).toEqual(["all 30/0", "all>m 30/0", "all>m>x 30/30"]);
    expect(drawn(flameOf(snapshots, { lines: true }))).toEqual([
      "all 30/0",
      "all>m:2 20/0",
      "all>m:2>x:7 10/10",
      "all>m:2>x:8 10/10",
      "all>m:1 10/0",
      "all>m:1>x:7 10/10",
    ]);
  });

  it("keeps a recursion as deep as it was", () => {
    expect(drawn(flameOf(looked("f:1;f:1;f:1", "f:1;f:1")))).toEqual([
      "all 20/0",
      "all>f 20/0",
      "all>f>f 20/10",
      "all>f>f>f 10/10",
    ]);
  });

  it("gives the time of hidden frames to their callers", () => {
    const snapshots = looked(
      "java.lang.Thread.run:1;org.springframework.X.y:2;shop.A.a:3;java.util.Map.get:4",
      "java.lang.Thread.run:1;org.springframework.X.z:2;shop.A.a:3;java.util.Map.put:4;shop.B.hash:9",
      "java.lang.Thread.run:1",
    );
    expect(drawn(flameOf(snapshots, { hidden: ALL_GROUPS }))).toEqual([
      "all 30/0",
      "all>shop.A.a 20/10",
      "all>shop.A.a>shop.B.hash 10/10",
      `all>${HIDDEN_NAME} 10/10`,
    ]);
    const onlySpring = flameOf(snapshots, { hidden: new Set(["spring"]) });
    expect(drawn(onlySpring)[2]).toBe("all>java.lang.Thread.run>shop.A.a 20/0");
    expect(onlySpring.hiddenFrames).toEqual([{ id: "spring", frames: 2 }]);
  });

  it("does not let hidden time without a caller swallow what is not hidden", () => {
    // The first caller was seen at work itself before it called anything: both stand beside each other.
    const snapshots = looked("java.lang.Thread.run:1", "java.lang.Thread.run:1;java.util.X.x:2;shop.A.a:3");
    expect(drawn(flameOf(snapshots, { hidden: ALL_GROUPS }))).toEqual([
      "all 20/0",
      `all>${HIDDEN_NAME} 10/10`,
      "all>shop.A.a 10/10",
    ]);
  });

  it("shows only the chosen states, and nothing that had none of them", () => {
    const snapshots = looked(
      ["a:1;b:1", "running"],
      ["a:1;c:1", "blocked"],
      ["a:1;c:1", "waiting"],
      ["d:1", "native"],
    );
    expect(drawn(flameOf(snapshots, { states: ["running"] }))).toEqual([
      "all 10/0",
      "all>a 10/0",
      "all>a>b 10/10",
    ]);
    const waiting = flameOf(snapshots, { states: ["blocked", "waiting"] });
    expect(drawn(waiting)).toEqual(["all 20/0", "all>a 20/0", "all>a>c 20/20"]);
    expect(STATES.map((_, i) => waiting.states[i]?.[0])).toEqual([0, 0, 10_000, 10_000, 0]);
    expect(waiting.samples[0]).toBe(2);
    expect(waiting.allSamples).toBe(4);
    expect(flameOf(snapshots, { states: ["unknown"] }).count).toBe(1);
  });

  it("joins what reflection has numbered differently in two processes", () => {
    const accessor = (n: number): string => `jdk.internal.reflect.GeneratedMethodAccessor${n}.invoke:-1`;
    const flame = flameOf(looked(`run:1;${accessor(6)};f:1`, `run:1;${accessor(41)};f:1`));
    expect(drawn(flame).at(-1)).toBe("all>run>jdk.internal.reflect.GeneratedMethodAccessor.invoke>f 20/20");
  });

  it("joins stacks that were cut, however many frames are missing", () => {
    const flame = flameOf(looked("run:1;...(9500 frames).cut:-1;f:1", "run:1;...(9501 frames).cut:-1;f:1"));
    expect(drawn(flame).at(-1)).toBe("all>run>(frames that were cut)>f 20/20");
  });

  it("is right about every sum, whatever is sampled, hidden and chosen", () => {
    const random = seeded(3);
    const names = [
      "java.a",
      "java.b",
      "org.springframework.c",
      "shop.x",
      "shop.y",
      "shop.z",
      "io.skein.core.q",
    ];
    for (let round = 0; round < 60; round++) {
      const snapshots = looked(
        ...Array.from({ length: 40 }, (): readonly [string, State] => {
          const depth = 1 + Math.floor(random() * 8);
          const frames = Array.from(
            { length: depth },
            () => `${names[Math.floor(random() * names.length)]}:${Math.floor(random() * 3)}`,
          );
          return [frames.join(";"), STATES[Math.floor(random() * 5)] ?? "unknown"];
        }),
      );
      const states = round % 3 === 0 ? null : STATES.filter(() => random() < 0.6);
      const hidden = round % 2 === 0 ? ALL_GROUPS : new Set(["spring"]);
      const flame = flameOf(snapshots, { states, hidden, lines: round % 5 === 0 });
      const kept = snapshots.filter((s) => states === null || states.includes(s.state as ThreadState));
      expect(flame.total[0]).toBe(kept.length * 10_000);
      expect(flame.samples[0]).toBeCloseTo(kept.length, 6);
      // By hand: the stack of a snapshot without hidden frames, counted at each of its prefixes.
      const expected = new Map<string, number>([["all", kept.length * 10_000]]);
      for (const { stack } of kept) {
        const shown = stack
          .map((frame) => ({ frame, name: frameParts(frame).name }))
          .filter(({ name }) => !hidden.has(groupOf(name) ?? ""))
          .map(({ frame, name }) => (round % 5 === 0 ? frame : name));
        const whole = ["all", ...(shown.length === 0 ? [HIDDEN_NAME] : shown)];
        for (let i = 2; i <= whole.length; i++) {
          const path = whole.slice(0, i).join(">");
          expected.set(path, (expected.get(path) ?? 0) + 10_000);
        }
      }
      const got = new Map<string, number>();
      for (let node = 0; node < flame.count; node++) {
        const path = pathTo(flame, node).map((at) => nameOf(flame, at));
        got.set(path.join(">"), flame.total[node] ?? 0);
        const children = childrenOf(flame, node);
        const below = children.reduce((sum, child) => sum + (flame.total[child] ?? 0), 0);
        expect((flame.self[node] ?? 0) + below).toBeCloseTo(flame.total[node] ?? 0, 3);
        expect(children.every((child) => (flame.left[child] ?? 0) >= (flame.left[node] ?? 0))).toBe(true);
      }
      expect(got).toEqual(expected);
    }
  });

  it("of 12,000 different stacks of depth 500 is built without recursion", () => {
    const flame = flameOf(
      looked(
        ...Array.from({ length: 400 }, (_, i) =>
          Array.from({ length: 500 }, (_, d) => `f${i}.g${d}:1`).join(";"),
        ),
      ),
    );
    expect(flame.count).toBe(1 + 400 * 500);
    expect(flame.deepest).toBe(500);
    const wide = flameOf(largeProfile("s", "t", 0, 12_000, 60));
    expect(wide.deepest).toBe(60);
    expect(wide.total[0]).toBe(12_000 * 10_000);
  });

  it("finds a frame again by its key, in another graph of the same stacks too", () => {
    const first = flameOf(sampled("s", "t", 0, 400));
    const second = flameOf(sampled("s", "t", 0, 300));
    for (let node = 1; node < second.count; node++) {
      expect(findKey(second, keyOf(second, node))).toBe(node);
      const there = findKey(first, keyOf(second, node));
      expect(pathTo(first, there).map((at) => nameOf(first, at))).toEqual(
        pathTo(second, node).map((at) => nameOf(second, at)),
      );
    }
    expect(keyOf(first, 0)).toBe("");
    expect(findKey(first, "nosuchkey")).toBe(0);
  });
});

describe("an answer that makes no tree", () => {
  const good = analysisOf(looked("a:1;b:2")) as { nodes: Record<string, unknown> };
  it.each([
    ["a parent behind its child", { parent: [-1, 1] }],
    ["a parent that is not there", { parent: [-1, 7] }],
    ["a parent that is no number", { parent: [-1, 0.5] }],
    ["a frame that is not there", { frame: [0, 9] }],
    ["columns of different lengths", { samples: [1] }],
    ["states of different lengths", { selfMicros: [[1], [1, 2], [1, 2], [1, 2], [1, 2]] }],
    ["text for numbers", { frame: ["0", "1"] }],
    ["no states", { selfMicros: null }],
  ])("because of %s is refused", (_, part) => {
    const answer = { ...good, nodes: { ...good.nodes, ...part } };
    expect(() => readAnalysis(Reader.of(answer, "analysis"))).toThrow(ShapeError);
  });

  it("because of a state that nobody knows counts that as not told", () => {
    const flame = buildFlame(
      readAnalysis(
        Reader.of({ ...good, states: ["running", "dreaming", "waiting", "native", "unknown"] }, "a"),
      ),
      { states: null, hidden: NOTHING, lines: false },
    );
    expect(flame.total[0]).toBe(10_000);
  });
});

describe("the sampling error", () => {
  it("is that of counting, and at least one snapshot", () => {
    expect(sampleError(0, 100)).toBe(0);
    expect(sampleError(50, 100)).toBeCloseTo(9.8, 6);
    expect(sampleError(100, 100)).toBe(1);
    expect(sampleError(500, 1000) / 500).toBeCloseTo(0.062, 3);
    expect(sampleError(7, 3)).toBe(1);
  });

  it("holds what 95 of 100 samplings give", () => {
    const random = seeded(11);
    let inside = 0;
    for (let round = 0; round < 2000; round++) {
      let count = 0;
      for (let i = 0; i < 1000; i++) if (random() < 0.3) count++;
      if (Math.abs(count - 300) <= sampleError(count, 1000)) inside++;
    }
    expect(inside / 2000).toBeGreaterThan(0.935);
    expect(inside / 2000).toBeLessThan(0.965);
  });

  it("is told in time, by what a snapshot stands for", () => {
    const sampling = { allSamples: 100, allMicros: 1_000_000, errorMicros: 0 };
    expect(amountOf(500_000, 50, sampling).errorMicros).toBeCloseTo(98_000, 3);
    expect(amountOf(0, 0, sampling).errorMicros).toBe(0);
    // The whole is off by what its ends are, besides; a part by its share of that.
    const open = { ...sampling, errorMicros: 100_000 };
    expect(amountOf(1_000_000, 100, open).errorMicros).toBeCloseTo(Math.hypot(10_000, 196_000), 3);
    expect(amountOf(500_000, 50, open).errorMicros).toBeCloseTo(Math.hypot(98_000, 98_000), 3);
  });

  it.each([
    [1, 1, "100 %"],
    [1, 3, "33 %"],
    [1, 30, "3.3 %"],
    [1, 5000, "<0.1 %"],
    [0, 5, "0 %"],
    [5, 0, "0 %"],
  ])("shares: %d of %d are %s", (part, whole, words) => expect(shareText(part, whole)).toBe(words));
});

describe("what is said of frames", () => {
  it("counts nested matches once", () => {
    const flame = flameOf(looked("shop.A.a:1;shop.A.a:1;x:1", "shop.A.b:1", "y:1;shop.A.a:1", "z:1"));
    const found = findFrames(flame, " SHOP.a ");
    expect(found.count).toBe(4);
    expect(found.micros).toBe(30_000);
    expect(findFrames(flame, "nothing").micros).toBe(0);
    expect(findFrames(flame, "  ").count).toBe(0);
  });

  it("writes collapsed stacks as other tools read them", () => {
    const snapshots = looked("a:1;b:2", "a:1;b:3", "a:1", "c;d with blank:1");
    expect(collapsedStacks(flameOf(snapshots))).toBe("a 1\na;b 2\nc;d with blank 1\n");
    const flame = flameOf(snapshots);
    const b = findFrames(flame, "b").nodes.indexOf(1);
    expect(collapsedStacks(flame, b)).toBe("a;b 2\n");
    expect(collapsedStacks(flameOf(snapshots, { states: ["waiting"] }))).toBe("");
  });

  it("writes one line for each stack, whatever frames are called", () => {
    const flame = flameOf(hostileSnapshots("t", "s", 0));
    const lines = collapsedStacks(flame).trimEnd().split("\n");
    let samples = 0;
    for (const line of lines) {
      expect(line).toMatch(/^[^\p{Cc}\u2028\u2029]+ \d+$/u);
      samples += Number(line.slice(line.lastIndexOf(" ") + 1));
    }
    expect(samples).toBe(HOSTILE_TEXTS.length);
  });

  it("goes down the heaviest child while that is a good part of the whole", () => {
    const flame = flameOf(looked("a:1;b:1;c:1", "a:1;b:1;c:1", "a:1;b:1;d:1", "a:1;e:1", "f:1"));
    expect(hotPath(flame).map((node) => nameOf(flame, node))).toEqual(["all", "a", "b", "c"]);
  });

  it("knows the lines of a method, with what each of them called", () => {
    const snapshots = looked("m:1;x:1", "m:1;x:2", "m:2", ["m:2;java.lang.Y.y:4", "waiting"], "n:1;m:9");
    const analysis = analysed(snapshots);
    const flame = buildFlame(analysis, { states: null, hidden: ALL_GROUPS, lines: false });
    const m = childrenOf(flame, 0)[0] ?? 0;
    expect(nameOf(flame, m)).toBe("m");
    expect(linesOf(analysis, flame, m, null)).toEqual([
      { line: 1, micros: 20_000 },
      { line: 2, micros: 20_000 },
    ]);
    expect(linesOf(analysis, flame, m, ["running"])).toEqual([
      { line: 1, micros: 20_000 },
      { line: 2, micros: 10_000 },
    ]);
  });

  it.each([
    ["shop.A.b:12", "shop.A.b", 12],
    ["shop.A.b:-2", "shop.A.b", -2],
    ["app/views.py.index: 33", "app/views.py.index", 33],
    ["no line", "no line", null],
    ["colon:", "colon:", null],
    ["", "", null],
    [":7", "", 7],
    ["a:99999999999", "a:99999999999", null],
  ])("takes %j apart", (text, name, line) => expect(frameParts(text)).toEqual({ name, line }));

  it.each([
    ["javax.servlet.http.HttpServlet.service", "server"],
    ["javax.sql.DataSource.get", "jdk"],
    ["io.skein.demo.shop.Prices.quote", null],
    ["io.skein.core.Tracer.start", "agent"],
    ["io.skein.demo.shop.Shelf$$SpringCGLIB$$0.price", "spring"],
    ["javafx.Thing.do", null],
    ["", null],
  ])("knows whose %j is", (name, group) => expect(groupOf(name)).toBe(group));
});
