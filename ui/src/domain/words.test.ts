import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  equationOf,
  judgeInstance,
  judgeServer,
  waiting,
  waitingOnDisk,
  type InstanceAccount,
  type ServerAccount,
} from "./accounting.ts";
import { attachCommands } from "./attach.ts";
import { PALETTE_SIZE, rememberColors, serviceColors } from "./color.ts";
import { findSpans, nextMatch } from "./find.ts";
import { aSegment, aSpan, aTrace } from "./build.testkit.ts";
import { messageReason, reasonOf } from "./reasons.ts";
import { joinTrace } from "./tree.ts";

const some = (segments: number): { segments: number; spans: number } => ({ segments, spans: segments * 2 });

describe("the verdict on an agent's account", () => {
  const account = (part: Partial<InstanceAccount>): InstanceAccount => ({
    service: "s",
    instance: "i",
    language: "java",
    agentVersion: "1",
    lastSeenMillis: 0,
    made: some(10),
    delivered: some(10),
    queued: some(0),
    spooled: null,
    agentDropped: [],
    received: some(10),
    stored: some(10),
    duplicates: some(0),
    serverDropped: [],
    balanced: null,
    ...part,
  });
  const words = (part: Partial<InstanceAccount>, now = 1000): string => {
    const { verdict, words: said } = judgeInstance(account(part), now);
    return `${verdict}: ${said}`;
  };

  it("is balanced when all that was made is stored", () => {
    expect(words({})).toBe("balanced: balanced; all that was made is stored");
    expect(words({ received: some(11), duplicates: some(1) })).toMatch(/^balanced/);
  });

  it("names what was dropped, by the agent and by the server", () => {
    expect(
      words({
        stored: some(7),
        agentDropped: [{ reason: "queue-full", ...some(2) }],
        serverDropped: [{ reason: "x", ...some(1) }],
      }),
    ).toBe("lossy: balanced; 3 of 10 segments dropped");
  });

  it("does not call a loss what is on its way", () => {
    expect(words({ stored: some(6), queued: some(4) })).toBe("open: 4 segments still waiting in the agent");
    expect(words({ stored: some(6) })).toBe("open: 4 segments on the way");
    expect(words({ stored: some(12) })).toBe("open: 2 segments stored since the agent's last account");
  });

  it("does not count as waiting what has arrived since the agent said so", () => {
    const waits = (part: Partial<InstanceAccount>): number | undefined => waiting(account(part))?.segments;
    expect(waits({ delivered: some(6), queued: some(4), received: some(6) })).toBe(4);
    expect(waits({ delivered: some(6), queued: some(4), received: some(9) })).toBe(1);
    expect(waits({ delivered: some(6), queued: some(4), received: some(10) })).toBe(0);
    expect(waits({ delivered: some(6), queued: some(4), received: some(13) })).toBe(0);
    expect(waits({ delivered: some(6), queued: some(4), received: some(9), duplicates: some(3) })).toBe(4);
    expect(waiting(account({ queued: null }))).toBeNull();
  });

  it("says where two accounts contradict each other", () => {
    expect(words({ balanced: false, delivered: some(8) })).toBe(
      "broken: does not balance: the agent made 10 and accounts for 8",
    );
    expect(words({ balanced: false, received: some(6), stored: some(6) })).toContain(
      "delivered 10, received here were 6",
    );
    expect(words({ balanced: false, stored: some(14), received: some(14) })).toContain(
      "14 are stored, the agent knows of 10",
    );
  });

  it("tells what waits on the agent's disk from what waits in its queue", () => {
    expect(words({ stored: some(6), queued: some(1), spooled: some(3) })).toBe(
      "open: 4 segments still waiting in the agent and on its disk",
    );
    expect(words({ stored: some(6), spooled: some(4) })).toContain(
      "4 segments still waiting on the agent's disk",
    );
    const part = { delivered: some(6), queued: some(1), spooled: some(3) };
    const waits = (received: number): (number | undefined)[] => {
      const at = account({ ...part, received: some(received) });
      return [waiting(at)?.segments, waitingOnDisk(at)?.segments];
    };
    expect([waits(6), waits(7), waits(9), waits(12)]).toEqual([
      [1, 3],
      [0, 3],
      [0, 1],
      [0, 0],
    ]);
  });

  it("writes the sum down and says what is missing", () => {
    const equation = equationOf(
      account({
        delivered: some(4),
        queued: some(1),
        spooled: some(2),
        agentDropped: [{ reason: "spool-full", ...some(3) }],
      }),
    );
    expect(equation?.terms.map((term) => `${term.segments} ${term.name}`)).toEqual([
      "4 delivered",
      "1 queued",
      "2 spooled",
      "3 dropped",
    ]);
    expect(equation?.missing).toBe(0);
    expect(equationOf(account({ delivered: some(7) }))?.missing).toBe(3);
    expect(equationOf(account({ delivered: some(12) }))?.missing).toBe(-2);
    expect(equationOf(account({ made: null }))).toBeNull();
  });

  it("says of a process that is gone what it still had", () => {
    const late = 10 * 60_000;
    const part = {
      delivered: some(5),
      received: some(5),
      stored: some(5),
      queued: some(2),
      spooled: some(3),
    };
    expect(words(part, late)).toBe(
      "gone: no word from this process; it still had 2 segments in its queue, lost if it has ended, and 3 segments on its disk, sent when it runs again",
    );
    expect(words({ ...part, spooled: null, made: some(7) }, late)).not.toContain("disk");
    expect(words(part)).toMatch(/^open/);
    expect(words({}, late)).toMatch(/^balanced/);
  });

  it("admits that agents without an account cannot be judged", () => {
    expect(words({ made: null })).toMatch(/^unknown/);
  });
});

describe("the reasons", () => {
  it("of the agent and of the server all have words and a hint", () => {
    const agent = readFileSync(
      join(import.meta.dirname, "../../../core/src/main/java/io/skein/core/report/DropReason.java"),
      "utf8",
    );
    const server = readFileSync(
      join(import.meta.dirname, "../../../server/storage/src/main/java/io/skein/server/storage/Refusal.java"),
      "utf8",
    );
    const labels = [
      ...[...agent.matchAll(/^  [A-Z_]+\("([a-z-]+)"\)[,;]/gm)].map((match) => match[1] ?? ""),
      ...[...server.matchAll(/String [A-Z_]+ = "([a-z-]+)";/g)].map((match) => match[1] ?? ""),
    ];
    expect(labels).toContain("queue-full");
    expect(labels).toContain("budget");
    for (const label of [...labels, "spool-full", "spool-damaged", "unconfirmed", "malformed"]) {
      expect(reasonOf(label)?.means, label).toMatch(/\.$/);
      expect(reasonOf(label)?.hint, label).toMatch(/\.$/);
    }
  });

  it("for every word the server counts snapshots by", () => {
    const source = readFileSync(
      join(
        import.meta.dirname,
        "../../../server/storage/src/main/java/io/skein/server/storage/profile/SnapshotRefusal.java",
      ),
      "utf8",
    );
    const words = [...source.matchAll(/String [A-Z_]+ = "([a-z-]+)";/g)].map((match) => match[1] ?? "");
    expect(words).toContain("unknown-task");
    for (const word of [...words, "duplicate", "budget", "disk"])
      expect(messageReason(`snapshot:${word}`), word).toMatch(/\.$/);
    expect(messageReason("snapshot:__proto__")).toBeNull();
    expect(messageReason("truncated")).toBeNull();
  });

  it("of others have none, whatever they are called", () => {
    for (const name of ["__proto__", "constructor", "toString", ""]) expect(reasonOf(name)).toBeNull();
  });
});

describe("the verdict on the server's account", () => {
  const server = (received: number, stored: number, duplicates: number, dropped: number): ServerAccount => ({
    received: some(received),
    stored: some(stored),
    duplicates: some(duplicates),
    dropped: dropped === 0 ? [] : [{ reason: "r", ...some(dropped) }],
    badMessages: [],
  });

  it.each([
    [10, 9, 1, 0, "balanced"],
    [10, 8, 1, 1, "lossy"],
    [10, 8, 0, 0, "open"],
    [10, 11, 0, 0, "broken"],
  ])(
    "%d received, %d stored, %d repeats, %d dropped: %s",
    (received, stored, duplicates, dropped, verdict) => {
      expect(judgeServer(server(received, stored, duplicates, dropped)).verdict).toBe(verdict);
    },
  );
});

describe("attaching", () => {
  it("names the address the server reports", () => {
    const all = attachCommands("127.0.0.1:11801", "ignored")
      .map((c) => c.command)
      .join("\n");
    expect(all).toContain("SKEIN_BACKEND=127.0.0.1:11801");
    expect(all).toContain("-javaagent:/path/to/skein-agent.jar");
    expect(all).toContain("SW_AGENT_COLLECTOR_BACKEND_SERVICES=127.0.0.1:11801");
  });

  it.each(["0.0.0.0:11800", "[::]:11800", "[0:0:0:0:0:0:0:0]:11800", ":11800"])(
    "replaces %s, which nobody can connect to",
    (address) => {
      expect(attachCommands(address, "traces.example")[0]?.command).toContain(
        "SKEIN_BACKEND=traces.example:11800",
      );
    },
  );
});

describe("colors of services", () => {
  it("depend on the name alone, not on the order", () => {
    expect(serviceColors(["b", "a", "c"])).toEqual(serviceColors(["c", "a", "b"]));
  });

  it("differ for as many services as there are places", () => {
    const names = Array.from({ length: PALETTE_SIZE }, (_, i) => `service-${i}`);
    expect(new Set(serviceColors(names).values()).size).toBe(PALETTE_SIZE);
    expect(serviceColors([...names, "one more"]).size).toBe(PALETTE_SIZE + 1);
  });

  it("stay with the services that have them", () => {
    const known = rememberColors(new Map(), serviceColors(["shop", "stock"]));
    const later = serviceColors(["aaa", "shop", "bbb", "stock", "ccc"], known);
    expect([later.get("shop"), later.get("stock")]).toEqual([known.get("shop"), known.get("stock")]);
    expect(new Set(later.values()).size).toBe(5);
    expect(rememberColors(known, new Map(known))).toBe(known);
  });

  it("differ within a view also when every place belongs to somebody", () => {
    const all = Array.from({ length: 60 }, (_, i) => `service-${i}`);
    const known = rememberColors(new Map(), serviceColors(all));
    expect(known.size).toBeLessThanOrEqual(PALETTE_SIZE);
    expect(new Set(serviceColors(["x", "y", "z", "service-3"], known).values()).size).toBe(4);
  });
});

describe("finding spans", () => {
  const tree = joinTrace(
    aTrace(
      aSegment(
        "s",
        "store",
        aSpan(0, -1, 0, 9, { operation: "GET:/Orders" }),
        aSpan(1, 0, 1, 2, { tags: [{ key: "db.statement", value: "SELECT 1" }] }),
        aSpan(2, 0, 3, 4, {
          error: true,
          logs: [{ millis: 3, data: [{ key: "message", value: "out of stock" }] }],
        }),
      ),
    ),
  );
  const found = (text: string): string[] => [...findSpans(tree, text)].map((node) => node.operation);

  it("looks into names, tags and logs and ignores case", () => {
    expect(found("orders")).toEqual(["GET:/Orders"]);
    expect(found("select")).toEqual(["op1"]);
    expect(found("db.statement=sel")).toEqual(["op1"]);
    expect(found("OUT OF")).toEqual(["op2"]);
    expect(found("error")).toEqual(["op2"]);
    expect(found("  ")).toEqual([]);
    expect(found("[")).toEqual([]);
  });

  it("steps through the matches in both directions, round the end", () => {
    const matches = findSpans(tree, "op");
    const one = nextMatch(tree, matches, null, 1);
    const two = nextMatch(tree, matches, one, 1);
    expect([one?.operation, two?.operation, nextMatch(tree, matches, two, 1)?.operation]).toEqual([
      "op1",
      "op2",
      "op1",
    ]);
    expect(nextMatch(tree, matches, one, -1)?.operation).toBe("op2");
    expect(nextMatch(tree, matches, null, -1)?.operation).toBe("op2");
    expect(nextMatch(tree, findSpans(tree, "["), one, 1)).toBeNull();
  });
});
