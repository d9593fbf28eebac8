/*
 * Text from traces is hostile: anyone whose request is traced chooses part of it. React writes it as text nodes, so
 * markup is not the danger; what is left are characters that draw something other than they say. Control characters
 * and marks that change the direction of writing are shown as what they are. Joiners (U+200C, U+200D) stay, scripts
 * and emoji need them and they hide nothing.
 */

/** Marks that stand above and below the character before them; piled up they cover the neighbouring lines. */
const MARK = "[\\u0300-\\u036f\\u0483-\\u0489\\u1ab0-\\u1aff\\u1dc0-\\u1dff\\u20d0-\\u20ff\\ufe20-\\ufe2f]";

const ODD = new RegExp(
  [
    // Controls, joiners that hide, marks of direction, and letters that draw nothing.
    "[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u00ad\\u061c\\u115f\\u1160\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u2800\\u3164\\ufeff\\uffa0\\ufff9-\\ufffb]",
    // Half of a pair.
    "[\\ud800-\\udbff](?![\\udc00-\\udfff])|(?<![\\ud800-\\udbff])[\\udc00-\\udfff]",
    // Tags, which are letters that nobody sees.
    "\\udb40[\\udc00-\\udfff]",
    `(?<=${MARK}{8})${MARK}+`,
  ].join("|"),
);
const MARKS = new RegExp(`^${MARK}+$`);
const ODD_ALL = new RegExp(ODD.source, "g");
const BREAKS = /[\t\n]/;

export interface TextRun {
  readonly text: string;
  /** A character made visible; the text is its name. */
  readonly odd: boolean;
}

/** Runs to draw, one after the other. Single-line places also show tabs and line ends. */
export function textRuns(text: string, multiline: boolean): TextRun[] {
  const hasOdd = ODD.test(text);
  if (!hasOdd && (multiline || !BREAKS.test(text))) return [{ text, odd: false }];
  const pattern = multiline ? ODD_ALL : new RegExp(`${ODD.source}|${BREAKS.source}`, "g");
  const runs: TextRun[] = [];
  let from = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > from) runs.push({ text: text.slice(from, match.index), odd: false });
    runs.push({ text: nameOf(match[0]), odd: true });
    from = match.index + match[0].length;
  }
  if (from < text.length) runs.push({ text: text.slice(from), odd: false });
  return runs;
}

/** The same as plain text, for titles and labels that cannot hold elements. */
export function plainText(text: string): string {
  return textRuns(text, false)
    .map((run) => (run.odd ? `\u2039${run.text}\u203a` : run.text))
    .join("");
}

function nameOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (MARKS.test(character)) return `+${character.length} marks`;
  // Not the control pictures (U+2400 and on): few fonts have them, and an empty box tells nothing.
  if (character === "\t") return "\u21e5";
  if (character === "\n") return "\u21b5";
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** Cut for rows and lists, never inside a surrogate pair; the whole text is in the details. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const last = text.charCodeAt(limit - 1);
  const end = last >= 0xd800 && last <= 0xdbff ? limit - 1 : limit;
  return `${text.slice(0, end)}…`;
}
