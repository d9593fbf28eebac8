package io.skein.demo.launcher;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The shoppers: sends a seeded mix of requests at a steady rate and remembers each of them.
 *
 * <p>No agent runs in this process, so its requests carry no trace and each begins one. Thread-safe
 * for its two public uses, {@link #count} and {@link #stop}, from any thread.
 */
final class Driver {
  private static final int SHOPPERS = 16;
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  /** A request that was sent; {@code problem} is empty if the answer was the expected one. */
  record Sent(RequestKind kind, String path, int status, String problem) {
    /** The same for a trace whose first span has this method and url. */
    String key() {
      return kind.method + " " + path;
    }
  }

  private final String storefront;
  private final int perSecond;
  private final Random random;
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(30))
          .build();
  private final ExecutorService shoppers =
      Executors.newFixedThreadPool(SHOPPERS, work -> daemon(work, "shopper"));
  private final Semaphore idleShoppers = new Semaphore(SHOPPERS);
  private final List<Sent> sent = new ArrayList<>();
  private final Deque<String> placedOrders = new ArrayDeque<>();
  private final Thread clock = daemon(this::sendAtRate, "shoppers' clock");
  private volatile boolean stopping;

  Driver(String storefront, int perSecond, long seed) {
    this.storefront = storefront;
    this.perSecond = perSecond;
    this.random = new Random(seed);
  }

  void start() {
    clock.start();
  }

  private void sendAtRate() {
    long periodNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
    long nextNanos = System.nanoTime();
    for (int number = 1; !stopping; number++) {
      long waitNanos;
      while ((waitNanos = nextNanos - System.nanoTime()) > 0 && !stopping) {
        LockSupport.parkNanos(waitNanos);
      }
      nextNanos += periodNanos;
      // All shoppers waiting: the shop is slower than the rate, and a growing backlog would only
      // measure our own queue.
      idleShoppers.acquireUninterruptibly();
      if (stopping) {
        return;
      }
      RequestKind kind = RequestKind.at(random.nextInt(RequestKind.totalWeight()));
      String id = String.format("%06d", number);
      shoppers.execute(() -> shop(kind, id));
    }
  }

  private void shop(RequestKind kind, String freshId) {
    try {
      if (kind != RequestKind.ORDER_STATE) {
        send(kind, freshId);
        return;
      }
      String placed;
      synchronized (sent) {
        placed = placedOrders.poll();
      }
      if (placed == null) {
        send(RequestKind.UNKNOWN_ORDER, freshId);
      } else {
        send(kind, placed);
      }
    } finally {
      idleShoppers.release();
    }
  }

  private void send(RequestKind kind, String id) {
    String path = String.format(kind.path, id);
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(storefront + path))
            .timeout(PATIENCE)
            .method(kind.method, BodyPublishers.noBody())
            .build();
    int status = 0;
    String problem = "";
    try {
      status = http.send(request, BodyHandlers.discarding()).statusCode();
      if (status != kind.expectedStatus) {
        problem = "was answered with " + status + ", not " + kind.expectedStatus;
      }
    } catch (IOException failed) {
      problem = "was not answered: " + failed;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      problem = "was interrupted";
    }
    synchronized (sent) {
      sent.add(new Sent(kind, path, status, problem));
      if (kind == RequestKind.ORDER && problem.isEmpty()) {
        placedOrders.add(id);
      }
    }
  }

  /** Requests that have been answered, or have failed, so far. */
  int count() {
    synchronized (sent) {
      return sent.size();
    }
  }

  /** Sends no more, waits for the answers that are still due, and tells what was sent. */
  List<Sent> stop() {
    stopping = true;
    LockSupport.unpark(clock);
    try {
      clock.join(PATIENCE.toMillis());
      shoppers.shutdown();
      if (!shoppers.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new DemoFailure("the shop did not answer within " + PATIENCE.toSeconds() + " s");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    synchronized (sent) {
      return List.copyOf(sent);
    }
  }

  private static Thread daemon(Runnable work, String name) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }
}
