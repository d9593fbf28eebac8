package io.skein.server;

import io.skein.server.storage.StorageException;
import io.skein.server.storage.TraceStore;
import io.skein.server.storage.lucene.LuceneTraceStore;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Starts the server and keeps it until a signal ends it. */
public final class Main {
  private static final int CANNOT_START = 1;
  private static final int WRONG_USE = 2;
  private static final long STOP_MILLIS = 20_000;

  /** How the store is opened; tests put another one in. */
  interface StoreOpener {
    TraceStore open(Options options);
  }

  private final PrintStream out;
  private final PrintStream err;
  private final Map<String, String> variables;
  private final StoreOpener opener;

  Main(PrintStream out, PrintStream err, Map<String, String> variables, StoreOpener opener) {
    this.out = out;
    this.err = err;
    this.variables = variables;
    this.opener = opener;
  }

  /** Runs until a signal, or until the reason not to has been said. */
  public static void main(String[] args) throws InterruptedException {
    Main main = new Main(System.out, System.err, System.getenv(), Main::openStore);
    int status = main.run(args);
    if (status >= 0) {
      System.exit(status);
    }
    // The shutdown hook ends the process; nothing else may.
    new CountDownLatch(1).await();
  }

  private static TraceStore openStore(Options options) {
    return LuceneTraceStore.open(options.data, options.disk.bytes());
  }

  /** Returns the exit status, or -1 when the server runs. */
  int run(String... args) {
    Options options = new Options();
    CommandLine line = new CommandLine(options);
    Environment environment = new Environment(variables);
    line.setDefaultValueProvider(environment);
    try {
      line.parseArgs(args);
      String contradiction = options.contradiction();
      if (contradiction != null) {
        throw new ParameterException(line, contradiction);
      }
    } catch (ParameterException e) {
      say(err, wrongUse(e, environment.sourceOf(e.getArgSpec(), args)));
      return WRONG_USE;
    }
    if (options.help) {
      line.usage(new PrintWriter(out, true, StandardCharsets.UTF_8));
      return 0;
    }
    if (options.version) {
      out.println("skein server " + Version.TEXT + " on Java " + Runtime.version());
      return 0;
    }
    PlainLog.install(err);
    for (String sentence : environment.misspelt(line)) {
      say(err, "WARN " + sentence);
    }
    try {
      boolean open = SkeinServer.isReachableFromOutside(options.bind);
      long opening = System.nanoTime();
      TraceStore store = opener.open(options);
      Duration opened = Duration.ofNanos(System.nanoTime() - opening);
      SkeinServer server = SkeinServer.start(options, store, InstantSource.system());
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server), "skein-stop"));
      if (open) {
        warnOfOpenDoor(options);
      }
      greet(server, options, opened);
      return -1;
    } catch (StartException | StorageException e) {
      say(err, "cannot start: " + e.getMessage());
      return CANNOT_START;
    }
  }

  private static String wrongUse(ParameterException e, @Nullable String source) {
    return e.getMessage()
        + (source == null ? "" : " (from the environment variable " + source + ")")
        + "\n[skein] --help shows all options";
  }

  private void warnOfOpenDoor(Options options) {
    if (options.token == null) {
      say(
          err,
          "WARN listening on "
              + options.bind
              + " without a token: whoever reaches this machine can send traces (--token ends"
              + " that) and read them");
    } else {
      say(
          err,
          "WARN listening on "
              + options.bind
              + ": agents need the token, but whoever reaches this machine can read traces");
    }
  }

  private void greet(SkeinServer server, Options options, Duration opened) {
    Instant now = Instant.now();
    Duration took =
        Duration.between(ProcessHandle.current().info().startInstant().orElse(now), now);
    say(
        out,
        String.format(
            Locale.ROOT,
            "server %s ready in %.1f s: open http://%s/, agents report to %s",
            Version.TEXT,
            took.toMillis() / 1000.0,
            server.httpAddress(),
            server.grpcAddress()));
    say(
        out,
        "traces are kept in "
            + server.dataDirectory()
            + ", "
            + options.disk
            + " at most; opened in "
            + opened.toMillis()
            + " ms");
    out.flush();
  }

  private void stop(SkeinServer server) {
    Thread stopping = new Thread(server::close, "skein-close");
    stopping.setDaemon(true);
    stopping.start();
    try {
      stopping.join(STOP_MILLIS);
      say(
          out,
          stopping.isAlive()
              ? "stopped the hard way: closing took longer than " + STOP_MILLIS / 1000 + " s"
              : "stopped");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    out.flush();
  }

  private static void say(PrintStream stream, String message) {
    stream.println("[skein] " + message);
  }
}
