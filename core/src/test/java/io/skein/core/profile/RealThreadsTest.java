package io.skein.core.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.skein.api.Span;
import io.skein.core.Tracer;
import io.skein.core.report.ReportLog;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The real sampler and real threads, platform and virtual, in this JVM and in the newest. */
class RealThreadsTest {
  /** Each site lasts for twenty snapshots; a few of them are of the way there. */
  private static final int ENOUGH = 12;

  @Test
  void theSitesWherePlatformThreadsWaitAreSeenWithTheirStates() throws Exception {
    seen(new WaitSites(WaitSites::platform).sites());
  }

  @ParameterizedTest
  @Tag("capability-115")
  @Tag("capability-119")
  @ValueSource(strings = {"platform", "virtual"})
  void theSameOnTheNewestJdkAlsoAmongThousandsOfVirtualThreads(String kind) throws Exception {
    Path jdk = newestJdk();
    assumeTrue(jdk != null, "no JDK with virtual threads is installed");
    List<String> lines = run(jdk, kind);
    Map<String, Integer> counts = new TreeMap<>();
    for (String line : lines) {
      String[] words = line.split(" ", -1);
      if (words[0].contains("/")) {
        counts.put(words[0], Integer.valueOf(words[1]));
      } else if (words[0].equals("crowd")) {
        int taken = Integer.parseInt(words[1]);
        int ideal = Integer.parseInt(words[2]);
        assertThat(taken).as("%s", lines).isBetween(500, ideal + 10);
        assertThat(words[3]).isEqualTo("0"); // of none of them the stack of another
      } else if (words[0].equals("watched")) {
        assertThat(words[1]).isEqualTo("0");
      }
    }
    seen(counts);
    assertThat(lines).anyMatch(line -> line.startsWith("crowd"));
  }

  private static void seen(Map<String, Integer> counts) {
    for (String site : List.of("sleeps", "parks", "waits", "locks")) {
      assertThat(counts.getOrDefault(site + "/WAITING", 0)).as("%s", counts).isGreaterThan(ENOUGH);
    }
    assertThat(counts.getOrDefault("reads/NATIVE", 0)).as("%s", counts).isGreaterThan(ENOUGH);
    assertThat(counts.getOrDefault("enters/BLOCKED", 0)).as("%s", counts).isGreaterThan(ENOUGH);
    assertThat(counts.getOrDefault("computes/RUNNING", 0)).as("%s", counts).isGreaterThan(ENOUGH);
    counts.forEach(
        (site, count) -> {
          if (site.startsWith("computes/") && !site.equals("computes/RUNNING")) {
            assertThat(count).as("%s", counts).isLessThan(3);
          }
        });
  }

  private static List<String> run(Path jdk, String kind) throws Exception {
    String path =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    Process process =
        new ProcessBuilder(
                jdk.resolve("bin/java").toString(),
                "-Xmx256m",
                "-cp",
                path,
                WaitSites.class.getName(),
                kind)
            .redirectErrorStream(true)
            .start();
    try {
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(said).isTrue();
      assertThat(process.exitValue()).as(said).isZero();
      return said.lines().toList();
    } finally {
      process.destroyForcibly();
    }
  }

  /** The last of those that the tests were told of, or the newest that is installed. */
  private static Path newestJdk() throws IOException {
    List<Path> candidates = new ArrayList<>();
    String told = System.getProperty("skein.test.jdks", "");
    for (String each : told.split(File.pathSeparator, -1)) {
      if (!each.isEmpty()) {
        candidates.add(Path.of(each));
      }
    }
    candidates.add(Path.of(System.getProperty("java.home")));
    Path usual = Path.of("/usr/lib/jvm");
    if (told.isEmpty() && Files.isDirectory(usual)) {
      try (DirectoryStream<Path> installed = Files.newDirectoryStream(usual)) {
        installed.forEach(candidates::add);
      }
    }
    Path newest = null;
    int feature = 20;
    for (Path each : candidates) {
      Path release = each.resolve("release");
      if (Files.isRegularFile(release) && Files.isExecutable(each.resolve("bin/java"))) {
        int its = feature(Files.readString(release));
        if (its > feature) {
          newest = each;
          feature = its;
        }
      }
    }
    return newest;
  }

  private static int feature(String release) {
    var version = java.util.regex.Pattern.compile("JAVA_VERSION=\"(\\d+)").matcher(release);
    return version.find() ? Integer.parseInt(version.group(1)) : 0;
  }

  // ---- the thread itself

  @Test
  @Tag("capability-104")
  void thereIsOneDaemonThreadWhileATaskRunsAndNoneOtherwise() throws Exception {
    noSampler();
    Profiler profiler = new Profiler(ProfilerSettings.DEFAULT, ReportLog.silent());
    Tracer tracer = Tracer.builder().profiler(profiler).build();
    noSampler();
    long now = System.currentTimeMillis();
    ProfileTask later = new ProfileTask("b", "x", now + 3_600_000, 1, 0, 10, 1, now);
    assertThat(profiler.offer(later)).isNull();
    noSampler();
    assertThat(profiler.offer(new ProfileTask("a", "x", now, 1, 0, 10, 1, now))).isNull();
    Thread sampler = samplers().get(0);
    assertThat(samplers()).hasSize(1);
    assertThat(sampler.isDaemon()).isTrue();
    assertThat(sampler.getContextClassLoader()).isSameAs(Profiler.class.getClassLoader());
    while (profiler.watcher() == null) {
      Thread.onSpinWait();
    }
    Span span = tracer.startEntry("x");
    while (profiler.counters().queued() < 5) {
      sampler.interrupt(); // by somebody who interrupts all threads: it goes on
      Thread.onSpinWait();
    }
    span.end();
    sampler.join(10_000); // its only sample is taken
    noSampler();
    assertThat(profiler.counters().missedBeats()).isLessThan(100);
    profiler.close();
  }

  /** One that was told to end may need a moment. */
  private static void noSampler() throws InterruptedException {
    for (Thread each : samplers()) {
      each.join(10_000);
    }
    assertThat(samplers()).isEmpty();
  }

  private static List<Thread> samplers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals(RealMachine.THREAD_NAME))
        .toList();
  }

  @Test
  void aSlowRequestIsSampledWithoutATaskWithinTheProcessorTimeOfTheThread() throws Exception {
    ProfilerSettings settings = new ProfilerSettings(true, 5, 5, 500, 4500, true, 5);
    Profiler profiler = new Profiler(settings, ReportLog.silent());
    Tracer tracer = Tracer.builder().profiler(profiler).build();
    assertThat(samplers()).hasSize(1);
    Span span = tracer.startEntry("GET:/never-seen");
    String segment = tracer.segmentId();
    long end = System.nanoTime() + 30_000_000_000L;
    while (profiler.counters().queued() < 10 && System.nanoTime() < end) {
      Thread.sleep(10);
    }
    span.end();
    List<ThreadSnapshot> taken = new ArrayList<>();
    profiler.drain(Integer.MAX_VALUE, taken::add);
    profiler.close();
    assertThat(taken).hasSizeGreaterThanOrEqualTo(10);
    assertThat(taken)
        .allSatisfy(
            each -> {
              assertThat(each.taskId()).isEqualTo(ThreadSnapshot.SLOW_TASK);
              assertThat(each.segmentId()).isEqualTo(segment);
            });
    noSampler();
  }

  @Test
  void aThreadWhoseStackCannotBeHadHarmsNobody() throws Exception {
    Profiler profiler = new Profiler(ProfilerSettings.DEFAULT, ReportLog.silent());
    Tracer tracer = Tracer.builder().profiler(profiler).build();
    long now = System.currentTimeMillis();
    assertThat(profiler.offer(new ProfileTask("a", "x", now, 1, 0, 10, 9, now))).isNull();
    while (profiler.watcher() == null) {
      Thread.onSpinWait();
    }
    Thread strange =
        new Thread(
            () -> {
              Span span = tracer.startEntry("x");
              while (profiler.counters().dropped(SnapshotLoss.FAILED) < 3) {
                Thread.onSpinWait();
              }
              span.end();
            }) {
          @Override
          public StackTraceElement[] getStackTrace() {
            throw new UnsupportedOperationException("mine");
          }
        };
    strange.start();
    strange.join(30_000);
    assertThat(strange.isAlive()).isFalse();
    assertThat(profiler.watched()).isZero();
    profiler.close();
    assertThat(profiler.counters().drained()).isZero();
  }

  @Test
  void aStackOfTenThousandFramesIsCutWithBothEnds() throws Exception {
    Profiler profiler = new Profiler(ProfilerSettings.DEFAULT, ReportLog.silent());
    Tracer tracer = Tracer.builder().profiler(profiler).build();
    long now = System.currentTimeMillis();
    assertThat(profiler.offer(new ProfileTask("a", "x", now, 1, 0, 10, 9, now))).isNull();
    while (profiler.watcher() == null) {
      Thread.onSpinWait();
    }
    Thread deep =
        new Thread(
            null,
            () -> {
              Span span = tracer.startEntry("x");
              descend(10_000, profiler);
              span.end();
            },
            "deep",
            64 << 20);
    deep.start();
    deep.join(30_000);
    List<ThreadSnapshot> taken = new ArrayList<>();
    profiler.drain(Integer.MAX_VALUE, taken::add);
    profiler.close();
    // Others are from the way down and up again.
    ThreadSnapshot last =
        taken.stream().max(Comparator.comparingInt(ThreadSnapshot::framesCut)).orElseThrow();
    assertThat(last.frames()).hasSize(500);
    assertThat(last.framesCut()).isGreaterThan(9500);
    assertThat(last.frames()[400].getMethodName()).isEqualTo("descend");
    assertThat(last.frames()[499].getMethodName()).isEqualTo("run");
    assertThat(last.frames()[475]).isEqualTo(ThreadSnapshot.cut(last.framesCut()));
  }

  private static int descend(int depth, Profiler profiler) {
    if (depth > 0) {
      return descend(depth - 1, profiler) + 1;
    }
    long before = profiler.counters().queued();
    while (profiler.counters().queued() < before + 2) {
      Thread.onSpinWait();
    }
    return 0;
  }
}
