import type { ReactNode } from "react";
import type { Service, Status } from "../../api/answers.ts";
import { getServices } from "../../api/client.ts";
import { useAnswer, type Answer } from "../../api/useAnswer.ts";
import { colorsOf } from "../../parts/serviceColors.ts";
import { formatAgo, formatCount, formatDateTime, plural } from "../../domain/format.ts";
import { tracesRoute } from "../../domain/route.ts";
import { Icon } from "../../parts/Icon.tsx";
import { Link } from "../../parts/navigation.tsx";
import { ServiceName } from "../../parts/ServiceName.tsx";
import { Failed, Loading } from "../../parts/states.tsx";
import { useNow } from "../../parts/useNow.ts";
import { Attach } from "./Attach.tsx";
import { Endpoints } from "./Endpoints.tsx";
import { Instances } from "./Instances.tsx";
import "./services.css";

const EVERY_MILLIS = 5000;

interface ServicesPageProps {
  readonly selected: string;
  readonly status: Answer<Status>;
}

export function ServicesPage({ selected, status }: ServicesPageProps): ReactNode {
  const { answer, again } = useAnswer("services", getServices, EVERY_MILLIS);
  if (answer.state === "loading") return <Loading what="services" />;
  if (answer.state === "failed") return <Failed problem={answer.problem} again={again} />;
  if (answer.data.length === 0) return <Attach status={status} waiting />;
  const services = answer.data.toSorted((a, b) => a.name.localeCompare(b.name));
  return (
    <div className="column">
      <div className="page-head">
        <h1>Services</h1>
        <p className="quiet">
          {plural(services.length, "service")}, {plural(total(services, "instances"), "instance")},{" "}
          {plural(total(services, "spans"), "span")} stored
        </p>
      </div>
      <ServiceTable services={services} selected={selected} />
      <details className="card attach-more">
        <summary>Attach another service</summary>
        <Attach status={status} />
      </details>
    </div>
  );
}

function total(services: readonly Service[], field: "instances" | "spans"): number {
  return services.reduce((n, service) => n + service[field], 0);
}

interface ServiceTableProps {
  readonly services: readonly Service[];
  readonly selected: string;
}

function ServiceTable({ services, selected }: ServiceTableProps): ReactNode {
  const now = useNow();
  const colors = colorsOf(services.map((service) => service.name));
  return (
    <div className="card table-card">
      <table className="services">
        <thead>
          <tr>
            <th scope="col">Service</th>
            <th scope="col" className="number">
              Instances
            </th>
            <th scope="col" className="number">
              Segments
            </th>
            <th scope="col" className="number">
              Spans
            </th>
            <th scope="col" className="number">
              With errors
            </th>
            <th scope="col">Last data</th>
            <th scope="col">
              <span className="off-screen">Traces</span>
            </th>
          </tr>
        </thead>
        {services.map((service) => {
          const open = service.name === selected;
          return (
            <tbody key={service.name} className={open ? "open" : undefined}>
              <tr>
                <th scope="row">
                  <Link
                    to={{ page: "services", service: open ? "" : service.name }}
                    className="row-toggle"
                    aria-expanded={open}
                  >
                    <Icon name="chevron" />
                    <ServiceName name={service.name} color={colors.get(service.name) ?? 0} />
                  </Link>
                </th>
                <td className="number">{formatCount(service.instances)}</td>
                <td className="number">{formatCount(service.segments)}</td>
                <td className="number">{formatCount(service.spans)}</td>
                <td className="number">
                  {service.errors > 0 ? (
                    <Link
                      className="error-text"
                      to={tracesRoute({ service: service.name, error: "true", range: "all" })}
                    >
                      {formatCount(service.errors)}
                    </Link>
                  ) : (
                    <span className="quiet">0</span>
                  )}
                </td>
                <td title={service.lastMillis === null ? undefined : formatDateTime(service.lastMillis)}>
                  {service.lastMillis === null ? (
                    <span className="quiet">no traces yet</span>
                  ) : (
                    formatAgo(service.lastMillis, now)
                  )}
                </td>
                <td className="number">
                  <Link to={tracesRoute({ service: service.name })}>traces</Link>
                </td>
              </tr>
              {open && (
                <tr className="unfolded">
                  <td colSpan={7}>
                    <Instances service={service.name} />
                    <Endpoints service={service.name} />
                  </td>
                </tr>
              )}
            </tbody>
          );
        })}
      </table>
    </div>
  );
}
