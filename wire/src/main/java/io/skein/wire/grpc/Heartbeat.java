package io.skein.wire.grpc;

import io.skein.core.report.ReportCounters;
import io.skein.core.report.Transport.Answer;
import io.skein.core.report.Transport.Kind;
import io.skein.wire.encode.ProtoWriter;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Tells the collector that this process lives, and what it is. Used by the reporter's thread only.
 */
final class Heartbeat {

  /*
   * Each beat is a keepAlive; the first and each tenth after it also tell the properties, before.
   * (SkyWalking's Java agent tells them instead of a keepAlive, and servers that count only one of
   * the two as life see such a process come and go: T50.)
   *
   * A beat is begun in one turn of the reporter and its answer looked at in a later one, so that a
   * slow answer does not hold up segments. Only one call is under way at a time.
   *
   * A new connection is told the properties before anything else, and gets segments when it has
   * answered.
   */

  private static final String KEEP_ALIVE = "/skywalking.v3.ManagementService/keepAlive";
  private static final String REPORT_PROPERTIES =
      "/skywalking.v3.ManagementService/reportInstanceProperties";

  private static final long TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final int PROPERTIES_EVERY = 10;

  /**
   * So soon after the last call a changed account is told by an extra keepAlive: the collector's
   * page must not claim for half a minute that segments wait here which it has already.
   */
  private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final GrpcClient client;
  private final ReportCounters counters;
  private final long periodNanos;
  private final byte[] ping;
  private final byte[] properties;

  private long dueNanos;
  private long beats;
  private boolean keepAliveDue;
  private boolean propertiesDue;
  private long connection; // which one it was when the last call was begun
  private long greeted; // which one has answered
  private @Nullable GrpcCall call;
  private boolean callTellsProperties;
  private long callDeadlineNanos;

  Heartbeat(GrpcClient client, ReportCounters counters, GrpcSettings settings) {
    this.client = client;
    this.counters = counters;
    this.periodNanos = settings.heartbeat().toNanos();
    this.ping = framed(settings, false);
    this.properties = framed(settings, true);
  }

  /** InstancePingPkg: 1 service, 2 instance. InstanceProperties: the same, and 3 pairs. */
  private static byte[] framed(GrpcSettings settings, boolean withProperties) {
    ProtoWriter out = new ProtoWriter(1 << 20);
    out.reset(5);
    out.text(1, settings.service());
    out.text(2, settings.instance());
    if (withProperties) {
      for (Map.Entry<String, String> property : settings.properties()) {
        out.pair(3, property.getKey(), property.getValue());
      }
    }
    byte[] bytes = new byte[out.length()];
    System.arraycopy(out.buffer(), 0, bytes, 0, bytes.length);
    ByteBuffer.wrap(bytes).putInt(1, bytes.length - 5);
    return bytes;
  }

  /** Says whether there is a connection that has answered. */
  boolean isReady() {
    return greeted == client.connections() && client.isOpen();
  }

  /** Beats in the next turn, whatever the time: somebody needs a connection. */
  void wake() {
    keepAliveDue = true;
  }

  /** One turn; returns the outcome of a beat that ended since the last one. */
  @Nullable Answer tick(long now) throws InterruptedException {
    GrpcCall current = call;
    if (current != null) {
      GrpcStatus status = current.status();
      if (status == null && now - callDeadlineNanos < 0) {
        return null;
      }
      call = null;
      if (status == null) {
        client.abandon(current);
        return ended(GrpcClient.tooLate());
      }
      return ended(client.judged(current, status));
    }
    if (beats == 0 || now - dueNanos >= 0) {
      keepAliveDue = true;
      propertiesDue |= beats % PROPERTIES_EVERY == 0;
      beats++;
      dueNanos = now + periodNanos;
    }
    if (!keepAliveDue && !propertiesDue && !accountUnsaid(now)) {
      return null;
    }
    GrpcStatus unreachable = client.connect(TIMEOUT_NANOS);
    if (unreachable != null) {
      return Answer.retry(client.failed(unreachable));
    }
    if (connection != client.connections()) {
      connection = client.connections();
      propertiesDue = true; // it may be another collector, or the same with nothing in its memory
    }
    callTellsProperties = propertiesDue;
    callDeadlineNanos = now + TIMEOUT_NANOS;
    call =
        propertiesDue
            ? client.start(REPORT_PROPERTIES, ByteBuffer.wrap(properties), TIMEOUT_NANOS, null)
            : client.start(KEEP_ALIVE, ByteBuffer.wrap(ping), TIMEOUT_NANOS, null);
    return null;
  }

  /** Makes sure of a connection that has answered; says why there is none. */
  Answer greet(long timeoutNanos) throws InterruptedException {
    long deadlineNanos = System.nanoTime() + Math.min(timeoutNanos, TIMEOUT_NANOS);
    GrpcStatus unreachable = client.connect(timeoutNanos);
    if (unreachable != null) {
      return Answer.retry(client.failed(unreachable));
    }
    if (greeted == client.connections()) {
      return Answer.delivered();
    }
    GrpcCall current = call;
    if (current == null || connection != client.connections()) {
      if (beats == 0) {
        beats = 1;
        keepAliveDue = true;
        dueNanos = System.nanoTime() + periodNanos;
      }
      connection = client.connections();
      callTellsProperties = true;
      current =
          client.start(
              REPORT_PROPERTIES,
              ByteBuffer.wrap(properties),
              deadlineNanos - System.nanoTime(),
              null);
      call = current;
    }
    GrpcStatus status = null;
    try {
      status = client.await(current, deadlineNanos - System.nanoTime());
    } finally {
      call = null;
      if (status == null) { // too late, or interrupted
        client.abandon(current);
      }
    }
    Answer answer = ended(status == null ? GrpcClient.tooLate() : client.judged(current, status));
    return answer != null && answer.kind() == Kind.RETRY ? answer : Answer.delivered();
  }

  private boolean accountUnsaid(long now) {
    return now - client.lastToldNanos() >= SETTLE_NANOS
        && !counters.account().equals(client.lastTold());
  }

  private @Nullable Answer ended(GrpcStatus status) {
    if (!status.answered() && connection != client.connections()) {
      return null; // it went down with a connection that has been replaced; begun anew in this turn
    }
    if (status.ok() || sayingNothingAboutSegments(status)) {
      greeted = connection;
      if (callTellsProperties) {
        propertiesDue = false;
      } else {
        keepAliveDue = false;
      }
      return status.ok()
          ? Answer.delivered()
          : Answer.refused(client.said("does not take heartbeats", status));
    }
    return Answer.retry(client.failed(status));
  }

  /** A collector may know nothing of heartbeats, or stumble over ours, and yet take segments. */
  private static boolean sayingNothingAboutSegments(GrpcStatus status) {
    return status.answered()
        && switch (status.code()) {
          case GrpcStatus.UNAVAILABLE,
              GrpcStatus.DEADLINE_EXCEEDED,
              GrpcStatus.RESOURCE_EXHAUSTED,
              GrpcStatus.UNAUTHENTICATED,
              GrpcStatus.PERMISSION_DENIED ->
              false;
          default -> true;
        };
  }

  /**
   * The last beat: carries the final account. A process that lived shorter than it takes to say who
   * it is says that, too.
   */
  void farewell(long timeoutNanos) throws InterruptedException {
    if (call != null) {
      call.abandon();
      call = null;
    }
    long began = System.nanoTime();
    if (beats == 0 || propertiesDue) {
      client.call(REPORT_PROPERTIES, ByteBuffer.wrap(properties), timeoutNanos / 2);
    }
    client.call(KEEP_ALIVE, ByteBuffer.wrap(ping), timeoutNanos - (System.nanoTime() - began));
  }
}
