package io.skein.core.profile;

import io.skein.api.Span;
import io.skein.core.Segment;
import io.skein.core.Tracer;
import io.skein.core.profile.ThreadSnapshot.State;
import io.skein.core.report.ReportLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * Real threads, of whatever kind, sampled by the real sampler while they wait in all the ways there
 * are; run in the JVM of the test and, as a program, in another one. Prints what was seen.
 */
final class WaitSites {
  private static final String ENDPOINT = "GET:/sites";
  private static final int PERIOD_MILLIS = 10;
  private static final int SITE_MILLIS = 200;

  /** Snapshots of a crowd: a hundred for each of the five. */
  private static final int ENOUGH = 500;

  private final List<Segment> segments = Collections.synchronizedList(new ArrayList<>());
  private final Profiler profiler = new Profiler(ProfilerSettings.DEFAULT, ReportLog.silent());
  private final Tracer tracer = Tracer.builder().sink(segments::add).profiler(profiler).build();
  private final Function<Runnable, Thread> starter;

  /** What was computed, so that it is. */
  volatile long sink;

  WaitSites(Function<Runnable, Thread> starter) {
    this.starter = starter;
  }

  /** Arguments: {@code platform} or {@code virtual}. */
  public static void main(String[] arguments) throws Exception {
    Function<Runnable, Thread> starter =
        arguments[0].equals("virtual") ? WaitSites::virtual : WaitSites::platform;
    System.out.println("jdk " + Runtime.version().feature());
    new WaitSites(starter).sites().forEach((site, count) -> System.out.println(site + " " + count));
    Crowd crowd = new WaitSites(starter).crowd(arguments[0].equals("virtual") ? 5000 : 200);
    System.out.println("crowd " + crowd.taken + " " + crowd.ideal + " " + crowd.foreign);
    System.out.println("watched " + crowd.watched);
  }

  static Thread platform(Runnable work) {
    Thread thread = new Thread(work);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /** By reflection, since this is compiled for a Java that has none. */
  static Thread virtual(Runnable work) {
    try {
      return (Thread)
          Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, work);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("no virtual threads", e);
    }
  }

  // ---- one handler that waits in six places

  /** How many snapshots were taken at which site in which state: {@code parks/WAITING}. */
  Map<String, Integer> sites() throws Exception {
    start(9);
    Map<String, BiConsumer<WaitSites, Object>> sites = new TreeMap<>();
    sites.put("sleeps", (it, lock) -> it.sleeps());
    sites.put("parks", (it, lock) -> it.parks());
    sites.put("waits", WaitSites::waits);
    sites.put("locks", (it, lock) -> it.locks());
    sites.put("enters", WaitSites::enters);
    sites.put("reads", (it, lock) -> it.reads());
    sites.put("computes", (it, lock) -> it.computes());
    Thread thread =
        starter.apply(
            () -> {
              Span span = tracer.startEntry(ENDPOINT);
              sites.values().forEach(this::stay);
              span.end();
            });
    thread.join(60_000);
    Map<String, Integer> counts = new TreeMap<>();
    for (ThreadSnapshot snapshot : taken()) {
      for (StackTraceElement frame : snapshot.frames()) {
        if (frame.getClassName().equals(WaitSites.class.getName())
            && sites.containsKey(frame.getMethodName())) {
          counts.merge(frame.getMethodName() + "/" + snapshot.state(), 1, Integer::sum);
          break;
        }
      }
    }
    profiler.close();
    return counts;
  }

  /** At one site until it has been seen often enough, however slow the machine is. */
  private void stay(BiConsumer<WaitSites, Object> site) {
    long before = profiler.counters().queued();
    long end = System.nanoTime() + 10_000_000_000L;
    do {
      site.accept(this, new Object());
    } while (profiler.counters().queued() - before < 20 && System.nanoTime() < end);
  }

  private void start(int samples) {
    long now = System.currentTimeMillis();
    String refusal =
        profiler.offer(new ProfileTask("task", ENDPOINT, now, 5, 0, PERIOD_MILLIS, samples, now));
    if (refusal != null) {
      throw new AssertionError(refusal);
    }
    while (profiler.watcher() == null) {
      Thread.onSpinWait();
    }
  }

  private List<ThreadSnapshot> taken() {
    List<ThreadSnapshot> taken = new ArrayList<>();
    profiler.drain(Integer.MAX_VALUE, taken::add);
    return taken;
  }

  private void sleeps() {
    try {
      Thread.sleep(SITE_MILLIS);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private void parks() {
    long end = System.nanoTime() + SITE_MILLIS * 1_000_000L;
    for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private void waits(Object lock) {
    long end = System.nanoTime() + SITE_MILLIS * 1_000_000L;
    synchronized (lock) {
      try {
        for (long left = end - System.nanoTime(); left > 0; left = end - System.nanoTime()) {
          lock.wait(left / 1_000_000 + 1);
        }
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  private void locks() {
    ReentrantLock lock = new ReentrantLock();
    CountDownLatch held = new CountDownLatch(1);
    platform(
        () -> {
          lock.lock();
          try {
            held.countDown();
            sleeps(SITE_MILLIS);
          } finally {
            lock.unlock();
          }
        });
    await(held);
    lock.lock();
    try {
      sink = 1;
    } finally {
      lock.unlock();
    }
  }

  private void enters(Object lock) {
    CountDownLatch held = new CountDownLatch(1);
    platform(
        () -> {
          synchronized (lock) {
            held.countDown();
            sleeps(SITE_MILLIS);
          }
        });
    await(held);
    synchronized (lock) {
      sink = 1;
    }
  }

  private void reads() {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
        Socket accepted = server.accept()) {
      platform(
          () -> {
            sleeps(SITE_MILLIS);
            try {
              accepted.getOutputStream().write(1);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      sink = client.getInputStream().read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void computes() {
    long end = System.nanoTime() + SITE_MILLIS * 1_000_000L;
    long value = 1;
    while (System.nanoTime() < end) {
      for (int i = 0; i < 1000; i++) {
        value = value * 6364136223846793005L + 1442695040888963407L;
      }
    }
    sink = value;
  }

  private static void sleeps(long millis) {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      if (!latch.await(30, TimeUnit.SECONDS)) {
        throw new AssertionError("nobody came");
      }
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  // ---- five sampled among thousands

  /** What a crowd showed. */
  record Crowd(int taken, long ideal, int foreign, int watched) {}

  Crowd crowd(int others) throws Exception {
    start(9);
    CountDownLatch end = new CountDownLatch(1);
    CountDownLatch there = new CountDownLatch(others);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < others; i++) {
      threads.add(
          starter.apply(
              () -> {
                Span span = tracer.startEntry("GET:/others");
                there.countDown();
                await(end);
                span.end();
              }));
    }
    await(there);
    List<String> sampled = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch begun = new CountDownLatch(5);
    for (int i = 0; i < 5; i++) {
      threads.add(
          starter.apply(
              () -> {
                Span span = tracer.startEntry(ENDPOINT);
                sampled.add(tracer.segmentId());
                begun.countDown();
                sampledWork(end);
                span.end();
              }));
    }
    await(begun);
    long from = System.nanoTime();
    do {
      sleeps(100);
    } while (profiler.counters().queued() < ENOUGH && System.nanoTime() - from < 20_000_000_000L);
    long millis = (System.nanoTime() - from) / 1_000_000;
    List<ThreadSnapshot> taken = taken();
    end.countDown();
    for (Thread each : threads) {
      each.join(60_000);
    }
    int foreign = 0;
    for (ThreadSnapshot each : taken) {
      boolean own = sampled.contains(each.segmentId()) && each.state() == State.WAITING;
      boolean atWork = false;
      for (StackTraceElement frame : each.frames()) {
        atWork |= frame.getMethodName().equals("sampledWork");
      }
      if (!own || !atWork) {
        foreign++;
      }
    }
    int watched = profiler.watched();
    profiler.close();
    return new Crowd(taken.size(), 5 * millis / PERIOD_MILLIS, foreign, watched);
  }

  private void sampledWork(CountDownLatch end) {
    await(end);
  }
}
