import type { ReactNode } from "react";

const PATHS = {
  alert: "M8 1.8 15 14H1L8 1.8ZM8 6v4M8 12v.4",
  check: "m3 8.5 3.2 3.2L13 5",
  chevron: "m6 4 4 4-4 4",
  clock: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Zm0 3v3.2L10.2 10",
  close: "m4 4 8 8m0-8-8 8",
  copy: "M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3",
  down: "m4 6 4 4 4-4",
  flame:
    "M8 1.6c.6 2.6 4 4.3 4 7.9a4 4 0 0 1-8 0c0-1.6.8-2.6 1.7-3.5.1 1.2.5 1.8 1.2 2.2C6.6 5.6 6.8 3.4 8 1.6Z",
  hole: "M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2ZM8 10.6v.4M6.4 6.2a1.7 1.7 0 1 1 2.5 1.6c-.6.3-.9.6-.9 1.2",
  moon: "M13 9.6A5.6 5.6 0 1 1 6.4 3 4.5 4.5 0 0 0 13 9.6Z",
  refresh: "M13 8a5 5 0 1 1-1.6-3.7M13 2v3h-3",
  screen: "M2 3h12v8H2zM6 14h4M8 11v3",
  search: "M7 2.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9ZM10.4 10.4 14 14",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1",
  up: "m4 10 4-4 4 4",
} as const;

export type IconName = keyof typeof PATHS;

/** Drawn with lines in the color of the text; always beside words or inside a labelled button. */
export function Icon({ name }: { readonly name: IconName }): ReactNode {
  return (
    <svg className="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
