import type { ReactNode, Ref } from "react";
import { formatDuration } from "../../domain/duration.ts";
import { formatDateTime } from "../../domain/format.ts";
import type { KeyValue, SpanRef } from "../../domain/model.ts";
import { formatRoute, profilesRoute, traceRoute, tracesRoute, type TaskStart } from "../../domain/route.ts";
import { cutText, plainText } from "../../domain/text.ts";
import { selfMillis, skewOf, type Skew } from "../../domain/timing.ts";
import { rowKey } from "../../domain/spanIndex.ts";
import type { SpanNode, TraceTree } from "../../domain/tree.ts";
import { CopyButton } from "../../parts/CopyButton.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { Link } from "../../parts/navigation.tsx";
import { ServiceName } from "../../parts/ServiceName.tsx";
import { Text } from "../../parts/Text.tsx";
import { LongText } from "./LongText.tsx";
import "./details.css";
import { Logs } from "./Logs.tsx";

interface DetailsProps {
  readonly ref: Ref<HTMLElement>;
  readonly node: SpanNode;
  readonly tree: TraceTree;
  readonly color: number;
  /** Of the span's segment. */
  readonly snapshots: number;
  readonly start: TaskStart | null;
  readonly onFlame: () => void;
  readonly onSelect: (node: SpanNode) => void;
  readonly onClose: () => void;
  readonly onBack: () => void;
}

const LONGEST_TITLE = 300;
const LONGEST_KEY = 120;

export function Details(props: DetailsProps): ReactNode {
  const { ref, node, tree, color, onSelect, onClose, onBack } = props;
  const link = location.origin + formatRoute(traceRoute(tree.traceId, node.key));
  return (
    <aside
      ref={ref}
      className="details"
      tabIndex={-1}
      aria-label="Span details"
      onKeyDown={(event) => {
        if (event.key === "Escape") onBack();
      }}
    >
      <div className="details-head" data-service={color}>
        <h2>
          <Text value={node.operation === "" ? "(no name)" : node.operation} limit={LONGEST_TITLE} />
        </h2>
        <CopyButton text={link} what="link to this span" />
        <button type="button" className="close" aria-label="Close the details" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      <Remarks node={node} />
      <Profiling {...props} />
      <Facts node={node} tree={tree} color={color} onSelect={onSelect} />
      {node.span !== null && (
        <>
          <Tags key={`tags ${node.key}`} tags={node.span.tags} service={node.service} />
          {node.span.logs.length > 0 && (
            <Logs key={`logs ${node.key}`} logs={node.span.logs} spanStart={node.start} />
          )}
          {node.span.refs.length > 0 && <Refs refs={node.span.refs} tree={tree} onSelect={onSelect} />}
        </>
      )}
    </aside>
  );
}

/** From a span to the code below it: the flame graph that is there, and the task that would make one. */
function Profiling({ node, snapshots, start, onFlame }: DetailsProps): ReactNode {
  if (node.span === null || (snapshots === 0 && start === null)) return null;
  return (
    <p className="profiling">
      {snapshots > 0 && (
        <button type="button" className="primary" onClick={onFlame}>
          <Icon name="flame" /> Flame graph of this span
        </button>
      )}
      {start !== null && (
        <Link to={profilesRoute(start)} title="The endpoint of the segment's first span">
          Profile this endpoint
        </Link>
      )}
    </p>
  );
}

interface FactsProps {
  readonly node: SpanNode;
  readonly tree: TraceTree;
  readonly color: number;
  readonly onSelect: (node: SpanNode) => void;
}

function Facts({ node, tree, color, onSelect }: FactsProps): ReactNode {
  const { span, parent } = node;
  return (
    <dl className="pairs">
      {node.operation.length > LONGEST_TITLE && (
        <Fact name="Operation">
          <LongText value={node.operation} what="operation" short={LONGEST_TITLE} />
        </Fact>
      )}
      <Fact name="Service">
        <ServiceName name={node.service} color={color} />
      </Fact>
      <Fact name="Instance">
        <LongText value={node.instance} what="instance" />
      </Fact>
      {span !== null && (
        <>
          <Fact name="Kind">
            <Text value={span.type} /> span
            {span.layer !== "" && span.layer !== "Unknown" && (
              <>
                , layer <Text value={span.layer} />
              </>
            )}
          </Fact>
          {span.component !== "" && (
            <Fact name="Component">
              <Text value={span.component} />{" "}
              {span.componentId > 0 && <span className="quiet">({span.componentId})</span>}
            </Fact>
          )}
          {span.peer !== "" && (
            <Fact name="Peer">
              <LongText value={span.peer} what="peer" />
            </Fact>
          )}
          <Fact name="Start">
            {formatDateTime(node.start)}
            <span className="quiet"> · {formatDuration(node.start - tree.start)} into the trace</span>
          </Fact>
          <Fact name="Duration">
            {node.reversed ? "unknown: it ended before it started" : formatDuration(node.end - node.start)}
          </Fact>
          <Fact name="Self time">
            {formatDuration(selfMillis(node))}
            <span className="quiet"> · without its children</span>
          </Fact>
        </>
      )}
      <Fact name="Span id">
        {node.spanId}
        <span className="quiet"> in segment </span>
        <code>
          <Text value={node.segmentId} />
        </code>
      </Fact>
      {parent !== null && (
        <Fact name="Parent">
          <button type="button" className="link" onClick={() => onSelect(parent)}>
            <Text value={parent.operation === "" ? "(no name)" : parent.operation} limit={120} />
          </button>
        </Fact>
      )}
      {span?.skipAnalysis === true && (
        <Fact name="Analysis">left out of statistics at the agent&apos;s wish</Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** What is odd about this span, in sentences. */
function Remarks({ node }: { readonly node: SpanNode }): ReactNode {
  const remarks: string[] = [];
  if (node.span === null) {
    remarks.push(
      "Others name this span as their parent, but it has not arrived. It may still be on its way, or was dropped or never recorded.",
    );
  }
  const skew = skewOf(node);
  if (skew !== null) remarks.push(skewWords(skew));
  if (node.reversed) remarks.push("Its end lies before its start, so it is drawn as a point at its start.");
  switch (node.oddity) {
    case "duplicate-id":
      remarks.push("Another span of this segment has the same number; children are shown under the first.");
      break;
    case "cycle":
      remarks.push("The parents of this span lead in a circle; it was cut here.");
      break;
    case "other-trace":
      remarks.push("It continues another trace; see its refs.");
      break;
    case null:
      break;
  }
  return (
    <>
      {node.error && (
        <p className="remark error">
          <Icon name="alert" /> This span ended with an error.
        </p>
      )}
      {remarks.map((remark) => (
        <p key={remark} className="remark">
          <Icon name="hole" /> {remark}
        </p>
      ))}
    </>
  );
}

function skewWords(skew: Skew): string {
  const time = formatDuration(skew.millis);
  if (skew.kind === "before-parent") {
    return skew.acrossProcesses
      ? `It starts ${time} before its parent, which ran in another process: the two clocks differ by at least that.`
      : `It starts ${time} before its parent in the same process: the clock was set back in between.`;
  }
  return skew.acrossProcesses
    ? `It ends ${time} after its parent: the parent did not wait for it, or the two clocks differ.`
    : `It ends ${time} after its parent, which did not wait for it.`;
}

/** Keys are short, or they are not: then they need as much room as values. */
function Key({ value }: { readonly value: string }): ReactNode {
  return value.length > LONGEST_KEY ? (
    <LongText value={value} what="key" short={LONGEST_KEY} />
  ) : (
    <Text value={value} />
  );
}

function Tags({
  tags,
  service,
}: {
  readonly tags: readonly KeyValue[];
  readonly service: string;
}): ReactNode {
  if (tags.length === 0) return <p className="quiet section">No tags.</p>;
  return (
    <section className="section">
      <h3>Tags</h3>
      <dl className="pairs tags-list">
        {tags.map((tag, i) => (
          <div key={i}>
            <dt>
              <Key value={tag.key} />
            </dt>
            <dd>
              <LongText value={tag.value} what={`value of ${cutText(tag.key, 60)}`} />
              {tag.value.length <= 200 && (
                <Link
                  className="find-like"
                  title="Search for traces with this tag"
                  aria-label={`Search for traces with ${plainText(`${tag.key}=${tag.value}`)}`}
                  to={tracesRoute({ service, tags: [`${tag.key}=${tag.value}`], range: "24h" })}
                >
                  <Icon name="search" />
                </Link>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

interface RefsProps {
  readonly refs: readonly SpanRef[];
  readonly tree: TraceTree;
  readonly onSelect: (node: SpanNode) => void;
}

/** A batch consumer may have hundreds. */
const REFS_SHOWN = 50;

function Refs({ refs, tree, onSelect }: RefsProps): ReactNode {
  const shown = refs.slice(0, REFS_SHOWN);
  return (
    <section className="section">
      <h3>{refs.length === 1 ? "Ref" : `${refs.length} refs`}</h3>
      <ul className="refs">
        {shown.map((ref, i) => {
          const target = tree.spans.at(ref.segmentId, ref.spanId);
          return (
            <li key={i}>
              <span className="chip">
                {ref.type === "CrossThread" ? "from another thread" : "from another process"}
              </span>{" "}
              <Text value={ref.service} limit={80} /> <Text value={ref.endpoint} limit={160} />
              {ref.address !== "" && (
                <span className="quiet">
                  {" "}
                  called as <Text value={ref.address} limit={120} />
                </span>
              )}{" "}
              {ref.traceId !== tree.traceId ? (
                <Link to={traceRoute(ref.traceId, rowKey(ref.segmentId, ref.spanId))}>other trace</Link>
              ) : target?.span ? (
                <button type="button" className="link" onClick={() => onSelect(target)}>
                  show
                </button>
              ) : (
                <span className="quiet">not received</span>
              )}
            </li>
          );
        })}
      </ul>
      {shown.length < refs.length && <p className="quiet">and {refs.length - shown.length} more</p>}
    </section>
  );
}
