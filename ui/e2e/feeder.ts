import { connect, type ClientHttp2Session } from "node:http2";
import type { Segment } from "../src/domain/model.ts";
import type { GeneratedTrace } from "../sandbox/traffic.ts";
import type { Snapshot } from "../sandbox/profiles.ts";
import {
  encodeProperties,
  encodeSegment,
  encodeSnapshot,
  encodeTaskFinish,
  encodeTaskQuery,
} from "./proto.ts";

/* An agent of a few lines: gRPC is HTTP/2 with five bytes before each message. */

const COLLECT = "/skywalking.v3.TraceSegmentReportService/collect";
const PROPERTIES = "/skywalking.v3.ManagementService/reportInstanceProperties";
const TASKS = "/skywalking.v3.ProfileTask/getProfileTaskCommands";
const SNAPSHOTS = "/skywalking.v3.ProfileTask/collectSnapshot";
const FINISH = "/skywalking.v3.ProfileTask/reportTaskFinish";
const PATIENCE_MILLIS = 30_000;

export class Feeder {
  private readonly session: ClientHttp2Session;

  constructor(grpcAddress: string) {
    this.session = connect(`http://${grpcAddress}`);
    // Each call reports its own failure; without a listener the session's would end the test run.
    this.session.on("error", () => undefined);
  }

  async report(...traces: readonly GeneratedTrace[]): Promise<void> {
    for (const trace of traces) {
      await this.call(
        COLLECT,
        trace.segments.map((segment) => encodeSegment(trace.traceId, segment)),
      );
    }
  }

  async segments(
    traceId: string,
    segments: readonly Segment[],
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    await this.call(
      COLLECT,
      segments.map((segment) => encodeSegment(traceId, segment)),
      headers,
    );
  }

  async properties(
    service: string,
    instance: string,
    properties: Readonly<Record<string, string>>,
    account = "",
  ): Promise<void> {
    const headers = account === "" ? {} : accountHeaders(service, instance, account);
    await this.call(PROPERTIES, [encodeProperties(service, instance, properties)], headers);
  }

  /** Asks for tasks, as agents do every 20 s; with the account's headers it is one of ours. */
  async askForTasks(service: string, instance: string, ours = true): Promise<void> {
    const headers = ours ? accountHeaders(service, instance, "id=1") : {};
    await this.call(TASKS, [encodeTaskQuery(service, instance, -1)], headers);
  }

  async snapshots(
    service: string,
    instance: string,
    snapshots: readonly Snapshot[],
    ours = true,
  ): Promise<void> {
    await this.call(
      SNAPSHOTS,
      snapshots.map((snapshot) => encodeSnapshot(snapshot, ours)),
      ours ? accountHeaders(service, instance, "id=1") : {},
    );
  }

  async finish(service: string, instance: string, taskId: string): Promise<void> {
    await this.call(FINISH, [encodeTaskFinish(service, instance, taskId)]);
  }

  close(): void {
    this.session.destroy();
  }

  private call(
    path: string,
    messages: readonly Uint8Array[],
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      const stream = this.session.request({
        ":method": "POST",
        ":path": path,
        "content-type": "application/grpc",
        te: "trailers",
        ...headers,
      });
      let status: string | undefined;
      let message = "";
      stream.setTimeout(PATIENCE_MILLIS, () => stream.destroy(new Error(`${path}: no answer`)));
      const note = (answer: Record<string, string | string[] | undefined>): void => {
        if (answer["grpc-status"] !== undefined) status = String(answer["grpc-status"]);
        if (answer["grpc-message"] !== undefined) message = String(answer["grpc-message"]);
      };
      stream.on("response", note);
      stream.on("trailers", note);
      stream.on("error", reject);
      stream.on("close", () =>
        status === "0" ? resolve() : reject(new Error(`${path}: grpc-status ${status} ${message}`)),
      );
      stream.resume();
      for (const body of messages) {
        const head = Buffer.alloc(5);
        head.writeUInt32BE(body.length, 1);
        stream.write(head);
        stream.write(body);
      }
      stream.end();
    });
  }
}

export function accountHeaders(service: string, instance: string, account: string): Record<string, string> {
  const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");
  return {
    "skein-account": account,
    "skein-service": base64(service),
    "skein-instance": base64(instance),
  };
}
