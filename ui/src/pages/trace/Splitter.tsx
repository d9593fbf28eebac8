import { useState, type KeyboardEvent, type PointerEvent, type ReactNode } from "react";

const KEY = "skein.nameWidth";
const LEAST = 140;
const LEAST_AXIS = 120;

function limited(width: number, total: number): number {
  return Math.round(
    Math.max(Math.min(LEAST, total / 2), Math.min(width, Math.max(LEAST, total - LEAST_AXIS))),
  );
}

/** The width of the column of names, remembered in this browser. */
export function useNameWidth(total: number): [number, (width: number) => void] {
  const [chosen, setChosen] = useState<number | null>(() => {
    try {
      const stored = Number(localStorage.getItem(KEY));
      return stored > 0 ? stored : null;
    } catch {
      return null;
    }
  });
  const width = limited(chosen ?? Math.min(560, total * 0.42), total);
  return [
    width,
    (next) => {
      setChosen(limited(next, total));
      try {
        localStorage.setItem(KEY, String(limited(next, total)));
      } catch {
        // Remembering is a courtesy.
      }
    },
  ];
}

interface SplitterProps {
  readonly width: number;
  readonly total: number;
  readonly onWidth: (width: number) => void;
}

export function Splitter({ width, total, onWidth }: SplitterProps): ReactNode {
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === "ArrowLeft" ? -20 : event.key === "ArrowRight" ? 20 : 0;
    if (step === 0) return;
    event.preventDefault();
    onWidth(width + step);
  };
  const onPointerMove = (event: PointerEvent<HTMLDivElement>): void => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
    const head = event.currentTarget.parentElement?.getBoundingClientRect();
    if (head !== undefined) onWidth(event.clientX - head.left);
  };
  return (
    <div
      className="splitter"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the names"
      aria-valuenow={width}
      aria-valuemin={LEAST}
      aria-valuemax={Math.max(LEAST, total - LEAST_AXIS)}
      tabIndex={0}
      onKeyDown={onKeyDown}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={onPointerMove}
    />
  );
}
