package io.skein.wire.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.skein.api.Span;
import io.skein.core.Segment;
import io.skein.core.Tracer;
import io.skein.core.profile.Profiler;
import io.skein.core.profile.ProfilerSettings;
import io.skein.core.report.ReportLog;
import io.skein.core.report.ReporterLimits;
import io.skein.wire.decode.MalformedMessageException;
import io.skein.wire.decode.MessageWriter;
import io.skein.wire.decode.ProfileReader;
import io.skein.wire.decode.SegmentReader;
import io.skein.wire.model.Command;
import io.skein.wire.model.KeyValue;
import io.skein.wire.model.ThreadSnapshot;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The agent's side of profile tasks, from the question to the report of the end. */
@Timeout(120)
class ProfilingTest {

  private static final Duration SOON = Duration.ofMillis(150);
  private static final Duration LATER = Duration.ofMinutes(10);
  private static final Pattern FIGURE = Pattern.compile("profile\\.([a-z.-]+)=(\\d+);");

  private final List<String> log = new CopyOnWriteArrayList<>();
  private final List<Command> ordered = new CopyOnWriteArrayList<>();
  private final List<Segment> segments = new CopyOnWriteArrayList<>();
  private Profiler profiler;
  private GrpcReporting reporting;
  private Tracer tracer;

  @AfterEach
  void nothingIsLeft() {
    if (reporting != null) {
      profiler.close();
      reporting.close(Duration.ofSeconds(1));
    }
    await(
        "threads end",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("skein-")));
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(45).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as(what).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private void awaitLog(String part) {
    await(part, () -> log.stream().anyMatch(line -> line.contains(part)));
  }

  private long logged(String part) {
    return log.stream().filter(line -> line.contains(part)).count();
  }

  private void open(String backends, Duration interval) {
    open(backends, interval, ProfilerSettings.DEFAULT);
  }

  private void open(String backends, Duration interval, ProfilerSettings settings) {
    ReportLog lines =
        new ReportLog() {
          @Override
          public void info(String message) {
            log.add("INFO " + message);
          }

          @Override
          public void warn(String message) {
            log.add("WARN " + message);
          }
        };
    profiler = new Profiler(settings, lines);
    reporting =
        GrpcReporting.open(
            GrpcSettings.of(backends, "shop", "i-1", "p1", "0.1.0", null, List.of()),
            new ReporterLimits(Duration.ofMillis(50), 1 << 20, 4096),
            new Profiling(profiler, interval, 15, settings.slow()),
            lines);
    tracer =
        Tracer.builder()
            .service("shop")
            .instance("i-1")
            .profiler(profiler)
            .sink(
                segment -> {
                  segments.add(segment);
                  reporting.sink().accept(segment);
                })
            .build();
  }

  /** Answers as SkyWalking's server does: with what was ordered after the time that is told. */
  private void answerWithOrders(TestCollector collector) {
    collector.profilingAnswer =
        call -> {
          if (!call.method().equals("getProfileTaskCommands")) {
            return new byte[0];
          }
          long last = query(call);
          List<Command> newer = new ArrayList<>();
          for (Command command : ordered) {
            String created = CommandRouter.argument(command, "CreateTime");
            if (!created.matches("\\d+") || Long.parseLong(created) > last) {
              newer.add(command);
            }
          }
          return MessageWriter.commands(newer);
        };
  }

  private static long query(TestCollector.Call call) {
    try {
      var query = ProfileReader.query(call.messages().get(0));
      assertThat(query.service()).isEqualTo("shop");
      assertThat(query.instance()).isEqualTo("i-1");
      return query.lastCommandMillis();
    } catch (MalformedMessageException e) {
      throw new AssertionError(e);
    }
  }

  private static Command task(String id, long created, String... changes) {
    Map<String, String> args = new LinkedHashMap<>();
    args.put("SerialNumber", "serial of " + id);
    args.put("TaskId", id);
    args.put("EndpointName", "GET:/orders");
    args.put("Duration", "1");
    args.put("MinDurationThreshold", "0");
    args.put("DumpPeriod", "10");
    args.put("MaxSamplingCount", "1");
    args.put("StartTime", Long.toString(System.currentTimeMillis()));
    args.put("CreateTime", Long.toString(created));
    for (int i = 0; i < changes.length; i += 2) {
      args.put(changes[i], changes[i + 1]);
    }
    return command("ProfileTaskQuery", args);
  }

  private static Command stop(String id, long created) {
    return command(
        "SkeinProfileTaskStop",
        Map.of("SerialNumber", "stop of " + id, "TaskId", id, "CreateTime", "" + created));
  }

  private static Command command(String name, Map<String, String> args) {
    List<KeyValue> pairs = new ArrayList<>();
    args.forEach(
        (key, value) -> {
          if (!value.isEmpty()) {
            pairs.add(new KeyValue(key, value));
          }
        });
    return new Command(name, pairs);
  }

  private void request(Duration time) {
    Span entry = tracer.startEntry("GET:/orders");
    busyUntil(System.nanoTime() + time.toNanos());
    entry.end();
  }

  private static void busyUntil(long nanos) {
    while (System.nanoTime() - nanos < 0) {
      Thread.onSpinWait();
    }
  }

  private static List<ThreadSnapshot> snapshots(TestCollector collector) {
    List<ThreadSnapshot> all = new ArrayList<>();
    for (byte[] message : collector.snapshots()) {
      try {
        all.add(ProfileReader.snapshot(message));
      } catch (MalformedMessageException e) {
        throw new AssertionError(e);
      }
    }
    return all;
  }

  private static List<String> finished(TestCollector collector) {
    List<String> tasks = new ArrayList<>();
    for (TestCollector.Call call : collector.calls("reportTaskFinish")) {
      try {
        var finish = ProfileReader.finish(call.messages().get(0));
        assertThat(finish.service()).isEqualTo("shop");
        assertThat(finish.instance()).isEqualTo("i-1");
        tasks.add(finish.taskId());
      } catch (MalformedMessageException e) {
        throw new AssertionError(e);
      }
    }
    return tasks;
  }

  /** What the account in the last call says about snapshots. */
  private static Map<String, Long> figures(TestCollector collector) {
    Map<String, Long> figures = new LinkedHashMap<>();
    TestCollector.Call last = collector.calls.get(collector.calls.size() - 1);
    Matcher matcher = FIGURE.matcher(last.header("skein-account"));
    while (matcher.find()) {
      figures.put(matcher.group(1), Long.parseLong(matcher.group(2)));
    }
    return figures;
  }

  private static long dropped(Map<String, Long> figures) {
    return figures.entrySet().stream()
        .filter(figure -> figure.getKey().startsWith("dropped."))
        .mapToLong(Map.Entry::getValue)
        .sum();
  }

  @Test
  @Tag("capability-106")
  void isAskedAtOnceAndThenEachIntervalForWhatIsNew() throws Exception {
    try (TestCollector collector = TestCollector.start()) {
      answerWithOrders(collector);
      long start = System.nanoTime();
      open(collector.address(), SOON);
      await("a question", () -> !collector.calls("getProfileTaskCommands").isEmpty());
      assertThat(System.nanoTime() - start).isLessThan(5_000_000_000L);
      await("more of them", () -> collector.calls("getProfileTaskCommands").size() >= 3);
      assertThat(collector.calls("getProfileTaskCommands"))
          .extracting(ProfilingTest::query)
          .containsOnly(-1L);

      ordered.add(task("t-2", 2000));
      ordered.add(task("t-1", 1000, "StartTime", "4000000000000")); // made earlier, told later
      awaitLog("t-2");
      int before = collector.calls("getProfileTaskCommands").size();
      await("further ones", () -> collector.calls("getProfileTaskCommands").size() >= before + 2);
      assertThat(query(collector.calls.get(collector.calls.size() - 1))).isEqualTo(2000);
      assertThat(log).noneMatch(line -> line.startsWith("WARN"));
    }
  }

  @Test
  @Tag("capability-114")
  void snapshotsArriveInTheirOrderAndAfterThemTheEnd() throws Exception {
    try (TestCollector collector = TestCollector.start()) {
      answerWithOrders(collector);
      open(collector.address(), SOON);
      ordered.add(task("t-1", 1000));
      awaitLog("profile task t-1: sampling");
      request(Duration.ofMillis(600));
      await("the end", () -> finished(collector).equals(List.of("t-1")));

      List<ThreadSnapshot> snapshots = snapshots(collector);
      assertThat(snapshots).hasSizeGreaterThan(10).hasSizeLessThanOrEqualTo(62);
      String segment = segments.get(0).segmentId();
      for (int i = 0; i < snapshots.size(); i++) {
        ThreadSnapshot snapshot = snapshots.get(i);
        assertThat(snapshot.taskId()).isEqualTo("t-1");
        assertThat(snapshot.segmentId()).isEqualTo(segment);
        assertThat(snapshot.sequence()).isEqualTo(i);
        assertThat(snapshot.periodMillis()).isEqualTo(10);
        assertThat(snapshot.state()).isEqualTo(ThreadSnapshot.RUNNING);
        int request = frame(snapshot, "io.skein.wire.grpc.ProfilingTest.request:");
        assertThat(request).isPositive(); // the outermost frame is that of the test's runner
        int busy = frame(snapshot, "io.skein.wire.grpc.ProfilingTest.busyUntil:");
        assertThat(busy < 0 || busy == request + 1).as("%s", snapshot.frames()).isTrue();
      }
      assertThat(snapshots)
          .filteredOn(
              snapshot -> frame(snapshot, "io.skein.wire.grpc.ProfilingTest.busyUntil:") > 0)
          .hasSizeGreaterThan(snapshots.size() * 9 / 10);
      assertThat(collector.calls.get(collector.calls.size() - 1).method())
          .isIn("reportTaskFinish", "getProfileTaskCommands", "keepAlive");
      int lastSnapshot = collector.calls.lastIndexOf(last(collector, "collectSnapshot"));
      int end = collector.calls.lastIndexOf(last(collector, "reportTaskFinish"));
      assertThat(end).isGreaterThan(lastSnapshot);
      await("the account", () -> figures(collector).containsKey("delivered"));
      assertThat(figures(collector))
          .containsEntry("delivered", (long) snapshots.size())
          .containsEntry("queued", 0L);
      assertThat(logged("profile task t-1 has ended, all samples are taken: 1 requests sampled, "))
          .isEqualTo(1);
      assertThat(log).noneMatch(line -> line.startsWith("WARN"));
    }
  }

  private static int frame(ThreadSnapshot snapshot, String start) {
    for (int i = 0; i < snapshot.frames().size(); i++) {
      if (snapshot.frames().get(i).startsWith(start)) {
        return i;
      }
    }
    return -1;
  }

  private static TestCollector.Call last(TestCollector collector, String method) {
    List<TestCollector.Call> calls = collector.calls(method);
    return calls.get(calls.size() - 1);
  }

  @Test
  void withoutATaskTheAccountSaysNothingOfSnapshots() throws Exception {
    try (TestCollector collector = TestCollector.start()) {
      open(collector.address(), SOON);
      await("questions", () -> collector.calls("getProfileTaskCommands").size() >= 2);
      request(Duration.ofMillis(30));
      await("a segment", () -> !collector.segments().isEmpty());
      assertThat(collector.calls)
          .noneMatch(call -> call.header("skein-account").contains("profile."));
      assertThat(collector.calls("collectSnapshot")).isEmpty();
    }
  }

  @Test
  @Tag("capability-108")
  void badOrdersAreRefusedWithTheReasonAndNotAskedForAgain() throws Exception {
    try (TestCollector collector = TestCollector.start()) {
      answerWithOrders(collector);
      open(collector.address(), SOON);
      String[][] bad = {
        {"Duration", "0", "durationMinutes is \"0\" and has to be from 1 to 15"},
        {"Duration", "16", "durationMinutes is \"16\" and has to be from 1 to 15"},
        {"Duration", "", "Duration is missing"},
        {"Duration", "99999999999999999999", "which is no number"},
        {"Duration", "4294967297", "Duration is 4294967297"},
        {"MinDurationThreshold", "-1", "minDurationMillis is \"-1\" and has to be at least 0"},
        {"MinDurationThreshold", "soon", "MinDurationThreshold is \"soon\", which is no number"},
        {"DumpPeriod", "9", "periodMillis is \"9\" and has to be at least 10"},
        {"MaxSamplingCount", "0", "maxSamples is \"0\" and has to be from 1 to 9"},
        {"MaxSamplingCount", "10", "maxSamples is \"10\" and has to be from 1 to 9"},
        {"StartTime", "-5", "startMillis is \"-5\""},
        {"StartTime", "9223372036854775807", "startMillis is \"9223372036854775807\""},
        {"EndpointName", "", "endpoint is \"\""},
        {"EndpointName", "x".repeat(5000), "EndpointName has 5000 characters"},
        {"TaskId", "x".repeat(501), "TaskId has 501 characters"},
      };
      for (int i = 0; i < bad.length; i++) {
        ordered.add(task("bad-" + i, 1000 + i, bad[i][0], bad[i][1]));
      }
      ordered.add(command("ProfileTaskQuery", Map.of("CreateTime", "5000")));
      ordered.add(task("no-time", 0, "CreateTime", ""));
      ordered.add(task("no\ntime", 0, "CreateTime", "9223372036854775807"));
      awaitLog("createMillis is \"9223372036854775807\"");
      for (String[] each : bad) {
        assertThat(log).as("%s=%s", each[0], each[1]).anyMatch(line -> line.contains(each[2]));
      }
      assertThat(log).anyMatch(line -> line.contains("without an id"));
      assertThat(log).anyMatch(line -> line.contains("no-time") && line.contains("is missing"));
      assertThat(log).noneMatch(line -> line.contains("\n") || line.length() > 500);
      int before = collector.calls("getProfileTaskCommands").size();
      int lines = log.size();
      await("more", () -> collector.calls("getProfileTaskCommands").size() >= before + 3);
      assertThat(query(last(collector, "getProfileTaskCommands"))).isEqualTo(5000);
      assertThat(log).hasSize(lines); // the two without a time came again, and were not told again

      // A good one after all of these.
      ordered.clear();
      ordered.add(task("good", 6000));
      awaitLog("profile task good: sampling");
    }
  }

  @Test
  @Tag("capability-107")
  void aTaskThatIsToldSeveralTimesRunsOnce() throws Exception {
    try (TestCollector collector = TestCollector.start()) {
      collector.profilingAnswer =
          call ->
              call.method().equals("getProfileTaskCommands")
                  ? MessageWriter.commands(
                      List.of(
                          task("t-1", 1000),
                          task("t-1", 1000),
                          task("t-1", 1000, "SerialNumber", "s" + System.nanoTime()),
                          task("t-1", 1000, "SerialNumber", "")))
                  : new byte[0];
      open(collector.address(), SOON);
      awaitLog("profile task t-1: sampling");
      request(Duration.ofMillis(100));
      await("the end", () -> !finished(collector).isEmpty());
      int before = collector.calls("getProfileTaskCommands").size();
      await("more", () -> collector.calls("getProfileTaskCommands").size() >= before + 3);
      assertThat(logged("t-1: sampling")).isEqualTo(1);
      assertThat(finished(collector)).containsExactly("t-1");
      assertThat(log).noneMatch(line -> line.startsWith("WARN"));
    }
  }

  @Test
  void aTaskIsStoppedByHandAlsoBeforeItIsTold() throws Exception {
    try (TestCollector collector = TestCollector.start()) {
      answerWithOrders(collector);
      open(collector.address(), SOON);
      ordered.add(task("t-1", 1000, "MaxSamplingCount", "9"));
      awaitLog("profile task t-1: sampling");
      ordered.add(stop("t-1", 2000));
      await("the end", () -> finished(collector).equals(List.of("t-1")));
      assertThat(log).anyMatch(line -> line.contains("t-1 has ended, it was stopped"));

      ordered.add(stop("t-2", 3000));
      ordered.add(task("t-2", 4000));
      ordered.add(task("t-3", 5000));
      awaitLog("profile task t-3: sampling");
      assertThat(logged("t-2: sampling")).isZero();

      // In one answer, and the next one first.
      ordered.addAll(List.of(task("t-4", 7000), stop("t-3", 6000)));
      awaitLog("profile task t-4: sampling");
      assertThat(log).noneMatch(line -> line.startsWith("WARN"));
    }
  }

  @Test
  @Tag("capability-108")
  void aCommandThatNobodyKnowsIsToldOncePerName() throws Exception {
    try (TestCollector collector = TestCollector.start()) {
      List<Command> strange = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        strange.add(new Command("Strange" + i, List.of(new KeyValue("SerialNumber", "1"))));
      }
      collector.profilingAnswer = call -> MessageWriter.commands(strange);
      collector.answer = MessageWriter.commands(List.of(new Command("Of\nManagement", List.of())));
      open(collector.address(), SOON);
      await("questions", () -> collector.calls("getProfileTaskCommands").size() >= 4);
      assertThat(logged("sends the command \"Of Management\"")).isEqualTo(1);
      assertThat(logged("sends the command \"Strange7\"")).isEqualTo(1);
      assertThat(logged("sends the command")).isEqualTo(32);
    }
  }

  @Test
  void anyAnswerMayOrder() throws Exception {
    try (TestCollector collector = TestCollector.start()) {
      collector.answer = MessageWriter.commands(List.of(task("t-1", 1000)));
      open(collector.address(), LATER);
      awaitLog("profile task t-1: sampling");
    }
  }

  @Test
  void answersThatAreNoCommandsAreReadOver() throws Exception {
    try (TestCollector collector = TestCollector.start()) {
      collector.answer = new byte[] {1, 2, 3, 4, 5};
      collector.profilingAnswer = call -> new byte[100_000]; // larger than any list of commands
      open(collector.address(), SOON);
      await("questions", () -> collector.calls("getProfileTaskCommands").size() >= 3);
      assertThat(logged("no list of commands")).isEqualTo(1);
      request(Duration.ofMillis(1));
      await("a segment", () -> !collector.segments().isEmpty());
    }
  }

  @Test
  void aCollectorWithoutProfilingIsAskedOncePerConnection() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    int port = freePort();
    try (TestCollector collector = TestCollector.startOn(port)) {
      collector.onProfiling =
          call -> {
            asked.incrementAndGet();
            return Status.UNIMPLEMENTED.withDescription("Method not found");
          };
      open("127.0.0.1:" + port, SOON);
      awaitLog("does not know profile tasks");
      request(Duration.ofMillis(1));
      await("a segment", () -> !collector.segments().isEmpty());
      long until = System.nanoTime() + Duration.ofMillis(600).toNanos();
      await("four intervals", () -> System.nanoTime() - until > 0);
      assertThat(asked).hasValue(1);
    }
    try (TestCollector newer = TestCollector.startOn(port)) {
      await("asked again", () -> !newer.calls("getProfileTaskCommands").isEmpty());
    }
    assertThat(logged("does not know profile tasks")).isEqualTo(1);
  }

  @Test
  void aConnectionThatWasLostIsMadeAgainAndAsked() throws Exception {
    int port = freePort();
    try (TestCollector collector = TestCollector.startOn(port)) {
      open("127.0.0.1:" + port, LATER);
      await("a question", () -> !collector.calls("getProfileTaskCommands").isEmpty());
    }
    try (TestCollector again = TestCollector.startOn(port)) {
      answerWithOrders(again);
      ordered.add(task("t-1", 1000));
      awaitLog("profile task t-1: sampling"); // though the interval is ten minutes
      assertThat(again.calls("getProfileTaskCommands")).isNotEmpty();
    }
  }

  @Test
  void whileTheBackendIsAwaySnapshotsWaitWithinBoundsAndTheEndIsToldLater() throws Exception {
    int port = freePort();
    try (TestCollector collector = TestCollector.startOn(port)) {
      answerWithOrders(collector);
      open("127.0.0.1:" + port, SOON, new ProfilerSettings(true, 5, 5, 500, 20, false, 1.0));
      ordered.add(task("t-1", 1000));
      awaitLog("profile task t-1: sampling");
      collector.kill();
    }
    request(Duration.ofMillis(1500));
    awaitLog("profile task t-1 has ended");
    try (TestCollector again = TestCollector.startOn(port)) {
      await("the end", () -> finished(again).equals(List.of("t-1")));
      assertThat(snapshots(again)).hasSizeBetween(15, 20);
      await("the account", () -> figures(again).getOrDefault("queued", 1L) == 0);
      Map<String, Long> figures = figures(again);
      assertThat(figures).containsEntry("delivered", (long) snapshots(again).size());
      assertThat(figures.get("dropped.queue-full")).isGreaterThan(5);
      assertThat(figures).containsEntry("made", figures.get("delivered") + dropped(figures));
    }
  }

  @Test
  @Tag("capability-121")
  void anEndThatCouldNotBeToldIsToldAgain() throws Exception {
    try (TestCollector collector = TestCollector.start()) {
      AtomicInteger attempts = new AtomicInteger();
      answerWithOrders(collector);
      collector.onProfiling =
          call ->
              call.method().equals("reportTaskFinish") && attempts.incrementAndGet() < 3
                  ? Status.UNAVAILABLE
                  : Status.OK;
      open(collector.address(), SOON);
      ordered.add(task("t-1", 1000));
      ordered.add(task("t-2", 1001, "StartTime", "" + (System.currentTimeMillis() + 61_000)));
      awaitLog("profile task t-1: sampling");
      ordered.add(stop("t-1", 2000));
      ordered.add(stop("t-2", 2001));
      await("both ends", () -> finished(collector).size() == 2);
      assertThat(finished(collector)).containsExactly("t-1", "t-2");
      assertThat(attempts.get()).isGreaterThanOrEqualTo(4);
    }
  }

  @Test
  void snapshotsOfUnknownFateGoAgainOnlyToOneThatRecognisesThem() throws Exception {
    for (boolean recognises : new boolean[] {true, false}) {
      log.clear();
      ordered.clear();
      AtomicInteger streams = new AtomicInteger();
      AtomicInteger arrived = new AtomicInteger();
      try (TestCollector collector = TestCollector.start()) {
        collector.skein = recognises;
        answerWithOrders(collector);
        collector.onProfiling =
            call -> {
              if (call.method().equals("collectSnapshot") && streams.incrementAndGet() == 1) {
                arrived.set(call.messages().size());
                return Status.UNKNOWN.withDescription("a database is full");
              }
              return Status.OK;
            };
        open(collector.address(), SOON);
        ordered.add(task("t-1", 1000));
        awaitLog("profile task t-1: sampling");
        request(Duration.ofMillis(400));
        await("the end", () -> !finished(collector).isEmpty());
        profiler.close();
        reporting.close(Duration.ofSeconds(5));
        Map<String, Long> figures = figures(collector);
        List<Integer> sequences =
            snapshots(collector).stream().map(ThreadSnapshot::sequence).toList();
        assertThat(sequences).isSorted().doesNotHaveDuplicates();
        if (recognises) {
          assertThat(sequences).startsWith(0, 1, 2);
          assertThat(figures).doesNotContainKey("dropped.refused");
        } else {
          assertThat(sequences.get(0)).isEqualTo(arrived.get());
          assertThat(figures).containsEntry("dropped.refused", (long) arrived.get());
          assertThat(logged("does not take snapshots of threads")).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void aStreamOfSegmentsThatHangsKeepsNoTaskFromBeginningNorSnapshotsFromLeaving()
      throws Exception {
    try (TestCollector collector = TestCollector.start()) {
      answerWithOrders(collector);
      collector.onSegments = call -> null;
      AtomicInteger hanging = new AtomicInteger();
      collector.onSegmentMessage = message -> hanging.incrementAndGet();
      open(collector.address(), SOON);
      await("a connection", () -> !collector.calls("getProfileTaskCommands").isEmpty());
      tracer.startLocal("work").end();
      await("a stream", () -> hanging.get() > 0);
      ordered.add(task("t-1", 1000));
      awaitLog("profile task t-1: sampling");
      request(Duration.ofMillis(300));
      await("the end", () -> finished(collector).equals(List.of("t-1")));
      assertThat(snapshots(collector)).hasSizeGreaterThan(3);
      assertThat(collector.segments()).isEmpty();
    }
  }

  @Test
  @Tag("capability-109")
  void aTaskWhoseStartHasPassedRunsAtOnce() throws Exception {
    try (TestCollector collector = TestCollector.start()) {
      answerWithOrders(collector);
      long minutesAgo = System.currentTimeMillis() - Duration.ofMinutes(3).toMillis();
      ordered.add(task("t-1", 1000, "StartTime", "" + minutesAgo)); // or a clock that is ahead
      open(collector.address(), SOON);
      awaitLog("profile task t-1: sampling");
      request(Duration.ofMillis(200));
      await("the end", () -> finished(collector).equals(List.of("t-1")));
      assertThat(snapshots(collector)).hasSizeGreaterThan(2);
    }
  }

  @Test
  void atTheEndOfTheProcessSnapshotsAndTheEndAreTold() throws Exception {
    try (TestCollector collector = TestCollector.start()) {
      answerWithOrders(collector);
      open(collector.address(), SOON);
      ordered.add(task("t-1", 1000, "MaxSamplingCount", "9", "Duration", "15"));
      awaitLog("profile task t-1: sampling");
      request(Duration.ofMillis(300));
      profiler.close();
      reporting.close(Duration.ofSeconds(5));

      assertThat(finished(collector)).containsExactly("t-1");
      assertThat(snapshots(collector)).hasSizeGreaterThan(3);
      assertThat(log).anyMatch(line -> line.contains("t-1 has ended, the process ends"));
      Map<String, Long> figures = figures(collector);
      assertThat(collector.calls.get(collector.calls.size() - 1).method()).isEqualTo("keepAlive");
      assertThat(figures)
          .containsEntry("made", snapshots(collector).size() + dropped(figures))
          .containsEntry("delivered", (long) snapshots(collector).size())
          .doesNotContainKey("dropped.shutdown");
      assertThat(SegmentReader.segment(collector.segments().get(0)).segmentId())
          .isEqualTo(snapshots(collector).get(0).segmentId());
    }
  }

  @Test
  void theEndOfTheProcessWaitsForNoCollectorThatIsSilent() throws Exception {
    try (TestCollector collector = TestCollector.start()) {
      answerWithOrders(collector);
      collector.onProfiling =
          call -> call.method().equals("getProfileTaskCommands") ? Status.OK : null;
      open(collector.address(), SOON);
      ordered.add(task("t-1", 1000, "MaxSamplingCount", "9"));
      awaitLog("profile task t-1: sampling");
      request(Duration.ofMillis(200));
      long start = System.nanoTime();
      profiler.close();
      reporting.close(Duration.ofSeconds(2));
      assertThat(System.nanoTime() - start).isLessThan(4_000_000_000L);
      Map<String, Long> figures = figures(collector);
      assertThat(figures).containsEntry("delivered", 0L).containsEntry("queued", 0L);
      assertThat(figures.get("dropped.shutdown")).isPositive();
      assertThat(figures).containsEntry("made", dropped(figures));
    }
  }

  @Test
  void whatNoTaskHasOrderedIsForServersOfOursOnly() throws Exception {
    try (TestCollector collector = TestCollector.start()) {
      collector.skein = false;
      open(collector.address(), SOON, new ProfilerSettings(true, 5, 5, 500, 4500, true, 1.0));
      awaitLog("is no Skein server: slow requests are sampled only by its tasks");
      assertThat(profiler.watcher()).isNull();
      collector.skein = true;
      awaitLog("is a Skein server: slow requests are sampled without a task");
      assertThat(profiler.watcher()).isNotNull();
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
