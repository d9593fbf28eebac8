import { describe, expect, it } from "vitest";
import { HOSTILE_TEXTS } from "../../sandbox/hostile.ts";
import { EMPTY_QUERY, filterCount, queryParameters, queryProblem, type TraceQuery } from "./query.ts";
import { EMPTY_FLAME } from "./flameView.ts";
import {
  formatRoute,
  parseRoute,
  profileRoute,
  profilesRoute,
  traceRoute,
  tracesRoute,
  type Route,
} from "./route.ts";

function roundTrip(route: Route): Route {
  const [path = "", search = ""] = formatRoute(route).split(/\?(.*)/s);
  return parseRoute(path, search);
}

const FULL: TraceQuery = {
  service: "a/b?c=d&e",
  instance: "i#1",
  endpoint: "GET:/x y+z%20",
  minMillis: 5,
  maxMillis: 900,
  error: "false",
  tags: ["http.status_code=500", "with=equals=signs", "key"],
  range: "custom",
  from: 1_800_000_000_000,
  to: 1_800_000_100_000,
  traceId: "t.1.2",
  order: "slowest",
  limit: 50,
  before: "cursor==/+",
};

describe("addresses", () => {
  it("are read back as they are written", () => {
    const routes: Route[] = [
      { page: "services", service: "" },
      { page: "services", service: "shop::front" },
      { page: "accounting" },
      tracesRoute(),
      tracesRoute(FULL),
      tracesRoute({ error: "true", range: "all" }),
      traceRoute("a.b.c", "k1"),
      {
        page: "trace",
        view: {
          id: "x",
          span: "s",
          folded: ["a", "b-2"],
          find: "db=1",
          zoom: { from: -5, to: 80 },
          flameOf: "span",
          flame: { ...EMPTY_FLAME, hide: [], states: ["blocked", "waiting"], upwards: true },
        },
      },
      profilesRoute(),
      profilesRoute({ service: "", endpoint: "", minMillis: null }),
      profilesRoute({ service: "shop", endpoint: "GET:/a b", minMillis: 0 }),
      profileRoute("1_shop"),
      {
        page: "profile",
        view: {
          task: "t",
          segments: ["a.1", "b 2"],
          flame: {
            form: "tree",
            states: ["running"],
            hide: ["jdk", "spring"],
            lines: true,
            upwards: false,
            find: "Map.get",
            zoom: "1ab2c",
          },
        },
      },
    ];
    for (const route of routes) expect(roundTrip(route)).toEqual(route);
  });

  it("carry any text", () => {
    for (const text of HOSTILE_TEXTS) {
      expect(roundTrip(traceRoute(text))).toEqual(traceRoute(text));
      expect(roundTrip(tracesRoute({ service: text, tags: [text] }))).toEqual(
        tracesRoute({ service: text, tags: [text] }),
      );
    }
  });

  it("are short where nothing is set", () => {
    expect(formatRoute(tracesRoute())).toBe("/traces");
    expect(formatRoute({ page: "services", service: "" })).toBe("/services");
    expect(formatRoute(traceRoute("t"))).toBe("/trace?id=t");
  });

  it("fall back to the default where they cannot be read", () => {
    expect(parseRoute("/traces", "min=abc&max=-4&limit=7&order=x&range=y&error=maybe&from=1&tag=")).toEqual(
      tracesRoute(),
    );
    expect(parseRoute("/trace", "id=t&zoom=9~3")).toEqual(traceRoute("t"));
    expect(parseRoute("/trace", "id=t&zoom=1~2~3")).toEqual(traceRoute("t"));
    expect(parseRoute("/", "")).toEqual({ page: "services", service: "" });
    expect(parseRoute("/nowhere", "a=b")).toEqual({ page: "unknown", path: "/nowhere" });
  });

  it("forget folded rows beyond what an address can hold", () => {
    const folded = Array.from({ length: 5000 }, (_, i) => `k${i}`);
    const address = formatRoute({
      page: "trace",
      view: { id: "t", span: "", folded, find: "", zoom: null, flameOf: "", flame: EMPTY_FLAME },
    });
    expect(address.length).toBeLessThan(4000);
  });
});

describe("a search", () => {
  it("asks for everything that is set", () => {
    expect([...queryParameters({ ...FULL, traceId: "" }, 0)]).toEqual([
      ["service", "a/b?c=d&e"],
      ["instance", "i#1"],
      ["endpoint", "GET:/x y+z%20"],
      ["minMillis", "5"],
      ["maxMillis", "900"],
      ["error", "false"],
      ["tag", "http.status_code=500"],
      ["tag", "with=equals=signs"],
      ["tag", "key"],
      ["from", "1800000000000"],
      ["to", "1800000100000"],
      ["order", "slowest"],
      ["limit", "50"],
      ["before", "cursor==/+"],
    ]);
  });

  it("means the last hour at the moment of asking", () => {
    expect(queryParameters(EMPTY_QUERY, 10_000_000).get("from")).toBe("6400000");
    expect(queryParameters({ ...EMPTY_QUERY, range: "all" }, 10_000_000).has("from")).toBe(false);
  });

  it("for a trace id ignores the time", () => {
    const asked = queryParameters({ ...EMPTY_QUERY, traceId: "t" }, 10_000_000);
    expect([...asked.keys()]).toEqual(["traceId", "order", "limit"]);
  });

  it("keeps a shortest duration of zero", () => {
    expect(queryParameters({ ...EMPTY_QUERY, minMillis: 0 }, 0).get("minMillis")).toBe("0");
  });

  it("counts its filters and finds contradictions", () => {
    expect([filterCount(EMPTY_QUERY), filterCount(FULL)]).toEqual([0, 10]);
    expect(queryProblem(EMPTY_QUERY)).toBeNull();
    expect(queryProblem({ ...EMPTY_QUERY, minMillis: 5, maxMillis: 4 })).toContain("longer");
    expect(queryProblem({ ...EMPTY_QUERY, range: "custom", from: 5, to: 4 })).toContain("before");
  });
});
