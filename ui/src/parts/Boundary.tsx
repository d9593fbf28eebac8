import { Component, type ReactNode } from "react";
import { Text } from "./Text.tsx";

interface BoundaryState {
  readonly failure: string | null;
}

/** A fault of ours in one page leaves the rest usable and says so, instead of a white screen. */
export class Boundary extends Component<{ readonly children: ReactNode }, BoundaryState> {
  override state: BoundaryState = { failure: null };

  static getDerivedStateFromError(error: unknown): BoundaryState {
    return { failure: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.failure === null) return this.props.children;
    return (
      <div className="state failed" role="alert">
        <h2>This page failed</h2>
        <p>
          <Text value={this.state.failure} limit={1000} />
        </p>
        <p className="quiet">
          This is a fault of Skein&apos;s page, not of your data. Reloading may help; please report it.
        </p>
        <button type="button" onClick={() => location.reload()}>
          Reload
        </button>
      </div>
    );
  }
}
