import { useCallback, useEffect, useState } from "react";
import { Problem } from "./client.ts";

/** What a page may show. There is no state that holds both old data and a failure: what is on screen is true or gone. */
export type Answer<T> =
  | { readonly state: "loading" }
  | { readonly state: "ready"; readonly data: T; readonly at: number }
  | { readonly state: "failed"; readonly problem: Problem; readonly at: number };

export interface Asking<T> {
  readonly answer: Answer<T>;
  /** True while a question is out, also when an earlier answer is still shown. */
  readonly busy: boolean;
  readonly again: () => void;
}

const AGAIN_MILLIS = 3000;

/**
 * Asks the server whenever the key changes and, if wanted, every so often while the page is in front. A new key drops
 * the old answer at once: rows of one search must not stand under the filters of another.
 */
export function useAnswer<T>(
  key: string | null,
  ask: (signal: AbortSignal) => Promise<T>,
  everyMillis = 0,
): Asking<T> {
  const [round, setRound] = useState(0);
  const [held, setHeld] = useState<{ key: string | null; answer: Answer<T>; round: number }>({
    key,
    answer: { state: "loading" },
    round: -1,
  });

  useEffect(() => {
    if (key === null) return undefined;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const settle = (answer: Answer<T>): void => {
      if (abort.signal.aborted) return;
      setHeld({ key, answer, round });
      // Pages that ask once still look again for a server that is away: nobody should have to reload.
      const away = answer.state === "failed" && answer.problem.kind === "unreachable";
      if (everyMillis > 0 || away) timer = setTimeout(next, everyMillis > 0 ? everyMillis : AGAIN_MILLIS);
    };
    const next = (): void => {
      if (document.hidden) {
        // A page nobody looks at asks nothing; it asks at once when it comes back.
        document.addEventListener("visibilitychange", next, { once: true, signal: abort.signal });
        return;
      }
      ask(abort.signal).then(
        (data) => settle({ state: "ready", data, at: Date.now() }),
        (cause: unknown) => settle({ state: "failed", problem: problemOf(cause), at: Date.now() }),
      );
    };
    next();
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
    // The key stands for everything that ask closes over.
  }, [key, round, everyMillis]);

  const again = useCallback(() => setRound((n) => n + 1), []);
  const current = held.key === key;
  return {
    answer: current && key !== null ? held.answer : { state: "loading" },
    busy: key !== null && (!current || held.round !== round),
    again,
  };
}

function problemOf(cause: unknown): Problem {
  if (cause instanceof Problem) return cause;
  return new Problem("failed", cause instanceof Error ? cause.message : String(cause));
}
