import { useEffect, useRef, type ReactNode } from "react";
import { shareText, type Found } from "../../domain/flameFacts.ts";
import { EMPTY_FLAME, hiddenGroups, type FlameView } from "../../domain/flameView.ts";
import type { Flame } from "../../domain/flame.ts";
import { FRAME_GROUPS, type FrameGroup } from "../../domain/frames.ts";
import { plural } from "../../domain/format.ts";
import {
  presetOf,
  STATE_LABELS,
  STATE_PRESETS,
  STATE_WORDS,
  STATES,
  type ThreadState,
} from "../../domain/states.ts";
import { collapsedStacks } from "../../domain/flameFacts.ts";
import { CopyButton } from "../CopyButton.tsx";
import { Icon } from "../Icon.tsx";

interface FlameToolsProps {
  readonly view: FlameView;
  readonly flame: Flame;
  readonly zoom: number;
  /** The share of each state in all that was analysed, shown or not. */
  readonly shares: readonly number[];
  readonly found: Found | null;
  readonly onView: (part: Partial<FlameView>) => void;
  readonly onBack: () => void;
}

export function FlameTools(props: FlameToolsProps): ReactNode {
  const { view, flame, zoom, onView, onBack } = props;
  return (
    <div className="flame-tools">
      <div className="choices-group" role="group" aria-label="Form">
        <Choice on={view.form === "flame"} onClick={() => onView({ form: "flame" })}>
          Flame graph
        </Choice>
        <Choice on={view.form === "tree"} onClick={() => onView({ form: "tree" })}>
          Table
        </Choice>
      </div>
      <States {...props} />
      <Search view={view} flame={flame} found={props.found} onView={onView} />
      <div className="flame-switches">
        <Hiding view={view} flame={flame} onView={onView} />
        <label className="check">
          <input
            type="checkbox"
            checked={view.lines}
            onChange={(e) => onView({ lines: e.target.checked, zoom: "" })}
          />
          Lines
        </label>
        {view.form === "flame" && (
          <label className="check">
            <input
              type="checkbox"
              checked={view.upwards}
              onChange={(e) => onView({ upwards: e.target.checked })}
            />
            Upwards
          </label>
        )}
        {zoom > 0 && (
          <>
            <button type="button" onClick={onBack}>
              Back
            </button>
            <button type="button" onClick={() => onView({ zoom: EMPTY_FLAME.zoom })}>
              Whole
            </button>
          </>
        )}
        <span className="copy-stacks">
          Stacks
          <CopyButton text={() => collapsedStacks(flame, zoom)} what="what is shown as collapsed stacks" />
        </span>
      </div>
    </div>
  );
}

interface ChoiceProps {
  readonly on: boolean;
  readonly onClick: () => void;
  readonly children: ReactNode;
  readonly title?: string;
}

function Choice({ on, onClick, children, title }: ChoiceProps): ReactNode {
  return (
    <button type="button" aria-pressed={on} onClick={onClick} title={title}>
      {children}
    </button>
  );
}

/** On-CPU against waiting: what is not chosen has no width. */
function States({ view, shares, onView }: FlameToolsProps): ReactNode {
  const whole = shares.reduce((sum, share) => sum + share, 0);
  const chosen = view.states ?? STATES;
  const toggle = (state: ThreadState): void => {
    const next = STATES.filter((s) => (s === state) !== chosen.includes(s));
    onView({ states: next.length === 0 || next.length === STATES.length ? null : next });
  };
  return (
    <div className="state-choices">
      <div className="choices-group" role="group" aria-label="Which time">
        {STATE_PRESETS.map((preset) => (
          <Choice
            key={preset.id}
            on={presetOf(view.states) === preset.id}
            onClick={() => onView({ states: preset.states })}
          >
            {preset.label}
          </Choice>
        ))}
      </div>
      <div className="state-legend" role="group" aria-label="States of the threads">
        {STATES.map((state, i) =>
          (shares[i] ?? 0) > 0 ? (
            <button
              key={state}
              type="button"
              className="state-chip"
              data-state={state}
              aria-pressed={chosen.includes(state)}
              title={`${STATE_LABELS[state]}: ${STATE_WORDS[state]}`}
              onClick={() => toggle(state)}
            >
              <span className="state-dot" aria-hidden="true" />
              {STATE_LABELS[state]} {shareText(shares[i] ?? 0, whole)}
            </button>
          ) : null,
        )}
      </div>
    </div>
  );
}

interface SearchProps {
  readonly view: FlameView;
  readonly flame: Flame;
  readonly found: Found | null;
  readonly onView: (part: Partial<FlameView>) => void;
}

function Search({ view, flame, found, onView }: SearchProps): ReactNode {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const typing = event.target instanceof HTMLElement && event.target.matches("input, textarea, select");
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      // The trace behind it listens for the same key: the one that is asked last is in front.
      event.preventDefault();
      event.stopImmediatePropagation();
      input.current?.focus();
    };
    document.addEventListener("keydown", onKey, { capture: true });
    return () => document.removeEventListener("keydown", onKey, { capture: true });
  }, []);
  return (
    <div className="find" role="search">
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        value={view.find}
        aria-label="Find frames"
        placeholder="Find a class or method"
        spellCheck={false}
        onChange={(e) => onView({ find: e.target.value })}
        onKeyDown={(e) => {
          if (e.key === "Escape") onView({ find: "" });
        }}
      />
      <span className="quiet find-count" role="status">
        {found !== null &&
          (found.count === 0
            ? "no match"
            : `${shareText(found.micros, flame.total[0] ?? 0)}, ${plural(found.count, "frame")}`)}
      </span>
    </div>
  );
}

function patternsOf({ prefixes, parts = [] }: FrameGroup): string {
  return [...prefixes.map((prefix) => `${prefix}*`), ...parts.map((part) => `*${part}*`)].join(" ");
}

function Hiding({ view, flame, onView }: Omit<SearchProps, "found">): ReactNode {
  const hidden = hiddenGroups(view);
  const gone = flame.hiddenFrames.reduce((sum, group) => sum + group.frames, 0);
  const change = (id: string, hide: boolean): void => {
    const next = FRAME_GROUPS.map((group) => group.id).filter((g) => (g === id ? hide : hidden.has(g)));
    onView({ hide: next.length === FRAME_GROUPS.length ? null : next, zoom: "" });
  };
  return (
    <details className="hiding">
      <summary>{gone > 0 ? `${plural(gone, "frame")} of frameworks hidden` : "No frames hidden"}</summary>
      <div className="hiding-list" role="group" aria-label="Hidden frames">
        <p className="quiet">
          Frames that are hidden are joined with their callers: their time stays, in the frame that called
          them.
        </p>
        {FRAME_GROUPS.map((group) => {
          const count = flame.hiddenFrames.find((g) => g.id === group.id)?.frames ?? 0;
          return (
            <label key={group.id} className="check">
              <input
                type="checkbox"
                checked={hidden.has(group.id)}
                onChange={(e) => change(group.id, e.target.checked)}
              />
              <span>
                {group.label}
                {count > 0 && <span className="quiet"> · {plural(count, "frame")} hidden</span>}
                <code className="prefixes">{patternsOf(group)}</code>
              </span>
            </label>
          );
        })}
        <div className="button-group">
          <button type="button" onClick={() => onView({ hide: [], zoom: "" })}>
            Show all frames
          </button>
          <button type="button" onClick={() => onView({ hide: null, zoom: "" })}>
            Hide all of these
          </button>
        </div>
      </div>
    </details>
  );
}
