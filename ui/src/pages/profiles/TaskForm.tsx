import { useEffect, useRef, useState, type FormEvent, type ReactNode } from "react";
import { createProfileTask, getEndpoints, getServices, Problem } from "../../api/client.ts";
import { useAnswer } from "../../api/useAnswer.ts";
import { formatDateTime } from "../../domain/format.ts";
import { fieldOf, type TaskField } from "../../domain/profile.ts";
import { profileRoute, profilesRoute, type TaskStart } from "../../domain/route.ts";
import { draftOf, orderOf, type Complaints } from "../../domain/taskDraft.ts";
import { plainText } from "../../domain/text.ts";
import { Icon } from "../../parts/Icon.tsx";
import { goTo, Link } from "../../parts/navigation.tsx";
import { Text } from "../../parts/Text.tsx";
import { useSettled } from "../../parts/useSettled.ts";
import { Expectation } from "./Expectation.tsx";

/** A browser's list of suggestions gets slow with thousands of entries. */
const SUGGESTIONS = 200;

/** Where a task begins that is planned, if nothing else is said: in an hour, on the minute. */
function inAnHour(): string {
  const at = Math.ceil((Date.now() + 3_600_000) / 60_000) * 60_000;
  return formatDateTime(at).replace(/:00\.000$/, "");
}

export function TaskForm({ start }: { readonly start: TaskStart }): ReactNode {
  const [draft, setDraft] = useState(() => draftOf(start));
  const [planned, setPlanned] = useState(false);
  const [complaints, setComplaints] = useState<Complaints>({});
  const [refusal, setRefusal] = useState("");
  const [busy, setBusy] = useState(false);
  const sent = useRef<AbortController | null>(null);
  useEffect(() => () => sent.current?.abort(), []);

  const change = (field: TaskField, text: string): void => {
    setDraft((old) => ({ ...old, [field]: text }));
    setComplaints((old) => ({ ...old, [field]: undefined }));
  };

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setRefusal("");
    const read = orderOf({ ...draft, start: planned ? draft.start : "" });
    if ("complaints" in read) {
      setComplaints(read.complaints);
      return;
    }
    const abort = new AbortController();
    sent.current = abort;
    setBusy(true);
    createProfileTask(read.order, abort.signal).then(
      (id) => goTo(profileRoute(id)),
      (cause: unknown) => {
        if (abort.signal.aborted) return;
        setBusy(false);
        const field = cause instanceof Problem ? fieldOf(cause.parameter) : null;
        const message = cause instanceof Error ? cause.message : String(cause);
        if (field === null) setRefusal(message);
        else setComplaints({ [field]: message });
      },
    );
  };

  const field = (name: TaskField, label: string, hint: ReactNode, more: object = {}): ReactNode => (
    <div className={`task-field task-${name}`}>
      <label className="field">
        {label}
        <input
          value={draft[name]}
          spellCheck={false}
          autoComplete="off"
          aria-invalid={complaints[name] !== undefined}
          aria-describedby={`about-${name}`}
          onChange={(e) => change(name, e.target.value)}
          {...more}
        />
      </label>
      <p id={`about-${name}`} className={complaints[name] === undefined ? "quiet hint" : "field-error"}>
        {complaints[name] === undefined ? hint : <Text value={complaints[name]} limit={600} />}
      </p>
    </div>
  );

  return (
    <form className="card task-form" onSubmit={submit} aria-label="New profile task" noValidate>
      <h2>Profile an endpoint</h2>
      <div className="task-fields">
        {field("service", "Service", "As it reports itself.", { list: "task-services" })}
        {field("endpoint", "Endpoint", "The exact name of a segment's first span.", {
          list: "task-endpoints",
        })}
        {field("min", "Slower than", "Younger requests are left alone; a sample begins at this age.")}
        {field("samples", "Requests", "So many in each process; 1 to 9.", { inputMode: "numeric" })}
        {field("period", "One snapshot every", "10ms or more.")}
        {field("minutes", "For minutes", "1 to 15.", { inputMode: "numeric" })}
        <div className="task-field task-start">
          <label className="field">
            Begin
            <select
              value={planned ? "at" : "now"}
              onChange={(e) => {
                setPlanned(e.target.value === "at");
                if (e.target.value === "at" && draft.start === "") change("start", inAnHour());
              }}
            >
              <option value="now">now</option>
              <option value="at">at …</option>
            </select>
          </label>
          {!planned && (
            <p className={complaints.start === undefined ? "quiet hint" : "field-error"}>
              {complaints.start === undefined ? (
                "Agents ask every 20 s."
              ) : (
                <Text value={complaints.start} limit={600} />
              )}
            </p>
          )}
        </div>
        {planned && field("start", "Time", "In your time zone.", { placeholder: "2026-01-31 14:00" })}
      </div>
      <Suggestions service={draft.service} endpoint={draft.endpoint} />
      <Expectation draft={draft} />
      {refusal !== "" && (
        <p className="refusal error-text" role="alert">
          <Icon name="alert" /> <Text value={refusal} limit={1000} />
        </p>
      )}
      <div className="actions">
        <button type="submit" className="primary" disabled={busy}>
          {busy ? "Starting …" : planned ? "Plan it" : "Start profiling"}
        </button>
        <Link to={profilesRoute()}>Cancel</Link>
      </div>
    </form>
  );
}

function Suggestions({
  service,
  endpoint,
}: {
  readonly service: string;
  readonly endpoint: string;
}): ReactNode {
  const [of, contains] = [useSettled(service), useSettled(endpoint)];
  const services = useAnswer("services", getServices);
  const endpoints = useAnswer(`endpoints ${of}\n${contains}`, (signal) => getEndpoints(of, contains, signal));
  const lists = [
    ["task-services", services.answer.state === "ready" ? services.answer.data : []],
    ["task-endpoints", endpoints.answer.state === "ready" ? endpoints.answer.data : []],
  ] as const;
  return (
    <>
      {lists.map(([id, names]) => (
        <datalist key={id} id={id}>
          {names.slice(0, SUGGESTIONS).map(({ name }) => (
            <option key={name} value={name} label={plainText(name.slice(0, 200))} />
          ))}
        </datalist>
      ))}
    </>
  );
}
