package io.skein.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skein.api.Span;
import io.skein.core.Recorder.Headers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class IdsTest {
  private final Recorder recorder = new Recorder();
  private final Tracer tracer = recorder.settings.build();

  @Test
  void idsAreProcessThreadAndTime() {
    tracer.startLocal("span").end();

    String thread = "." + Thread.currentThread().getId() + ".";
    assertThat(recorder.only().traceId())
        .isEqualTo(Recorder.PROCESS + thread + "17000000000000000");
    assertThat(recorder.only().segmentId())
        .isEqualTo(Recorder.PROCESS + thread + "17000000000000001");
  }

  @Test
  void idsAreWrittenAsTheirTexts() {
    byte[] id = new byte[Segment.MAX_ID];
    tracer.startLocal("span").end();
    Segment segment = recorder.take();
    assertThat(new String(id, 0, segment.writeTraceId(id), StandardCharsets.US_ASCII))
        .isEqualTo(segment.traceId());
    tracer.startLocal("span").end();
    segment = recorder.take();
    assertThat(new String(id, 0, segment.writeTraceId(id), StandardCharsets.US_ASCII))
        .isEqualTo(Recorder.PROCESS + "." + Thread.currentThread().getId() + ".17000000000000002");
    assertThat(new String(id, 0, segment.writeSegmentId(id), StandardCharsets.US_ASCII))
        .isEqualTo(segment.segmentId());
    Identity identity = new Identity(Recorder.PROCESS, "shop", "shop-1");
    for (long number : new long[] {0, 9, 10, 99, 100, Long.MAX_VALUE, -1, Long.MIN_VALUE}) {
      assertThat(new String(id, 0, identity.writeId(id, number, number), StandardCharsets.US_ASCII))
          .isEqualTo(identity.idText(number, number));
    }
  }

  @Test
  void anIdFromElsewhereIsATextOnly() {
    Span exit = tracer.startExit("call", "pay:80");
    Headers headers = Headers.from(tracer, exit);
    exit.end();
    recorder.take();
    tracer.startEntry("GET:/", headers, Headers.READER).end();
    assertThat(recorder.only().writeTraceId(new byte[Segment.MAX_ID])).isEqualTo(-1);
  }

  @Test
  void idsStayUniqueWithinAMillisecondAndWhenTheClockGoesBack() {
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < 30_000; i++) {
      if (i == 20_000) {
        recorder.tick(-3_600_000);
      }
      tracer.startLocal("span").end();
      Segment segment = recorder.take();
      assertThat(ids.add(segment.traceId())).isTrue();
      assertThat(ids.add(segment.segmentId())).isTrue();
    }
  }

  @Test
  void processesDiffer() {
    assertThat(ProcessIds.random()).matches("[0-9a-f]{32}").isNotEqualTo(ProcessIds.random());
    assertThatThrownBy(() -> Tracer.builder().processId("short"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("process id must be 32 hexadecimal digits; got \"short\"");
    assertThatThrownBy(() -> Tracer.builder().processId("g".repeat(32)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  @DisplayName("T49 after a restore from a checkpoint the ids are those of another process")
  void aRenewedProcessHasNewIds() {
    Span before = tracer.startEntry("before");
    String renewed = "f".repeat(32);
    tracer.renewProcess(renewed, "orders-1-child(7)");
    Span exit = tracer.startExit("call", "a:1");
    String sent = Headers.from(tracer, exit).get("sw8");
    exit.end();
    before.end();
    Segment old = recorder.take();
    tracer.startEntry("after").end();

    assertThat(old.segmentId()).startsWith(Recorder.PROCESS);
    assertThat(old.instance()).isEqualTo("orders-1");
    assertThat(Sw8.decode(sent).ref.parentSegmentId()).isEqualTo(old.segmentId());
    assertThat(recorder.only().segmentId()).startsWith(renewed);
    assertThat(recorder.only().traceId()).startsWith(renewed);
    assertThat(recorder.only().instance()).isEqualTo("orders-1-child(7)");
    assertThat(recorder.only().service()).isEqualTo("orders");
  }

  @Test
  void virtualThreadsHaveIdsOfTheirOwn() throws Exception {
    Runnable work = () -> tracer.startLocal("span").end();
    for (int i = 0; i < 2; i++) {
      Thread thread;
      try {
        // reached without compiling against it: the floor is Java 17
        thread =
            (Thread)
                Thread.class.getMethod("startVirtualThread", Runnable.class).invoke(null, work);
      } catch (NoSuchMethodException before21) {
        thread = new Thread(work);
        thread.start();
      }
      thread.join();
    }

    assertThat(recorder.segments).hasSize(2);
    assertThat(recorder.segments.get(0).segmentId().split("\\.", -1)[1])
        .isNotEqualTo(recorder.segments.get(1).segmentId().split("\\.", -1)[1]);
  }

  @Test
  void idsInHeadersAreTheBase64OfTheirTextWhateverTheirLength() {
    Identity identity = new Identity(Recorder.PROCESS, "s", "i");
    Identity other = new Identity("f".repeat(32), "s", "i");
    Random random = new Random(3);
    long[] numbers = {
      17_000_000_000_000_000L,
      17_000_000_009_999_999L,
      17_000_000_010_000_000L,
      17_000_000_999_999_999L,
      17_000_001_000_000_000L,
      10_000_000_000_000_000L,
      9_999_999_999_999_999L,
      99_999_999_999_999_999L,
      100_000_000_000_000_000L,
      0,
      -1,
      Long.MAX_VALUE,
      Long.MIN_VALUE
    };
    for (long thread : new long[] {0, 7, 45, 123, 4567, 89012, 345678, -5, Long.MAX_VALUE}) {
      IdText text = new IdText(thread);
      for (int i = 0; i < 20_000; i++) {
        long number =
            random.nextInt(10) == 0
                ? numbers[random.nextInt(numbers.length)]
                : 17_000_000_000_000_000L + random.nextInt(2_000_000_000);
        Identity who = random.nextInt(20) == 0 ? other : identity;
        byte[] out = new byte[104 + 8];
        int end = text.write(out, 8, who, number);
        String id = who.idText(thread, number);
        assertThat(new String(out, 8, end - 8, StandardCharsets.ISO_8859_1))
            .isEqualTo(
                Base64.getEncoder().encodeToString(id.getBytes(StandardCharsets.ISO_8859_1)));
      }
    }
  }
}
