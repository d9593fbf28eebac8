package io.skein.demo.launcher;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    versionProvider = Launcher.Version.class,
    sortOptions = false,
    description = {
      "Starts the server and a small shop of three Spring Boot services, each its own JVM with the"
          + " agent, sends requests, and shows what is counted. Ctrl-C ends everything.",
      "The traces are kept in a temporary directory and are gone at the end."
    },
    footerHeading = "%nWith --seconds, exit status 0 means: ",
    footer =
        "each request became one whole trace across all services it touched, nothing was dropped,"
            + " and the numbers of the last line add up.")
final class DemoCommand implements Callable<Integer> {
  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Send requests for N seconds, then check every trace and end by itself.")
  int seconds;

  @Option(
      names = "--rate",
      paramLabel = "N",
      defaultValue = "20",
      description = "Requests in a second, from 1 to 1000 (default: ${DEFAULT-VALUE}).")
  int rate;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      defaultValue = "12800",
      description = "Where the UI is (default: ${DEFAULT-VALUE}).")
  int httpPort;

  @Option(
      names = "--grpc-port",
      paramLabel = "PORT",
      defaultValue = "11800",
      description = "Where the agents report to (default: ${DEFAULT-VALUE}).")
  int grpcPort;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "42",
      description = "The same seed asks for the same mix of requests (default: ${DEFAULT-VALUE}).")
  long seed;

  @SuppressWarnings("NullAway.Init") // picocli sets it before call()
  @Spec
  CommandSpec spec;

  @Override
  public Integer call() {
    require(seconds >= 0, "--seconds must be a positive number; got " + seconds);
    require(rate >= 1 && rate <= 1000, "--rate must be from 1 to 1000; got " + rate);
    requirePort("--http-port", httpPort);
    requirePort("--grpc-port", grpcPort);
    require(httpPort != grpcPort, "--http-port and --grpc-port must differ; both are " + httpPort);
    Path home = Launcher.home();
    DemoRun.Built built =
        new DemoRun.Built(
            existing(home, "agent/dist/target/skein-agent.jar"),
            existing(home, "server/app/target/skein-server.jar"),
            existing(home, "scripts/server.jvm"),
            existing(home, "demo/shop/target/skein-demo-shop.jar"),
            existing(home, "demo/launcher/target/skein-demo-launcher.jar"));
    Ports.requireFree(httpPort, "--http-port", "UI and query API");
    Ports.requireFree(grpcPort, "--grpc-port", "gRPC receiver");
    return new DemoRun(built, httpPort, grpcPort, rate, seed).run(seconds) ? 0 : 1;
  }

  private void requirePort(String option, int port) {
    require(port >= 1 && port <= 65535, option + " must be from 1 to 65535; got " + port);
  }

  private void require(boolean fine, String message) {
    if (!fine) {
      throw new ParameterException(spec.commandLine(), message);
    }
  }

  private static Path existing(Path home, String jar) {
    Path path = home.resolve(jar);
    if (!Files.isRegularFile(path)) {
      throw new DemoFailure(path + " is not built; call ./skein, which builds what is missing");
    }
    return path;
  }
}
