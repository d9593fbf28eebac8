import type { ReactNode } from "react";
import { tracesRoute } from "../domain/route.ts";
import { Link } from "../parts/navigation.tsx";
import { Text } from "../parts/Text.tsx";

export function UnknownPage({ path }: { readonly path: string }): ReactNode {
  return (
    <div className="state">
      <h1>No such page</h1>
      <p>
        There is nothing at{" "}
        <code>
          <Text value={path} limit={120} />
        </code>
        .
      </p>
      <p>
        Look at the <Link to={{ page: "services", service: "" }}>services</Link>, search the{" "}
        <Link to={tracesRoute()}>traces</Link> or check the{" "}
        <Link to={{ page: "accounting" }}>accounting</Link>.
      </p>
    </div>
  );
}
