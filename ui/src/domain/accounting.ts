import { formatCount, plural } from "./format.ts";

/*
 * The promise of the whole system in numbers: made = stored + dropped, with every drop under its reason. The page says
 * in words whether it holds, because a table of twelve counters convinces nobody.
 */

export interface Amount {
  readonly segments: number;
  readonly spans: number;
}

export interface Drop extends Amount {
  readonly reason: string;
}

export interface InstanceAccount {
  readonly service: string;
  readonly instance: string;
  readonly language: string;
  readonly agentVersion: string;
  readonly lastSeenMillis: number | null;
  /** Null: this agent does not keep an account (agents of other makers). */
  readonly made: Amount | null;
  readonly delivered: Amount | null;
  readonly queued: Amount | null;
  /** On the agent's disk, to be sent when the server takes it; null where the agent has no spool. */
  readonly spooled: Amount | null;
  readonly agentDropped: readonly Drop[];
  readonly received: Amount;
  readonly stored: Amount;
  readonly duplicates: Amount;
  readonly serverDropped: readonly Drop[];
  /** The server's own verdict; null where it cannot tell. */
  readonly balanced: boolean | null;
}

export interface ServerAccount {
  readonly received: Amount;
  readonly stored: Amount;
  readonly duplicates: Amount;
  readonly dropped: readonly Drop[];
  readonly badMessages: readonly { readonly reason: string; readonly count: number }[];
}

export interface Accounting {
  readonly server: ServerAccount;
  readonly instances: readonly InstanceAccount[];
}

export type Verdict = "balanced" | "lossy" | "open" | "gone" | "unknown" | "broken";

export interface Judgement {
  readonly verdict: Verdict;
  readonly words: string;
}

export function sum(amounts: readonly Amount[]): Amount {
  return amounts.reduce<Amount>(
    (total, amount) => ({
      segments: total.segments + amount.segments,
      spans: total.spans + amount.spans,
    }),
    { segments: 0, spans: 0 },
  );
}

/**
 * What waits in the agent's queue. Its account travels in front of the segments of the same call, which it still counts
 * as waiting: what has arrived since is taken off.
 */
export function waiting(account: InstanceAccount): Amount | null {
  const { queued } = account;
  if (queued === null) return null;
  return each((of) => Math.max(0, of(queued) - arrivedSince(account, of)));
}

/** What waits on the agent's disk; the queue is emptied first. */
export function waitingOnDisk(account: InstanceAccount): Amount | null {
  const { queued, spooled } = account;
  if (queued === null || spooled === null) return spooled;
  return each((of) => Math.max(0, of(spooled) - Math.max(0, arrivedSince(account, of) - of(queued))));
}

type Pick = (amount: Amount) => number;

function each(value: (of: Pick) => number): Amount {
  return { segments: value((amount) => amount.segments), spans: value((amount) => amount.spans) };
}

function arrivedSince({ delivered, received, duplicates }: InstanceAccount, of: Pick): number {
  return delivered === null ? 0 : Math.max(0, of(received) - of(duplicates) - of(delivered));
}

/** made = delivered + queued + spooled + dropped, as the process says it itself. */
export interface Equation {
  readonly made: number;
  readonly terms: readonly { readonly name: string; readonly segments: number }[];
  /** How many segments are made and under none of the terms; negative: counted twice. 0: it adds up. */
  readonly missing: number;
}

export function equationOf(account: InstanceAccount): Equation | null {
  const { made, delivered, queued, spooled } = account;
  if (made === null) return null;
  const terms = [
    { name: "delivered", segments: delivered?.segments ?? 0 },
    { name: "queued", segments: queued?.segments ?? 0 },
    { name: "spooled", segments: spooled?.segments ?? 0 },
    { name: "dropped", segments: sum(account.agentDropped).segments },
  ];
  const known = terms.reduce((total, term) => total + term.segments, 0);
  return { made: made.segments, terms, missing: made.segments - known };
}

/** Agents give a sign of life every half minute. */
const SILENT_MILLIS = 120_000;

/** A process that has said nothing for a while, although something of it was still to come. */
export function goneWithSegments(
  account: InstanceAccount,
  now: number,
): { readonly queued: number; readonly spooled: number } | null {
  const { lastSeenMillis } = account;
  if (lastSeenMillis === null || now - lastSeenMillis < SILENT_MILLIS) return null;
  const queued = waiting(account)?.segments ?? 0;
  const spooled = waitingOnDisk(account)?.segments ?? 0;
  return queued + spooled > 0 ? { queued, spooled } : null;
}

/** What arrived at the server must be stored, a repeat, or dropped with a reason. */
export function judgeServer(server: ServerAccount): Judgement {
  const dropped = sum(server.dropped);
  const accounted = server.stored.segments + server.duplicates.segments + dropped.segments;
  const open = server.received.segments - accounted;
  if (open > 0) {
    return { verdict: "open", words: `${plural(open, "segment")} received and not yet written` };
  }
  if (open < 0) {
    return { verdict: "broken", words: `${plural(-open, "segment")} more accounted for than received` };
  }
  if (dropped.segments > 0) {
    return { verdict: "lossy", words: `adds up; ${plural(dropped.segments, "segment")} dropped` };
  }
  return { verdict: "balanced", words: "adds up; nothing dropped" };
}

export function judgeInstance(account: InstanceAccount, now: number): Judgement {
  const { made } = account;
  if (made === null) {
    return { verdict: "unknown", words: "this agent reports no account; only what arrived is known" };
  }
  if (account.balanced === false) return { verdict: "broken", words: contradiction(account, made) };
  const gone = goneWithSegments(account, now);
  if (gone !== null) return { verdict: "gone", words: goneWords(gone) };
  const dropped = sum([...account.agentDropped, ...account.serverDropped]).segments;
  const queued = waiting(account)?.segments ?? 0;
  const spooled = waitingOnDisk(account)?.segments ?? 0;
  // Repeats do not enter: a segment that was sent twice was made once and is stored once.
  const open = made.segments - account.stored.segments - dropped;
  if (open === 0) {
    return dropped > 0
      ? {
          verdict: "lossy",
          words: `balanced; ${formatCount(dropped)} of ${plural(made.segments, "segment")} dropped`,
        }
      : { verdict: "balanced", words: "balanced; all that was made is stored" };
  }
  // The agent's account is as old as its last report, and segments are on their way: neither is a loss.
  if (open > 0 && queued + spooled >= open) {
    const where =
      spooled === 0 ? "in the agent" : queued === 0 ? "on the agent's disk" : "in the agent and on its disk";
    return { verdict: "open", words: `${plural(open, "segment")} still waiting ${where}` };
  }
  if (open > 0) return { verdict: "open", words: `${plural(open, "segment")} on the way` };
  return {
    verdict: "open",
    words: `${plural(-open, "segment")} stored since the agent's last account`,
  };
}

function goneWords({ queued, spooled }: { readonly queued: number; readonly spooled: number }): string {
  const parts: string[] = [];
  if (queued > 0) parts.push(`${plural(queued, "segment")} in its queue, lost if it has ended`);
  if (spooled > 0) parts.push(`${plural(spooled, "segment")} on its disk, sent when it runs again`);
  return `no word from this process; it still had ${parts.join(", and ")}`;
}

/** Where the two accounts part, as far as the numbers show it. */
function contradiction(account: InstanceAccount, made: Amount): string {
  const delivered = account.delivered?.segments ?? 0;
  const missing = equationOf(account)?.missing ?? 0;
  const known = made.segments - missing;
  if (known !== made.segments) {
    return `does not balance: the agent made ${formatCount(made.segments)} and accounts for ${formatCount(known)}`;
  }
  if (delivered > account.received.segments) {
    return (
      `does not balance: the agent delivered ${formatCount(delivered)}, ` +
      `received here were ${formatCount(account.received.segments)} (a server with a new data directory counts anew)`
    );
  }
  return `does not balance: ${formatCount(account.stored.segments)} are stored, the agent knows of ${formatCount(known)}`;
}
