package io.skein.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Span;
import io.skein.core.Segment;
import io.skein.core.Tracer;
import io.skein.core.report.Transport.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ReporterTest {

  private static final long SECOND = 1_000_000_000L;

  private final Segments segments = new Segments();
  private final SegmentQueue queue = new SegmentQueue(16, 1000);
  private final ReportCounters counters = new ReportCounters(queue);
  private final IdEncoder encoder = new IdEncoder();
  private final ScriptedTransport transport = new ScriptedTransport();
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final ReporterLimits limits = new ReporterLimits(Duration.ofMillis(500), 1 << 20, 8);
  private long now = 17 * SECOND;
  private double chance;
  private final Reporter reporter =
      new Reporter(
          queue,
          counters,
          encoder,
          transport,
          logged(),
          limits,
          null,
          null,
          () -> now,
          () -> chance);

  private ReportLog logged() {
    return new ReportLog() {
      @Override
      public void info(String message) {
        log.add("INFO " + message);
      }

      @Override
      public void warn(String message) {
        log.add("WARN " + message);
      }
    };
  }

  private Segment ended(int spans) {
    Segment segment = segments.of(spans);
    queue.accept(segment);
    return segment;
  }

  private List<String> endedMany(int count) {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      ids.add(ended(2).segmentId());
    }
    return ids;
  }

  @Test
  void whatAPauseHasGatheredGoesOutInOneSend() {
    List<String> ids = endedMany(5);
    assertThat(reporter.doWork()).isEqualTo(limits.pause().toNanos());
    assertThat(transport.sends).containsExactly(ids);
    assertThat(counters.account())
        .isEqualTo(
            new ReportCounters.Account(
                new Tally(5, 10), new Tally(5, 10), Tally.NONE, Tally.NONE, java.util.Map.of()));
    assertThat(log).containsExactly("INFO reporting to collector 127.0.0.1:11800");
  }

  @Test
  void moreThanABatchGoesOutInTheNextTurnWithoutPause() {
    List<String> ids = endedMany(11);
    assertThat(reporter.doWork()).isZero();
    assertThat(reporter.doWork()).isEqualTo(limits.pause().toNanos());
    assertThat(transport.sends).containsExactly(ids.subList(0, 8), ids.subList(8, 11));
  }

  @Test
  void anIdleReporterSendsNothing() {
    reporter.doWork();
    reporter.doWork();
    assertThat(transport.sends).isEmpty();
    assertThat(transport.ticks).isEqualTo(2);
    assertThat(log).isEmpty();
  }

  @Test
  void aFailedBatchIsKeptAndSentAgainEverMoreRarely() {
    List<String> ids = endedMany(2);
    for (int i = 0; i < 8; i++) {
      transport.answers.add(Answer.retry("collector unreachable (connection refused)"));
    }
    long start = now;
    List<Long> attempts = new ArrayList<>();
    while (counters.account().delivered().segments() == 0) {
      int before = transport.sends.size();
      long wait = reporter.doWork();
      if (transport.sends.size() > before) {
        attempts.add((now - start) / SECOND);
      }
      assertThat(wait).isBetween(0L, limits.pause().toNanos());
      now += Math.max(1, wait);
    }
    assertThat(attempts).containsExactly(0L, 1L, 3L, 7L, 15L, 31L, 61L, 91L, 121L);
    assertThat(transport.delivered).isEqualTo(ids);
    assertThat(log)
        .containsExactly(
            "WARN collector unreachable (connection refused): holding the first 16 segments,"
                + " retrying within 1 s and then less often, at least every 30 s",
            "INFO collector 127.0.0.1:11800 answers again after 121 s: delivering 2 held segments");
  }

  @Test
  void thePausesAreShortenedByChanceToHalfAtMost() {
    endedMany(1);
    for (int i = 0; i < 7; i++) {
      transport.answers.add(Answer.retry("away"));
    }
    double[] chances = {0.999_999_999, 0, 0.5, 0.999_999_999, 0.999_999_999, 0.5, 0.999_999_999};
    long[] millis = {500, 2000, 3000, 4000, 8000, 22_500, 15_000};
    for (int i = 0; i < chances.length; i++) {
      chance = chances[i];
      reporter.doWork();
      assertThat(transport.sends).as("attempts after pause %d", i).hasSize(i + 1);
      now += millis[i] * 1_000_000 - 1_000_000;
      reporter.doWork();
      assertThat(transport.sends).as("not before %d ms", millis[i]).hasSize(i + 1);
      now += 2_000_000;
    }
    reporter.doWork();
    assertThat(counters.account().delivered().segments()).isEqualTo(1);
  }

  @Test
  void agentsThatLoseTheirCollectorTogetherDoNotComeBackTogether() throws InterruptedException {
    List<Reporter> fleet = new ArrayList<>();
    List<CountDownLatch> retried = new ArrayList<>();
    List<Long> moments = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 5; i++) {
      SegmentQueue own = new SegmentQueue(16, 1000);
      own.accept(segments.of(1));
      CountDownLatch second = new CountDownLatch(1);
      retried.add(second);
      fleet.add(
          Reporter.start(
              own,
              new ReportCounters(own),
              new IdEncoder(),
              new UneventfulTransport() {
                private long first;

                @Override
                public Answer send(java.nio.ByteBuffer messages, long timeoutNanos) {
                  if (first == 0) {
                    first = System.nanoTime();
                    return Answer.retry("away");
                  }
                  moments.add(System.nanoTime() - first);
                  second.countDown();
                  return Answer.delivered();
                }
              },
              logged(),
              limits));
    }
    for (CountDownLatch each : retried) {
      assertThat(each.await(30, TimeUnit.SECONDS)).isTrue();
    }
    fleet.forEach(Reporter::close);
    assertThat(moments).allMatch(pause -> pause >= SECOND / 2);
    long spread =
        moments.stream().mapToLong(pause -> pause).max().orElseThrow()
            - moments.stream().mapToLong(pause -> pause).min().orElseThrow();
    assertThat(spread).isGreaterThan(10_000_000);
  }

  @Test
  void afterARecoveryThePausesBeginAnew() {
    endedMany(1);
    transport.answers.add(Answer.retry("away"));
    transport.answers.add(Answer.retry("away"));
    reporter.doWork();
    now += SECOND;
    reporter.doWork();
    now += 2 * SECOND;
    reporter.doWork();
    assertThat(counters.account().delivered().segments()).isEqualTo(1);

    endedMany(1);
    transport.answers.add(Answer.retry("away"));
    reporter.doWork();
    now += SECOND;
    reporter.doWork();
    assertThat(counters.account().delivered().segments()).isEqualTo(2);
  }

  @Test
  void whileTheCollectorIsAwayTheQueueFillsAndTheNewestAreDropped() {
    for (int i = 0; i < 50; i++) {
      transport.answers.add(Answer.retry("away"));
    }
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      ids.addAll(endedMany(1));
      reporter.doWork();
    }
    // 8 in the batch, 16 in the queue
    ReportCounters.Account account = counters.account();
    assertThat(account.queued()).isEqualTo(new Tally(24, 48));
    assertThat(account.dropped())
        .isEqualTo(java.util.Map.of(DropReason.QUEUE_FULL, new Tally(16, 32)));
    assertThat(account.made()).isEqualTo(new Tally(40, 80));

    transport.answers.clear();
    now += 60 * SECOND;
    while (counters.account().queued().segments() > 0) {
      reporter.doWork();
    }
    assertThat(transport.delivered).isEqualTo(ids.subList(0, 24));
    now += 31 * SECOND;
    reporter.doWork();
    assertThat(log)
        .hasSize(4)
        .contains(
            "WARN the queue of 16 segments is full: dropping new ones until there is room,"
                + " counted as queue-full",
            "INFO the queue has room again: 16 segments were dropped, counted as queue-full");
  }

  @Test
  void aSegmentThatCannotBeEncodedOrIsTooLargeDoesNotBlockOthers() {
    Segment good = ended(1);
    encoder.failing.add(ended(2).segmentId());
    encoder.tooLarge.add(ended(3).segmentId());
    Segment alsoGood = ended(4);
    reporter.doWork();

    assertThat(transport.delivered).containsExactly(good.segmentId(), alsoGood.segmentId());
    assertThat(counters.account())
        .isEqualTo(
            new ReportCounters.Account(
                new Tally(4, 10),
                new Tally(2, 5),
                Tally.NONE,
                Tally.NONE,
                java.util.Map.of(
                    DropReason.ENCODE_FAILED,
                    new Tally(1, 2),
                    DropReason.TOO_LARGE,
                    new Tally(1, 3))));
    assertThat(log).anyMatch(line -> line.contains("scripted"));
  }

  @Test
  void oneRefusedSegmentIsFoundAndTheOthersAreDelivered() {
    List<String> ids = endedMany(8);
    transport.poison.add(ids.get(5));
    reporter.doWork();

    List<String> others = new ArrayList<>(ids);
    others.remove(5);
    assertThat(transport.delivered).containsExactlyElementsOf(others);
    assertThat(counters.account().dropped())
        .isEqualTo(java.util.Map.of(DropReason.REFUSED, new Tally(1, 2)));
    assertThat(transport.sends).hasSizeLessThan(12);
    assertThat(log).filteredOn(line -> line.startsWith("WARN")).hasSize(1);
  }

  @Test
  void aFailureWhileARefusedSegmentIsSoughtLosesNothing() {
    List<String> ids = endedMany(8);
    transport.poison.add(ids.get(0));
    transport.answers.add(Answer.refused("no"));
    transport.answers.add(Answer.retry("away"));
    reporter.doWork();
    assertThat(counters.account().queued().segments()).isEqualTo(8);
    now += SECOND;
    reporter.doWork();
    assertThat(transport.delivered).containsExactlyElementsOf(ids.subList(1, 8));
  }

  @Test
  void aCollectorThatRefusesEverythingCostsABoundedNumberOfSends() {
    ReporterLimits wide = new ReporterLimits(Duration.ofMillis(500), 1 << 20, 4096);
    SegmentQueue wideQueue = new SegmentQueue(4096, 1 << 20);
    ReportCounters wideCounters = new ReportCounters(wideQueue);
    Reporter wideReporter =
        new Reporter(
            wideQueue,
            wideCounters,
            encoder,
            transport,
            logged(),
            wide,
            null,
            null,
            () -> now,
            () -> chance);
    for (int i = 0; i < 4096; i++) {
      Segment segment = segments.of(1);
      transport.poison.add(segment.segmentId());
      wideQueue.accept(segment);
    }
    wideReporter.doWork();
    assertThat(transport.sends).hasSize(64);
    assertThat(wideCounters.account().dropped())
        .isEqualTo(java.util.Map.of(DropReason.REFUSED, new Tally(4096, 4096)));
  }

  @Test
  void aHeartbeatThatFailsSaysSoOnceAndIsTheProbe() {
    transport.beats.add(Answer.retry("away"));
    transport.beats.add(Answer.retry("away"));
    reporter.doWork();
    int ticks = transport.ticks;
    now += SECOND / 2;
    reporter.doWork();
    assertThat(transport.ticks).isEqualTo(ticks); // not before its time
    now += SECOND / 2;
    reporter.doWork();
    now += 2 * SECOND;
    transport.beats.add(Answer.delivered());
    reporter.doWork();
    assertThat(log).hasSize(2);
    assertThat(log.get(1)).startsWith("INFO collector 127.0.0.1:11800 answers again after 3 s");
  }

  @Test
  void closingDeliversWhatIsThereAndCountsWhatComesLater() {
    Reporter running = Reporter.start(queue, counters, encoder, transport, logged(), limits);
    List<String> ids = endedMany(16);
    running.close(Duration.ofSeconds(10));
    running.close(Duration.ofSeconds(10));
    ended(5);

    assertThat(transport.delivered).containsExactlyElementsOf(ids);
    assertThat(transport.farewells).isEqualTo(1);
    assertThat(transport.closed).isTrue();
    assertThat(counters.account())
        .isEqualTo(
            new ReportCounters.Account(
                new Tally(17, 37),
                new Tally(16, 32),
                Tally.NONE,
                Tally.NONE,
                java.util.Map.of(DropReason.SHUTDOWN, new Tally(1, 5))));
    assertThat(threads()).isEmpty();
  }

  private Tracer tracerWithPatience(Duration patience) {
    return Tracer.builder()
        .service("service")
        .instance("instance")
        .clock(() -> now / 1_000_000)
        .asyncTimeout(patience)
        .sink(queue)
        .build();
  }

  private static Span goneAsynchronous(Tracer tracer) {
    Span span = tracer.startExit("call", "far:1").prepareForAsync();
    span.end();
    return span;
  }

  @Test
  void whatIsAsynchronousForTooLongIsReportedInAnOrdinaryTurn() {
    Tracer tracer = tracerWithPatience(Duration.ofSeconds(10));
    reporter.lookAfter(tracer);
    goneAsynchronous(tracer);
    now += 9 * SECOND;
    reporter.doWork();
    assertThat(transport.delivered).isEmpty();
    assertThat(tracer.waitingForAsync()).isEqualTo(1);

    now += SECOND;
    reporter.doWork();
    assertThat(transport.delivered).hasSize(1);
    assertThat(tracer.waitingForAsync()).isZero();
    assertThat(tracer.counters().unfinishedAsync()).isEqualTo(1);
  }

  @Test
  void closingReportsWhatIsStillAsynchronous() {
    Tracer tracer = tracerWithPatience(Duration.ofHours(1));
    Reporter running = Reporter.start(queue, counters, encoder, transport, logged(), limits);
    running.lookAfter(tracer);
    Span ended = goneAsynchronous(tracer);
    Span open = goneAsynchronous(tracer);
    ended.asyncEnd();
    running.close(Duration.ofSeconds(10));
    open.asyncEnd();

    assertThat(transport.delivered).hasSize(2).doesNotHaveDuplicates();
    assertThat(tracer.counters().unfinishedAsync()).isEqualTo(1);
    assertThat(tracer.counters().repeatedEnds()).isEqualTo(1);
    assertThat(counters.account().delivered()).isEqualTo(counters.account().made());
  }

  @Test
  void closingWhileTheCollectorIsAwayCountsTheRestAndDoesNotWait() {
    for (int i = 0; i < 50; i++) {
      transport.answers.add(Answer.retry("away"));
    }
    Reporter running = Reporter.start(queue, counters, encoder, transport, logged(), limits);
    endedMany(16);
    long start = System.nanoTime();
    running.close(Duration.ofSeconds(30));
    assertThat(System.nanoTime() - start).isLessThan(10 * SECOND);
    assertThat(counters.account().dropped())
        .isEqualTo(java.util.Map.of(DropReason.SHUTDOWN, new Tally(16, 32)));
    assertThat(counters.account().queued()).isEqualTo(Tally.NONE);
    assertThat(transport.farewells).isZero();
    assertThat(log).last().asString().contains("of 16 segments 16 were not delivered: shutdown 16");
  }

  @Test
  void closingEndsASendThatHangsAtTheBound() throws InterruptedException {
    CountDownLatch sending = new CountDownLatch(1);
    Transport hanging =
        new UneventfulTransport() {
          @Override
          public Answer send(java.nio.ByteBuffer messages, long timeoutNanos) {
            sending.countDown();
            try {
              TimeUnit.NANOSECONDS.sleep(timeoutNanos);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
            return Answer.retry("hangs");
          }
        };
    Reporter running = Reporter.start(queue, counters, encoder, hanging, logged(), limits);
    endedMany(3);
    assertThat(sending.await(10, TimeUnit.SECONDS)).isTrue();
    long start = System.nanoTime();
    running.close(Duration.ofMillis(300));
    assertThat(System.nanoTime() - start).isLessThan(5 * SECOND);
    assertThat(threads()).isEmpty();
    assertThat(counters.account().dropped())
        .isEqualTo(java.util.Map.of(DropReason.SHUTDOWN, new Tally(3, 6)));
  }

  @Test
  void aFaultOfOurOwnDoesNotEndTheReporter() {
    Transport broken =
        new UneventfulTransport() {
          private int sends;

          @Override
          public Answer send(java.nio.ByteBuffer messages, long timeoutNanos) {
            if (sends++ == 0) {
              throw new IllegalStateException("broken");
            }
            return Answer.delivered();
          }

          @Override
          public Answer tick(long nowNanos) {
            throw new AssertionError("broken, too");
          }
        };
    Reporter running = Reporter.start(queue, counters, encoder, broken, logged(), limits);
    endedMany(1);
    while (counters.account().delivered().segments() == 0) {
      Thread.onSpinWait();
    }
    endedMany(1);
    running.close(Duration.ofSeconds(10));
    assertThat(counters.account().delivered().segments()).isEqualTo(2);
    assertThat(log).filteredOn(line -> line.contains("broken, too")).hasSize(1);
  }

  @Test
  void theReportersThreadIsADaemonWithANameAndWithoutTheApplicationsLoader() {
    Thread.currentThread().setContextClassLoader(new ClassLoader("application", null) {});
    try {
      Reporter running = Reporter.start(queue, counters, encoder, transport, logged(), limits);
      Thread thread = threads().get(0);
      assertThat(thread.isDaemon()).isTrue();
      assertThat(thread.getContextClassLoader()).isSameAs(Reporter.class.getClassLoader());
      running.close();
    } finally {
      Thread.currentThread().setContextClassLoader(getClass().getClassLoader());
    }
  }

  private static List<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("skein-reporter"))
        .toList();
  }
}
