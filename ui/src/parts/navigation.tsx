import { useSyncExternalStore, type AnchorHTMLAttributes, type MouseEvent, type ReactNode } from "react";
import { formatRoute, parseRoute, type Route } from "../domain/route.ts";

/*
 * Where we are, in step with the address bar. Going to a page adds to the history; what changes within a page (the
 * selected span, what is folded) replaces the entry, or the back button would walk through every arrow key. Browsers
 * stop listening to pages that replace the address hundreds of times a second, so those writes are gathered.
 */

const GATHER_MILLIS = 150;

let current: Route = parseRoute(location.pathname, location.search);
let pending: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function settle(route: Route): void {
  current = route;
  for (const listener of listeners) listener();
}

function write(): void {
  if (pending === undefined) return;
  clearTimeout(pending);
  pending = undefined;
  history.replaceState(null, "", formatRoute(current));
}

addEventListener("popstate", () => {
  clearTimeout(pending);
  pending = undefined;
  settle(parseRoute(location.pathname, location.search));
});
addEventListener("pagehide", write);

export function goTo(route: Route): void {
  write();
  const address = formatRoute(route);
  if (address !== location.pathname + location.search) history.pushState(null, "", address);
  settle(route);
}

export function adjust(route: Route): void {
  pending ??= setTimeout(write, GATHER_MILLIS);
  settle(route);
}

export function currentRoute(): Route {
  return current;
}

export function useRoute(): Route {
  return useSyncExternalStore(subscribe, currentRoute);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

interface LinkProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, "href"> {
  readonly to: Route;
  readonly children: ReactNode;
}

/** A real link: it opens in a new tab, can be copied and shows its address. */
export function Link({ to, children, onClick, ...rest }: LinkProps): ReactNode {
  const follow = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event);
    if (event.defaultPrevented || event.button !== 0) return;
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    goTo(to);
  };
  return (
    <a {...rest} href={formatRoute(to)} onClick={follow}>
      {children}
    </a>
  );
}
