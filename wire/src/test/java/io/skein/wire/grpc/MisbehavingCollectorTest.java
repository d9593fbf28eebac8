package io.skein.wire.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.skein.api.Span;
import io.skein.core.Tracer;
import io.skein.core.report.DropReason;
import io.skein.core.report.ReportCounters.Account;
import io.skein.core.report.ReportLog;
import io.skein.core.report.ReporterLimits;
import io.skein.core.report.Tally;
import io.skein.wire.decode.SegmentReader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Collectors that are slow, refuse, reset and lose their answers; such as recognise repeats, and
 * such as count them twice.
 */
@Timeout(120)
class MisbehavingCollectorTest {
  private static final long MILLIS = Long.getLong("skein.delivery.millis", 2500);

  @TempDir Path spool;
  private final Queue<String> log = new ConcurrentLinkedQueue<>();
  private final Queue<String> received = new ConcurrentLinkedQueue<>();

  private ReportLog logged() {
    return new ReportLog() {
      @Override
      public void info(String message) {
        log.add(message);
      }

      @Override
      public void warn(String message) {
        log.add(message);
      }
    };
  }

  private static String id(byte[] message) {
    try {
      return SegmentReader.segment(message).segmentId();
    } catch (io.skein.wire.decode.MalformedMessageException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @CsvSource({"false, 1", "true, 3"})
  void whateverItDoesEachSegmentIsAccountedForOnce(boolean recognises, long seed) throws Exception {
    Random random = new Random(seed);
    try (TestCollector collector = TestCollector.start();
        UnreliableProxy proxy = new UnreliableProxy(collector.port(), seed)) {
      collector.skein = recognises;
      collector.onSegmentMessage = message -> received.add(id(message));
      GrpcReporting reporting =
          GrpcReporting.open(
              GrpcSettings.of(proxy.address(), "shop", "i-1", "p1", "0.1.0", null, List.of())
                  .withSpool(spool.toString(), 16 << 20),
              new ReporterLimits(Duration.ofMillis(20), 1 << 16, 200),
              logged());
      Tracer tracer =
          Tracer.builder().service("shop").instance("i-1").sink(reporting.sink()).build();
      long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MILLIS);
      long made = 0;
      while (System.nanoTime() < end) {
        for (int i = 0; i < 50; i++) {
          Span span = tracer.startEntry("GET:/orders");
          span.tag("http.method", "GET");
          span.end();
          made++;
        }
        collector.refusing =
            random.nextInt(6) == 0 ? Status.RESOURCE_EXHAUSTED.withDescription("busy") : null;
        collector.onSegments =
            random.nextInt(6) == 0
                ? call -> {
                  sleep(400);
                  return Status.OK;
                }
                : call -> Status.OK;
        assertBalanced(reporting.counters().account());
        sleep(20);
      }
      collector.refusing = null;
      proxy.unreliable = false;
      long patience = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (waiting(reporting.counters().account()) > 0 && System.nanoTime() < patience) {
        assertBalanced(reporting.counters().account());
        sleep(10);
      }
      reporting.close(Duration.ofSeconds(10));

      Account account = reporting.counters().account();
      assertBalanced(account);
      assertThat(account.made().segments()).isEqualTo(made);
      long unconfirmed =
          account.dropped().getOrDefault(DropReason.UNCONFIRMED, Tally.NONE).segments();
      Set<String> distinct = new HashSet<>(received);
      if (recognises) {
        assertThat(account.dropped()).isEmpty();
        assertThat(account.delivered().segments()).isEqualTo(made);
        assertThat(distinct).hasSize((int) made);
        assertThat(received).hasSizeGreaterThanOrEqualTo((int) made); // some came twice
      } else {
        assertThat(received).doesNotHaveDuplicates();
        assertThat(account.dropped().keySet()).isSubsetOf(DropReason.UNCONFIRMED);
        assertThat(account.delivered().segments() + unconfirmed).isEqualTo(made);
        assertThat((long) received.size())
            .isBetween(
                account.delivered().segments(), account.delivered().segments() + unconfirmed);
      }
    }
  }

  private static long waiting(Account account) {
    return account.queued().segments() + account.spooled().segments();
  }

  private static void assertBalanced(Account account) {
    assertThat(account.made())
        .isEqualTo(
            account
                .delivered()
                .plus(account.queued())
                .plus(account.spooled())
                .plus(account.droppedTogether()));
  }

  private static void sleep(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
