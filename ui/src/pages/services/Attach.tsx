import type { ReactNode } from "react";
import type { Status } from "../../api/answers.ts";
import type { Answer } from "../../api/useAnswer.ts";
import { attachCommands } from "../../domain/attach.ts";
import { CopyButton } from "../../parts/CopyButton.tsx";

interface AttachProps {
  readonly status: Answer<Status>;
  /** Nothing has reported yet: this is the whole page. */
  readonly waiting?: boolean;
}

export function Attach({ status, waiting = false }: AttachProps): ReactNode {
  const grpc = status.state === "ready" ? status.data.grpcAddress : "";
  return (
    <div className={waiting ? "attach column" : "attach"}>
      {waiting && (
        <>
          <h1>No service has reported yet</h1>
          <p>
            The server is running and listens. Start an application with an agent and send it a request; it
            appears here within seconds, without reloading.
          </p>
        </>
      )}
      {grpc === "" ? (
        <p className="quiet">The server&apos;s address for agents is not known yet.</p>
      ) : (
        <ol className="commands">
          {attachCommands(grpc, location.hostname).map((attach) => (
            <li key={attach.title}>
              <h3>{attach.title}</h3>
              <p className="quiet">{attach.note}</p>
              <div className="command">
                <pre>{attach.command}</pre>
                <CopyButton text={attach.command} what="command" />
              </div>
            </li>
          ))}
        </ol>
      )}
      {waiting && (
        <p className="quiet">
          No application at hand? <code>./skein demo</code> starts a small shop of three services and sends it
          traffic. Nothing appears? The agent writes to its own log why it cannot report.
        </p>
      )}
    </div>
  );
}
