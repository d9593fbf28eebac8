import { useEffect, useRef, type ReactNode } from "react";
import { plural } from "../../domain/format.ts";
import { Icon } from "../../parts/Icon.tsx";

interface FindBoxProps {
  readonly text: string;
  /** Null while the search is under way. */
  readonly count: number | null;
  readonly onText: (text: string) => void;
  readonly onStep: (step: 1 | -1) => void;
}

export function FindBox({ text, count, onText, onStep }: FindBoxProps): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const typing = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      input.current?.focus();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  const searching = text.trim() !== "";
  return (
    <div className="find" role="search">
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        value={text}
        aria-label="Find in this trace"
        placeholder="Find in names, tags, logs"
        spellCheck={false}
        onChange={(e) => onText(e.target.value)}
        onKeyDown={(e) => {
          if (e.key === "Enter") onStep(e.shiftKey ? -1 : 1);
          else if (e.key === "Escape") onText("");
        }}
      />
      <span className="quiet find-count" role="status">
        {!searching ? "" : count === null ? "…" : plural(count, "match", "matches")}
      </span>
      <button
        type="button"
        aria-label="Previous match"
        disabled={!searching || count === 0}
        onClick={() => onStep(-1)}
      >
        <Icon name="up" />
      </button>
      <button
        type="button"
        aria-label="Next match"
        disabled={!searching || count === 0}
        onClick={() => onStep(1)}
      >
        <Icon name="down" />
      </button>
    </div>
  );
}
