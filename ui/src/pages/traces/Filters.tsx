import { useState, type FormEvent, type ReactNode } from "react";
import { getEndpoints, getInstances, getServices } from "../../api/client.ts";
import { useAnswer } from "../../api/useAnswer.ts";
import { durationText, parseDuration } from "../../domain/duration.ts";
import { formatDateTime, parseDateTime } from "../../domain/format.ts";
import {
  filterCount,
  isRange,
  LIMITS,
  RANGES,
  type ErrorFilter,
  type TraceQuery,
} from "../../domain/query.ts";
import { formatRoute, profilesRoute, tracesRoute } from "../../domain/route.ts";
import { plainText } from "../../domain/text.ts";
import { Icon } from "../../parts/Icon.tsx";
import { goTo, Link } from "../../parts/navigation.tsx";
import { useSettled } from "../../parts/useSettled.ts";
import { TagFilter } from "./TagFilter.tsx";

interface FiltersProps {
  readonly query: TraceQuery;
  readonly again: () => void;
}

/** What stands in the fields while they are edited; texts that cannot be read stay for correction. */
interface Draft {
  readonly query: TraceQuery;
  readonly min: string;
  readonly max: string;
  readonly from: string;
  readonly to: string;
  readonly tag: string;
}

function draftOf(query: TraceQuery): Draft {
  const time = (millis: number | null): string =>
    millis === null ? "" : formatDateTime(millis).replace(/(:00)?\.000$/, "");
  return {
    query,
    min: query.minMillis === null ? "" : durationText(query.minMillis),
    max: query.maxMillis === null ? "" : durationText(query.maxMillis),
    from: time(query.from),
    to: time(query.to),
    tag: "",
  };
}

export function Filters({ query, again }: FiltersProps): ReactNode {
  const [draft, setDraft] = useState(() => draftOf(query));
  const [tried, setTried] = useState(false);
  const address = formatRoute(tracesRoute(query));
  const [shown, setShown] = useState(address);
  if (shown !== address) {
    // Another search, by the back button perhaps: the fields follow, and keep the focus.
    setShown(address);
    setDraft(draftOf(query));
    setTried(false);
  }
  const change = (part: Partial<TraceQuery>): void =>
    setDraft((old) => ({ ...old, query: { ...old.query, ...part } }));

  const duration = (text: string): number | null => (text.trim() === "" ? null : parseDuration(text));
  const time = (text: string): number | null => (text.trim() === "" ? null : parseDateTime(text));
  const unreadable = {
    min: draft.min.trim() !== "" && duration(draft.min) === null,
    max: draft.max.trim() !== "" && duration(draft.max) === null,
    from: draft.from.trim() !== "" && time(draft.from) === null,
    to: draft.to.trim() !== "" && time(draft.to) === null,
  };

  const search = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    const custom = draft.query.range === "custom";
    if (unreadable.min || unreadable.max || (custom && (unreadable.from || unreadable.to))) return;
    const tag = draft.tag.trim();
    const next: TraceQuery = {
      ...draft.query,
      service: draft.query.service.trim(),
      instance: draft.query.instance.trim(),
      endpoint: draft.query.endpoint.trim(),
      traceId: draft.query.traceId.trim(),
      minMillis: duration(draft.min),
      maxMillis: duration(draft.max),
      from: custom ? time(draft.from) : null,
      to: custom ? time(draft.to) : null,
      // A tag that was typed but not added is meant all the same.
      tags: tag === "" || draft.query.tags.includes(tag) ? draft.query.tags : [...draft.query.tags, tag],
      before: "",
    };
    if (formatRoute(tracesRoute(next)) === address) again();
    else goTo(tracesRoute(next));
  };

  const wrong = (field: keyof typeof unreadable, hint: string): ReactNode =>
    tried && unreadable[field] ? (
      <span className="field-error" role="alert">
        {hint}
      </span>
    ) : null;

  return (
    <form className="filters" onSubmit={search} aria-label="Search for traces" noValidate>
      <NameFields query={draft.query} change={change} />
      <fieldset className="pair">
        <legend>Duration</legend>
        <label>
          <span className="off-screen">At least</span>
          <input
            value={draft.min}
            placeholder="min, 250ms"
            aria-invalid={tried && unreadable.min}
            onChange={(e) => setDraft({ ...draft, min: e.target.value })}
          />
        </label>
        <span aria-hidden="true">–</span>
        <label>
          <span className="off-screen">At most</span>
          <input
            value={draft.max}
            placeholder="max, 2s"
            aria-invalid={tried && unreadable.max}
            onChange={(e) => setDraft({ ...draft, max: e.target.value })}
          />
        </label>
        {wrong("min", "Durations look like 250ms, 1.5s or 2min.")}
        {wrong("max", "Durations look like 250ms, 1.5s or 2min.")}
      </fieldset>
      <label className="field">
        Result
        <select value={draft.query.error} onChange={(e) => change({ error: errorFilter(e.target.value) })}>
          <option value="">all</option>
          <option value="true">with errors</option>
          <option value="false">without errors</option>
        </select>
      </label>
      <TagFilter
        service={draft.query.service}
        tags={draft.query.tags}
        text={draft.tag}
        onText={(tag) => setDraft({ ...draft, tag })}
        onTags={(tags) => setDraft({ ...draft, tag: "", query: { ...draft.query, tags } })}
      />
      <label className="field">
        Time
        <select
          value={draft.query.range}
          onChange={(e) => change({ range: isRange(e.target.value) ? e.target.value : "1h" })}
        >
          {RANGES.map((range) => (
            <option key={range.id} value={range.id}>
              {range.label}
            </option>
          ))}
          <option value="all">All times</option>
          <option value="custom">From … to …</option>
        </select>
      </label>
      {draft.query.range === "custom" && (
        <div className="absolute">
          {(["from", "to"] as const).map((end) => (
            <label key={end} className="field">
              {end === "from" ? "From" : "To"}
              <input
                value={draft[end]}
                placeholder={end === "from" ? "2026-01-31 14:00" : "now"}
                aria-invalid={tried && unreadable[end]}
                onChange={(e) => setDraft({ ...draft, [end]: e.target.value })}
              />
              {wrong(end, "Times look like 2026-01-31 14:00, in your time zone.")}
            </label>
          ))}
        </div>
      )}
      <label className="field">
        Trace id
        <input
          value={draft.query.traceId}
          spellCheck={false}
          placeholder="exact; ignores the time"
          onChange={(e) => change({ traceId: e.target.value })}
        />
      </label>
      <div className="two">
        <label className="field">
          Order
          <select
            value={draft.query.order}
            onChange={(e) => change({ order: e.target.value === "slowest" ? "slowest" : "newest" })}
          >
            <option value="newest">newest</option>
            <option value="slowest">slowest</option>
          </select>
        </label>
        <label className="field">
          Per page
          <select value={draft.query.limit} onChange={(e) => change({ limit: Number(e.target.value) })}>
            {LIMITS.map((limit) => (
              <option key={limit}>{limit}</option>
            ))}
          </select>
        </label>
      </div>
      <div className="actions">
        <button type="submit" className="primary">
          <Icon name="search" /> Search
        </button>
        {filterCount(query) > 0 && (
          <Link to={tracesRoute({ range: query.range, from: query.from, to: query.to, order: query.order })}>
            Clear
          </Link>
        )}
        {query.service !== "" && query.endpoint !== "" && (
          <Link
            to={profilesRoute({
              service: query.service,
              endpoint: query.endpoint,
              minMillis: query.minMillis,
            })}
          >
            Profile this endpoint
          </Link>
        )}
      </div>
    </form>
  );
}

function errorFilter(text: string): ErrorFilter {
  return text === "true" || text === "false" ? text : "";
}

interface NameFieldsProps {
  readonly query: TraceQuery;
  readonly change: (part: Partial<TraceQuery>) => void;
}

/** Names are completed from what is stored; anything may be typed, the completion is only help. */
function NameFields({ query, change }: NameFieldsProps): ReactNode {
  const service = useSettled(query.service);
  const contains = useSettled(query.endpoint);
  const services = useAnswer("services", getServices);
  const instances = useAnswer(service === "" ? null : `instances ${service}`, (signal) =>
    getInstances(service, signal),
  );
  const endpoints = useAnswer(`endpoints ${service}\n${contains}`, (signal) =>
    getEndpoints(service, contains, signal),
  );
  return (
    <>
      <NameField
        label="Service"
        value={query.service}
        names={services.answer.state === "ready" ? services.answer.data.map((s) => s.name) : []}
        onChange={(name) => change({ service: name, instance: "" })}
      />
      <NameField
        label="Instance"
        value={query.instance}
        names={instances.answer.state === "ready" ? instances.answer.data.map((i) => i.name) : []}
        onChange={(instance) => change({ instance })}
      />
      <NameField
        label="Endpoint"
        value={query.endpoint}
        names={endpoints.answer.state === "ready" ? endpoints.answer.data.map((e) => e.name) : []}
        onChange={(endpoint) => change({ endpoint })}
      />
    </>
  );
}

interface NameFieldProps {
  readonly label: string;
  readonly value: string;
  readonly names: readonly string[];
  readonly onChange: (name: string) => void;
}

/** A browser's list of suggestions gets slow with thousands of entries. */
const SUGGESTIONS = 200;

function NameField({ label, value, names, onChange }: NameFieldProps): ReactNode {
  const list = `names-${label}`;
  return (
    <label className="field">
      {label}
      <input
        value={value}
        list={list}
        placeholder="any"
        spellCheck={false}
        autoComplete="off"
        onChange={(e) => onChange(e.target.value)}
      />
      <datalist id={list}>
        {names.slice(0, SUGGESTIONS).map((name) => (
          <option key={name} value={name} label={plainText(name.slice(0, 200))} />
        ))}
      </datalist>
    </label>
  );
}
