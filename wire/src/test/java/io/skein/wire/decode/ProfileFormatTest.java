package io.skein.wire.decode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import io.skein.wire.model.Command;
import io.skein.wire.model.KeyValue;
import io.skein.wire.model.ProfileTaskFinish;
import io.skein.wire.model.ProfileTaskQuery;
import io.skein.wire.model.ThreadSnapshot;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The messages of profiling beside protobuf's own library, as WireFormatTest has the others. */
class ProfileFormatTest {
  private static final ThreadSnapshot SNAPSHOT =
      new ThreadSnapshot(
          "1700_c2hvcA==.1",
          "segment",
          1_700_000_000_001L,
          7,
          List.of("java.lang.Thread.run:840", "shop.Report.rows:-1", "java.lang.Thread.sleep0:-2"),
          ThreadSnapshot.WAITING,
          10,
          12);

  @Test
  void everyFieldGoesUnderTheNumberOfItsName() throws Exception {
    byte[] bytes = MessageWriter.snapshot(SNAPSHOT);

    assertThat(DynamicMessage.parseFrom(ProtocolDescriptors.SNAPSHOT, bytes).toString())
        .isEqualToIgnoringWhitespace(
            "taskId: \"1700_c2hvcA==.1\" traceSegmentId: \"segment\" time: 1700000000001"
                + " sequence: 7 stack { codeSignatures: \"java.lang.Thread.run:840\""
                + " codeSignatures: \"shop.Report.rows:-1\""
                + " codeSignatures: \"java.lang.Thread.sleep0:-2\" }"
                + " skeinState: 3 skeinPeriodMillis: 10 skeinFramesCut: 12");
    assertThat(ProfileReader.snapshot(bytes)).isEqualTo(SNAPSHOT);
  }

  @Test
  void whatAgentsAskAndReportGoesUnderTheNumbersOfTheirNames() throws Exception {
    ProfileTaskQuery query = new ProfileTaskQuery("s", "i", -1);
    ProfileTaskFinish finish = new ProfileTaskFinish("s", "i", "t");
    byte[] queryBytes = MessageWriter.profileTaskQuery(query);
    byte[] finishBytes = MessageWriter.profileTaskFinish(finish);

    assertThat(DynamicMessage.parseFrom(ProtocolDescriptors.PROFILE_QUERY, queryBytes).toString())
        .isEqualToIgnoringWhitespace("service: \"s\" serviceInstance: \"i\" lastCommandTime: -1");
    assertThat(DynamicMessage.parseFrom(ProtocolDescriptors.PROFILE_FINISH, finishBytes).toString())
        .isEqualToIgnoringWhitespace("service: \"s\" serviceInstance: \"i\" taskId: \"t\"");
    assertThat(ProfileReader.query(queryBytes)).isEqualTo(query);
    assertThat(ProfileReader.finish(finishBytes)).isEqualTo(finish);
    assertThat(ProfileReader.query(new byte[0])).isEqualTo(new ProfileTaskQuery("", "", 0));
    assertThat(ProfileReader.finish(new byte[0])).isEqualTo(new ProfileTaskFinish("", "", ""));
  }

  @Test
  void anySnapshotOfProtobufIsReadAndWrittenAgainByteForByte() throws Exception {
    int compared = 0;
    for (int seed = 0; seed < 2_000; seed++) {
      DynamicMessage message = new RandomMessages(seed).next(ProtocolDescriptors.SNAPSHOT);
      if (hasLongText(message)) {
        continue; // refused or shortened, see below
      }
      byte[] bytes = withoutEmptyStack(message).toByteArray();
      assertThat(MessageWriter.snapshot(ProfileReader.snapshot(bytes)))
          .as("snapshot of seed %s", seed)
          .isEqualTo(bytes);
      compared++;
    }
    assertThat(compared).isGreaterThan(1_000);
  }

  @Test
  void damagedSnapshotsAreReadAsProtobufReadsThemOrRefused() throws Exception {
    Random random = new Random(7);
    byte[] whole = MessageWriter.snapshot(SNAPSHOT);
    int read = 0;
    int refused = 0;
    for (int round = 0; round < 20_000; round++) {
      byte[] damaged =
          round % 2 == 0 ? Arrays.copyOf(whole, random.nextInt(whole.length)) : whole.clone();
      if (damaged.length > 0) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      Message expected = byProtobuf(damaged);
      try {
        ThreadSnapshot snapshot = ProfileReader.snapshot(damaged);
        if (expected != null) {
          assertThat(MessageWriter.snapshot(snapshot))
              .as("round %s", round)
              .isEqualTo(withoutEmptyStack(RandomMessages.known(expected)).toByteArray());
        }
        read++;
      } catch (MalformedMessageException e) {
        assertThat(expected).as("round %s: %s", round, e.getMessage()).isNull();
        refused++;
      }
    }
    assertThat(read).isGreaterThan(1_000);
    assertThat(refused).isGreaterThan(1_000);
  }

  @Test
  void stacksOfAFieldThatOccursTwiceAreJoinedAsProtobufJoinsThem() throws Exception {
    ByteArrayOutputStream twice = new ByteArrayOutputStream();
    twice.write(stackOf("a.B.c:1"));
    twice.write(stackOf("d.E.f:2"));
    assertThat(ProfileReader.snapshot(twice.toByteArray()).frames())
        .containsExactly("a.B.c:1", "d.E.f:2");
  }

  @Test
  void aStackOfTenThousandFramesIsReadAndOneBeyondTheBoundRefused() throws Exception {
    assertThat(ProfileReader.snapshot(deep(10_000)).frames()).hasSize(10_000);
    assertThat(ProfileReader.snapshot(deep(ProfileReader.MAX_FRAMES)).frames())
        .hasSize(ProfileReader.MAX_FRAMES);
    assertThat(refusal(deep(ProfileReader.MAX_FRAMES + 1)).reason())
        .isEqualTo(MalformedMessageException.TOO_MANY);
  }

  @Test
  void aFrameThatIsTooLongKeepsItsMethodAndLine() throws Exception {
    String longest = "p." + "C".repeat(ProfileReader.MAX_FRAME_CHARACTERS - 9) + ".run:42";
    assertThat(longest).hasSize(ProfileReader.MAX_FRAME_CHARACTERS);
    assertThat(ProfileReader.snapshot(stackOf(longest)).frames()).containsExactly(longest);

    assertThat(ProfileReader.snapshot(stackOf("x" + longest)).frames().get(0))
        .hasSize(ProfileReader.MAX_FRAME_CHARACTERS)
        .startsWith("...C")
        .endsWith("C.run:42");
    String pairs = "\ud83d\ude00".repeat(ProfileReader.MAX_FRAME_CHARACTERS) + ".run:1";
    String shortened = ProfileReader.snapshot(stackOf(pairs)).frames().get(0);
    assertThat(shortened.substring(3).codePoints()).noneMatch(c -> c >= 0xd800 && c < 0xe000);
  }

  @Test
  void aSnapshotOrAnIdThatIsTooLargeIsRefused() {
    assertThat(refusal(new byte[ProfileReader.MAX_SNAPSHOT_BYTES + 1]))
        .hasMessageContaining(Integer.toString(ProfileReader.MAX_SNAPSHOT_BYTES));
    String id = "i".repeat(ProfileReader.MAX_ID_CHARACTERS + 1);
    byte[] task = MessageWriter.profileTaskFinish(new ProfileTaskFinish(id, "", ""));
    assertThat(refusal(task).reason()).isEqualTo(MalformedMessageException.TOO_LARGE);
  }

  @Test
  void commandsAreReadAsTheyStand() throws Exception {
    List<Command> commands =
        List.of(
            new Command(
                "ProfileTaskQuery",
                List.of(new KeyValue("SerialNumber", "1"), new KeyValue("EndpointName", "GET:/é"))),
            new Command("", List.of(new KeyValue("", ""))),
            new Command("Other", List.of()));
    assertThat(CommandsReader.commands(MessageWriter.commands(commands))).isEqualTo(commands);
    assertThat(CommandsReader.commands(new byte[0])).isEmpty();
    for (int seed = 0; seed < 500; seed++) {
      byte[] bytes = new RandomMessages(seed).next(ProtocolDescriptors.COMMANDS).toByteArray();
      assertThat(MessageWriter.commands(CommandsReader.commands(bytes))).isEqualTo(bytes);
    }
  }

  @Test
  void manyCommandsInOneAnswerAreRefused() {
    byte[] bytes = new byte[30_000];
    for (int i = 0; i < bytes.length; i += 2) {
      bytes[i] = 0x0a;
    }
    MalformedMessageException refusal =
        catchThrowableOfType(MalformedMessageException.class, () -> CommandsReader.commands(bytes));
    assertThat(refusal.reason()).isEqualTo(MalformedMessageException.TOO_MANY);
  }

  private static byte[] deep(int frames) {
    return MessageWriter.snapshot(
        new ThreadSnapshot("t", "s", 1, 0, Collections.nCopies(frames, "a.B.c:1"), 0, 0, 0));
  }

  private static byte[] stackOf(String frame) {
    return MessageWriter.snapshot(new ThreadSnapshot("", "", 0, 0, List.of(frame), 0, 0, 0));
  }

  private static MalformedMessageException refusal(byte[] bytes) {
    MalformedMessageException refusal =
        catchThrowableOfType(MalformedMessageException.class, () -> ProfileReader.snapshot(bytes));
    assertThat(refusal).isNotNull();
    return refusal;
  }

  private static Message byProtobuf(byte[] bytes) {
    try {
      return DynamicMessage.parseFrom(ProtocolDescriptors.SNAPSHOT, bytes);
    } catch (InvalidProtocolBufferException e) {
      return null;
    }
  }

  private static Message withoutEmptyStack(Message message) {
    var stack = ProtocolDescriptors.SNAPSHOT.findFieldByName("stack");
    return ((Message) message.getField(stack)).getAllFields().isEmpty()
        ? message.toBuilder().clearField(stack).build()
        : message;
  }

  private static boolean hasLongText(DynamicMessage message) {
    List<String> texts = new ArrayList<>();
    texts.add((String) message.getField(message.getDescriptorForType().findFieldByNumber(1)));
    texts.add((String) message.getField(message.getDescriptorForType().findFieldByNumber(2)));
    var stack = ProtocolDescriptors.SNAPSHOT.findFieldByName("stack");
    for (Object values : ((Message) message.getField(stack)).getAllFields().values()) {
      ((List<?>) values).forEach(text -> texts.add((String) text));
    }
    return texts.stream().anyMatch(text -> text.length() > ProfileReader.MAX_ID_CHARACTERS);
  }
}
