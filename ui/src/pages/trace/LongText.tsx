import { useState, type ReactNode } from "react";
import { formatBytes } from "../../domain/format.ts";
import { CopyButton } from "../../parts/CopyButton.tsx";
import { Text } from "../../parts/Text.tsx";

interface LongTextProps {
  readonly value: string;
  readonly what: string;
  /** Where it is cut until somebody wants all of it. */
  readonly short?: number;
}

/** Longer values are cut until somebody wants to see them: laying out a megabyte takes the browser seconds. */
const SHORT = 1000;
/** Beyond this the page would stall; copying still takes the whole. */
const MOST = 200_000;

export function LongText({ value, what, short = SHORT }: LongTextProps): ReactNode {
  const [whole, setWhole] = useState(false);
  if (value === "") return <span className="quiet">(empty)</span>;
  const long = value.length > short;
  return (
    <span className="long-text">
      <Text value={value} limit={whole ? MOST : short} multiline />
      {long && (
        <button type="button" className="link" onClick={() => setWhole(!whole)}>
          {whole ? "show less" : `show all, ${formatBytes(value.length)}`}
        </button>
      )}
      {whole && value.length > MOST && (
        <span className="quiet">cut at {formatBytes(MOST)}; copy takes all of it</span>
      )}
      <CopyButton text={value} what={what} />
    </span>
  );
}
