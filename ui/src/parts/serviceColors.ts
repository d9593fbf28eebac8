import { PALETTE_SIZE, rememberColors, serviceColors } from "../domain/color.ts";

/* The colors of services, remembered in this browser so that they are the same on every page and tomorrow. */

const KEY = "skein.colors";
/** Longer names are hostile or generated; they get a color, but not a place in the browser's storage. */
const LONGEST = 120;

let known: ReadonlyMap<string, number> = read();

function read(): ReadonlyMap<string, number> {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? "[]");
    const places = new Map<string, number>();
    if (Array.isArray(stored)) {
      stored.slice(0, PALETTE_SIZE).forEach((name: unknown, place) => {
        if (typeof name === "string" && name !== "") places.set(name, place);
      });
    }
    return places;
  } catch {
    return new Map();
  }
}

function write(): void {
  const names = Array.from({ length: PALETTE_SIZE }, () => "");
  for (const [name, place] of known) names[place] = name;
  try {
    localStorage.setItem(KEY, JSON.stringify(names));
  } catch {
    // Remembering is a courtesy.
  }
}

export function colorsOf(names: Iterable<string>): ReadonlyMap<string, number> {
  const colors = serviceColors(names, known);
  const next = rememberColors(
    known,
    new Map([...colors].filter(([name]) => name !== "" && name.length <= LONGEST)),
  );
  if (next !== known) {
    known = next;
    write();
  }
  return colors;
}
