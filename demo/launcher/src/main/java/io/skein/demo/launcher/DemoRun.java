package io.skein.demo.launcher;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * One run of the demo, from its first process to its last.
 *
 * <p>Whatever ends it, the end is the same: {@link #close} runs once, from the normal way out or
 * from the JVM's shutdown hook (Ctrl-C, kill), stops all processes and removes the directory. Only
 * {@code kill -9} skips it; then the processes end because our end of their pipes is gone.
 */
final class DemoRun {
  static final List<String> SERVICES = List.of("storefront", "inventory", "payment");
  private static final Duration START_LIMIT = Duration.ofMinutes(3);
  private static final Duration END_LIMIT = Duration.ofSeconds(20);
  private static final Duration QUIET_LIMIT = Duration.ofSeconds(20);
  private static final int PROBLEMS_SHOWN = 10;

  /** The server is ready when it answers; no line of output tells it earlier. */
  private static final String NO_MARK = "\0";

  /** The jars that the script has built. */
  record Built(Path agent, Path server, Path serverJvm, Path shop, Path launcher) {}

  private final Built built;
  private final int httpPort;
  private final int grpcPort;
  private final int rate;
  private final long seed;
  private final String url;
  private final QueryClient queries;
  private final Path directory;
  private final List<Child> services = new ArrayList<>();
  private final List<Child> all = new ArrayList<>();
  private boolean closed;
  private volatile boolean keepDirectory;
  private volatile boolean interruptedFromOutside;

  DemoRun(Built built, int httpPort, int grpcPort, int rate, long seed) {
    this.built = built;
    this.httpPort = httpPort;
    this.grpcPort = grpcPort;
    this.rate = rate;
    this.seed = seed;
    this.url = "http://127.0.0.1:" + httpPort;
    this.queries = new QueryClient(url);
    try {
      this.directory = Files.createTempDirectory("skein-demo-");
    } catch (IOException refused) {
      throw new DemoFailure(
          "no temporary directory could be made (" + refused.getMessage() + "); set TMPDIR to one");
    }
  }

  /** {@code seconds == 0}: until somebody ends this process. True if everything added up. */
  boolean run(int seconds) {
    Thread hook =
        new Thread(
            () -> {
              interruptedFromOutside = true;
              close(Duration.ofSeconds(5));
            },
            "end of demo");
    Runtime.getRuntime().addShutdownHook(hook);
    boolean good = false;
    try {
      String storefront = startAll();
      Driver driver = new Driver(storefront, rate, seed);
      driver.start();
      say("the UI is at " + url + (seconds == 0 ? "   (Ctrl-C ends everything)" : ""));
      LiveLine live = new LiveLine(queries, driver);
      long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
      while (seconds == 0 || System.nanoTime() < endNanos) {
        live.print();
        pause(
            seconds == 0
                ? 1000
                : Math.max(1, Math.min(1000, (endNanos - System.nanoTime()) / 1_000_000)));
        requireAllAlive();
      }
      good = finish(driver, live);
      return good;
    } catch (DemoFailure failure) {
      if (interruptedFromOutside) {
        // The processes are gone because the hook has ended them: nothing failed.
        return false;
      }
      throw failure;
    } finally {
      keepDirectory = !good && !interruptedFromOutside;
      close(END_LIMIT);
    }
  }

  private String startAll() {
    long startNanos = System.nanoTime();
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Child server = track(startServer(java));
    awaitServer(server);
    say("server ready after " + tenths(startNanos) + " s, data in " + directory.resolve("data"));

    List<Integer> ports = Ports.free(SERVICES.size());
    for (int i = 0; i < SERVICES.size(); i++) {
      String service = SERVICES.get(i);
      Map<String, String> environment =
          Map.of(
              "SKEIN_SERVICE",
              service,
              "SKEIN_BACKEND",
              "127.0.0.1:" + grpcPort,
              // The server ends with the shop; what is left would turn up in the next demo.
              "SKEIN_SPOOL_SIZE",
              "0",
              // A slow trace that somebody opens shall have its flame graph already.
              "SKEIN_PROFILE_SLOW",
              "2",
              "SERVER_PORT",
              String.valueOf(ports.get(i)),
              "SHOP_INVENTORY",
              "http://127.0.0.1:" + ports.get(SERVICES.indexOf("inventory")),
              "SHOP_PAYMENT",
              "http://127.0.0.1:" + ports.get(SERVICES.indexOf("payment")),
              "SHOP_LIFELINE",
              "stdin");
      Child child =
          Child.start(
              service,
              List.of(
                  java, "-javaagent:" + built.agent(), "-jar", built.shop().toString(), service),
              environment,
              directory,
              "shop: " + service + " listens on port");
      services.add(track(child));
    }
    for (Child service : services) {
      service.awaitReady(START_LIMIT);
    }
    say(
        "storefront, inventory and payment ready after "
            + tenths(startNanos)
            + " s, each with -javaagent:"
            + built.agent().getFileName());
    return "http://127.0.0.1:" + ports.get(SERVICES.indexOf("storefront"));
  }

  private Child startServer(String java) {
    List<String> command = new ArrayList<>(List.of(java, "@" + built.serverJvm()));
    if (Runtime.version().feature() >= 24) {
      // The server's jar says this in its manifest, which counts only with -jar.
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.addAll(
        List.of(
            "-cp",
            built.server() + File.pathSeparator + built.launcher(),
            Leash.class.getName(),
            mainClass(built.server()),
            "--data",
            directory.resolve("data").toString(),
            "--http-port",
            String.valueOf(httpPort),
            "--grpc-port",
            String.valueOf(grpcPort),
            "--disk",
            "2GB"));
    return Child.start("server", command, Map.of(), directory, NO_MARK);
  }

  private void awaitServer(Child server) {
    long limitNanos = System.nanoTime() + START_LIMIT.toNanos();
    while (!queries.isHealthy()) {
      if (!server.isAlive()) {
        throw new DemoFailure("the server ended before it was ready:\n" + server.lastLines());
      }
      if (System.nanoTime() > limitNanos) {
        throw new DemoFailure("the server does not answer at " + url + ":\n" + server.lastLines());
      }
      pause(50);
    }
  }

  private synchronized Child track(Child child) {
    if (closed) {
      // Ctrl-C came while this one was being started.
      child.askToEnd();
      throw new DemoFailure("ended while it was starting");
    }
    all.add(child);
    return child;
  }

  private void requireAllAlive() {
    for (Child child : all) {
      if (!child.isAlive()) {
        throw new DemoFailure(
            child.name + " ended in the middle of the demo:\n" + child.lastLines());
      }
    }
  }

  /**
   * Stops traffic, then the services, so that their agents flush; then counts. Queries see what was
   * stored a moment later, therefore the audit is repeated until it is content or time is up.
   */
  private boolean finish(Driver driver, LiveLine live) {
    List<Driver.Sent> requests = driver.stop();
    live.print();
    awaitQuiet();
    live.end();
    say("traffic stopped after " + requests.size() + " requests; ending the services");
    services.forEach(Child::askToEnd);
    for (Child service : services) {
      if (!service.awaitEnd(END_LIMIT)) {
        say(service.name + " had to be killed after " + END_LIMIT.toSeconds() + " s");
      }
    }
    long limitNanos = System.nanoTime() + QUIET_LIMIT.toNanos();
    while (true) {
      DemoResult result = DemoResult.of(requests, queries, SERVICES);
      if (result.isGood() || System.nanoTime() > limitNanos) {
        result.problems().stream()
            .limit(PROBLEMS_SHOWN)
            .forEach(problem -> say("NOT RIGHT: " + problem));
        if (result.problems().size() > PROBLEMS_SHOWN) {
          say("NOT RIGHT: and " + (result.problems().size() - PROBLEMS_SHOWN) + " more like these");
        }
        if (!result.isGood()) {
          say("the logs of all processes and the data are kept in " + directory);
        }
        System.out.println("demo: " + result.summary());
        return result.isGood();
      }
      pause(250);
    }
  }

  /** Waits until all that was made is stored; what is missing then, the audit names. */
  private void awaitQuiet() {
    long limitNanos = System.nanoTime() + QUIET_LIMIT.toNanos();
    Accounting before = null;
    while (System.nanoTime() < limitNanos) {
      try {
        Accounting now = queries.accounting();
        if (now.addsUp() && now.equals(before)) {
          return;
        }
        before = now;
      } catch (IOException unanswered) {
        return;
      }
      pause(500);
    }
  }

  private synchronized void close(Duration limit) {
    if (closed) {
      return;
    }
    closed = true;
    // The services first: their agents still have somebody to report to.
    services.forEach(Child::askToEnd);
    services.forEach(service -> service.awaitEnd(limit));
    all.forEach(Child::askToEnd);
    all.forEach(child -> child.awaitEnd(limit));
    if (!keepDirectory) {
      deleteDirectory();
    }
  }

  private void deleteDirectory() {
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException undeletable) {
      System.err.println("skein demo: " + directory + " could not be removed; remove it by hand");
    }
  }

  private static String mainClass(Path jar) {
    try (JarFile file = new JarFile(jar.toFile())) {
      String main = file.getManifest().getMainAttributes().getValue("Main-Class");
      if (main != null) {
        return main;
      }
    } catch (IOException unreadable) {
      throw new DemoFailure(jar + " cannot be read (" + unreadable.getMessage() + "); delete it");
    }
    throw new DemoFailure(jar + " names no main class; delete it, and ./skein builds it again");
  }

  private static void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new DemoFailure("interrupted");
    }
  }

  private static String tenths(long startNanos) {
    return String.format("%.1f", (System.nanoTime() - startNanos) / 1e9);
  }

  private static void say(String line) {
    System.out.println("skein demo: " + line);
  }
}
