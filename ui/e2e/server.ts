import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/*
 * The real server, as users start it. Named by the environment:
 *   SKEIN_SERVER_JAR  the executable jar; default: where Maven puts it in this checkout
 *   SKEIN_JAVA        the java to run it with; default: that of JAVA_HOME, or else the path's
 */

const START_MILLIS = 60_000;
const STOP_MILLIS = 20_000;

export interface Server {
  /** http://127.0.0.1:port */
  readonly pages: string;
  readonly grpcAddress: string;
  readonly httpPort: number;
  readonly pid: number;
  stop(): Promise<void>;
}

function jar(): string {
  const path =
    process.env["SKEIN_SERVER_JAR"] || join(import.meta.dirname, "../../server/app/target/skein-server.jar");
  if (!existsSync(path)) {
    throw new Error(`no server at ${path}: build it with Maven, or name it in SKEIN_SERVER_JAR`);
  }
  return path;
}

function java(): string {
  const home = process.env["JAVA_HOME"];
  return process.env["SKEIN_JAVA"] || (home ? join(home, "bin/java") : "java");
}

/** Starts a server on free ports with a directory of its own, unless told which to use again. */
export async function startServer(ports: { http?: number; grpc?: number } = {}): Promise<Server> {
  const data = await mkdtemp(join(tmpdir(), "skein-ui-"));
  const child = spawn(
    java(),
    [
      // With the memory that ./skein gives it.
      `@${join(import.meta.dirname, "../../scripts/server.jvm")}`,
      "-jar",
      jar(),
      "--data",
      data,
      "--http-port",
      String(ports.http ?? 0),
      "--grpc-port",
      String(ports.grpc ?? 0),
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  // Nothing may be left behind, whatever ends the tests: their end, a signal, or the death of the runner above us.
  const kill = (): void => void child.kill("SIGKILL");
  const ends = ["exit", "SIGTERM", "SIGINT", "disconnect"] as const;
  for (const end of ends) process.once(end, kill);
  const forget = (): void => {
    for (const end of ends) process.off(end, kill);
  };
  try {
    const [http = "", grpc = ""] = await ready(child);
    return {
      pages: `http://${http}`,
      grpcAddress: grpc,
      httpPort: Number(http.slice(http.lastIndexOf(":") + 1)),
      pid: child.pid ?? 0,
      stop: async () => {
        forget();
        await end(child);
        await rm(data, { recursive: true, force: true });
      },
    };
  } catch (cause) {
    forget();
    await end(child);
    await rm(data, { recursive: true, force: true });
    throw cause;
  }
}

/** The two addresses of its first line: "… open http://host:port/, agents report to host:port". */
function ready(child: ChildProcess): Promise<string[]> {
  return new Promise((resolve, reject) => {
    let said = "";
    const timer = setTimeout(
      () => reject(new Error(`the server was not ready after ${START_MILLIS / 1000} s:\n${said}`)),
      START_MILLIS,
    );
    const listen = (chunk: Buffer): void => {
      said += chunk.toString("utf8");
      const match = /open http:\/\/(\S+)\/, agents report to (\S+)/.exec(said);
      if (match !== null) {
        clearTimeout(timer);
        resolve(match.slice(1));
      }
    };
    child.stdout?.on("data", listen);
    child.stderr?.on("data", listen);
    child.once("error", (cause) => {
      clearTimeout(timer);
      reject(cause);
    });
    child.once("exit", (status) => {
      clearTimeout(timer);
      reject(new Error(`the server ended with status ${status}:\n${said}`));
    });
  });
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MILLIS);
  await gone;
  clearTimeout(timer);
}

/** Returns once each of the traces can be found and opened: what is acknowledged may become searchable a moment later. */
export async function waitForTraces(server: Server, ids: readonly string[]): Promise<void> {
  const deadline = Date.now() + START_MILLIS;
  for (const id of ids) {
    const query = encodeURIComponent(id);
    while (
      !(await isThere(
        `${server.pages}/api/traces?limit=1&traceId=${query}`,
        `${server.pages}/api/trace?id=${query}`,
      ))
    ) {
      if (Date.now() > deadline) throw new Error(`trace ${id} was acknowledged and cannot be found`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function isThere(search: string, trace: string): Promise<boolean> {
  const found = (await (await fetch(search)).json()) as { readonly traces?: readonly unknown[] };
  if (found.traces?.length !== 1) return false;
  const answer = await fetch(trace);
  await answer.arrayBuffer();
  return answer.ok;
}

/** Makes a profile task as the pages do, and returns its id. */
export async function createTask(
  server: Server,
  order: { readonly service: string; readonly endpoint: string },
): Promise<string> {
  const answer = await fetch(`${server.pages}/api/profile/tasks`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ durationMinutes: 15, minMillis: 0, periodMillis: 10, maxSamples: 9, ...order }),
  });
  const body = (await answer.json()) as { readonly id?: string };
  if (body.id === undefined) throw new Error(`no task: ${JSON.stringify(body)}`);
  return body.id;
}

/** Returns once so many snapshots of a task can be analysed. */
export async function waitForSnapshots(server: Server, taskId: string, snapshots: number): Promise<void> {
  const deadline = Date.now() + START_MILLIS;
  const address = `${server.pages}/api/profile/task?id=${encodeURIComponent(taskId)}`;
  for (;;) {
    const answer = (await (await fetch(address)).json()) as {
      readonly task?: { readonly snapshots: number };
    };
    if ((answer.task?.snapshots ?? 0) >= snapshots) return;
    if (Date.now() > deadline) throw new Error(`task ${taskId} has ${answer.task?.snapshots} snapshots`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
