import { seeded } from "./traffic.ts";

/*
 * Generated snapshots, and what the server makes of them: for the sandbox, for tests that feed a real server, and for
 * the bench. The analysis here is the plain one, to be compared with; the server has its own.
 */

export type State = "unknown" | "running" | "blocked" | "waiting" | "native";

/** The numbers of the states on the wire. */
export const STATE_NUMBERS: Readonly<Record<State, number>> = {
  unknown: 0,
  running: 1,
  blocked: 2,
  waiting: 3,
  native: 4,
};

export interface Snapshot {
  readonly taskId: string;
  readonly segmentId: string;
  readonly millis: number;
  readonly sequence: number;
  /** The first caller first. */
  readonly stack: readonly string[];
  readonly state: State;
  readonly periodMillis: number;
  readonly cut: number;
}

const SERVER = [
  "java.lang.Thread.run:840",
  "org.apache.tomcat.util.threads.TaskThread$WrappingRunnable.run:63",
  "org.apache.tomcat.util.threads.ThreadPoolExecutor$Worker.run:659",
  "org.apache.tomcat.util.threads.ThreadPoolExecutor.runWorker:1189",
  "org.apache.tomcat.util.net.SocketProcessorBase.run:52",
  "org.apache.coyote.AbstractProtocol$ConnectionHandler.process:904",
  "org.apache.coyote.http11.Http11Processor.service:398",
  "org.apache.catalina.connector.CoyoteAdapter.service:344",
  "org.apache.catalina.core.StandardHostValve.invoke:115",
  "org.apache.catalina.core.StandardWrapperValve.invoke:167",
  "jakarta.servlet.http.HttpServlet.service:710",
  "org.springframework.web.servlet.FrameworkServlet.processRequest:1014",
  "org.springframework.web.servlet.DispatcherServlet.doDispatch:1089",
  "org.springframework.web.method.support.InvocableHandlerMethod.doInvoke:258",
  "jdk.internal.reflect.DirectMethodHandleAccessor.invoke:103",
];

interface Path {
  readonly weight: number;
  readonly state: State;
  readonly frames: readonly string[];
}

/** What an order does, and where its time goes. */
const PATHS: readonly Path[] = [
  {
    weight: 46,
    state: "running",
    frames: [
      "io.skein.demo.shop.StorefrontController.quote:88",
      "io.skein.demo.shop.Prices.quote:41",
      "io.skein.demo.shop.Prices.normalise:63",
      "java.util.regex.Pattern.matcher:1138",
      "java.util.regex.Pattern$Loop.match:4861",
    ],
  },
  {
    weight: 12,
    state: "running",
    frames: [
      "io.skein.demo.shop.StorefrontController.quote:88",
      "io.skein.demo.shop.Prices.quote:41",
      "io.skein.demo.shop.Prices.normalise:66",
      "java.lang.String.replace:2964",
    ],
  },
  {
    weight: 9,
    state: "running",
    frames: [
      "io.skein.demo.shop.StorefrontController.quote:91",
      "io.skein.demo.shop.Prices.sum:109",
      "java.math.BigDecimal.add:1318",
    ],
  },
  {
    weight: 17,
    state: "blocked",
    frames: ["io.skein.demo.shop.StorefrontController.quote:95", "io.skein.demo.shop.Ledger.book:57"],
  },
  {
    weight: 9,
    state: "native",
    frames: [
      "io.skein.demo.shop.StorefrontController.quote:97",
      "io.skein.demo.shop.Stock.reserve:30",
      "org.h2.jdbc.JdbcPreparedStatement.executeQuery:130",
      "org.h2.store.fs.FilePath.read:41",
      "sun.nio.ch.FileDispatcherImpl.pread0:-2",
    ],
  },
  {
    weight: 7,
    state: "waiting",
    frames: [
      "io.skein.demo.shop.StorefrontController.quote:99",
      "io.skein.demo.shop.Mailer.confirm:22",
      "java.util.concurrent.CompletableFuture.get:2072",
      "java.util.concurrent.locks.LockSupport.park:211",
      "jdk.internal.misc.Unsafe.park:-2",
    ],
  },
];

/** A sampled request: one thread looked at every period, in stretches, as work goes on for a while before it changes. */
export function sampled(
  segmentId: string,
  taskId: string,
  from: number,
  count: number,
  periodMillis = 10,
  seed = 1,
): Snapshot[] {
  const random = seeded(seed);
  const whole = PATHS.reduce((sum, path) => sum + path.weight, 0);
  const snapshots: Snapshot[] = [];
  let path = PATHS[0];
  for (let i = 0; i < count; i++) {
    if (random() < 0.3) {
      let at = random() * whole;
      path = PATHS.find((p) => (at -= p.weight) < 0);
    }
    snapshots.push({
      taskId,
      segmentId,
      millis: Math.round(from + i * periodMillis),
      sequence: i,
      stack: [...SERVER, ...(path?.frames ?? [])],
      state: path?.state ?? "unknown",
      periodMillis,
      cut: 0,
    });
  }
  return snapshots;
}

/**
 * Snapshots of stacks of one depth that part in their lower half: what a large service gives, with some tens of
 * thousands of different nodes. For the bench.
 */
export function largeProfile(
  segmentId: string,
  taskId: string,
  from: number,
  count: number,
  depth: number,
): Snapshot[] {
  const random = seeded(count + depth);
  const states: readonly State[] = ["running", "running", "running", "native", "blocked", "waiting"];
  const packages = [
    "com.example.shop",
    "com.example.shop.pricing",
    "org.hibernate.internal",
    "java.util.stream",
  ];
  return Array.from({ length: count }, (_, i) => {
    const stack = SERVER.slice(0, Math.min(SERVER.length, depth));
    for (let level = stack.length; level < depth; level++) {
      // Wider the deeper: few ways in, many ends.
      const ways = 1 + Math.floor((level - SERVER.length) / 8);
      const way = Math.floor(random() ** 2 * ways);
      stack.push(`${packages[(level + way) % 4]}.Part${level}.step${way}:${20 + ((level * 7 + way) % 60)}`);
    }
    return {
      taskId,
      segmentId,
      millis: from + i * 10,
      sequence: i,
      stack,
      state: states[Math.floor(random() * states.length)] ?? "unknown",
      periodMillis: 10,
      cut: 0,
    };
  });
}

const STATE_NAMES: readonly State[] = ["running", "blocked", "waiting", "native", "unknown"];

/** The answer of /api/profile/analysis in columns. */
export function analysisOf(snapshots: readonly Snapshot[], limit = 12_000): object {
  const stride = Math.ceil(snapshots.length / limit);
  const used = snapshots.filter((_, i) => i % Math.max(1, stride) === 0);
  const frames = new Map<string, number>();
  const nodes = new Map<string, number>();
  const parent: number[] = [];
  const frame: number[] = [];
  const samples: number[] = [];
  const selfMicros = STATE_NAMES.map(() => [] as number[]);
  for (const snapshot of used) {
    let above = -1;
    for (const text of snapshot.stack) {
      const number = frames.get(text) ?? frames.size;
      frames.set(text, number);
      const key = `${above} ${number}`;
      let node = nodes.get(key);
      if (node === undefined) {
        node = parent.length;
        nodes.set(key, node);
        parent.push(above);
        frame.push(number);
        samples.push(0);
        for (const list of selfMicros) list.push(0);
      }
      above = node;
    }
    if (above < 0) continue;
    samples[above] = (samples[above] ?? 0) + 1;
    const list = selfMicros[STATE_NAMES.indexOf(snapshot.state)];
    if (list !== undefined)
      list[above] = (list[above] ?? 0) + 1000 * snapshot.periodMillis * Math.max(1, stride);
  }
  const segments = new Set(used.map((s) => s.segmentId)).size;
  return {
    snapshots: used.length,
    found: snapshots.length,
    segments,
    requests: segments,
    periodMillis: used[0]?.periodMillis ?? 0,
    millis: snapshots.reduce((sum, s) => sum + s.periodMillis, 0),
    errorMillis: Math.sqrt((segments * (used[0]?.periodMillis ?? 0) ** 2) / 6),
    truncated: snapshots.length > limit,
    limit,
    cut: used.filter((s) => s.cut > 0).length,
    states: STATE_NAMES,
    frames: [...frames.keys()],
    nodes: { parent, frame, samples, selfMicros },
  };
}
