package io.skein.server.query;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Ends connections whose request comes drop by drop. Each drop counts as activity for Jetty's idle
 * time-out, so a client could keep a place for hours with one byte every few seconds; with as many
 * clients as there are places nobody else gets in.
 *
 * <p>A connection is slow when, since its last complete request, it has sent bytes and the time is
 * up. Silent ones are left to the idle time-out.
 */
final class SlowRequests extends AbstractLifeCycle implements Connection.Listener {
  private record Mark(long requests, long bytes, long nanos) {}

  private final Map<Connection, Mark> marks = new ConcurrentHashMap<>();
  private final Scheduler scheduler;
  private final long limitMillis;
  private Scheduler.@Nullable Task next;

  SlowRequests(Scheduler scheduler, long limitMillis) {
    this.scheduler = scheduler;
    this.limitMillis = limitMillis;
  }

  @Override
  protected synchronized void doStart() {
    schedule();
  }

  @Override
  protected synchronized void doStop() {
    if (next != null) {
      next.cancel();
      next = null;
    }
  }

  @Override
  public void onOpened(Connection connection) {
    marks.put(connection, new Mark(0, 0, System.nanoTime()));
  }

  @Override
  public void onClosed(Connection connection) {
    marks.remove(connection);
  }

  private synchronized void schedule() {
    next =
        scheduler.schedule(
            this::sweep, Math.max(1, limitMillis / 4), java.util.concurrent.TimeUnit.MILLISECONDS);
  }

  private void sweep() {
    long now = System.nanoTime();
    marks.forEach(
        (connection, mark) -> {
          long requests = connection.getMessagesIn();
          long bytes = connection.getBytesIn();
          if (requests != mark.requests() || bytes == mark.bytes()) {
            // Something was completed, or nothing began: the clock starts anew.
            marks.replace(connection, mark, new Mark(requests, bytes, now));
          } else if (now - mark.nanos() > limitMillis * 1_000_000) {
            connection.getEndPoint().close();
          }
        });
    synchronized (this) {
      if (next != null) {
        schedule();
      }
    }
  }
}
