import { FRAME_GROUPS, isGroup } from "./frames.ts";
import { isState, STATES, type ThreadState } from "./states.ts";

/* How a flame graph is looked at, as it stands in the address. */

export interface FlameView {
  readonly form: "flame" | "tree";
  /** Null: all of them. */
  readonly states: readonly ThreadState[] | null;
  /** Groups of frames that are hidden; null: all groups. */
  readonly hide: readonly string[] | null;
  /** A box for each line of a method instead of one for the method. */
  readonly lines: boolean;
  /** The first caller at the bottom, as flames are drawn; else at the top. */
  readonly upwards: boolean;
  readonly find: string;
  /** Key of the frame that fills the width. */
  readonly zoom: string;
}

export const EMPTY_FLAME: FlameView = {
  form: "flame",
  states: null,
  hide: null,
  lines: false,
  upwards: false,
  find: "",
  zoom: "",
};

const NONE = "none";

/** Names that no other part of a page's address has. */
export function parseFlame(text: (name: string) => string): FlameView {
  const states = STATES.filter((state) => text("states").split(".").includes(state));
  const hide = text("hide").split(".").filter(isGroup);
  const zoom = text("frame");
  return {
    form: text("form") === "tree" ? "tree" : "flame",
    states: states.length === 0 || states.length === STATES.length ? null : states,
    hide: text("hide") === NONE ? [] : hide.length === 0 || hide.length === FRAME_GROUPS.length ? null : hide,
    lines: text("lines") === "1",
    upwards: text("up") === "1",
    find: text("frames"),
    zoom: /^[0-9a-z]{1,20}$/.test(zoom) ? zoom : "",
  };
}

export function flamePairs(view: FlameView): [name: string, value: string][] {
  return [
    ["form", view.form === "tree" ? "tree" : ""],
    ["states", view.states === null ? "" : view.states.filter(isState).join(".")],
    ["hide", view.hide === null ? "" : view.hide.length === 0 ? NONE : view.hide.join(".")],
    ["lines", view.lines ? "1" : ""],
    ["up", view.upwards ? "1" : ""],
    ["frames", view.find],
    ["frame", view.zoom],
  ];
}

export function hiddenGroups(view: FlameView): ReadonlySet<string> {
  return new Set(view.hide ?? FRAME_GROUPS.map((group) => group.id));
}
