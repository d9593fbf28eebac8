package io.skein.wire.encode;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.core.profile.ThreadSnapshot;
import io.skein.wire.decode.ProfileReader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class SnapshotWriterTest {
  private static final StackTraceElement SLEEP =
      new StackTraceElement("java.lang.Thread", "sleep", "Thread.java", -2);
  private static final StackTraceElement ROWS =
      new StackTraceElement("shop.Report", "rows", "Report.java", 42);
  private static final StackTraceElement RUN =
      new StackTraceElement("java.lang.Thread", "run", null, -1);

  private static ThreadSnapshot snapshot(StackTraceElement... frames) {
    return new ThreadSnapshot(
        "t-1", "s-1", 1_700_000_000_000L, 3, frames, 0, ThreadSnapshot.State.WAITING, 10);
  }

  private static io.skein.wire.model.ThreadSnapshot read(SnapshotWriter writer, ThreadSnapshot of)
      throws Exception {
    int length = writer.encode(of);
    byte[] bytes = Arrays.copyOf(writer.buffer(), length);
    assertThat(bytes[0]).isZero();
    assertThat(ByteBuffer.wrap(bytes).getInt(1)).isEqualTo(length - 5);
    return ProfileReader.snapshot(Arrays.copyOfRange(bytes, 5, length));
  }

  @Test
  void theOutermostFrameComesFirstAsSkyWalkingHasIt() throws Exception {
    assertThat(read(new SnapshotWriter(1000), snapshot(SLEEP, ROWS, RUN)))
        .isEqualTo(
            new io.skein.wire.model.ThreadSnapshot(
                "t-1",
                "s-1",
                1_700_000_000_000L,
                3,
                List.of(
                    "java.lang.Thread.run:-1", "shop.Report.rows:42", "java.lang.Thread.sleep:-2"),
                io.skein.wire.model.ThreadSnapshot.WAITING,
                10,
                0));
  }

  @Test
  void whatWasCutIsMarkedAndCounted() throws Exception {
    ThreadSnapshot cut =
        new ThreadSnapshot(
            "t",
            "s",
            1,
            0,
            new StackTraceElement[] {SLEEP, ThreadSnapshot.cut(9500), RUN},
            9500,
            ThreadSnapshot.State.UNKNOWN,
            20);
    io.skein.wire.model.ThreadSnapshot read = read(new SnapshotWriter(1000), cut);
    assertThat(read.frames().get(1)).isEqualTo("...(9500 frames).cut:-1");
    assertThat(ThreadSnapshot.isCut(read.frames().get(1))).isTrue();
    assertThat(read.framesCut()).isEqualTo(9500);
  }

  @Test
  void everyStateHasItsNumber() throws Exception {
    SnapshotWriter writer = new SnapshotWriter(1000);
    for (ThreadSnapshot.State state : ThreadSnapshot.State.values()) {
      ThreadSnapshot one =
          new ThreadSnapshot("t", "s", 1, 0, new StackTraceElement[] {RUN}, 0, state, 10);
      int expected =
          switch (state) {
            case UNKNOWN -> 0;
            case RUNNING -> 1;
            case BLOCKED -> 2;
            case WAITING -> 3;
            case NATIVE -> 4;
          };
      assertThat(read(writer, one).state()).as("%s", state).isEqualTo(expected);
    }
  }

  @Test
  void oneWriterWritesSmallAndLargeOnesInTurn() throws Exception {
    SnapshotWriter writer = new SnapshotWriter(1 << 20);
    StackTraceElement[] deep = new StackTraceElement[10_000];
    Arrays.fill(deep, ROWS);
    for (int i = 0; i < 3; i++) {
      assertThat(read(writer, snapshot(deep)).frames()).hasSize(10_000);
      assertThat(read(writer, snapshot(RUN)).frames()).containsExactly("java.lang.Thread.run:-1");
      assertThat(read(writer, snapshot()).frames()).isEmpty();
    }
  }

  @Test
  void whatIsLargerThanAMessageMayBeIsTold() {
    SnapshotWriter writer = new SnapshotWriter(100);
    assertThat(writer.encode(snapshot(SLEEP, ROWS, RUN, SLEEP, ROWS)))
        .isEqualTo(SnapshotWriter.TOO_LARGE);
    assertThat(writer.encode(snapshot(RUN))).isPositive();
  }
}
