/* What a newcomer types to see a first trace. The addresses are those the server itself reports. */

export interface AttachCommand {
  readonly title: string;
  readonly note: string;
  readonly command: string;
}

export function attachCommands(grpcAddress: string, pageHost: string): AttachCommand[] {
  const backend = reachable(grpcAddress, pageHost);
  return [
    {
      title: "A Java application",
      note: "Nothing to compile in. Java 17 or newer; give each application a name of its own.",
      command: `SKEIN_SERVICE=my-service SKEIN_BACKEND=${backend} \\\n  java -javaagent:/path/to/skein-agent.jar -jar my-service.jar`,
    },
    {
      title: "The same with system properties",
      note: "For run configurations of an IDE and start scripts that only take JVM options.",
      command: `-javaagent:/path/to/skein-agent.jar -Dskein.service=my-service -Dskein.backend=${backend}`,
    },
    {
      title: "Agents of Apache SkyWalking (Java, Node.js, Python)",
      note: "They speak the same protocol: point them here with their own variables.",
      command: `SW_AGENT_NAME=my-service SW_AGENT_COLLECTOR_BACKEND_SERVICES=${backend}`,
    },
  ];
}

/**
 * A server bound to every interface reports 0.0.0.0 or ::, which nobody can connect to; the host this page came from
 * is one the reader's machine evidently reaches.
 */
function reachable(grpcAddress: string, pageHost: string): string {
  const at = grpcAddress.lastIndexOf(":");
  const host = at < 0 ? grpcAddress : grpcAddress.slice(0, at);
  const port = at < 0 ? "11800" : grpcAddress.slice(at + 1);
  const any = ["0.0.0.0", "::", "[::]", "0:0:0:0:0:0:0:0", "[0:0:0:0:0:0:0:0]", "*", ""].includes(host);
  return `${any ? pageHost : host}:${port}`;
}
