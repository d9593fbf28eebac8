package io.skein.server;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** What can be said on the command line, or in the environment. */
@Command(
    name = "skein server",
    sortOptions = false,
    usageHelpWidth = 100,
    usageHelpAutoWidth = true,
    description = {
      "",
      "Receives traces of SkyWalking v3 and Skein agents over gRPC, keeps them in a directory"
          + " within a byte budget, and shows them in a browser. One process, no database.",
      ""
    },
    footer = {
      "",
      "Every option can come from the environment instead: --grpc-port is SKEIN_SERVER_GRPC_PORT,"
          + " and so on. The command line wins.",
      "",
      "Exit status: 0 after a stop by signal, 1 when the server cannot start (a port is taken, the"
          + " data directory cannot be used), 2 when an option is wrong."
    })
final class Options {
  static final String ENVIRONMENT_PREFIX = "SKEIN_SERVER_";

  // Twice the heap that the default needs, see --disk; ports and bind address as SkyWalking has
  // them, but for one machine: whoever wants to be reached from others says so.
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "where traces are kept (default: $${HOME}/.skein/data)")
  Path data = Path.of(System.getProperty("user.home", "."), ".skein", "data");

  @Option(
      names = "--disk",
      paramLabel = "SIZE",
      converter = ByteSize.Converter.class,
      description =
          "the most that the data directory may take, such as 500MB or 20GB; the oldest traces"
              + " make room (default: 2GB)")
  ByteSize disk = new ByteSize(2L << 30);

  @Option(
      names = "--grpc-port",
      paramLabel = "PORT",
      description = "where agents report to; 0 takes any free one (default: 11800)")
  int grpcPort = 11800;

  @Option(
      names = "--http-port",
      paramLabel = "PORT",
      description = "user interface and queries; 0 takes any free one (default: 12800)")
  int httpPort = 12800;

  @Option(
      names = "--bind",
      paramLabel = "ADDRESS",
      description =
          "the address to listen on; 0.0.0.0 makes the server reachable from other machines"
              + " (default: 127.0.0.1)")
  String bind = "127.0.0.1";

  @Option(
      names = "--token",
      paramLabel = "TEXT",
      description =
          "what agents have to send as Authentication; better given as SKEIN_SERVER_TOKEN, because"
              + " others on this machine can see command lines (default: none asked for)")
  @Nullable String token;

  @Option(
      names = "--allow-host",
      paramLabel = "NAME",
      split = ",",
      description =
          "a name, besides localhost and addresses, under which browsers may open the user"
              + " interface; can be repeated")
  List<String> allowedHosts = new ArrayList<>();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "show this and exit")
  boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "show the version and exit")
  boolean version;

  /** What is wrong although each option by itself is right; null when nothing. */
  @Nullable String contradiction() {
    if (grpcPort < 0 || grpcPort > 65535) {
      return "--grpc-port must be from 0 to 65535; got " + grpcPort;
    }
    if (httpPort < 0 || httpPort > 65535) {
      return "--http-port must be from 0 to 65535; got " + httpPort;
    }
    if (grpcPort == httpPort && grpcPort != 0) {
      return "--grpc-port and --http-port are both " + grpcPort + "; they must differ";
    }
    if (disk.bytes() < MIN_DISK_BYTES) {
      return "--disk must be at least "
          + new ByteSize(MIN_DISK_BYTES)
          + ", or no trace would be kept for long; got "
          + disk;
    }
    if (token != null && (token.isBlank() || !token.chars().allMatch(c -> c > ' ' && c < 0x7f))) {
      return "--token must be of visible ASCII characters without blanks: it travels in a header";
    }
    return null;
  }

  static final long MIN_DISK_BYTES = 64L << 20;
}
