package io.skein.benchmarks.server;

import io.grpc.Status;
import io.skein.benchmarks.store.ShopTraces;
import io.skein.server.storage.ReceivedSegment;
import io.skein.testing.server.Reporting;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Some shops that report to a server: each has a connection, makes its traces when they are sent,
 * and has at most {@value #CALLS_PER_SHOP} calls unanswered, so a server that does not keep up is
 * sent less. One thread makes and sends for all.
 */
final class Load implements AutoCloseable {
  /** Segments in a call: what an agent under load has gathered while the last call was answered. */
  static final int BATCH = 99; // 33 traces of three

  private static final int SPANS_PER_SEGMENT = 4;
  private static final int CALLS_PER_SHOP = 2;
  private static final long CALL_SECONDS = 60;

  private final List<Shop> shops = new ArrayList<>();
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicReference<@Nullable Status> failure = new AtomicReference<>();
  private volatile Latencies latencies = new Latencies();
  private long sent;

  private record Shop(ShopTraces traces, Semaphore calls) {}

  /** Opens connections when something is sent. */
  private record Connected(Shop shop, Reporting reporting) {}

  private List<Connected> connected = List.of();

  Load(int count) {
    for (int i = 0; i < count; i++) {
      shops.add(new Shop(new ShopTraces(i, count), new Semaphore(CALLS_PER_SHOP)));
    }
  }

  void connect(String collector) {
    close();
    List<Connected> all = new ArrayList<>();
    for (Shop shop : shops) {
      all.add(new Connected(shop, new Reporting(collector)));
    }
    connected = all;
  }

  /** How many traces each shop has had acknowledged, at least. */
  long tracesPerShop() {
    return shops.get(shops.size() - 1).traces().traces();
  }

  int shops() {
    return shops.size();
  }

  String idOf(int shop, long trace) {
    return shops.get(shop).traces().idOf(trace);
  }

  long sentSpans() {
    return sent * SPANS_PER_SEGMENT;
  }

  long acknowledgedSpans() {
    return acknowledged.get() * SPANS_PER_SEGMENT;
  }

  /** The times from the opening of a call to its answer, from now on. */
  Latencies newLatencies() {
    Latencies fresh = new Latencies();
    latencies = fresh;
    return fresh;
  }

  /** Sends until so many spans are sent in all, or the time is over, and waits for the answers. */
  void send(long spans, long untilNanos, double spansPerSecond) throws InterruptedException {
    long begin = System.nanoTime();
    long before = sentSpans();
    while (sentSpans() < spans && System.nanoTime() < untilNanos) {
      for (Connected each : connected) {
        if (spansPerSecond > 0) {
          long due = begin + (long) ((sentSpans() - before) / spansPerSecond * 1e9);
          LockSupport.parkNanos(due - System.nanoTime());
        }
        send(each);
      }
    }
    for (Shop shop : shops) {
      if (!shop.calls().tryAcquire(CALLS_PER_SHOP, CALL_SECONDS * 2, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the server does not answer");
      }
      shop.calls().release(CALLS_PER_SHOP);
    }
    Status failed = failure.get();
    if (failed != null) {
      throw new IllegalStateException("segments were not taken: " + failed);
    }
  }

  private void send(Connected to) throws InterruptedException {
    List<byte[]> batch = new ArrayList<>(BATCH);
    while (batch.size() < BATCH) {
      for (ReceivedSegment segment : to.shop().traces().next()) {
        batch.add(segment.encoded());
      }
    }
    to.shop().calls().acquire();
    sent += batch.size();
    Latencies times = latencies;
    long begin = System.nanoTime();
    to.reporting()
        .collect(batch, CALL_SECONDS)
        .thenAccept(
            status -> {
              times.add(System.nanoTime() - begin);
              if (status.isOk()) {
                acknowledged.addAndGet(batch.size());
              } else {
                failure.compareAndSet(null, status);
              }
              to.shop().calls().release();
            });
  }

  @Override
  public void close() {
    for (Connected each : connected) {
      each.reporting().close();
    }
    connected = List.of();
  }
}
