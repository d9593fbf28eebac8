package io.skein.core.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.core.Segment;
import io.skein.core.report.Transport.Answer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The reporter with a disk: collectors that come and go, slow ones, and what is left for others.
 */
@Timeout(60)
class SpoolingReporterTest {

  private static final long SECOND = 1_000_000_000L;
  private static final Answer AWAY = Answer.retry("away");

  @TempDir Path root;
  private final Segments segments = new Segments();
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final ReporterLimits limits = new ReporterLimits(Duration.ofMillis(500), 1 << 20, 8);
  private long now = 17 * SECOND;
  private final List<Life> processes = new ArrayList<>();

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

  /** One process of the service, with a clock that the test moves. */
  private final class Life {
    final SegmentQueue queue = new SegmentQueue(1000, 100_000);
    final ReportCounters counters = new ReportCounters(queue);
    final String id;
    final ScriptedTransport transport;
    final Reporter reporter;

    Life(String id, Path directory, long bytes, ScriptedTransport transport) {
      this.id = id;
      this.transport = transport;
      reporter =
          new Reporter(
              queue,
              counters,
              new IdEncoder(),
              transport,
              logged(),
              limits,
              new SpoolSettings(directory.toString(), bytes, "shop", id + "@here", id, "0.1.0"),
              null,
              () -> now,
              () -> 0);
      processes.add(this);
    }

    Life(String id) {
      this(id, root, 4 << 20, new ScriptedTransport());
    }

    List<String> ended(int count) {
      List<String> ids = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        Segment segment = segments.of(2);
        queue.accept(segment);
        ids.add(segment.segmentId());
      }
      return ids;
    }

    void turns(int count) {
      for (int i = 0; i < count; i++) {
        reporter.doWork();
        assertBalanced();
      }
    }

    ReportCounters.Account account() {
      return counters.account();
    }

    void assertBalanced() {
      ReportCounters.Account account = account();
      assertThat(account.made())
          .isEqualTo(
              account
                  .delivered()
                  .plus(account.queued())
                  .plus(account.spooled())
                  .plus(account.droppedTogether()));
    }

    void away(int times) {
      for (int i = 0; i < times; i++) {
        transport.answers.add(AWAY);
      }
    }
  }

  @AfterEach
  void everyAccountAddsUp() {
    processes.forEach(Life::assertBalanced);
  }

  private List<Path> files(String suffix) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(file -> file.toString().endsWith(suffix)).sorted().toList();
    }
  }

  @Test
  void withAQuickCollectorTheDiskIsNotTouched() throws IOException {
    Life process = new Life("p1");
    process.ended(20);
    process.turns(5);
    assertThat(process.account().delivered().segments()).isEqualTo(20);
    process.reporter.endNow();
    assertThat(root).isEmptyDirectory();
  }

  @Test
  void whatCannotBeDeliveredGoesToDiskAndComesBackInOrder() throws IOException {
    Life process = new Life("p1");
    process.away(2);
    List<String> ids = process.ended(20);
    process.turns(1);
    assertThat(process.account().spooled().segments()).isEqualTo(8); // what was tried
    ids.addAll(process.ended(20));
    process.turns(1);
    assertThat(process.account().spooled()).isEqualTo(new Tally(40, 80));
    assertThat(process.account().queued()).isEqualTo(Tally.NONE);
    assertThat(files(".chunk")).hasSize(1);

    now += SECOND;
    process.turns(1); // away once more
    ids.addAll(process.ended(5));
    now += 2 * SECOND;
    process.turns(1);
    ids.addAll(process.ended(5)); // these wait behind the others
    process.turns(10);
    assertThat(process.transport.delivered).isEqualTo(ids);
    assertThat(process.account().delivered()).isEqualTo(new Tally(50, 100));
    assertThat(files(".chunk")).isEmpty();
    assertThat(log)
        .containsExactly(
            "WARN away: keeping what is not delivered on disk, the newest 4 MB, retrying within 1 s"
                + " and then less often, at least every 30 s",
            "INFO collector 127.0.0.1:11800 answers again after 3 s: delivering 45 held segments");
    process.reporter.endNow();
    assertThat(files("p1")).isEmpty();
  }

  @Test
  void onlyWeMayReadIt() throws IOException {
    Life process = new Life("p1");
    process.away(1);
    process.ended(1);
    process.turns(1);
    for (Path directory : List.of(root.resolve("shop"), root.resolve("shop/p1"))) {
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(directory, LinkOption.NOFOLLOW_LINKS)))
          .isEqualTo("rwx------");
    }
  }

  @Test
  void theNextProcessDeliversInTheNameOfTheOneBefore() throws IOException {
    Life first = new Life("p1");
    first.away(50);
    List<String> ids = first.ended(20);
    first.turns(2);
    first.reporter.endNow();
    assertThat(first.account().spooled()).isEqualTo(new Tally(20, 40));
    assertThat(first.account().dropped()).isEmpty();
    assertThat(log).last().asString().contains("20 segments wait on disk");

    Life second = new Life("p2");
    List<String> own = second.ended(3);
    second.turns(10);
    List<String> all = new ArrayList<>(own);
    all.addAll(ids);
    assertThat(second.transport.delivered).isEqualTo(all);
    assertThat(second.account().made()).isEqualTo(new Tally(3, 6));
    Origin last = second.transport.origins.get(second.transport.origins.size() - 1);
    assertThat(last.processId()).isEqualTo("p1");
    assertThat(last.instance()).isEqualTo("p1@here");
    assertThat(last.account())
        .isEqualTo(ReportCounters.Account.of(new Tally(20, 40), Tally.NONE, Tally.NONE, Map.of()));
    assertThat(files("p1")).isEmpty();
    assertThat(second.transport.origins)
        .allMatch(origin -> origin.account().made().equals(new Tally(20, 40)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1970-01-01T00:00:10Z", "2099-12-31T00:00:00Z"})
  void aWallClockThatJumpsChangesNothing(String time) throws IOException {
    Life first = new Life("p1");
    first.away(50);
    List<String> ids = first.ended(20);
    first.turns(2);
    first.reporter.endNow();
    try (Stream<Path> all = Files.walk(root)) {
      for (Path each : all.toList()) {
        Files.setLastModifiedTime(each, FileTime.from(Instant.parse(time)));
      }
    }
    Life second = new Life("p2");
    second.ended(1);
    second.turns(10);
    assertThat(second.transport.delivered).hasSize(21).containsAll(ids);
    assertThat(files("p1")).isEmpty();
  }

  @Test
  void whileSomethingIsDeliveredForOthersOurOwnGoesFirst() {
    Life first = new Life("p1");
    first.away(50);
    first.ended(30);
    first.turns(2);
    first.reporter.endNow();

    Life second = new Life("p2");
    List<String> own = second.ended(1);
    second.turns(1);
    own.addAll(second.ended(1));
    second.turns(1);
    assertThat(second.transport.delivered).contains(own.get(0), own.get(1));
    assertThat(second.transport.delivered).hasSizeLessThan(32);
    second.turns(10);
    assertThat(second.transport.delivered).hasSize(32);
  }

  @Test
  void whatPerhapsArrivedIsSentAgainOnlyWhereRepeatsAreRecognised() {
    Life process = new Life("p1");
    process.transport.recognises = false;
    List<String> ids = process.ended(8);
    int length = ids.get(0).length() + 1;
    process.transport.answers.add(Answer.unconfirmed("reset", 3L * length + length / 2));
    process.turns(1);
    assertThat(process.account().dropped())
        .isEqualTo(Map.of(DropReason.UNCONFIRMED, new Tally(3, 6)));
    now += SECOND;
    process.turns(3);
    assertThat(process.transport.delivered).isEqualTo(ids.subList(3, 8));
    assertThat(log).anyMatch(line -> line.contains("may have taken 3 segments"));
  }

  @Test
  void aBatchThatIsRefusedByACollectorThatCountsTwiceIsNotSearched() {
    Life process = new Life("p1");
    process.transport.recognises = false;
    List<String> ids = process.ended(8);
    process.transport.poison.add(ids.get(3));
    process.turns(2);
    assertThat(process.transport.sends).hasSize(1);
    assertThat(process.account().dropped())
        .isEqualTo(Map.of(DropReason.UNCONFIRMED, new Tally(8, 16)));
  }

  @Test
  void aSlowSendIsOnDiskWhileItLastsAndIsNotSentTwice() throws IOException {
    Life[] process = new Life[1];
    List<Long> spooled = new ArrayList<>();
    ScriptedTransport slow =
        new ScriptedTransport() {
          @Override
          public Answer send(ByteBuffer messages, long timeoutNanos) {
            Answer answer = super.send(messages, timeoutNanos);
            process[0].ended(2);
            whileWaiting.run();
            process[0].assertBalanced();
            spooled.add(process[0].account().spooled().segments());
            return answer;
          }
        };
    process[0] = new Life("p1", root, 4 << 20, slow);
    List<String> ids = process[0].ended(8);
    process[0].turns(1);
    assertThat(spooled).containsExactly(10L);
    assertThat(process[0].account().delivered().segments()).isEqualTo(8);
    assertThat(slow.delivered).isEqualTo(ids);
    assertThat(process[0].account().spooled().segments()).isEqualTo(2);
  }

  @Test
  void theDiskIsNeverUsedBeyondTheLimitAndTheOldestGo() throws IOException {
    long limit = 512 << 10;
    Life process = new Life("p1", root, limit, new ScriptedTransport());
    process.away(10_000);
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      ids.addAll(process.ended(100));
      process.turns(1);
      now += SECOND / 2;
      assertThat(used()).isLessThanOrEqualTo(limit);
    }
    long gone = process.account().dropped().get(DropReason.SPOOL_FULL).segments();
    assertThat(gone).isPositive();
    assertThat(process.account().dropped()).containsOnlyKeys(DropReason.SPOOL_FULL);
    assertThat(process.account().spooled().segments()).isEqualTo(ids.size() - gone);
    process.transport.answers.clear();
    now += 60 * SECOND;
    while (process.account().spooled().segments() > 0) {
      process.turns(1);
    }
    assertThat(process.transport.delivered).isEqualTo(ids.subList((int) gone, ids.size()));
    assertThat(log).filteredOn(line -> line.contains("spool-full")).hasSize(1);
  }

  private long used() throws IOException {
    long sum = 0;
    try (Stream<Path> all = Files.walk(root.resolve("shop"))) {
      for (Path path : all.toList()) {
        sum += Files.isDirectory(path) ? 4096 : (Files.size(path) + 4095) / 4096 * 4096;
      }
    }
    return sum;
  }

  @Test
  void whatOthersLeftCountsAndGoesFirst() throws IOException {
    long limit = 512 << 10;
    Life first = new Life("p1", root, limit, new ScriptedTransport());
    first.away(10_000);
    for (int i = 0; i < 20; i++) {
      first.ended(200);
      first.turns(1);
    }
    first.reporter.endNow();
    long left = first.account().spooled().segments();
    Life second = new Life("p2", root, limit, new ScriptedTransport());
    second.away(10_000);
    List<String> own = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      own.addAll(second.ended(200));
      second.turns(1);
      now += SECOND / 2;
      assertThat(used()).isLessThanOrEqualTo(limit);
    }
    assertThat(second.account().dropped()).isEmpty();
    assertThat(second.account().spooled().segments()).isEqualTo(own.size());
    second.transport.answers.clear();
    now += 60 * SECOND;
    second.turns(2000);
    assertThat(second.transport.delivered.subList(0, own.size())).isEqualTo(own);
    List<Origin> origins = second.transport.origins;
    ReportCounters.Account told = origins.get(origins.size() - 1).account();
    assertThat(told.made().segments()).isEqualTo(left + droppedBefore(first));
    assertThat(told.spooled()).isEqualTo(Tally.NONE);
    assertThat(told.delivered().segments())
        .isEqualTo(second.transport.delivered.size() - own.size())
        .isPositive();
    assertThat(told.dropped()).containsOnlyKeys(DropReason.SPOOL_FULL);
  }

  private static long droppedBefore(Life process) {
    return process.account().droppedTogether().segments();
  }

  @Test
  void withoutADirectoryItIsAllInMemoryAndSaidOnce() throws IOException {
    Path file = Files.writeString(root.resolve("file"), "in the way");
    Life process = new Life("p1", file, 4 << 20, new ScriptedTransport());
    process.away(3);
    List<String> ids = process.ended(30);
    for (int i = 0; i < 20; i++) {
      process.turns(1);
      now += SECOND;
    }
    assertThat(process.transport.delivered).isEqualTo(ids);
    assertThat(log).filteredOn(line -> line.contains("cannot be kept on disk")).hasSize(1);
  }

  @Test
  void aDiskThatWorksAgainIsUsedAgain() throws IOException {
    Path late = root.resolve("late");
    Files.writeString(late, "in the way");
    Life process = new Life("p1", late, 4 << 20, new ScriptedTransport());
    process.away(100);
    process.ended(30);
    process.turns(2);
    assertThat(process.account().spooled()).isEqualTo(Tally.NONE);
    assertThat(process.account().queued().segments()).isEqualTo(30);
    Files.delete(late);
    now += 6 * SECOND;
    process.turns(1);
    assertThat(process.account().spooled().segments()).isEqualTo(30);
    assertThat(log).anyMatch(line -> line.contains("can be kept on disk again"));
  }

  @Test
  void somebodyElsesLinkIsNotFollowed() throws IOException {
    Path elsewhere = Files.createDirectory(root.resolve("elsewhere"));
    Path spool = Files.createDirectory(root.resolve("spool"));
    Files.createSymbolicLink(spool.resolve("shop"), elsewhere);
    Life process = new Life("p1", spool, 4 << 20, new ScriptedTransport());
    process.away(5);
    process.ended(3);
    process.turns(2);
    assertThat(process.account().queued().segments()).isEqualTo(3);
    assertThat(elsewhere).isEmptyDirectory();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void whateverTheCollectorDoesEachSegmentHasOnePlace(long seed) throws IOException {
    Random random = new Random(seed);
    List<String> ids = new ArrayList<>();
    for (int life = 0; life < 5; life++) {
      Life process = new Life("life" + life);
      process.transport.recognises = random.nextBoolean();
      for (int step = 0; step < 40; step++) {
        ids.addAll(process.ended(random.nextInt(30)));
        if (random.nextInt(3) == 0) {
          process.transport.answers.add(
              random.nextInt(4) == 0
                  ? Answer.unconfirmed("reset", random.nextInt(800))
                  : random.nextInt(3) == 0 ? Answer.refused("no") : AWAY);
        }
        process.turns(1);
        now += random.nextLong(5 * SECOND);
      }
      process.away(5);
      process.reporter.endNow();
    }
    Life last = new Life("last");
    ids.addAll(last.ended(1));
    for (int i = 0; i < 1000; i++) {
      last.turns(1);
      now += SECOND / 4;
    }
    last.reporter.endNow();

    // The last word on each process, from itself or from who delivered for it.
    Map<String, ReportCounters.Account> words = new HashMap<>();
    for (Life process : processes) {
      words.put(process.id, process.account());
    }
    for (Life process : processes) {
      for (Origin origin : process.transport.origins) {
        assertThat(origin.account().made()).isEqualTo(words.get(origin.processId()).made());
        words.put(origin.processId(), origin.account());
      }
    }
    List<String> delivered = new ArrayList<>();
    for (Life process : processes) {
      delivered.addAll(process.transport.delivered);
    }
    assertThat(delivered).doesNotHaveDuplicates();
    for (Life process : processes) {
      if (!process.transport.recognises) {
        assertThat(delivered).doesNotContainAnyElementsOf(process.transport.taken);
      }
    }
    assertThat(files(".chunk")).isEmpty();
    Tally sum = Tally.NONE;
    Tally counted = Tally.NONE;
    for (ReportCounters.Account word : words.values()) {
      assertThat(word.spooled()).isEqualTo(Tally.NONE);
      sum = sum.plus(word.made());
      counted = counted.plus(word.delivered());
    }
    assertThat(sum.segments()).isEqualTo(ids.size());
    assertThat(counted.segments()).isEqualTo(delivered.size());
    assertThat(Set.copyOf(ids)).containsAll(delivered);
  }

  @Test
  void closingWhileACallHangsKeepsEverythingAndDoesNotWaitForIt() throws Exception {
    CountDownLatch waiting = new CountDownLatch(1);
    UneventfulTransport hanging =
        new UneventfulTransport() {
          private @Nullable Runnable work;

          @Override
          public void whileWaiting(Runnable work) {
            this.work = work;
          }

          @Override
          public Answer prepare(long timeoutNanos) {
            waiting.countDown();
            long end = System.nanoTime() + timeoutNanos;
            while (System.nanoTime() - end < 0) {
              try {
                TimeUnit.MILLISECONDS.sleep(20);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Answer.retry("interrupted");
              }
              if (work != null) {
                work.run();
              }
            }
            return Answer.retry("hangs");
          }

          @Override
          public Answer send(ByteBuffer messages, long timeoutNanos) {
            throw new AssertionError("nothing is sent before it is known to whom");
          }
        };
    SegmentQueue queue = new SegmentQueue(100, 1000);
    ReportCounters counters = new ReportCounters(queue);
    Reporter running =
        Reporter.start(
            queue,
            counters,
            new IdEncoder(),
            hanging,
            logged(),
            limits,
            new SpoolSettings(root.toString(), 4 << 20, "shop", "i", "p9", "0.1.0"),
            null);
    for (int i = 0; i < 10; i++) {
      queue.accept(segments.of(1));
    }
    assertThat(waiting.await(10, TimeUnit.SECONDS)).isTrue();
    while (counters.account().spooled().segments() < 10) {
      Thread.onSpinWait();
    }
    long start = System.nanoTime();
    running.close(Duration.ofSeconds(30));
    assertThat(System.nanoTime() - start).isLessThan(10 * SECOND);
    assertThat(counters.account().spooled().segments()).isEqualTo(10);
    assertThat(counters.account().dropped()).isEmpty();
  }
}
