package io.skein.wire.grpc;

import io.skein.core.profile.Profiler;
import io.skein.core.report.ReportLog;
import io.skein.wire.encode.ProtoWriter;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The agent's side of {@code ProfileTask} (profiling, sections 1.2 and 1.3): asks for tasks, sends
 * snapshots, and says when a task is over. Used by the reporter's thread only.
 */
final class ProfileLink {

  /*
   * As with heartbeats, a call is begun in one turn and its outcome looked at in a later one, so
   * that segments never wait for it. Three calls may be under way: a question, a stream of
   * snapshots, the report of an end. They only use a connection that has answered a heartbeat, and
   * leave it to the heartbeat to make one and to say what is wrong with it; a call of ours that
   * takes too long is given up alone.
   *
   * Because nothing here waits, a turn may also be taken while the reporter waits for something
   * else: a collector that is slow to take segments does not keep a task from beginning, nor the
   * queue of snapshots from being emptied.
   *
   * A new connection is asked at once: it may be another collector, or one that was started anew.
   *
   * Snapshots wait in the profiler's queue, which is bounded and counts what it turns away. What is
   * taken out of it is one stream's worth, and the next is taken out when that one has been
   * answered; so they arrive in order, and a collector that is away costs no more memory than that.
   * The end of a task is told when all its snapshots are gone.
   */

  private static final String SERVICE = "/skywalking.v3.ProfileTask/";
  private static final String ASK = SERVICE + "getProfileTaskCommands";
  private static final String COLLECT = SERVICE + "collectSnapshot";
  private static final String FINISH = SERVICE + "reportTaskFinish";

  private static final long ASK_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(10);
  private static final long COLLECT_TIMEOUT_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long FIRST_RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long LAST_RETRY_NANOS = TimeUnit.SECONDS.toNanos(30);

  /** A collector that closes its connections right away is not asked by each of them. */
  private static final long BETWEEN_CONNECTIONS_NANOS = TimeUnit.SECONDS.toNanos(3);

  /** So often in a row a collector may fail on the same snapshots; then they are to blame. */
  private static final int DOUBTFUL_LIMIT = 6;

  /** A call that is under way. */
  private record Exchange(GrpcCall call, long deadlineNanos) {}

  private final GrpcClient client;
  private final Profiler profiler;
  private final LongSupplier lastCommandMillis;
  private final ReportLog log;
  private final SnapshotBatch batch;
  private final long intervalNanos;
  private final String service;
  private final String instance;
  private final boolean slowWanted;

  private @Nullable Exchange asking;
  private long askedConnection;
  private long askNanos; // when to ask next, and when we asked last
  private long askedNanos;
  private boolean asked;
  private String askProblem = "";
  private long withoutProfiling; // the connection whose server knows nothing of profile tasks

  private @Nullable Exchange sending;
  private long sendNanos;
  private long sendRetryNanos = FIRST_RETRY_NANOS;
  private boolean retryingSend;
  private String sendProblem = "";
  private int doubtful;

  private @Nullable Exchange finishing;
  private String finishingTask = "";
  private long finishNanos;
  private long finishRetryNanos = FIRST_RETRY_NANOS;
  private boolean retryingFinish;

  private boolean slowOff;
  private long wokenNanos;
  private boolean woken;
  private boolean closed;

  ProfileLink(
      GrpcClient client,
      Profiling profiling,
      LongSupplier lastCommandMillis,
      GrpcSettings settings,
      ReportLog log) {
    this.client = client;
    this.profiler = profiling.profiler();
    this.slowWanted = profiling.slow();
    this.lastCommandMillis = lastCommandMillis;
    this.log = log;
    this.batch = new SnapshotBatch(profiler, settings.maxMessageBytes());
    this.intervalNanos = profiling.interval().toNanos();
    this.service = settings.service();
    this.instance = settings.instance();
  }

  /** Says whether somebody has to make a connection: the last one has gone. */
  boolean wantsConnection(long now) {
    if (client.isOpen() || (woken && now - wokenNanos < BETWEEN_CONNECTIONS_NANOS)) {
      return false;
    }
    woken = true;
    wokenNanos = now;
    return true;
  }

  /**
   * One turn; never waits.
   *
   * @param ready whether there is a connection that has answered
   */
  void tick(long now, boolean ready) {
    if (closed) {
      return;
    }
    profiler.drain(0, snapshot -> {}); // a task may be due, whether a collector is there or not
    askEnds(now);
    sendEnds(now);
    finishEnds(now);
    if (!ready) {
      return;
    }
    lookWhoseItIs();
    if (asking == null && wantsToAsk(now)) {
      ask(now);
    }
    if (withoutProfiling == client.connections()) {
      return;
    }
    if (sending == null && !(retryingSend && now - sendNanos < 0)) {
      send(now, COLLECT_TIMEOUT_NANOS);
    }
    if (sending == null && batch.isEmpty() && finishing == null) {
      if (!(retryingFinish && now - finishNanos < 0)) {
        finish(now, ASK_TIMEOUT_NANOS);
      }
    }
  }

  /** What no task has ordered only a server of ours can keep. */
  private void lookWhoseItIs() {
    boolean off = slowWanted && !client.isOurs();
    if (off != slowOff) {
      slowOff = off;
      profiler.slowRequests(!off);
      log.info(
          "collector "
              + client.target()
              + (off
                  ? " is no Skein server: slow requests are sampled only by its tasks"
                  : " is a Skein server: slow requests are sampled without a task"));
    }
  }

  private boolean wantsToAsk(long now) {
    if (!asked) {
      return true;
    }
    long connection = client.connections();
    if (connection != askedConnection) {
      return now - askedNanos >= Math.min(BETWEEN_CONNECTIONS_NANOS, intervalNanos);
    }
    return connection != withoutProfiling && now - askNanos >= 0;
  }

  private void ask(long now) {
    asked = true;
    askedNanos = now;
    askNanos = now + intervalNanos;
    askedConnection = client.connections();
    ProtoWriter out = message();
    out.number(3, lastCommandMillis.getAsLong());
    asking = begin(ASK, framed(out), now, ASK_TIMEOUT_NANOS);
  }

  private void askEnds(long now) {
    Exchange current = asking;
    GrpcStatus status = current == null ? null : ended(current, now);
    if (current == null || status == null) {
      return;
    }
    asking = null;
    if (status.ok()) {
      askProblem = "";
    } else if (status.answered() && status.code() == GrpcStatus.UNIMPLEMENTED) {
      withoutProfiling = current.call().connection;
      tell(client.said("does not know profile tasks", status) + ": it is asked for none");
    } else if (status.answered()) {
      tell(client.said("cannot say what to profile", status) + ": asking again");
    }
  }

  /** Says what keeps us from being told of tasks, once. */
  private void tell(String problem) {
    if (!problem.equals(askProblem)) {
      askProblem = problem;
      log.info(problem);
    }
  }

  private void send(long now, long timeoutNanos) {
    batch.fill(client.isOurs());
    if (!batch.isEmpty()) {
      batch.underWay(client.recognisesRepeats());
      sending = begin(COLLECT, batch.body(), now, timeoutNanos);
    }
  }

  private void sendEnds(long now) {
    Exchange current = sending;
    GrpcStatus status = current == null ? null : ended(current, now);
    if (current == null || status == null) {
      return;
    }
    sending = null;
    if (status.ok()) {
      batch.delivered();
      sendProblem = "";
      doubtful = 0;
      retryingSend = false;
      return;
    }
    if (!status.answered() || (status.saysNotTaken() && !never(status))) {
      batch.interrupted(current.call().handedOver(), status.saysNotTaken());
    } else if (never(status) || !batch.recognised() || ++doubtful >= DOUBTFUL_LIMIT) {
      String problem = client.said("does not take snapshots of threads", status);
      if (!problem.equals(sendProblem)) {
        sendProblem = problem;
        log.warn(problem + ": they are dropped and counted");
      }
      batch.refused();
      doubtful = 0;
    }
    sendRetryNanos =
        retryingSend ? Math.min(sendRetryNanos * 2, LAST_RETRY_NANOS) : FIRST_RETRY_NANOS;
    retryingSend = true;
    sendNanos = now + sendRetryNanos;
  }

  /** Says whether a collector will refuse the same again, whenever it gets it. */
  private static boolean never(GrpcStatus status) {
    return switch (status.code()) {
      case GrpcStatus.INVALID_ARGUMENT, GrpcStatus.OUT_OF_RANGE, GrpcStatus.UNIMPLEMENTED ->
          status.answered();
      default -> status.answered() && status.saysTooLarge();
    };
  }

  private void finish(long now, long timeoutNanos) {
    String task = profiler.unreportedFinish();
    if (task == null) {
      return;
    }
    finishingTask = task;
    ProtoWriter out = message();
    out.text(3, task);
    finishing = begin(FINISH, framed(out), now, timeoutNanos);
  }

  private void finishEnds(long now) {
    Exchange current = finishing;
    GrpcStatus status = current == null ? null : ended(current, now);
    if (current == null || status == null) {
      return;
    }
    finishing = null;
    if (status.ok() || never(status)) {
      profiler.finishReported(finishingTask);
      retryingFinish = false;
      if (!status.ok()) {
        log.warn(
            client.said("does not want to know that a profile task is over", status)
                + ": it is not told of "
                + GrpcStatus.oneLine(finishingTask));
      }
      return;
    }
    finishRetryNanos =
        retryingFinish ? Math.min(finishRetryNanos * 2, LAST_RETRY_NANOS) : FIRST_RETRY_NANOS;
    retryingFinish = true;
    finishNanos = now + finishRetryNanos;
  }

  private Exchange begin(String path, ByteBuffer body, long now, long timeoutNanos) {
    return new Exchange(client.start(path, body, timeoutNanos, null), now + timeoutNanos);
  }

  private @Nullable GrpcStatus ended(Exchange exchange, long now) {
    GrpcStatus status = exchange.call().status();
    if (status != null) {
      return client.judged(exchange.call(), status);
    }
    if (now - exchange.deadlineNanos() < 0) {
      return null;
    }
    exchange.call().abandon();
    return GrpcClient.tooLate();
  }

  /** Begins a message of which 1 is the service and 2 the instance. */
  private ProtoWriter message() {
    ProtoWriter out = new ProtoWriter(1 << 20);
    out.reset(5);
    out.text(1, service);
    out.text(2, instance);
    return out;
  }

  private static ByteBuffer framed(ProtoWriter out) {
    ByteBuffer body = ByteBuffer.wrap(out.buffer(), 0, out.length());
    body.putInt(1, out.length() - 5);
    return body;
  }

  /** Says whether anything is left to be told at the end. */
  boolean hasMore() {
    return sending != null
        || finishing != null
        || !batch.isEmpty()
        || profiler.counters().queued() > 0
        || profiler.unreportedFinish() != null;
  }

  /**
   * Sends what is left, and says that tasks are over; one attempt each. The connection has
   * answered.
   */
  void farewell(long timeoutNanos) throws InterruptedException {
    long deadline = System.nanoTime() + timeoutNanos;
    retryingSend = false;
    retryingFinish = false;
    while (hasMore()) {
      long now = System.nanoTime();
      if (deadline - now <= 0 || withoutProfiling == client.connections() || !client.isOpen()) {
        return;
      }
      sendEnds(now);
      finishEnds(now);
      if (retryingSend || retryingFinish) {
        return;
      }
      if (sending == null) {
        send(now, deadline - now);
      }
      if (sending == null && batch.isEmpty() && finishing == null) {
        finish(now, deadline - now);
      }
      Exchange current = sending != null ? sending : finishing;
      if (current == null) {
        return;
      }
      current.call().await(Math.max(0, deadline - System.nanoTime()));
    }
  }

  /** Counts what is left as dropped. */
  void close() {
    closed = true;
    for (Exchange exchange : new Exchange[] {asking, sending, finishing}) {
      if (exchange != null) {
        exchange.call().abandon();
      }
    }
    batch.close();
  }

  /** Returns the figures of snapshots for the account; empty while there were none. */
  String figures() {
    return batch.figures();
  }
}
