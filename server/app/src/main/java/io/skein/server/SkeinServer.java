package io.skein.server;

import io.skein.server.collector.Collector;
import io.skein.server.collector.CollectorSettings;
import io.skein.server.query.QueryServer;
import io.skein.server.query.QuerySettings;
import io.skein.server.query.ServerFacts;
import io.skein.server.storage.TraceStore;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/** The wiring: a store, the collector that fills it, and the queries that read it. */
final class SkeinServer implements AutoCloseable, ServerFacts {
  private final Options options;
  private final TraceStore store;
  private final Collector collector;
  private final QueryServer queries;
  private final long startedMillis;
  private boolean closed;

  private SkeinServer(Options options, TraceStore store, InstantSource clock) {
    this.options = options;
    this.store = store;
    this.startedMillis = clock.millis();
    collector =
        new Collector(
            CollectorSettings.on(options.bind, options.grpcPort).token(options.token),
            store,
            clock);
    queries =
        new QueryServer(
            QuerySettings.on(options.bind, options.httpPort)
                .hosts(new HashSet<>(options.allowedHosts)),
            store,
            this,
            clock);
  }

  /**
   * Starts everything, or nothing.
   *
   * @param store owned by the server from here on, also when it does not start
   */
  static SkeinServer start(Options options, TraceStore store, InstantSource clock)
      throws StartException {
    SkeinServer server = new SkeinServer(options, store, clock);
    boolean started = false;
    try {
      server.listen();
      started = true;
      return server;
    } finally {
      if (!started) {
        server.close();
      }
    }
  }

  private void listen() throws StartException {
    // Queries first: Jetty is up in no time, and an agent that finds us should not be told to wait.
    try {
      queries.start();
    } catch (IOException e) {
      throw cannotBind("--http-port", options.httpPort, e);
    }
    try {
      collector.start();
    } catch (IOException e) {
      throw cannotBind("--grpc-port", options.grpcPort, e);
    }
  }

  /** Whether others than this machine can reach a server bound to the address. */
  static boolean isReachableFromOutside(String bind) throws StartException {
    try {
      return !InetAddress.getByName(bind).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new StartException(
          "--bind: \"" + bind + "\" is no address and no name of this machine", e);
    }
  }

  private StartException cannotBind(String option, int port, IOException failure) {
    String variable =
        Options.ENVIRONMENT_PREFIX
            + option.substring(2).replace('-', '_').toUpperCase(java.util.Locale.ROOT);
    String where = address(options.bind, port);
    String why = reason(failure);
    if (why.contains("in use")) {
      return new StartException(
          "port "
              + port
              + " of "
              + options.bind
              + " is taken, perhaps by another Skein or SkyWalking server: end that one, or choose"
              + " another port with "
              + option
              + " ("
              + variable
              + ")",
          failure);
    }
    if (why.contains("denied")) {
      return new StartException(
          "port "
              + port
              + " is not allowed for this user ("
              + why
              + "): choose one from 1024 on with "
              + option
              + " ("
              + variable
              + ")",
          failure);
    }
    if (why.contains("assign")) {
      return new StartException(
          "--bind: this machine has no address " + options.bind + " (" + why + ")", failure);
    }
    return new StartException("cannot listen on " + where + ": " + why, failure);
  }

  private static String reason(Throwable failure) {
    for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof BindException || cause.getCause() == null) {
        return String.valueOf(cause.getMessage());
      }
    }
    return String.valueOf(failure.getMessage());
  }

  int grpcPort() {
    return collector.port();
  }

  int httpPort() {
    return queries.port();
  }

  private static String address(String host, int port) {
    return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
  }

  @Override
  public String version() {
    return Version.TEXT;
  }

  @Override
  public long startedMillis() {
    return startedMillis;
  }

  @Override
  public String grpcAddress() {
    return address(options.bind, grpcPort());
  }

  @Override
  public String httpAddress() {
    return address(options.bind, httpPort());
  }

  @Override
  public String dataDirectory() {
    return options.data.toAbsolutePath().normalize().toString();
  }

  @Override
  public SortedMap<String, Long> messageCounts() {
    return collector.messageCounts().byReason();
  }

  /** Receivers first, so that what they took is stored before the store is closed. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      collector.close();
    } finally {
      try {
        queries.close();
      } finally {
        store.close();
      }
    }
  }
}
