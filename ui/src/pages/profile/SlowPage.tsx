import type { ReactNode } from "react";
import type { FlameView } from "../../domain/flameView.ts";
import { SLOW_TASK } from "../../domain/profile.ts";
import { profilesRoute, tracesRoute, type ProfileView } from "../../domain/route.ts";
import { Link } from "../../parts/navigation.tsx";
import { FlamePanel } from "../../parts/profile/FlamePanel.tsx";
import "./profile-page.css";

interface SlowPageProps {
  readonly view: ProfileView;
  readonly onFlame: (part: Partial<FlameView>) => void;
}

/** Everything that agents sampled of their own accord: nobody made this task, and it never ends. */
export function SlowPage({ view, onFlame }: SlowPageProps): ReactNode {
  return (
    <div className="column wide">
      <header className="card task-head">
        <h1>Slow requests, sampled without a task</h1>
        <p className="quiet">
          Agents with <code>skein.profile.slow</code> sample requests that take longer than is usual for their
          endpoint, within a budget of processor time. Here are all of them together; that of one request is
          in its <Link to={tracesRoute({ order: "slowest" })}>trace</Link>, where a flame marks what was
          sampled.
        </p>
      </header>
      <section className="task-analysis" aria-label="Analysis">
        <FlamePanel
          question={{ task: SLOW_TASK, segments: view.segments, from: null, to: null }}
          view={view.flame}
          onView={onFlame}
          nothing={
            <p className="quiet">
              No agent has sampled a slow request yet. The setting is off unless it is switched on; to sample
              one endpoint, <Link to={profilesRoute()}>make a task</Link>.
            </p>
          }
        />
      </section>
    </div>
  );
}
