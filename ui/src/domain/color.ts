import { fnv1a } from "./hash.ts";

/** Places in the palette of tokens.css; a test checks that there are as many and that each can be seen. */
export const PALETTE_SIZE = 12;

/**
 * A place in the palette for each service of a view. Services that have a place keep it, so that a service has its
 * color on every page; the others start from a hash of their name, and move on where the place is taken, by one of
 * this view or, while there are free places, by any known one. So no two of a view are alike until there are more of
 * them than places. Color never stands alone: the name is always beside it.
 */
export function serviceColors(
  names: Iterable<string>,
  known: ReadonlyMap<string, number> = new Map(),
): Map<string, number> {
  const colors = new Map<string, number>();
  const wanted = [...new Set(names)].sort();
  const taken = new Set<number>();
  for (const name of wanted) {
    const place = known.get(name);
    if (place !== undefined) {
      colors.set(name, place);
      taken.add(place);
    }
  }
  const avoided = new Set([...taken, ...known.values()]);
  for (const name of wanted) {
    if (colors.has(name)) continue;
    const full = avoided.size >= PALETTE_SIZE ? taken : avoided;
    let place = fnv1a(name) % PALETTE_SIZE;
    if (full.size < PALETTE_SIZE) while (full.has(place)) place = (place + 1) % PALETTE_SIZE;
    colors.set(name, place);
    taken.add(place);
    avoided.add(place);
  }
  return colors;
}

/** What to know from now on: at most one service for each place, the first that came. */
export function rememberColors(
  known: ReadonlyMap<string, number>,
  colors: ReadonlyMap<string, number>,
): ReadonlyMap<string, number> {
  const next = new Map(known);
  const taken = new Set(known.values());
  for (const [name, place] of colors) {
    if (next.has(name) || taken.has(place)) continue;
    next.set(name, place);
    taken.add(place);
  }
  return next.size === known.size ? known : next;
}
