import type { ReactNode } from "react";
import type { Status } from "../../api/answers.ts";
import { getAccounting } from "../../api/client.ts";
import { useAnswer, type Answer } from "../../api/useAnswer.ts";
import {
  equationOf,
  judgeInstance,
  judgeServer,
  waiting,
  waitingOnDisk,
  type Accounting,
  type Amount,
  type Drop,
  type InstanceAccount,
  type Judgement,
  type ServerAccount,
} from "../../domain/accounting.ts";
import { colorsOf } from "../../parts/serviceColors.ts";
import { formatAgo, formatBytes, formatClock, formatCount, formatDateTime } from "../../domain/format.ts";
import { messageReason, reasonOf } from "../../domain/reasons.ts";
import { ServiceName } from "../../parts/ServiceName.tsx";
import { Failed, Loading } from "../../parts/states.tsx";
import { Text } from "../../parts/Text.tsx";
import { useNow } from "../../parts/useNow.ts";
import "./accounting.css";

export function AccountingPage({ status }: { readonly status: Answer<Status> }): ReactNode {
  const { answer, again } = useAnswer("accounting", getAccounting, 3000);
  if (answer.state === "loading") return <Loading what="the accounts" />;
  if (answer.state === "failed") return <Failed problem={answer.problem} again={again} />;
  const { server, instances } = answer.data;
  return (
    <div className="column">
      <div className="page-head">
        <h1>Accounting</h1>
        <p className="quiet">
          Segments that were made, and what became of each. As of {formatClock(answer.at)}, renewed every 3 s.
        </p>
      </div>
      <div className="cards">
        <ServerCard server={server} />
        <DiskCard status={status} />
      </div>
      <InstanceTable instances={instances} />
      <Reasons accounting={answer.data} />
      {server.badMessages.length > 0 && (
        <section className="card">
          <h2>Messages that could not be read, kept or kept whole</h2>
          <ul className="drops">
            {server.badMessages.map((bad) => (
              <li key={bad.reason}>
                <Text value={bad.reason} />: {formatCount(bad.count)}
                {messageReason(bad.reason) !== null && (
                  <span className="quiet"> {messageReason(bad.reason)}</span>
                )}
              </li>
            ))}
          </ul>
        </section>
      )}
      <section className="legend quiet">
        <p>
          <strong>made</strong> what the agent recorded · <strong>waiting</strong> in the agent&apos;s queue ·{" "}
          <strong>spooled</strong> waiting on the agent&apos;s disk · <strong>delivered</strong> taken by the
          server, as the agent knows · <strong>received</strong> arrived here · <strong>stored</strong>{" "}
          written to disk · <strong>repeats</strong> arrived again and were stored once ·{" "}
          <strong>dropped</strong> lost, under its reason. The server counts over its restarts, an agent from
          its start.
        </p>
      </section>
    </div>
  );
}

function ServerCard({ server }: { readonly server: ServerAccount }): ReactNode {
  return (
    <section className="card" aria-label="Server">
      <h2>Server</h2>
      <dl className="sum">
        <Sum label="received" amount={server.received} />
        <span className="operator" aria-hidden="true">
          =
        </span>
        <Sum label="stored" amount={server.stored} />
        <span className="operator" aria-hidden="true">
          +
        </span>
        <Sum label="repeats" amount={server.duplicates} />
        <span className="operator" aria-hidden="true">
          +
        </span>
        <div>
          <dt>dropped</dt>
          <dd>
            <Drops drops={server.dropped} />
          </dd>
        </div>
      </dl>
      <Verdict judgement={judgeServer(server)} />
    </section>
  );
}

function Sum({ label, amount }: { readonly label: string; readonly amount: Amount }): ReactNode {
  return (
    <div>
      <dt>{label}</dt>
      <dd>
        <span className="large">{formatCount(amount.segments)}</span>
        <span className="quiet"> {formatCount(amount.spans)} spans</span>
      </dd>
    </div>
  );
}

function DiskCard({ status }: { readonly status: Answer<Status> }): ReactNode {
  if (status.state !== "ready") {
    return (
      <section className="card" aria-label="Disk">
        <h2>Disk</h2>
        <p className="quiet">
          {status.state === "loading" ? "Loading …" : "Not known: the server is not reachable."}
        </p>
      </section>
    );
  }
  const { diskBytes, diskBudgetBytes, dataDirectory, oldestMillis, removedByRetention } = status.data;
  const share = diskBudgetBytes > 0 ? diskBytes / diskBudgetBytes : 0;
  return (
    <section className="card" aria-label="Disk">
      <h2>Disk</h2>
      <p>
        <span className="large">{formatBytes(diskBytes)}</span>
        {diskBudgetBytes > 0 && <> of {formatBytes(diskBudgetBytes)} budget</>}
      </p>
      {diskBudgetBytes > 0 && (
        <meter
          aria-label="Share of the disk budget in use"
          min={0}
          max={1}
          high={0.95}
          value={Math.min(1, share)}
        >
          {Math.round(share * 100)} %
        </meter>
      )}
      <p className="quiet">
        {oldestMillis === null ? "Nothing is stored yet." : `Oldest trace: ${formatDateTime(oldestMillis)}.`}
        {dataDirectory !== "" && (
          <>
            {" "}
            In{" "}
            <code>
              <Text value={dataDirectory} />
            </code>
            . When the budget is reached the oldest traces make room
            {removedByRetention.segments > 0 && `; ${formatCount(removedByRetention.segments)} segments did`}.
          </>
        )}
      </p>
    </section>
  );
}

function InstanceTable({ instances }: { readonly instances: readonly InstanceAccount[] }): ReactNode {
  const now = useNow();
  if (instances.length === 0) {
    return (
      <section className="card">
        <h2>Agents</h2>
        <p className="quiet">No agent has reported since the server was started.</p>
      </section>
    );
  }
  const colors = colorsOf(instances.map((account) => account.service));
  return (
    <section className="card table-card">
      <table className="accounts">
        <caption>Agents, one row per instance; numbers are segments</caption>
        <thead>
          <tr>
            <th scope="col">Instance</th>
            <th scope="col" className="number">
              Made
            </th>
            <th scope="col" className="number">
              Waiting
            </th>
            <th scope="col" className="number">
              Spooled
            </th>
            <th scope="col" className="number">
              Received
            </th>
            <th scope="col" className="number">
              Stored
            </th>
            <th scope="col" className="number">
              Repeats
            </th>
            <th scope="col">Dropped by agent</th>
            <th scope="col">Dropped by server</th>
            <th scope="col">Verdict</th>
          </tr>
        </thead>
        <tbody>
          {instances.map((account) => (
            <tr key={`${account.service}\n${account.instance}`}>
              <th scope="row">
                <ServiceName name={account.service} color={colors.get(account.service) ?? 0} />
                <div className="quiet cut">
                  <Text value={account.instance} />
                </div>
                <div className="quiet">
                  <Text
                    value={[account.language, account.agentVersion].filter((text) => text !== "").join(" ")}
                  />
                  {account.lastSeenMillis !== null && (
                    <>
                      {account.language + account.agentVersion === "" ? "" : " · "}seen{" "}
                      {formatAgo(account.lastSeenMillis, now)}
                    </>
                  )}
                </div>
              </th>
              <AmountCell name="Made" amount={account.made} />
              <AmountCell name="Waiting" amount={waiting(account)} />
              <SpooledCell account={account} />
              <AmountCell name="Received" amount={account.received} />
              <AmountCell name="Stored" amount={account.stored} />
              <AmountCell name="Repeats" amount={account.duplicates} />
              <td data-name="Dropped by agent">
                {account.made === null ? (
                  <span className="quiet">not told</span>
                ) : (
                  <Drops drops={account.agentDropped} />
                )}
              </td>
              <td data-name="Dropped by server">
                <Drops drops={account.serverDropped} />
              </td>
              <td>
                <Verdict judgement={judgeInstance(account, now)} />
                <Equation account={account} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface AmountCellProps {
  /** Stands before the number where there is no room for columns. */
  readonly name: string;
  readonly amount: Amount | null;
}

function AmountCell({ name, amount }: AmountCellProps): ReactNode {
  if (amount === null) {
    return (
      <td className="number quiet" data-name={name}>
        not told
      </td>
    );
  }
  return (
    <td className="number" data-name={name} title={`${formatCount(amount.spans)} spans`}>
      {formatCount(amount.segments)}
    </td>
  );
}

/** An agent that keeps an account and no spool has nothing there. */
function SpooledCell({ account }: { readonly account: InstanceAccount }): ReactNode {
  const none = { segments: 0, spans: 0 };
  return (
    <AmountCell name="Spooled" amount={account.made === null ? null : (waitingOnDisk(account) ?? none)} />
  );
}

/** The sum itself, so that nobody has to believe a verdict. */
function Equation({ account }: { readonly account: InstanceAccount }): ReactNode {
  const equation = equationOf(account);
  if (equation === null) return null;
  const { made, terms, missing } = equation;
  return (
    <p className="equation quiet">
      {formatCount(made)} made ={" "}
      {terms.map((term) => `${formatCount(term.segments)} ${term.name}`).join(" + ")}
      {missing === 0 ? (
        ": this sum adds up"
      ) : (
        <strong className="error-text">
          : this sum does not add up, {formatCount(Math.abs(missing))} {missing > 0 ? "missing" : "too many"}
        </strong>
      )}
    </p>
  );
}

/** Every reason that occurs, in plain words. */
function Reasons({ accounting }: { readonly accounting: Accounting }): ReactNode {
  const { server, instances } = accounting;
  const drops = [...server.dropped, ...instances.flatMap((account) => account.agentDropped)];
  const names = [
    ...new Set(drops.filter((drop) => drop.segments > 0 || drop.spans > 0).map((d) => d.reason)),
  ];
  if (names.length === 0) return null;
  return (
    <section className="card" aria-label="Reasons">
      <h2>Why something was dropped</h2>
      <dl className="reasons">
        {names.sort().map((name) => {
          const reason = reasonOf(name);
          return (
            <div key={name}>
              <dt>
                <Text value={name} limit={120} />
              </dt>
              <dd>
                {reason === null ? (
                  <span className="quiet">A reason that this version does not know.</span>
                ) : (
                  <>
                    {reason.means} <span className="quiet">{reason.hint}</span>
                  </>
                )}
              </dd>
            </div>
          );
        })}
      </dl>
    </section>
  );
}

function Drops({ drops }: { readonly drops: readonly Drop[] }): ReactNode {
  const real = drops.filter((drop) => drop.segments > 0 || drop.spans > 0);
  if (real.length === 0) return <span className="quiet">nothing</span>;
  return (
    <ul className="drops">
      {real.map((drop) => (
        <li key={drop.reason} title={`${formatCount(drop.spans)} spans`}>
          <span className="error-text">{formatCount(drop.segments)}</span>{" "}
          <Text value={drop.reason} limit={120} />
        </li>
      ))}
    </ul>
  );
}

function Verdict({ judgement }: { readonly judgement: Judgement }): ReactNode {
  return (
    <p className="verdict" data-verdict={judgement.verdict}>
      <span className="mark" aria-hidden="true" />
      {judgement.words}
    </p>
  );
}
