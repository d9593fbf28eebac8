import { useEffect, useState, type ReactNode } from "react";
import { plainText } from "../domain/text.ts";
import { Icon } from "./Icon.tsx";

interface CopyButtonProps {
  /** Long texts are made when they are copied. */
  readonly text: string | (() => string);
  /** What is copied: "trace id", "stack trace". */
  readonly what: string;
}

export function CopyButton({ text, what }: CopyButtonProps): ReactNode {
  const label = `Copy ${plainText(what)}`;
  const [outcome, setOutcome] = useState<"copied" | "failed" | null>(null);
  useEffect(() => {
    if (outcome === null) return undefined;
    const timer = setTimeout(() => setOutcome(null), 1500);
    return () => clearTimeout(timer);
  }, [outcome]);

  return (
    <button
      type="button"
      className="copy"
      title={label}
      aria-label={label}
      onClick={() => {
        copy(typeof text === "string" ? text : text()).then(
          () => setOutcome("copied"),
          () => setOutcome("failed"),
        );
      }}
    >
      <Icon name={outcome === "copied" ? "check" : "copy"} />
      <span role="status" className={outcome === "failed" ? "error-text" : "quiet"}>
        {outcome ?? ""}
      </span>
    </button>
  );
}

async function copy(text: string): Promise<void> {
  // Absent where the page came over plain http from another machine: browsers keep the clipboard for secure origins.
  if ("clipboard" in navigator && window.isSecureContext) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "off-screen";
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  if (!done) throw new Error("the browser refused to copy");
}
