import { useEffect, useRef, type ReactNode } from "react";
import type { Status } from "../api/answers.ts";
import { getStatus } from "../api/client.ts";
import { useAnswer, type Answer } from "../api/useAnswer.ts";
import { formatClock, formatCount } from "../domain/format.ts";
import { SLOW_TASK } from "../domain/profile.ts";
import { profilesRoute, tracesRoute, type Route } from "../domain/route.ts";
import { cutText, plainText } from "../domain/text.ts";
import { Boundary } from "../parts/Boundary.tsx";
import { Icon } from "../parts/Icon.tsx";
import { Link, useRoute } from "../parts/navigation.tsx";
import { Text } from "../parts/Text.tsx";
import { ThemeSwitch } from "../parts/ThemeSwitch.tsx";
import { AccountingPage } from "./accounting/AccountingPage.tsx";
import { changeFlame, ProfilePage } from "./profile/ProfilePage.tsx";
import { SlowPage } from "./profile/SlowPage.tsx";
import { ProfilesPage } from "./profiles/ProfilesPage.tsx";
import { ServicesPage } from "./services/ServicesPage.tsx";
import { TracePage } from "./trace/TracePage.tsx";
import { TracesPage } from "./traces/TracesPage.tsx";
import { UnknownPage } from "./UnknownPage.tsx";

const STATUS_EVERY_MILLIS = 5000;

export function App(): ReactNode {
  const route = useRoute();
  const { answer } = useAnswer("status", getStatus, STATUS_EVERY_MILLIS);
  const main = useRef<HTMLElement>(null);
  const page = route.page;
  const first = useRef(true);

  useEffect(() => {
    document.title = `${titleOf(route)} · Skein`;
  }, [route]);

  useEffect(() => {
    // Whoever follows a link with the keyboard or a screen reader goes on reading in the new page.
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
  }, [page]);

  return (
    <div className={`app page-${page}`}>
      <a className="skip" href="#main">
        Skip to the content
      </a>
      <header className="bar">
        <Link to={{ page: "services", service: "" }} className="brand">
          <svg viewBox="0 0 32 32" width="22" height="22" aria-hidden="true">
            <path d="M4 9h16" />
            <path d="M9 16h17" />
            <path d="M14 23h9" />
          </svg>
          Skein
        </Link>
        <nav aria-label="Pages">
          <NavLink to={{ page: "services", service: "" }} on={page === "services"}>
            Services
          </NavLink>
          <NavLink to={tracesRoute()} on={page === "traces" || page === "trace"}>
            Traces
          </NavLink>
          <NavLink to={profilesRoute()} on={page === "profiles" || page === "profile"}>
            Profiles
          </NavLink>
          <NavLink to={{ page: "accounting" }} on={page === "accounting"}>
            Accounting
          </NavLink>
        </nav>
        <Connection answer={answer} />
        <ThemeSwitch />
      </header>
      {answer.state === "failed" && page === "trace" && (
        <div className="banner" role="alert">
          <Icon name="alert" />
          The server has not been reachable since {formatClock(answer.at)}. A trace that is still shown was
          loaded before.
        </div>
      )}
      {answer.state === "ready" && answer.data.trouble !== "" && (
        <div className="banner" role="alert">
          <Icon name="alert" />
          <span>
            Nothing can be stored at the moment: <Text value={answer.data.trouble} limit={1000} />
          </span>
        </div>
      )}
      <main id="main" ref={main} tabIndex={-1}>
        <Boundary key={page}>
          <Page route={route} status={answer} />
        </Boundary>
      </main>
    </div>
  );
}

function Page({ route, status }: { readonly route: Route; readonly status: Answer<Status> }): ReactNode {
  switch (route.page) {
    case "services":
      return <ServicesPage selected={route.service} status={status} />;
    case "traces":
      return <TracesPage query={route.query} />;
    case "trace":
      return <TracePage key={route.view.id} view={route.view} />;
    case "profiles":
      return <ProfilesPage start={route.start} />;
    case "profile":
      return route.view.task === SLOW_TASK ? (
        <SlowPage view={route.view} onFlame={changeFlame} />
      ) : (
        <ProfilePage key={route.view.task} view={route.view} />
      );
    case "accounting":
      return <AccountingPage status={status} />;
    case "unknown":
      return <UnknownPage path={route.path} />;
  }
}

function titleOf(route: Route): string {
  switch (route.page) {
    case "services":
      return "Services";
    case "traces":
      return "Traces";
    case "trace":
      return `Trace ${plainText(cutText(route.view.id, 40))}`;
    case "profiles":
      return "Profiles";
    case "profile":
      return `Profile ${plainText(cutText(route.view.task, 40))}`;
    case "accounting":
      return "Accounting";
    case "unknown":
      return "Not found";
  }
}

interface NavLinkProps {
  readonly to: Route;
  readonly on: boolean;
  readonly children: ReactNode;
}

function NavLink({ to, on, children }: NavLinkProps): ReactNode {
  return (
    <Link to={to} className="nav-link" aria-current={on ? "page" : undefined}>
      {children}
    </Link>
  );
}

function Connection({ answer }: { readonly answer: Answer<Status> }): ReactNode {
  switch (answer.state) {
    case "loading":
      return <p className="connection">connecting …</p>;
    case "failed":
      return (
        <p className="connection lost" role="status">
          <Icon name="alert" /> not reachable
        </p>
      );
    case "ready":
      return (
        <p
          className="connection"
          title={`Skein ${answer.data.version}, agents report to ${answer.data.grpcAddress}`}
        >
          <span className="live" aria-hidden="true" />
          <span className="connection-count">{formatCount(answer.data.spans)} spans stored</span>
        </p>
      );
  }
}
