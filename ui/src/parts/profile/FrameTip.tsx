import { useLayoutEffect, useRef, useState, type ReactNode } from "react";
import { nameOf, type Flame } from "../../domain/flame.ts";
import { amountText, selfOf, shareText, totalOf } from "../../domain/flameFacts.ts";
import { plural } from "../../domain/format.ts";
import { Text } from "../Text.tsx";
import { StateShares } from "./StateShares.tsx";

interface FrameTipProps {
  readonly flame: Flame;
  readonly node: number;
  /** Where the pointer is, in the window. */
  readonly x: number;
  readonly y: number;
}

const AWAY = 14;

/** What the frame under the pointer is, beside the pointer and inside the window. */
export function FrameTip({ flame, node, x, y }: FrameTipProps): ReactNode {
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const area = box.current?.getBoundingClientRect();
    if (area !== undefined && (area.width !== size.width || area.height !== size.height))
      setSize({ width: area.width, height: area.height });
  }, [node, size]);
  const room = { width: document.documentElement.clientWidth, height: window.innerHeight };
  const left = x + AWAY + size.width > room.width ? Math.max(4, x - AWAY - size.width) : x + AWAY;
  const top = y + AWAY + size.height > room.height ? Math.max(4, y - AWAY - size.height) : y + AWAY;
  const whole = flame.total[0] ?? 0;
  const above = flame.parent[node] ?? -1;
  const total = totalOf(flame, node);
  return (
    <div ref={box} className="frame-tip" style={{ left, top }} aria-hidden="true">
      <strong>
        <Text value={nameOf(flame, node)} limit={400} />
      </strong>
      <span>
        total {amountText(total)} · {shareText(total.micros, whole)}
        {above > 0 && ` · ${shareText(total.micros, flame.total[above] ?? 0)} of its caller`}
      </span>
      <span>
        self {amountText(selfOf(flame, node))} · {plural(Math.round(total.samples), "snapshot")}
      </span>
      <StateShares flame={flame} node={node} />
    </div>
  );
}
