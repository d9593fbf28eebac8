import { memo, type ReactNode } from "react";
import { formatDuration } from "../../domain/duration.ts";
import { formatCount, plural } from "../../domain/format.ts";
import { plainText } from "../../domain/text.ts";
import { skewOf, type Stretch } from "../../domain/timing.ts";
import type { SpanNode } from "../../domain/tree.ts";
import { barOf, type Bar } from "../../domain/viewport.ts";
import { Icon } from "../../parts/Icon.tsx";
import { Text } from "../../parts/Text.tsx";

interface RowProps {
  readonly node: SpanNode;
  readonly color: number;
  readonly closed: boolean;
  /** Rows folded away under this one, and the errors among them. */
  readonly hidden: number;
  readonly hiddenErrors: number;
  readonly selected: boolean;
  readonly match: "none" | "found" | "other";
  readonly critical: readonly Stretch[] | undefined;
  /** Of the segment that begins with this row; 0 where none was taken. */
  readonly snapshots: number;
  readonly viewStart: number;
  readonly viewEnd: number;
  readonly rootCount: number;
  readonly onSelect: (node: SpanNode) => void;
  readonly onFold: (node: SpanNode, closed: boolean) => void;
}

const INDENT = 14;
/** Deeper rows stay at this indentation and say their depth: names have to remain readable. */
const DEEPEST = 14;

export function rowId(node: SpanNode): string {
  return `row-${node.index}`;
}

export const Row = memo(function Row(props: RowProps): ReactNode {
  const { node, color, closed, hidden, hiddenErrors, selected, match } = props;
  const classes = ["row"];
  if (selected) classes.push("selected");
  if (node.error) classes.push("error");
  if (node.span === null) classes.push("missing");
  if (match !== "none") classes.push(match);
  const depth = Math.min(node.depth, DEEPEST);
  return (
    <div
      id={rowId(node)}
      className={classes.join(" ")}
      data-service={color}
      role="treeitem"
      aria-level={node.depth + 1}
      aria-posinset={node.position}
      aria-setsize={node.parent?.children.length ?? props.rootCount}
      aria-expanded={node.children.length > 0 ? !closed : undefined}
      aria-selected={selected}
      aria-label={labelOf(node) + (props.snapshots > 0 ? ", sampled" : "")}
      onClick={() => props.onSelect(node)}
    >
      <div className="name">
        <span className="indent" style={{ width: depth * INDENT }} />
        {node.children.length > 0 ? (
          <button
            type="button"
            className="fold"
            tabIndex={-1}
            aria-hidden="true"
            onClick={(event) => {
              event.stopPropagation();
              props.onFold(node, !closed);
            }}
          >
            <Icon name={closed ? "chevron" : "down"} />
          </button>
        ) : (
          <span className="fold" />
        )}
        <span className="stripe" />
        {node.depth > DEEPEST && <span className="chip depth">{node.depth}</span>}
        {node.error && (
          <span className="error-text mark">
            <Icon name="alert" />
          </span>
        )}
        {props.snapshots > 0 && (
          <span className="sampled-mark" title={`sampled: ${plural(props.snapshots, "snapshot")}`}>
            <Icon name="flame" />
          </span>
        )}
        <span className="labels">
          {node.service !== node.parent?.service && (
            <span className="service">
              <Text value={node.service === "" ? "(no name)" : node.service} limit={80} />
            </span>
          )}
          <span className="operation">
            {node.span === null ? (
              <>
                <Icon name="hole" /> not received
                {node.operation !== "" && (
                  <>
                    : <Text value={node.operation} limit={200} />
                  </>
                )}
              </>
            ) : (
              <Text value={node.operation === "" ? "(no name)" : node.operation} limit={200} />
            )}
          </span>
        </span>
        {hidden > 0 && (
          <span className="chip folded-count" title={`${plural(hidden, "row")} folded`}>
            +{formatCount(hidden)}
            {hiddenErrors > 0 && (
              <span className="error-text">
                {" "}
                <Icon name="alert" />
                {formatCount(hiddenErrors)}
              </span>
            )}
          </span>
        )}
        {node.span !== null && node.span.component !== "" && (
          <span className="component quiet">
            <Text value={node.span.component} limit={40} />
          </span>
        )}
      </div>
      <div className="timeline">{node.span !== null && <Times {...props} />}</div>
    </div>
  );
});

function Times({ node, critical, viewStart, viewEnd }: RowProps): ReactNode {
  const view = { start: viewStart, end: viewEnd };
  const bar = barOf(node.start, node.end, view);
  if (bar.outside !== null) {
    return (
      <span className={`outside ${bar.outside}`}>{bar.outside === "before" ? "‹ earlier" : "later ›"}</span>
    );
  }
  const skew = skewOf(node);
  const right = bar.left + bar.width;
  const side = right < 0.86 ? "right" : bar.left > 0.14 ? "left" : "inside";
  return (
    <>
      <span className={`span-bar ${(node.span?.type ?? "").toLowerCase()}`} style={place(bar)} />
      {critical?.map((stretch) => {
        const part = barOf(stretch.start, stretch.end, view);
        if (part.outside !== null || part.width <= 0) return null;
        return <span key={stretch.start} className="critical" style={place(part)} />;
      })}
      <span
        className={`time ${side}`}
        style={
          side === "right"
            ? { left: `${right * 100}%` }
            : side === "left"
              ? { right: `${(1 - bar.left) * 100}%` }
              : { left: `${bar.left * 100}%` }
        }
      >
        {skew !== null && skew.kind === "before-parent" && (
          <span className="skew" title={`starts ${formatDuration(skew.millis)} before its parent`}>
            <Icon name="clock" />
          </span>
        )}
        {node.reversed ? "ended before it started" : formatDuration(node.end - node.start)}
      </span>
    </>
  );
}

function place(bar: Bar): { left: string; width: string } {
  return { left: `${bar.left * 100}%`, width: `${bar.width * 100}%` };
}

/** What a screen reader says for the row, in one breath. */
function labelOf(node: SpanNode): string {
  const operation = plainText(node.operation.slice(0, 200));
  const service = plainText(node.service.slice(0, 80));
  if (node.span === null) return `Not received: ${operation}, ${service}`;
  const parts = [operation || "no name", service, node.span.type, formatDuration(node.end - node.start)];
  if (node.error) parts.push("error");
  return parts.join(", ");
}
