package io.skein.server.collector;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.skein.server.storage.InMemoryTraceStore;
import io.skein.server.storage.profile.ProfileTasks;
import io.skein.server.storage.profile.SampleTotals;
import io.skein.server.storage.profile.SampledSegment;
import io.skein.server.storage.profile.Snapshot;
import io.skein.server.storage.profile.TaskDraft;
import io.skein.server.storage.profile.TaskRecord;
import io.skein.wire.decode.MessageWriter;
import io.skein.wire.decode.ProfileReader;
import io.skein.wire.model.ProfileTaskFinish;
import io.skein.wire.model.ProfileTaskQuery;
import io.skein.wire.model.ThreadSnapshot;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole conversation about a profile task over real gRPC, as agents hold it. */
class ProfilingTest {
  private static final String V3 = "skywalking.v3.";
  private static final long NOW = 1_700_000_000_000L;

  private final InMemoryTraceStore store = new InMemoryTraceStore();
  private long nowMillis = NOW;
  private Collector collector;
  private CollectorClient client;

  @BeforeEach
  void start() throws IOException {
    InstantSource clock = () -> java.time.Instant.ofEpochMilli(nowMillis);
    collector = new Collector(CollectorSettings.on("127.0.0.1", 0), store, clock);
    collector.start();
    client = new CollectorClient(collector.port());
  }

  @AfterEach
  void stop() {
    client.close();
    collector.close();
    store.close();
    assertThat(collector.openCalls()).isZero();
    assertThat(collector.arrivingBytes()).isZero();
  }

  private String task(String endpoint) {
    ProfileTasks.Made made =
        store
            .profileTasks()
            .create(new TaskDraft("shop", endpoint, null, 5, 100, 20, 3), nowMillis);
    return ((ProfileTasks.Made.Done) made).id();
  }

  /** One command as a map of its arguments, its name under "". */
  private List<Map<String, String>> poll(String prefix, String instance, long last) {
    byte[] answer =
        client.unary(
            prefix + "ProfileTask/getProfileTaskCommands",
            MessageWriter.profileTaskQuery(new ProfileTaskQuery("shop", instance, last)));
    return Commands.of(answer);
  }

  private Status finish(String prefix, String instance, String taskId) {
    return client.unaryStatus(
        prefix + "ProfileTask/reportTaskFinish",
        MessageWriter.profileTaskFinish(new ProfileTaskFinish("shop", instance, taskId)));
  }

  private Status collect(String prefix, List<ThreadSnapshot> snapshots) {
    CollectorClient.Stream stream = client.stream(prefix + "ProfileTask/collectSnapshot");
    for (ThreadSnapshot snapshot : snapshots) {
      stream.send(MessageWriter.snapshot(snapshot));
    }
    return stream.halfClose().status();
  }

  private static ThreadSnapshot snapshot(String taskId, String segmentId, int sequence) {
    return new ThreadSnapshot(
        taskId,
        segmentId,
        NOW + 20L * sequence,
        sequence,
        List.of("java.lang.Thread.run:840", "shop.Cart.add:12"),
        0,
        0,
        0);
  }

  private long count(String reason) {
    return collector.messageCounts().byReason().getOrDefault(reason, 0L);
  }

  @ParameterizedTest
  @ValueSource(strings = {V3, ""})
  @Tag("capability-107")
  void aTaskGoesToTheAgentOnceAndItsSnapshotsAndItsEndComeBack(String prefix) {
    assertThat(poll(prefix, "shop-1", -1)).isEmpty();
    String id = task("GET:/cart/\u00fc");
    List<Map<String, String>> commands = poll(prefix, "shop-1", -1);
    assertThat(commands).hasSize(1);
    Map<String, String> command = commands.get(0);
    assertThat(command)
        .containsEntry("", "ProfileTaskQuery")
        .containsEntry("TaskId", id)
        .containsEntry("EndpointName", "GET:/cart/\u00fc")
        .containsEntry("Duration", "5")
        .containsEntry("MinDurationThreshold", "100")
        .containsEntry("DumpPeriod", "20")
        .containsEntry("MaxSamplingCount", "3")
        .containsEntry("StartTime", Long.toString(NOW))
        .containsEntry("CreateTime", Long.toString(NOW))
        .containsKey("SerialNumber")
        .hasSize(10);
    assertThat(poll(prefix, "shop-1", NOW)).isEmpty();
    List<ThreadSnapshot> snapshots = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      snapshots.add(snapshot(id, "segment", i));
    }
    assertThat(collect(prefix, snapshots).isOk()).isTrue();
    nowMillis += 100;
    assertThat(finish(prefix, "shop-1", id).isOk()).isTrue();
    assertThat(store.profileTasks().find(id).instances())
        .containsExactly(new TaskRecord.Instance("shop-1", NOW, NOW + 100, false));
    SampledSegment sampled = store.profiles().ofSegment("segment");
    assertThat(sampled.snapshots()).isEqualTo(500);
    assertThat(sampled.service()).isEqualTo("shop");
    assertThat(sampled.gaps()).isZero();
  }

  @Test
  void everyAnswerHasASerialNumberOfItsOwn() {
    task("GET:/");
    Set<String> numbers = new HashSet<>();
    for (int i = 0; i < 5; i++) {
      numbers.add(poll(V3, "shop-1", -1).get(0).get("SerialNumber"));
    }
    assertThat(numbers).hasSize(5);
  }

  // The reference forgets instances that come more than five minutes after the start.
  @Test
  void anInstanceThatComesLateGetsTheTaskUntilItsEnd() {
    task("GET:/");
    nowMillis = NOW + 5 * 60_000 - 1;
    assertThat(poll(V3, "late", -1)).hasSize(1);
    nowMillis++;
    assertThat(poll(V3, "too late", -1)).isEmpty();
  }

  @Test
  void onlyOurAgentsAreToldToStop() throws IOException {
    String id = task("GET:/");
    poll(V3, "theirs", -1);
    client.account("shop", "ours", "id=p;made.segments=0;made.spans=0");
    poll(V3, "ours", -1);
    store.profileTasks().stop(id, NOW + 50);
    Map<String, String> stop = poll(V3, "ours", NOW).get(0);
    assertThat(stop)
        .containsEntry("", "SkeinProfileTaskStop")
        .containsEntry("TaskId", id)
        .containsEntry("CreateTime", Long.toString(NOW + 50))
        .containsKey("SerialNumber")
        .hasSize(4);
    client.noHeaders();
    assertThat(poll(V3, "theirs", NOW)).isEmpty();
  }

  @Test
  void aFinishedTaskThatNobodyMadeIsCounted() {
    assertThat(finish(V3, "shop-1", "unknown").isOk()).isTrue();
    assertThat(count("profile-finish:unknown-task")).isEqualTo(1);
  }

  @Test
  void snapshotsOfUnknownTasksAreCountedAndDroppedAndThoseOfSlowRequestsAreKept() {
    String id = task("GET:/");
    List<ThreadSnapshot> flood = new ArrayList<>();
    for (int i = 0; i < 2_000; i++) {
      flood.add(snapshot("nobody's", "segment-" + i, i));
    }
    flood.add(snapshot(id, "a", 0));
    assertThat(collect(V3, flood).isOk()).isTrue();
    assertThat(count("snapshot:unknown-task")).isEqualTo(2_000);
    assertThat(store.profiles().totals("nobody's")).isEqualTo(SampleTotals.NONE);
    assertThat(store.profiles().totals(id)).isEqualTo(new SampleTotals(1, 1));
    client.account("cart", "cart-7", "id=p;made.segments=0;made.spans=0");
    assertThat(collect(V3, List.of(snapshot(Snapshot.SLOW, "slow", 0))).isOk()).isTrue();
    SampledSegment slow = store.profiles().ofSegment("slow");
    assertThat(slow.service()).isEqualTo("cart");
    assertThat(slow.instance()).isEqualTo("cart-7");
  }

  @Test
  void repeatsAndAnyOrderAreSorted() {
    String id = task("GET:/");
    List<ThreadSnapshot> all = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      all.add(snapshot(id, "s", i));
    }
    List<ThreadSnapshot> mixed = new ArrayList<>(all);
    mixed.addAll(all.subList(0, 40));
    Collections.shuffle(mixed, new java.util.Random(2));
    assertThat(collect(V3, mixed).isOk()).isTrue();
    assertThat(collect(V3, all).isOk()).isTrue();
    assertThat(store.profiles().ofSegment("s").snapshots()).isEqualTo(100);
    assertThat(count("snapshot:duplicate")).isEqualTo(140);
    assertThat(store.profileTasks().find(id).dropped()).isZero();
  }

  @Test
  void aDeepStackKeepsBothEndsAndSaysWhatIsMissing() {
    String id = task("GET:/");
    List<String> deep = new ArrayList<>();
    for (int i = 0; i < 10_000; i++) {
      deep.add("shop.Deep.down:" + i);
    }
    ThreadSnapshot snapshot =
        new ThreadSnapshot(id, "s", NOW, 0, deep, ThreadSnapshot.WAITING, 20, 5);
    assertThat(collect(V3, List.of(snapshot)).isOk()).isTrue();
    List<String> frames = new ArrayList<>();
    store
        .profiles()
        .read(
            List.of("s"),
            block -> {
              assertThat(block.framesCut(0)).isEqualTo(9_001 + 5);
              assertThat(block.periodMillis(0)).isEqualTo(20);
              block.stacks(
                  new io.skein.server.storage.profile.SnapshotBlock.StackVisitor() {
                    private List<String> texts = List.of();

                    @Override
                    public void frames(List<String> all) {
                      texts = all;
                    }

                    @Override
                    public void stack(int index, int common, int[] stack, int depth) {
                      for (int i = 0; i < depth; i++) {
                        frames.add(texts.get(stack[i]));
                      }
                    }
                  });
            });
    assertThat(frames).hasSize(Snapshot.MAX_FRAMES);
    assertThat(frames.get(0)).isEqualTo("shop.Deep.down:0");
    assertThat(frames.get(100)).isEqualTo("...(9001 frames).cut:-1");
    assertThat(frames.get(101)).isEqualTo("shop.Deep.down:9101");
    assertThat(frames.get(999)).isEqualTo("shop.Deep.down:9999");
    assertThat(count("snapshot-cut")).isEqualTo(1);
  }

  @Test
  void whatCannotBeReadIsCountedAndItsNeighboursAreStored() {
    String id = task("GET:/");
    List<String> endless = Collections.nCopies(ProfileReader.MAX_FRAMES + 1, "a.B.c:1");
    CollectorClient.Stream stream = client.stream(V3 + "ProfileTask/collectSnapshot");
    stream.send(MessageWriter.snapshot(snapshot(id, "s", 0)));
    stream.send(new byte[] {(byte) 0xff, 1, 2});
    stream.send(MessageWriter.snapshot(new ThreadSnapshot(id, "s", NOW, 1, endless, 0, 0, 0)));
    stream.send(MessageWriter.snapshot(snapshot(id, "s", -5)));
    stream.send(MessageWriter.snapshot(snapshot(id, "", 3)));
    stream.send(
        MessageWriter.snapshot(
            new ThreadSnapshot(
                id, "s", Long.MIN_VALUE, 4, List.of("x".repeat(90_000)), 99, -1, -1)));
    assertThat(stream.halfClose().status().isOk()).isTrue();
    assertThat(store.profiles().totals(id)).isEqualTo(new SampleTotals(1, 2));
    assertThat(count("malformed-snapshot:too-many-elements")).isEqualTo(1);
    assertThat(count("snapshot:unfit")).isEqualTo(2);
    assertThat(store.profileTasks().find(id).dropped()).isEqualTo(2);
    CollectorClient.Stream garbage = client.stream(V3 + "ProfileTask/collectSnapshot");
    garbage.send(new byte[] {(byte) 0xff, 1, 2});
    assertThat(garbage.halfClose().status().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
  }

  @Test
  void whatAStreamThatBreaksOffHadSentIsStored() {
    String id = task("GET:/");
    CollectorClient.Stream stream = client.stream(V3 + "ProfileTask/collectSnapshot");
    for (int i = 0; i < 50; i++) {
      stream.send(MessageWriter.snapshot(snapshot(id, "s", i)));
    }
    // Counted when it is read, so what was sent before has been read by then.
    stream.send(new byte[] {(byte) 0xff, 1, 2});
    CollectorTest.await(() -> !collector.messageCounts().byReason().isEmpty());
    stream.cancel();
    CollectorTest.await(() -> store.profiles().totals(id).snapshots() == 50);
  }

  @Test
  void anEmptyStreamIsAnswered() {
    assertThat(collect(V3, List.of()).isOk()).isTrue();
  }

  @Test
  void whatIsNoQuestionIsRefused() {
    for (String method : List.of("getProfileTaskCommands", "reportTaskFinish")) {
      assertThat(client.unaryStatus(V3 + "ProfileTask/" + method, new byte[] {0, 0}).getCode())
          .isEqualTo(Status.Code.INVALID_ARGUMENT);
    }
    assertThat(client.unaryStatus(V3 + "ProfileTask/goProfileReport", new byte[0]).getCode())
        .isEqualTo(Status.Code.UNIMPLEMENTED);
  }

  /** Reads {@code Commands} without the reader that agents use. */
  private static final class Commands {
    private static List<Map<String, String>> of(byte[] answer) {
      List<Map<String, String>> commands = new ArrayList<>();
      for (byte[] command : fields(answer, 1)) {
        Map<String, String> each = new HashMap<>();
        each.put("", text(fields(command, 1).get(0)));
        for (byte[] pair : fields(command, 2)) {
          each.put(text(fields(pair, 1).get(0)), text(fields(pair, 2).get(0)));
        }
        commands.add(each);
      }
      return commands;
    }

    private static String text(byte[] utf8) {
      return new String(utf8, java.nio.charset.StandardCharsets.UTF_8);
    }

    private static List<byte[]> fields(byte[] message, int number) {
      List<byte[]> found = new ArrayList<>();
      for (int at = 0; at < message.length; ) {
        int field = message[at++] >> 3;
        int length = 0;
        int shift = 0;
        do {
          length |= (message[at] & 0x7f) << shift;
          shift += 7;
        } while (message[at++] < 0);
        if (field == number) {
          found.add(java.util.Arrays.copyOfRange(message, at, at + length));
        }
        at += length;
      }
      return found;
    }
  }
}
