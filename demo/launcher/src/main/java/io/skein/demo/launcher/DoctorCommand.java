package io.skein.demo.launcher;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    versionProvider = Launcher.Version.class,
    description = "Looks at what Skein needs here: Java, what is built, the ports, the server.")
final class DoctorCommand implements Callable<Integer> {
  @Option(names = "--http-port", paramLabel = "PORT", defaultValue = "12800")
  int httpPort;

  @Option(names = "--grpc-port", paramLabel = "PORT", defaultValue = "11800")
  int grpcPort;

  private boolean well = true;

  @Override
  public Integer call() {
    Path home = Launcher.home();
    report(true, "Java " + Runtime.version() + " in " + System.getProperty("java.home"), "");
    built(home, "agent/dist/target/skein-agent.jar", "run");
    built(home, "server/app/target/skein-server.jar", "server");
    if (new QueryClient("http://127.0.0.1:" + httpPort).isHealthy()) {
      report(true, "a server answers at http://127.0.0.1:" + httpPort, "");
      report(
          Ports.isTaken(grpcPort),
          "something listens on port " + grpcPort + " for the agents",
          "nothing listens on port " + grpcPort + ": agents that report there are not heard");
    } else {
      report(
          !Ports.isTaken(httpPort),
          "port " + httpPort + " is free for the server's UI (no server runs there)",
          "port " + httpPort + " is taken by something that is no Skein server: use --http-port");
      report(
          !Ports.isTaken(grpcPort),
          "port " + grpcPort + " is free for the agents' reports",
          "port " + grpcPort + " is taken by another program: use --grpc-port");
    }
    return well ? 0 : 1;
  }

  private void built(Path home, String jar, String command) {
    boolean there = Files.isRegularFile(home.resolve(jar));
    // Not an illness: the script builds it when it is first needed.
    System.out.println(
        "  ok    " + (there ? jar + " is built" : jar + " will be built by ./skein " + command));
  }

  private void report(boolean fine, String wellText, String illText) {
    well &= fine;
    System.out.println(fine ? "  ok    " + wellText : "  WRONG " + illText);
  }
}
