package io.skein.wire.grpc;

import io.skein.core.report.Origin;
import io.skein.core.report.ReportCounters;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
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
  private final String userAgent;

  /**
   * Made by the reporter's thread at the first call: the application's start must not wait for it.
   */
  private @Nullable Connection connection;

  private int current;
  private long connections;
  private boolean proven; // the open connection has answered a call

  /** By identity: a record's hash code takes longer than all that is asked here. */
  private final Set<CollectorAddress> recognising =
      Collections.newSetFromMap(new IdentityHashMap<>());

  private long handedOver;
  private @Nullable Runnable meanwhile;
  private Consumer<byte[]> orders = answer -> {};
  private Supplier<String> furtherFigures = () -> "";

  private long lastToldNanos;
  private ReportCounters.@Nullable Account lastTold;

  GrpcClient(GrpcSettings settings, ReportCounters counters) {
    this.settings = settings;
    this.counters = counters;
    this.service64 = base64(settings.service());
    this.instance64 = base64(settings.instance());
    this.userAgent = "skein/" + settings.agentVersion();
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

  /** What to do now and then while a call or a connection is waited for. */
  void whileWaiting(Runnable work) {
    meanwhile = work;
  }

  /** To whom answers go that say something, and are for this process. */
  void onOrders(Consumer<byte[]> receiver) {
    orders = receiver;
  }

  /** What the account says besides that of the segments. */
  void alsoTell(Supplier<String> figures) {
    furtherFigures = figures;
  }

  /** Says whether what is at the current address recognises repeats, or may get them anyway. */
  boolean recognisesRepeats() {
    Boolean wanted = settings.resend();
    return wanted != null ? wanted : isOurs();
  }

  /** Says whether what is at the current address has called itself a server of ours. */
  boolean isOurs() {
    return recognising.contains(settings.backends().get(current));
  }

  /** Returns how many bytes of the last call's body its server may have got and looked at. */
  long handedOver() {
    return handedOver;
  }

  /**
   * Says whether the open connection has answered before, so that it may have been closed since.
   */
  boolean mayBeStale() {
    return proven && isOpen();
  }

  /** Makes a call and waits for its end; connects before, where needed. */
  GrpcStatus call(String path, ByteBuffer body, long timeoutNanos) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + timeoutNanos;
    boolean mayBeStale = mayBeStale();
    GrpcStatus status = callOnce(path, body.duplicate(), deadlineNanos, null);
    if (mayBeStale && !status.answered() && status.code() == GrpcStatus.UNAVAILABLE) {
      drop();
      status = callOnce(path, body.duplicate(), deadlineNanos, null);
    }
    return status;
  }

  /**
   * The same without a second chance.
   *
   * @param origin in whose name; null for our own
   */
  GrpcStatus callOnce(String path, ByteBuffer body, long deadlineNanos, @Nullable Origin origin)
      throws InterruptedException {
    handedOver = 0;
    GrpcStatus unreachable = connect(deadlineNanos - System.nanoTime());
    if (unreachable != null) {
      return unreachable;
    }
    GrpcCall call = start(path, body, deadlineNanos - System.nanoTime(), origin);
    GrpcStatus status = null;
    try {
      status = await(call, deadlineNanos - System.nanoTime());
    } finally {
      if (status == null) { // too late, or interrupted
        abandon(call);
      }
      handedOver = call.handedOver();
    }
    return status == null ? tooLate() : judged(call, status);
  }

  /** Waits for the end of a call; null when the time is over first. */
  @Nullable GrpcStatus await(GrpcCall call, long nanos) throws InterruptedException {
    Runnable work = meanwhile;
    if (work == null) {
      return call.await(nanos);
    }
    long deadline = System.nanoTime() + nanos;
    while (true) {
      long left = deadline - System.nanoTime();
      GrpcStatus status = call.await(Math.min(left, Connection.SLICE_NANOS));
      if (status != null || left <= Connection.SLICE_NANOS) {
        return status;
      }
      work.run();
    }
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

  /**
   * Adds to a status what the connection knows about its reason, remembers what the answer tells,
   * and hands on what it orders.
   */
  GrpcStatus judged(GrpcCall call, GrpcStatus status) {
    boolean latest = call.connection == connections;
    if (call.answered()) {
      proven |= latest;
      if (call.recognisesRepeats()) {
        recognising.add(call.address);
      } else if (status.ok()) {
        recognising.remove(call.address); // another kind of collector has taken its place
      }
      byte[] answer = status.ok() && call.own ? call.answer() : null;
      if (answer != null && answer.length > 0) {
        orders.accept(answer);
      }
    }
    if (latest && !status.answered() && connection != null && !connection.spoken()) {
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
        connection.open(address, tls, Math.min(left, CONNECT_NANOS), meanwhile);
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
  GrpcCall start(String path, ByteBuffer body, long timeoutNanos, @Nullable Origin origin) {
    CollectorAddress address = settings.backends().get(current);
    // Told in parts: put together as an address, HttpCore would take it apart again.
    HttpRequest request =
        new BasicHttpRequest(
            "POST",
            settings.tls() == null ? "http" : "https",
            new URIAuthority(address.host(), address.port()),
            path);
    request.addHeader("content-type", "application/grpc");
    request.addHeader("te", "trailers");
    request.addHeader("user-agent", userAgent);
    // eight digits at most, says gRPC's protocol
    long millis = Math.min(Math.max(1, timeoutNanos / 1_000_000), 99_999_999);
    request.addHeader("grpc-timeout", Long.toString(millis).concat("m"));
    request.addHeader(
        "agent-version", origin == null ? settings.agentVersion() : origin.agentVersion());
    String token = settings.token();
    if (token != null) {
      request.addHeader("authentication", token);
    }
    if (origin == null) {
      ReportCounters.Account account = counters.account();
      lastTold = account;
      lastToldNanos = System.nanoTime();
      account(
          request,
          service64,
          instance64,
          AccountHeader.text(account, furtherFigures.get(), settings.processId()));
    } else {
      account(
          request,
          base64(origin.service()),
          base64(origin.instance()),
          AccountHeader.text(origin.account(), "", origin.processId()));
    }
    GrpcCall call = new GrpcCall(request, body, address, connections, origin == null);
    if (connection == null) {
      call.cancel();
    } else {
      connection.execute(call);
    }
    return call;
  }

  private static void account(
      HttpRequest request, String service64, String instance64, String account) {
    request.addHeader("skein-service", service64);
    request.addHeader("skein-instance", instance64);
    request.addHeader("skein-account", account);
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

  /** Says whether there is a connection. */
  boolean isOpen() {
    return connection != null && connection.isOpen();
  }

  /** Ends the connection; the next call makes a new one. */
  void drop() {
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
