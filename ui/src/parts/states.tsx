import type { ReactNode } from "react";
import type { Problem, ProblemKind } from "../api/client.ts";
import { Icon } from "./Icon.tsx";
import { Text } from "./Text.tsx";

/* The states a page has beside showing data. Each says what is the matter and what can be done. */

export function Loading({ what }: { readonly what: string }): ReactNode {
  return (
    <div className="state" role="status" aria-live="polite">
      <span className="spinner" aria-hidden="true" />
      <p>Loading {what} …</p>
    </div>
  );
}

interface EmptyProps {
  readonly title: string;
  readonly children?: ReactNode;
}

export function Empty({ title, children }: EmptyProps): ReactNode {
  return (
    <div className="state" role="status">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

const TITLES: Readonly<Record<ProblemKind, string>> = {
  unreachable: "The server is not reachable",
  slow: "The server takes too long",
  refused: "The server did not accept the question",
  "not-found": "Not found",
  failed: "The server failed",
  unreadable: "The answer could not be read",
};

interface FailedProps {
  readonly problem: Problem;
  readonly again: () => void;
}

export function Failed({ problem, again }: FailedProps): ReactNode {
  return (
    <div className="state failed" role="alert">
      <Icon name="alert" />
      <h2>{TITLES[problem.kind]}</h2>
      <p>
        <Text value={problem.message} limit={2000} />
      </p>
      {problem.kind === "unreachable" && (
        <p className="quiet">
          Nothing is shown because nothing is known. Start it with <code>./skein server</code>; this page
          looks again every few seconds.
        </p>
      )}
      <button type="button" onClick={again}>
        <Icon name="refresh" /> Try again
      </button>
    </div>
  );
}
