/*
 * Why something was dropped, in plain words, and what a person can do. The reasons are the agent's (core, DropReason)
 * and the server's (storage, Refusal; the collector's). Whoever reports to us may send other ones.
 */

export interface Reason {
  readonly means: string;
  readonly hint: string;
}

const REASONS: ReadonlyMap<string, Reason> = new Map([
  [
    "queue-full",
    {
      means: "The agent's queue in memory was full: more was made than could be sent.",
      hint: "See whether the server is reachable and quick enough for this agent; sample less, or let the agent keep a spool on disk.",
    },
  ],
  [
    "spool-full",
    {
      means:
        "The agent's space on disk was used up while the server was away: the oldest segments made room.",
      hint: "Bring the server back sooner, or give the spool more space.",
    },
  ],
  [
    "spool-damaged",
    {
      means: "What waited on the agent's disk could not be read again.",
      hint: "Look at the disk, and whether something else writes into the spool's directory; the agent's log names the file.",
    },
  ],
  [
    "unconfirmed",
    {
      means:
        "It was sent, but the connection broke before an answer came: it may have arrived. It was not sent again, since this backend would store it twice.",
      hint: "Look at the network between agent and server if it happens often.",
    },
  ],
  [
    "shutdown",
    {
      means: "The process ended before it was sent.",
      hint: "Give the process more time to end, or let the agent keep a spool on disk.",
    },
  ],
  [
    "refused",
    {
      means: "The server said that it will never take it.",
      hint: "The same segments stand under the server's own reasons, which say why.",
    },
  ],
  [
    "too-large",
    {
      means: "A single segment was larger than one message may be.",
      hint: "Look for very long tags or logs, or for work that never ends its segment.",
    },
  ],
  [
    "encode-failed",
    {
      means: "The agent could not write the segment down.",
      hint: "A fault of the agent, or a value that the application changed meanwhile: the agent's log has the stack trace.",
    },
  ],
  [
    "no-trace-id",
    {
      means: "It came without a trace id.",
      hint: "The sender does not keep to the protocol: see which it is.",
    },
  ],
  [
    "no-segment-id",
    {
      means: "It came without a segment id.",
      hint: "The sender does not keep to the protocol: see which it is.",
    },
  ],
  [
    "no-spans",
    {
      means: "It came without any span.",
      hint: "The sender does not keep to the protocol: see which it is.",
    },
  ],
  [
    "malformed",
    {
      means: "It could not be read.",
      hint: "See which agent sends it and in which version; something in between may damage messages.",
    },
  ],
  [
    "disk",
    { means: "The server's disk failed or is full.", hint: "Make room, or see whether the disk is failing." },
  ],
  [
    "budget",
    {
      means: "It did not fit into the server's disk budget.",
      hint: "Give the server a larger budget (--disk).",
    },
  ],
  [
    "overloaded",
    {
      means: "More arrived than the server could write.",
      hint: "Sample less, or give the server a quicker disk.",
    },
  ],
  ["closed", { means: "The server was ending.", hint: "Agents send again what was not confirmed." }],
]);

/** Null for a reason of somebody else. */
export function reasonOf(name: string): Reason | null {
  return REASONS.get(name) ?? null;
}

/** What the server counts of messages that are no segments: snapshots of the profiler (collector, SnapshotIntake). */
const SNAPSHOT = "snapshot:";
const MESSAGES: ReadonlyMap<string, string> = new Map([
  ["snapshot:unknown-task", "Snapshots for a task that this server does not know."],
  ["snapshot:segment-of-other-task", "Snapshots of a segment that another task samples already."],
  ["snapshot:segment-full", "More snapshots of one segment than the longest task can have."],
  ["snapshot:too-many-gaps", "Snapshots of a segment of which most are missing."],
  ["snapshot:task-full", "More snapshots of one task than are kept."],
  ["snapshot:too-many-segments", "Snapshots of more different segments than there is memory for."],
  ["snapshot:unfit", "Snapshots without a segment, or with an id or a number that cannot be."],
  ["snapshot:duplicate", "Snapshots that came again; they are kept once."],
  ["snapshot-cut", "Snapshots of stacks so deep that frames in the middle were left out; they are kept."],
]);

/** Null for a reason that says itself what it is. */
export function messageReason(name: string): string | null {
  const known = MESSAGES.get(name);
  if (known !== undefined) return known;
  // The store refuses snapshots for the reasons that it has for segments, too.
  return name.startsWith(SNAPSHOT) ? (reasonOf(name.slice(SNAPSHOT.length))?.means ?? null) : null;
}
