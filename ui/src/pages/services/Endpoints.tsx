import { useState, type ReactNode } from "react";
import { getEndpoints } from "../../api/client.ts";
import { useAnswer } from "../../api/useAnswer.ts";
import { plural } from "../../domain/format.ts";
import { profilesRoute, tracesRoute } from "../../domain/route.ts";
import { plainText } from "../../domain/text.ts";
import { Link } from "../../parts/navigation.tsx";
import { Failed, Loading } from "../../parts/states.tsx";
import { Text } from "../../parts/Text.tsx";
import { useSettled } from "../../parts/useSettled.ts";

/** In step with the question of api/client. */
const ASKED = 50;
const SHOWN = 12;

/** What the service is asked for, and from there to its traces and to a profile task. */
export function Endpoints({ service }: { readonly service: string }): ReactNode {
  const [text, setText] = useState("");
  const [all, setAll] = useState(false);
  const contains = useSettled(text);
  const { answer, again } = useAnswer(`endpoints of ${service}\n${contains}`, (signal) =>
    getEndpoints(service, contains, signal),
  );
  const found = answer.state === "ready" ? answer.data : [];
  const shown = all ? found : found.slice(0, SHOWN);
  return (
    <section className="endpoints" aria-label="Endpoints">
      <div className="endpoints-head">
        <h3>Endpoints</h3>
        <input
          type="search"
          value={text}
          aria-label="Find endpoints"
          placeholder="Find"
          spellCheck={false}
          onChange={(e) => setText(e.target.value)}
        />
      </div>
      {answer.state === "loading" && <Loading what="endpoints" />}
      {answer.state === "failed" && <Failed problem={answer.problem} again={again} />}
      {answer.state === "ready" && found.length === 0 && (
        <p className="quiet">{contains === "" ? "None has been called yet." : "None is named like this."}</p>
      )}
      <ul>
        {shown.map((endpoint) => (
          <li key={endpoint.name}>
            <span className="endpoint-name">
              <Text value={endpoint.name === "" ? "(no name)" : endpoint.name} />
            </span>
            <span className="quiet">{plural(endpoint.segments, "segment")}</span>
            <Link to={tracesRoute({ service, endpoint: endpoint.name })}>traces</Link>
            {endpoint.name !== "" && (
              <Link
                to={profilesRoute({ service, endpoint: endpoint.name, minMillis: null })}
                aria-label={`Profile ${plainText(endpoint.name.slice(0, 200))}`}
              >
                profile
              </Link>
            )}
          </li>
        ))}
      </ul>
      {found.length > shown.length && (
        <button type="button" className="link" onClick={() => setAll(true)}>
          show {plural(found.length - shown.length, "more endpoint")}
        </button>
      )}
      {all && found.length >= ASKED && <p className="quiet">There may be more: find them by name.</p>}
    </section>
  );
}
