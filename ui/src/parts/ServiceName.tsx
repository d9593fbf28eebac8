import type { ReactNode } from "react";
import { Text } from "./Text.tsx";

interface ServiceNameProps {
  readonly name: string;
  readonly color: number;
}

export function ServiceName({ name, color }: ServiceNameProps): ReactNode {
  return (
    <span className="service-name" data-service={color}>
      <span className="dot" aria-hidden="true" />
      <Text value={name === "" ? "(no name)" : name} />
    </span>
  );
}
