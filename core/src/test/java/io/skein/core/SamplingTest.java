package io.skein.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Span;
import io.skein.core.Recorder.Headers;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SamplingTest {
  private final Recorder recorder = new Recorder();

  @Test
  @DisplayName("T43 exactly so many of each three seconds are sampled, whatever the contention")
  void exactlySoManyAreSampledUnderContention() throws Exception {
    AtomicLong clock = new AtomicLong(10_000);
    Sampler sampler = Sampler.perThreeSeconds(1000, clock::get);
    for (int window = 0; window < 20; window++) {
      clock.addAndGet(3000);
      AtomicInteger sampled = new AtomicInteger();
      int threads = 4;
      CountDownLatch done = new CountDownLatch(threads);
      for (int t = 0; t < threads; t++) {
        new Thread(
                () -> {
                  for (int i = 0; i < 1000; i++) {
                    if (sampler.sample("x")) {
                      sampled.incrementAndGet();
                    }
                  }
                  done.countDown();
                })
            .start();
      }
      done.await();
      assertThat(sampled.get()).isEqualTo(1000);
    }
  }

  @Test
  void aTimeThatComesLateDoesNotOpenAnOldWindow() {
    AtomicLong clock = new AtomicLong(9000);
    Sampler sampler = Sampler.perThreeSeconds(1, clock::get);
    assertThat(sampler.sample("x")).isTrue();
    clock.set(8999);
    assertThat(sampler.sample("x")).isFalse();
    clock.set(9000);
    assertThat(sampler.sample("x")).isFalse();
    clock.set(12_000);
    assertThat(sampler.sample("x")).isTrue();
  }

  @Test
  void continuedTracesUseUpTheBudget() {
    Sampler sampler = Sampler.perThreeSeconds(2, () -> 5000);
    sampler.forced();
    assertThat(sampler.sample("x")).isTrue();
    assertThat(sampler.sample("x")).isFalse();
  }

  @Test
  void rates() {
    assertThat(Sampler.always().sample("x")).isTrue();
    assertThat(Sampler.never().sample("x")).isFalse();
    assertThat(Sampler.rate(1).sample("x")).isTrue();
    assertThat(Sampler.rate(0).sample("x")).isFalse();
    assertThat(Sampler.rate(Double.NaN).sample("x")).isFalse();
    assertThat(Sampler.perThreeSeconds(0).sample("x")).as("0 is no limit").isTrue();
    Sampler half = Sampler.rate(0.5);
    int sampled = 0;
    for (int i = 0; i < 10_000; i++) {
      sampled += half.sample("x") ? 1 : 0;
    }
    assertThat(sampled).isBetween(4500, 5500);
  }

  @Test
  @DisplayName("T42 a valid header wins over local sampling and over path rules")
  void aValidHeaderWinsOverLocalRules() {
    AtomicInteger forced = new AtomicInteger();
    Tracer tracer =
        recorder
            .settings
            .noiseFilter(NoiseFilter.of(List.of(".css"), List.of("/health/**")))
            .sampler(
                new Sampler() {
                  @Override
                  public boolean sample(String name) {
                    return false;
                  }

                  @Override
                  public void forced() {
                    forced.incrementAndGet();
                  }
                })
            .build();
    tracer.startEntry("GET:/health/x", caller(), Headers.READER).end();

    assertThat(recorder.only().span(0).refCount()).isEqualTo(1);
    assertThat(forced.get()).isEqualTo(1);
  }

  @Test
  @DisplayName("T42 an ignored suffix wins over a valid header, and the trace goes round us")
  void aSuffixWinsOverAValidHeader() {
    Tracer tracer =
        recorder.settings.noiseFilter(NoiseFilter.of(List.of(".css"), List.of())).build();
    Headers incoming = caller();
    Span entry = tracer.startEntry("GET:/a.css", incoming, Headers.READER);
    Span exit = tracer.startExit("call", "files:80");
    Headers sent = Headers.from(tracer, exit);
    exit.end();
    entry.end();

    assertThat(recorder.count()).isZero();
    assertThat(sent.get("sw8")).isEqualTo(incoming.get("sw8"));
    assertThat(tracer.counters().ignoredByFilter()).isEqualTo(1);
  }

  @Test
  @DisplayName("T27 noise filters speak for one service: nothing is sent, those behind decide")
  void aNoiseFilterIsSilent() {
    Tracer tracer =
        recorder.settings.noiseFilter(NoiseFilter.of(List.of(".css"), List.of("/health"))).build();
    for (String name : List.of("GET:/a.css", "GET:/health")) {
      Span entry = tracer.startEntry(name);
      Span exit = tracer.startExit("call", "files:80");
      assertThat(Headers.from(tracer, exit).values).isEmpty();
      exit.end();
      entry.end();
    }
    assertThat(recorder.count()).isZero();
  }

  @Test
  @DisplayName("T28 a sampler speaks for the whole trace: those behind are told")
  void aSamplerTellsThoseBehind() {
    Tracer tracer = recorder.settings.sampler(Sampler.never()).build();
    Span entry = tracer.startEntry("GET:/");
    Span exit = tracer.startExit("call", "files:80");
    assertThat(Headers.from(tracer, exit).get("sw8")).isEqualTo("0-------");
    exit.end();
    entry.end();
  }

  @Test
  void aSamplerThatThrowsSamples() {
    Tracer tracer =
        recorder
            .settings
            .sampler(
                name -> {
                  throw new IllegalStateException();
                })
            .build();
    tracer.startEntry("GET:/").end();

    assertThat(recorder.only().spanCount()).isEqualTo(1);
    assertThat(tracer.counters().failures()).isEqualTo(1);
  }

  @Test
  void rulesMayChangeWhileRunning() {
    Tracer tracer = recorder.settings.build();
    tracer.startEntry("GET:/a.css").end();
    tracer.noiseFilter(NoiseFilter.of(NoiseFilter.DEFAULT_SUFFIXES, List.of()));
    tracer.startEntry("GET:/a.css").end();
    tracer.noiseFilter(NoiseFilter.none());
    tracer.sampler(Sampler.never());
    tracer.startEntry("GET:/a.css").end();
    tracer.sampler(Sampler.always());
    tracer.spanLimit(1);
    Span entry = tracer.startEntry("GET:/");
    tracer.startLocal("beyond").end();
    entry.end();

    assertThat(recorder.segments).hasSize(2);
    assertThat(recorder.segments.get(1).sizeLimited()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "GET:/a.css, true",
    "GET:/a.min.css, true",
    "/a.CSS, false",
    "/a.css/b, false",
    "/a.css2, false",
    ".css, true",
    "css, false",
    "/a.js, true",
    "/a.png, false"
  })
  void suffixesAreWhatFollowsTheLastDot(String name, boolean ignored) {
    assertThat(NoiseFilter.of(List.of(".css", " js ", "", " "), List.of()).hasSuffixOf(name))
        .isEqualTo(ignored);
  }

  @ParameterizedTest
  @DisplayName("T33 patterns match the path as well as METHOD:/path")
  @CsvSource({
    "/eureka/*, /eureka/, true",
    "/eureka/*, /eureka/apps, true",
    "/eureka/*, /eureka/apps/, true",
    "/eureka/*, /eureka/apps/a, false",
    "/eureka/*/, /eureka/apps/, true",
    "/eureka/*/, /eureka/, false",
    "/eureka/**, /eureka/, true",
    "/eureka/**, /eureka/apps/test, true",
    "/eureka/**, /eureka/apps/test/, true",
    "/eureka/**, /eureka, false",
    "/eureka/**, GET:/eureka/apps, true",
    "GET:/eureka/**, GET:/eureka/apps, true",
    "POST:/eureka/**, GET:/eureka/apps, false",
    "**/eureka/**, GET:/eureka/apps, true",
    "*:/eureka/**, GET:/eureka/apps, true",
    "eureka/apps/?, eureka/apps/l, true",
    "eureka/apps/?, eureka/apps/list, false",
    "eureka/apps/?, eureka/apps/, false",
    "eureka/**/lists, eureka/lists, true",
    "eureka/**/lists, eureka/apps/lists, true",
    "eureka/**/lists, eureka/apps/test/lists, true",
    "eureka/**/lists, eureka/apps/xlists, false",
    "eureka/**/test/**, eureka/test/list, true",
    "eureka/*/**/test/**, eureka/test/list, false",
    "/eureka/**/b/**/*.txt, /eureka/a/aa/b/bb/xxxxxx.txt, true",
    "/, /, true",
    "/a, /a/, true",
    "/a, /b, false",
    "**, anything at all, true",
    "/a***, /abc/d, true"
  })
  void antPatterns(String pattern, String name, boolean matches) {
    assertThat(NoiseFilter.of(List.of(), List.of(pattern)).matchesPathOf(name)).isEqualTo(matches);
  }

  @Test
  void aPatternCannotBeMadeSlow() {
    PathPattern pattern = new PathPattern("/" + "*a".repeat(60) + "**/**/**b");
    String path = "/" + "a".repeat(148);
    long start = System.nanoTime();
    for (int i = 0; i < 100; i++) {
      assertThat(pattern.matches(path)).isFalse();
    }
    assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
  }

  private static Headers caller() {
    Recorder other = new Recorder();
    Tracer tracer = other.settings.service("gateway").processId("e".repeat(32)).build();
    Span exit = tracer.startExit("call", "orders:80");
    Headers headers = Headers.from(tracer, exit);
    exit.end();
    return headers;
  }

  // ---- what the application says itself

  @Test
  void whatIsWantedIsRecordedWhateverTheSamplerSays() {
    Recorder recorder = new Recorder();
    Tracer never = recorder.settings.sampler(Sampler.never()).build();
    Span wanted = never.startDetached("wanted", SpanType.LOCAL, 0, List.of(), true);
    never.startDetached("child", SpanType.LOCAL, 0, List.of(wanted)).end();
    wanted.end();
    assertThat(recorder.only().spanCount()).isEqualTo(2);
    Span ignored = never.startDetached("ignored", SpanType.LOCAL, 0, List.of());
    never.startDetached("below", SpanType.LOCAL, 0, List.of(ignored), true).end();
    ignored.end();
    assertThat(recorder.count()).as("a parent has decided").isEqualTo(1);
  }

  @Test
  void whatTurnsOutToBeUnwantedIsNotReportedAndTellsOthers() {
    Recorder recorder = new Recorder();
    Tracer tracer = recorder.settings.build();
    Span entry = tracer.startEntry("entry");
    tracer.wanted(entry, false);
    Span exit = tracer.startExit("exit", "peer:1");
    assertThat(Recorder.Headers.from(tracer, exit).get("sw8")).isEqualTo("0-------");
    Snapshot snapshot = tracer.capture();
    assertThat(snapshot.recorded()).isFalse();
    exit.end();
    Spans.inAnotherThread(
        () -> Spans.within(tracer.continueFrom(snapshot), () -> tracer.startLocal("task").end()));
    entry.end();
    assertThat(recorder.count()).isZero();
    assertThat(tracer.counters().unwanted()).isEqualTo(1);
    assertThat(tracer.counters().ignoredByCaller()).isEqualTo(1);
  }

  @Test
  void whatIsWantedAfterAllIsReported() {
    Recorder recorder = new Recorder();
    Tracer tracer = recorder.settings.build();
    Span span = tracer.startLocal("span");
    tracer.wanted(span, false);
    tracer.wanted(span, true);
    tracer.wanted(null, false);
    span.end();
    assertThat(recorder.count()).isEqualTo(1);
  }
}
