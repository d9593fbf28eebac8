import type { ReactNode } from "react";
import { cutText, plainText, textRuns } from "../domain/text.ts";

interface TextProps {
  readonly value: string;
  /** Longer texts are cut here; the whole belongs into the details. */
  readonly limit?: number;
  readonly multiline?: boolean;
}

/** What is cut is shown to who points at it; browsers show no more than about this. */
const TITLE = 2000;

/**
 * Text from a trace. Isolated, so that writing from right to left stays inside, and with whatever would act on the
 * reader's screen shown as a character with a name.
 */
export function Text({ value, limit = 300, multiline = false }: TextProps): ReactNode {
  const runs = textRuns(cutText(value, limit), multiline);
  return (
    <bdi className="text" title={value.length > limit ? plainText(cutText(value, TITLE)) : undefined}>
      {runs.map((run, i) =>
        run.odd ? (
          <span key={i} className="odd-character" title="a control character, made visible">
            {run.text}
          </span>
        ) : (
          run.text
        ),
      )}
    </bdi>
  );
}
