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

export type Verdict = "balanced" | "lossy" | "open" | "unknown" | "broken";

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
  const { queued, delivered, received, duplicates } = account;
  if (queued === null || delivered === null) return queued;
  const left = (of: (amount: Amount) => number): number =>
    Math.max(0, of(queued) - Math.max(0, of(received) - of(duplicates) - of(delivered)));
  return { segments: left((amount) => amount.segments), spans: left((amount) => amount.spans) };
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

export function judgeInstance(account: InstanceAccount): Judgement {
  const { made } = account;
  if (made === null) {
    return { verdict: "unknown", words: "this agent reports no account; only what arrived is known" };
  }
  if (account.balanced === false) return { verdict: "broken", words: contradiction(account, made) };
  const dropped = sum([...account.agentDropped, ...account.serverDropped]).segments;
  const queued = waiting(account)?.segments ?? 0;
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
  if (open > 0 && queued >= open) {
    return { verdict: "open", words: `${plural(open, "segment")} still waiting in the agent` };
  }
  if (open > 0) return { verdict: "open", words: `${plural(open, "segment")} on the way` };
  return {
    verdict: "open",
    words: `${plural(-open, "segment")} stored since the agent's last account`,
  };
}

/** Where the two accounts part, as far as the numbers show it. */
function contradiction(account: InstanceAccount, made: Amount): string {
  const delivered = account.delivered?.segments ?? 0;
  const known = delivered + (account.queued?.segments ?? 0) + sum(account.agentDropped).segments;
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
