package io.skein.wire.grpc;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLHandshakeException;
import org.apache.hc.core5.concurrent.FutureCallback;
import org.apache.hc.core5.http.HttpRequestInterceptor;
import org.apache.hc.core5.http.config.CharCodingConfig;
import org.apache.hc.core5.http.nio.command.RequestExecutionCommand;
import org.apache.hc.core5.http.nio.command.ShutdownCommand;
import org.apache.hc.core5.http.protocol.DefaultHttpProcessor;
import org.apache.hc.core5.http.protocol.HttpCoreContext;
import org.apache.hc.core5.http2.config.H2Config;
import org.apache.hc.core5.http2.impl.nio.ClientH2PrefaceHandler;
import org.apache.hc.core5.http2.impl.nio.ClientH2StreamMultiplexerFactory;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.reactor.Command;
import org.apache.hc.core5.reactor.DefaultConnectingIOReactor;
import org.apache.hc.core5.reactor.IOEventHandler;
import org.apache.hc.core5.reactor.IOReactorConfig;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.reactor.IOSessionListener;
import org.apache.hc.core5.reactor.ProtocolIOSession;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * The one HTTP/2 connection to the collector, and the one thread that serves it. Used by one other
 * thread, which may close it.
 */
final class Connection implements AutoCloseable {

  /*
   * HttpCore's ready-made clients keep pools of connections, many threads and resolvers of names.
   * One connection needs none of them: the reactor below moves bytes, the multiplexer above it
   * speaks HTTP/2, and this class puts one on top of the other. Their thread gets a name that a
   * user can place, no class loader of the application, and no inherited thread locals.
   *
   * With TLS a connection is open when its handshake is done: the reactor says "connected" before
   * that, when there is only a socket.
   */

  private static final H2Config HTTP2 =
      H2Config.custom()
          .setPushEnabled(false)
          .setMaxConcurrentStreams(16)
          .setInitialWindowSize(64 * 1024)
          .setMaxHeaderListSize(64 * 1024) // what a hostile server may make us keep
          .build();

  /** What takes longer than this takes long: time for other work. */
  static final long SLICE_NANOS = 250_000_000L;

  private final DefaultConnectingIOReactor reactor;
  private @Nullable IOSession session;
  private StreamWatch watch = new StreamWatch();
  private volatile @Nullable Exception failure;

  /** What the reactor is given along with an address. */
  private record Opening(
      StreamWatch watch, @Nullable Tls tls, Timeout timeout, CompletableFuture<Void> ready) {}

  Connection(String threadName) {
    reactor =
        new DefaultConnectingIOReactor(
            (ioSession, attachment) -> begin(ioSession, (Opening) attachment),
            IOReactorConfig.custom()
                .setIoThreadCount(1)
                .setTcpNoDelay(true)
                .setSoKeepAlive(true)
                .build(),
            task -> {
              Thread thread = new Thread(null, task, threadName, 0, false);
              thread.setDaemon(true);
              thread.setContextClassLoader(Connection.class.getClassLoader());
              return thread;
            },
            GatheringSession::over,
            null,
            new FailureListener(),
            ShutdownCommand.GRACEFUL_IMMEDIATE_CALLBACK);
    reactor.start();
  }

  /** A connection may fail in its handshake or between two calls; only the reactor is told why. */
  private final class FailureListener implements IOSessionListener {
    @Override
    public void exception(IOSession session, Exception cause) {
      failure = cause;
    }

    @Override
    public void connected(IOSession session) {}

    @Override
    public void startTls(IOSession session) {}

    @Override
    public void inputReady(IOSession session) {}

    @Override
    public void outputReady(IOSession session) {}

    @Override
    public void timeout(IOSession session) {}

    @Override
    public void disconnected(IOSession session) {}
  }

  /** Returns what ended the connection that was opened last, if something did. */
  @Nullable Exception failure() {
    return failure;
  }

  private static IOEventHandler begin(ProtocolIOSession session, Opening opening) {
    if (opening.tls() != null) {
      opening.tls().start(session, opening.timeout());
    }
    return new ClientH2PrefaceHandler(
        session,
        new ClientH2StreamMultiplexerFactory(
            new DefaultHttpProcessor(new HttpRequestInterceptor[0]),
            null,
            HTTP2,
            CharCodingConfig.DEFAULT,
            opening.watch()),
        opening.tls() != null, // then HTTP/2 must have been agreed upon
        new FutureCallback<>() {
          @Override
          public void completed(ProtocolIOSession result) {
            opening.ready().complete(null);
          }

          @Override
          public void failed(Exception cause) {
            opening.ready().completeExceptionally(cause);
          }

          @Override
          public void cancelled() {
            opening.ready().cancel(false);
          }
        },
        null);
  }

  boolean isOpen() {
    IOSession current = session;
    return current != null && current.getStatus() == IOSession.Status.ACTIVE && !watch.leaving();
  }

  /** Says whether what listens at the other end has spoken HTTP/2. */
  boolean spoken() {
    return watch.spoken();
  }

  /**
   * Connects to the first address of the host that accepts.
   *
   * @param meanwhile what to do now and then while it waits; null for nothing
   * @throws IOException with a reason for a person
   * @throws InterruptedException when interrupted
   */
  void open(CollectorAddress to, @Nullable Tls tls, long timeoutNanos, @Nullable Runnable meanwhile)
      throws IOException, InterruptedException {
    drop();
    long deadline = System.nanoTime() + timeoutNanos;
    IOException last = null;
    for (InetAddress address : addresses(to.host(), timeoutNanos, meanwhile)) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        break;
      }
      try {
        session = connect(to, new InetSocketAddress(address, to.port()), tls, left, meanwhile);
        return;
      } catch (IOException e) {
        last = e;
      }
    }
    throw last != null ? last : new ConnectException("connecting timed out");
  }

  /** Asking for a host's addresses takes as long as the network likes, and cannot be ended. */
  private static InetAddress[] addresses(String host, long nanos, @Nullable Runnable meanwhile)
      throws IOException, InterruptedException {
    boolean literal = host.indexOf(':') >= 0 || host.matches("[0-9.]+");
    if (literal || meanwhile == null) {
      return InetAddress.getAllByName(host);
    }
    CompletableFuture<InetAddress[]> found = new CompletableFuture<>();
    Thread thread =
        new Thread(
            null,
            () -> {
              try {
                found.complete(InetAddress.getAllByName(host));
              } catch (UnknownHostException | RuntimeException e) {
                found.completeExceptionally(e);
              }
            },
            "skein-host",
            0,
            false);
    thread.setDaemon(true);
    thread.setContextClassLoader(Connection.class.getClassLoader());
    thread.start();
    try {
      return get(found, nanos, meanwhile);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof UnknownHostException unknown
          ? unknown
          : new IOException(reasonOf(e.getCause()), e);
    } catch (TimeoutException e) {
      throw new IOException("looking up the host takes too long", e);
    }
  }

  /** Waits, and does something else now and then. */
  private static <T> T get(Future<T> future, long nanos, @Nullable Runnable meanwhile)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (meanwhile == null) {
      return future.get(nanos, TimeUnit.NANOSECONDS);
    }
    long deadline = System.nanoTime() + nanos;
    while (true) {
      long left = deadline - System.nanoTime();
      try {
        return future.get(Math.min(Math.max(0, left), SLICE_NANOS), TimeUnit.NANOSECONDS);
      } catch (TimeoutException e) {
        if (left <= SLICE_NANOS) {
          throw e;
        }
        meanwhile.run();
      }
    }
  }

  private IOSession connect(
      CollectorAddress to,
      InetSocketAddress address,
      @Nullable Tls tls,
      long nanos,
      @Nullable Runnable meanwhile)
      throws IOException, InterruptedException {
    StreamWatch watch = new StreamWatch();
    this.watch = watch;
    failure = null;
    long deadline = System.nanoTime() + nanos;
    Timeout timeout = Timeout.of(Math.max(1, nanos / 1_000_000), TimeUnit.MILLISECONDS);
    Opening opening = new Opening(watch, tls, timeout, new CompletableFuture<>());
    Future<IOSession> pending =
        reactor.connect(endpoint(to), address, null, timeout, opening, null);
    IOSession connected = null;
    boolean ready = false;
    try {
      connected = get(pending, nanos, meanwhile);
      if (tls != null) {
        get(opening.ready(), Math.max(1, deadline - System.nanoTime()), meanwhile);
      }
      ready = true;
      return connected;
    } catch (ExecutionException e) {
      Exception reason = failure; // "closed" is all that the future knows of a failed handshake
      Throwable cause = reason == null ? e.getCause() : reason;
      if (connected != null && Tls.reasonOf(cause) == null) {
        throw new SSLHandshakeException("the handshake failed, " + reasonOf(cause));
      }
      if (cause instanceof IOException io) {
        throw io;
      }
      throw new IOException(reasonOf(cause), cause);
    } catch (CancellationException e) {
      throw new IOException("the connection was closed", e);
    } catch (TimeoutException e) {
      pending.cancel(true);
      throw new ConnectException(
          connected == null ? "connecting timed out" : "the TLS handshake timed out");
    } finally {
      if (connected != null && !ready) {
        connected.close(CloseMode.IMMEDIATE);
      }
    }
  }

  private static NamedEndpoint endpoint(CollectorAddress address) {
    return new NamedEndpoint() {
      @Override
      public String getHostName() {
        return address.host();
      }

      @Override
      public int getPort() {
        return address.port();
      }
    };
  }

  /** Begins a call on the open connection. */
  void execute(GrpcCall call) {
    IOSession current = session;
    if (current == null) {
      call.cancel();
      return;
    }
    call.on(watch);
    current.enqueue(
        new RequestExecutionCommand(call, null, call.dependency(), HttpCoreContext.create()),
        Command.Priority.NORMAL);
  }

  /** Closes the connection at once; the next {@link #open} makes a new one. */
  void drop() {
    IOSession current = session;
    session = null;
    if (current != null) {
      current.close(CloseMode.IMMEDIATE);
    }
  }

  /** Ends the connection in order and its thread. */
  @Override
  public void close() {
    IOSession current = session;
    session = null;
    if (current != null) {
      current.enqueue(ShutdownCommand.GRACEFUL, Command.Priority.NORMAL);
    }
    reactor.initiateShutdown();
    try {
      reactor.awaitShutdown(TimeValue.ofMilliseconds(200));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    reactor.close(CloseMode.IMMEDIATE);
  }

  /** Says in a few words why something failed. */
  static String reasonOf(@Nullable Throwable error) {
    if (error == null) {
      return "unknown reason";
    }
    if (error instanceof UnknownHostException) {
      return "unknown host";
    }
    String message = error.getMessage();
    if (error instanceof ConnectException) {
      if (message != null && message.endsWith("timed out")) {
        return message;
      }
      return message != null && message.contains("refused")
          ? "connection refused"
          : "no connection";
    }
    String tls = Tls.reasonOf(error);
    if (tls != null) {
      return tls;
    }
    return message == null || message.isBlank() ? error.getClass().getSimpleName() : message;
  }
}
