import type { Accounting, Amount, Drop, InstanceAccount } from "../domain/accounting.ts";
import type { KeyValue } from "../domain/model.ts";
import type { Reader } from "./json.ts";

/* The answers of the query API and how each is read. */

export interface Status {
  readonly version: string;
  readonly startedMillis: number;
  readonly nowMillis: number;
  readonly grpcAddress: string;
  readonly httpAddress: string;
  readonly dataDirectory: string;
  readonly diskBytes: number;
  readonly diskBudgetBytes: number;
  readonly oldestMillis: number | null;
  readonly spans: number;
  readonly segments: number;
  readonly removedByRetention: Amount;
  /** Why nothing can be stored at the moment; empty when all is well. */
  readonly trouble: string;
}

export interface Service {
  readonly name: string;
  readonly instances: number;
  readonly segments: number;
  readonly spans: number;
  readonly errors: number;
  readonly firstMillis: number | null;
  readonly lastMillis: number | null;
}

export interface Instance {
  readonly name: string;
  readonly service: string;
  readonly firstMillis: number | null;
  readonly lastMillis: number | null;
  readonly lastSeenMillis: number | null;
  readonly segments: number;
  readonly spans: number;
  readonly language: string;
  readonly properties: readonly KeyValue[];
}

export interface Endpoint {
  readonly name: string;
  readonly segments: number;
}

export interface TraceSummary {
  readonly traceId: string;
  readonly startMillis: number;
  readonly durationMillis: number;
  readonly service: string;
  readonly endpoint: string;
  readonly instance: string;
  readonly error: boolean;
  readonly spans: number;
  readonly segments: number;
  readonly services: readonly { readonly name: string; readonly spans: number }[];
}

export interface TracePage {
  readonly traces: readonly TraceSummary[];
  readonly more: boolean;
  readonly next: string | null;
  readonly tookMillis: number | null;
}

export function readStatus(r: Reader): Status {
  return {
    version: r.text("version"),
    startedMillis: r.number("startedMillis"),
    nowMillis: r.number("nowMillis"),
    grpcAddress: r.text("grpcAddress"),
    httpAddress: r.text("httpAddress"),
    dataDirectory: r.text("dataDirectory"),
    diskBytes: r.number("diskBytes"),
    diskBudgetBytes: r.number("diskBudgetBytes"),
    oldestMillis: r.numberOrNull("oldestMillis"),
    spans: r.number("spans"),
    segments: r.number("segments"),
    removedByRetention: amount(r.objectOrNull("removedByRetention")),
    trouble: r.text("trouble"),
  };
}

export function readServices(r: Reader): Service[] {
  return r.list("services", (s) => ({
    name: s.text("name"),
    instances: s.number("instances"),
    segments: s.number("segments"),
    spans: s.number("spans"),
    errors: s.number("errors"),
    firstMillis: s.numberOrNull("firstMillis"),
    lastMillis: s.numberOrNull("lastMillis"),
  }));
}

export function readInstances(r: Reader): Instance[] {
  return r.list("instances", (i) => ({
    name: i.text("name"),
    service: i.text("service"),
    firstMillis: i.numberOrNull("firstMillis"),
    lastMillis: i.numberOrNull("lastMillis"),
    lastSeenMillis: i.numberOrNull("lastSeenMillis"),
    segments: i.number("segments"),
    spans: i.number("spans"),
    language: i.text("language"),
    properties: i.optionalList("properties", readKeyValue),
  }));
}

export function readEndpoints(r: Reader): Endpoint[] {
  return r.list("endpoints", (e) => ({ name: e.text("name"), segments: e.number("segments") }));
}

export function readTracePage(r: Reader): TracePage {
  return {
    traces: r.list("traces", (t) => ({
      traceId: t.text("traceId"),
      startMillis: t.number("startMillis"),
      durationMillis: t.number("durationMillis"),
      service: t.text("service"),
      endpoint: t.text("endpoint"),
      instance: t.text("instance"),
      error: t.flag("error"),
      spans: t.number("spans"),
      segments: t.number("segments"),
      services: t.optionalList("services", (s) => ({ name: s.text("name"), spans: s.number("spans") })),
    })),
    more: r.flag("more"),
    next: r.text("next") === "" ? null : r.text("next"),
    tookMillis: r.numberOrNull("tookMillis"),
  };
}

function readKeyValue(r: Reader): KeyValue {
  return { key: r.text("key"), value: r.text("value") };
}

export function readAccounting(r: Reader): Accounting {
  const server = r.object("server");
  return {
    server: {
      received: { segments: server.number("receivedSegments"), spans: server.number("receivedSpans") },
      stored: { segments: server.number("storedSegments"), spans: server.number("storedSpans") },
      duplicates: { segments: server.number("duplicateSegments"), spans: server.number("duplicateSpans") },
      dropped: server.optionalList("dropped", readDrop),
      badMessages: server.optionalList("badMessages", (b) => ({
        reason: b.text("reason"),
        count: b.number("count"),
      })),
    },
    instances: r.list("instances", readInstanceAccount),
  };
}

function readInstanceAccount(r: Reader): InstanceAccount {
  return {
    service: r.text("service"),
    instance: r.text("instance"),
    language: r.text("language"),
    agentVersion: r.text("agentVersion"),
    lastSeenMillis: r.numberOrNull("lastSeenMillis"),
    made: amountOrNull(r.objectOrNull("made")),
    delivered: amountOrNull(r.objectOrNull("delivered")),
    queued: amountOrNull(r.objectOrNull("queued")),
    spooled: amountOrNull(r.objectOrNull("spooled")),
    agentDropped: r.optionalList("agentDropped", readDrop),
    received: amount(r.objectOrNull("received")),
    stored: amount(r.objectOrNull("stored")),
    duplicates: amount(r.objectOrNull("duplicates")),
    serverDropped: r.optionalList("serverDropped", readDrop),
    balanced: r.flagOrNull("balanced"),
  };
}

function amountOrNull(r: Reader | null): Amount | null {
  return r === null ? null : { segments: r.number("segments"), spans: r.number("spans") };
}

function amount(r: Reader | null): Amount {
  return amountOrNull(r) ?? { segments: 0, spans: 0 };
}

function readDrop(r: Reader): Drop {
  return { reason: r.text("reason"), segments: r.number("segments"), spans: r.number("spans") };
}
