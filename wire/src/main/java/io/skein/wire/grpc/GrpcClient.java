package io.skein.wire.grpc;

import io.skein.core.report.ReportCounters;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.message.BasicHttpRequest;
import org.apache.hc.core5.net.URIAuthority;
import org.jspecify.annotations.Nullable;

/** Makes calls to one of several collectors. Used by the reporter's thread only. */
final class GrpcClient implements AutoCloseable {

  /*
   * With TLS its files are read for each connection. If they cannot be used there is no connection,
   * which is a failure like any other: told once, and tried again.
   *
   * Which collector: the first of the list that accepts a connection; after a failure the next one,
   * round and round. A call on a connection that has answered before gets a second chance on a new
   * one, since servers close idle and old connections as they please, and that is no failure.
   */

  private static final long CONNECT_NANOS = TimeUnit.SECONDS.toNanos(5);

  private final GrpcSettings settings;
  private final ReportCounters counters;
  private final String service64;
  private final String instance64;

  /**
   * Made by the reporter's thread at the first call: the application's start must not wait for it.
   */
  private @Nullable Connection connection;

  private int current;
  private long connections;
  private boolean proven; // the open connection has answered a call

  private long lastToldNanos;
  private ReportCounters.@Nullable Account lastTold;

  GrpcClient(GrpcSettings settings, ReportCounters counters) {
    this.settings = settings;
    this.counters = counters;
    this.service64 = base64(settings.service());
    this.instance64 = base64(settings.instance());
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  String target() {
    return settings.backends().get(current).toString();
  }

  /** Returns how many connections were made so far. */
  long connections() {
    return connections;
  }

  /** Returns the account that the last call carried; null before the first. */
  ReportCounters.@Nullable Account lastTold() {
    return lastTold;
  }

  /** Returns when that was. */
  long lastToldNanos() {
    return lastToldNanos;
  }

  /** Makes a call and waits for its end; connects before, where needed. */
  GrpcStatus call(String path, ByteBuffer body, long timeoutNanos) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + timeoutNanos;
    boolean mayBeStale = proven && isOpen();
    GrpcStatus status = callOnce(path, body.duplicate(), deadlineNanos);
    if (mayBeStale && !status.answered() && status.code() == GrpcStatus.UNAVAILABLE) {
      drop();
      status = callOnce(path, body.duplicate(), deadlineNanos);
    }
    return status;
  }

  private GrpcStatus callOnce(String path, ByteBuffer body, long deadlineNanos)
      throws InterruptedException {
    GrpcStatus unreachable = connect(deadlineNanos - System.nanoTime());
    if (unreachable != null) {
      return unreachable;
    }
    GrpcCall call = start(path, body, deadlineNanos - System.nanoTime());
    GrpcStatus status = null;
    try {
      status = call.await(deadlineNanos - System.nanoTime());
    } finally {
      if (status == null) { // too late, or interrupted
        abandon(call);
      }
    }
    return status == null ? tooLate() : judged(call, status);
  }

  /**
   * Gives up on a call and on its connection: a server that is silent once is not trusted again.
   */
  void abandon(GrpcCall call) {
    call.abandon();
    drop();
  }

  static GrpcStatus tooLate() {
    return GrpcStatus.ofConnection(GrpcStatus.DEADLINE_EXCEEDED, "no answer in time");
  }

  /** Adds to a status what the connection knows about its reason. */
  GrpcStatus judged(GrpcCall call, GrpcStatus status) {
    if (call.answered()) {
      proven = true;
    }
    if (!status.answered() && connection != null && !connection.spoken()) {
      // In TLS 1.3 a server looks at our certificate after we think that we are connected.
      String tls = Tls.reasonOf(connection.failure());
      return GrpcStatus.ofConnection(
          GrpcStatus.UNAVAILABLE,
          tls != null
              ? tls
              : "closed before a word of gRPC: is it the collector's gRPC port, "
                  + CollectorAddress.DEFAULT_PORT
                  + (settings.tls() == null
                      ? " by default, and without TLS? (With TLS, set skein.tls.)"
                      : " by default, and does it accept our certificate?"));
    }
    return status;
  }

  /** Makes sure that there is a connection; returns why there is none. */
  @Nullable GrpcStatus connect(long timeoutNanos) throws InterruptedException {
    Connection connection = this.connection;
    if (connection == null) {
      connection = new Connection("skein-grpc");
      this.connection = connection;
    }
    if (connection.isOpen()) {
      return null;
    }
    proven = false;
    long deadlineNanos = System.nanoTime() + timeoutNanos;
    Tls tls = null;
    TlsSettings wanted = settings.tls();
    if (wanted != null) {
      try {
        tls = new Tls(wanted);
      } catch (IOException e) {
        return GrpcStatus.ofConnection(GrpcStatus.UNAVAILABLE, "TLS: " + e.getMessage());
      }
    }
    GrpcStatus failed = null;
    for (int i = 0; i < settings.backends().size(); i++) {
      CollectorAddress address = settings.backends().get(current);
      long left = deadlineNanos - System.nanoTime();
      if (left <= 0) {
        break;
      }
      try {
        connection.open(address, tls, Math.min(left, CONNECT_NANOS));
        connections++;
        return null;
      } catch (IOException e) {
        if (failed == null) {
          failed = GrpcStatus.ofConnection(GrpcStatus.UNAVAILABLE, Connection.reasonOf(e));
        }
        current = (current + 1) % settings.backends().size();
      }
    }
    return failed != null ? failed : tooLate();
  }

  /** Begins a call on the open connection. */
  GrpcCall start(String path, ByteBuffer body, long timeoutNanos) {
    CollectorAddress address = settings.backends().get(current);
    HttpRequest request = new BasicHttpRequest("POST", path);
    request.setScheme(settings.tls() == null ? "http" : "https");
    request.setAuthority(new URIAuthority(address.host(), address.port()));
    request.addHeader("content-type", "application/grpc");
    request.addHeader("te", "trailers");
    request.addHeader("user-agent", "skein/" + settings.agentVersion());
    // eight digits at most, says gRPC's protocol
    long millis = Math.min(Math.max(1, timeoutNanos / 1_000_000), 99_999_999);
    request.addHeader("grpc-timeout", millis + "m");
    request.addHeader("agent-version", settings.agentVersion());
    String token = settings.token();
    if (token != null) {
      request.addHeader("authentication", token);
    }
    request.addHeader("skein-service", service64);
    request.addHeader("skein-instance", instance64);
    ReportCounters.Account account = counters.account();
    lastTold = account;
    lastToldNanos = System.nanoTime();
    request.addHeader("skein-account", AccountHeader.text(account, settings.processId()));
    GrpcCall call = new GrpcCall(request, body);
    if (connection == null) {
      call.cancel();
    } else {
      connection.execute(call);
    }
    return call;
  }

  /** Says what failed, in words that name the remedy where there is one, and moves to the next. */
  String failed(GrpcStatus status) {
    String text = failureText(status);
    if (settings.backends().size() > 1) {
      drop();
      current = (current + 1) % settings.backends().size();
    }
    return text;
  }

  private String failureText(GrpcStatus status) {
    if (status.code() == GrpcStatus.DEADLINE_EXCEEDED) {
      return "collector " + target() + " does not answer";
    }
    if (!status.answered()) {
      return "collector " + target() + " unreachable (" + status.message() + ")";
    }
    return switch (status.code()) {
      case GrpcStatus.UNAUTHENTICATED, GrpcStatus.PERMISSION_DENIED ->
          said(settings.token() == null ? "wants a token" : "does not accept our token", status)
              + ", set skein.token (or SW_AGENT_AUTHENTICATION) to the one it was given";
      case GrpcStatus.UNIMPLEMENTED ->
          said("does not know the call", status) + ", is it a SkyWalking collector?";
      default -> said("answered", status);
    };
  }

  String said(String what, GrpcStatus status) {
    return "collector " + target() + " " + what + " (" + status.text() + ")";
  }

  private boolean isOpen() {
    return connection != null && connection.isOpen();
  }

  private void drop() {
    if (connection != null) {
      connection.drop();
    }
  }

  @Override
  public void close() {
    if (connection != null) {
      connection.close();
    }
  }
}
