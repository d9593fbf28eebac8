import type { ReactNode } from "react";
import type { Instance } from "../../api/answers.ts";
import { getInstances } from "../../api/client.ts";
import { useAnswer } from "../../api/useAnswer.ts";
import { formatAgo, formatCount, formatDateTime, plural } from "../../domain/format.ts";
import type { KeyValue } from "../../domain/model.ts";
import { tracesRoute } from "../../domain/route.ts";
import { Link } from "../../parts/navigation.tsx";
import { Failed, Loading } from "../../parts/states.tsx";
import { Text } from "../../parts/Text.tsx";
import { useNow } from "../../parts/useNow.ts";

/** Agents call every 30 s; two calls missed mean that the process is gone or cut off. */
const ALIVE_MILLIS = 75_000;

export function Instances({ service }: { readonly service: string }): ReactNode {
  const { answer, again } = useAnswer(
    `instances ${service}`,
    (signal) => getInstances(service, signal),
    5000,
  );
  const now = useNow();
  if (answer.state === "loading") return <Loading what="instances" />;
  if (answer.state === "failed") return <Failed problem={answer.problem} again={again} />;
  if (answer.data.length === 0) return <p className="quiet">No instance has reported yet.</p>;
  const seen = (instance: Instance): number =>
    Math.max(instance.lastSeenMillis ?? 0, instance.lastMillis ?? 0);
  const instances = answer.data.toSorted((a, b) => seen(b) - seen(a));
  return (
    <ul className="instances" aria-label="Instances">
      {instances.map((instance) => {
        const alive = now - seen(instance) < ALIVE_MILLIS;
        return (
          <li key={instance.name}>
            <div className="instance-head">
              <span className={alive ? "live" : "live gone"} aria-hidden="true" />
              <strong>
                <Text value={instance.name} />
              </strong>
              {instance.language !== "" && (
                <span className="chip">
                  <Text value={instance.language} limit={40} />
                </span>
              )}
              <span className="quiet" title={seen(instance) > 0 ? formatDateTime(seen(instance)) : undefined}>
                {seen(instance) > 0 ? `last seen ${formatAgo(seen(instance), now)}` : "never seen alive"}
              </span>
              <span className="quiet">
                {plural(instance.segments, "segment")}, {formatCount(instance.spans)} spans
              </span>
              <Link to={tracesRoute({ service, instance: instance.name })}>traces</Link>
            </div>
            <Properties properties={instance.properties} />
          </li>
        );
      })}
    </ul>
  );
}

/** Some properties are whole lists (every jar, every JVM argument): those are folded. */
const LONG = 160;

function Properties({ properties }: { readonly properties: readonly KeyValue[] }): ReactNode {
  const shown = properties.filter((property) => property.value !== "");
  if (shown.length === 0) return <p className="quiet">It has not told anything about itself.</p>;
  return (
    <dl className="pairs">
      {shown.map((property, i) => (
        <div key={i}>
          <dt>
            <Text value={property.key} />
          </dt>
          <dd>
            {property.value.length > LONG ? (
              <details>
                <summary>
                  <Text value={property.value} limit={80} />
                </summary>
                <pre className="block">
                  <Text value={property.value} limit={100_000} multiline />
                </pre>
              </details>
            ) : (
              <Text value={property.value} />
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}
