export interface StackSummary {
  /** What stands when it is folded: the last line of Python's, the first of everybody else's. */
  readonly head: string;
  readonly lines: number;
}

/** Recognizes stack traces, which are folded: Java's agents put them under "stack", Python's under "Traceback". */
export function stackSummary(key: string, value: string): StackSummary | null {
  const named = /^(stack|error\.stack|exception\.stacktrace|traceback)$/i.test(key);
  const lines = value.split("\n").filter((line) => line.trim() !== "");
  if (lines.length < 2) return null;
  const framed = lines.some((line) => /^\s+(at |File ")/.test(line));
  if (!named && !framed) return null;
  const python = /^Traceback \(/.test(value);
  const head = (python ? lines.at(-1) : lines[0]) ?? "";
  return { head: head.trim(), lines: lines.length };
}
