package io.skein.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Span;
import io.skein.core.Recorder.Headers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeaderFuzzTest {
  private final Random random = new Random(11);

  @Test
  void whateverIsWrittenIsReadBack() {
    for (int round = 0; round < 2_000; round++) {
      String service = text(50);
      String instance = text(50);
      String endpoint = text(100);
      String peer = text(60);
      Recorder recorder = new Recorder();
      Tracer tracer = recorder.settings.service(service).instance(instance).build();
      Span entry = tracer.startEntry(endpoint);
      String value = text(40);
      tracer.putCorrelation("k", value);
      Span exit = tracer.startExit("exit", peer);
      Headers headers = Headers.from(tracer, exit);
      exit.end();
      entry.end();

      SegmentRef ref = Sw8.decode(headers.get("sw8")).ref;
      assertThat(ref.traceId()).isEqualTo(recorder.only().traceId());
      assertThat(ref.parentSegmentId()).isEqualTo(recorder.only().segmentId());
      assertThat(ref.parentSpanId()).isEqualTo(1);
      assertThat(ref.parentService()).isEqualTo(service);
      assertThat(ref.parentInstance()).isEqualTo(instance);
      assertThat(ref.parentEndpoint()).isEqualTo(endpoint);
      assertThat(ref.networkAddress()).isEqualTo(peer);
      assertThat(Correlation.decode(headers.get("sw8-correlation"), Correlation.Limits.DEFAULT))
          .containsExactly("k", value);
    }
  }

  /** Damaged anywhere, a header is read whole or not at all, and reading never throws. */
  @Test
  void aDamagedHeaderIsReadWholeOrNotAtAll() {
    int whole = 0;
    int none = 0;
    Recorder recorder = new Recorder();
    Tracer tracer = recorder.settings.build();
    Span exit = tracer.startExit("exit", "pay:80");
    tracer.putCorrelation("a", "b");
    Headers sent = Headers.from(tracer, exit);
    exit.end();
    for (int round = 0; round < 100_000; round++) {
      String header = damaged(sent.get("sw8"));
      Sw8.Parent parent = Sw8.decode(header);
      if (parent == null) {
        none++;
      } else if (parent.ref != null) {
        whole++;
        SegmentRef ref = parent.ref;
        assertThat(ref.traceId()).isNotEmpty();
        assertThat(ref.parentSegmentId()).isNotEmpty();
        assertThat(ref.parentSpanId()).isNotNegative();
        assertThat(ref.parentService()).isNotEmpty();
        assertThat(ref.parentInstance()).isNotEmpty();
        assertThat(ref.parentEndpoint()).isNotEmpty();
        assertThat(ref.networkAddress()).isNotEmpty();
      }
      String[] pairs =
          Correlation.decode(
              damaged(sent.get("sw8-correlation") + ",azI=:djI="), Correlation.Limits.DEFAULT);
      assertThat(pairs.length).isLessThanOrEqualTo(2 * Correlation.MAX_KEYS);
      for (String text : pairs) {
        assertThat(text).isNotEmpty();
        assertThat(text.length()).isLessThanOrEqualTo(Correlation.MAX_LENGTH);
      }
      String extension = damaged("1-1700000000000");
      assertThat(Sw8.sentMillis(extension)).isGreaterThanOrEqualTo(-1);
      assertThat(Sw8.skipAnalysis(extension)).isIn(true, false);
    }
    assertThat(whole).isGreaterThan(1000);
    assertThat(none).isGreaterThan(1000);
  }

  @Test
  void readsBase64AsTheJdkDoes() {
    for (int round = 0; round < 50_000; round++) {
      String text = text(20);
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      String encoded = Base64.getEncoder().encodeToString(bytes);
      byte[] out = new byte[Base64Text.maxLength(text)];
      int end = Base64Text.encode(out, 0, text);
      assertThat(new String(out, 0, end, StandardCharsets.ISO_8859_1)).isEqualTo(encoded);
      assertThat(Base64Text.decode("x" + encoded + "y", 1, 1 + encoded.length())).isEqualTo(text);
    }
  }

  private String damaged(String header) {
    StringBuilder text = new StringBuilder(header);
    int hits = 1 + random.nextInt(3);
    for (int i = 0; i < hits && text.length() > 0; i++) {
      int at = random.nextInt(text.length());
      char c = "-=,:+/AZaz09 \n\u00e9\u2028\ud83d_%".charAt(random.nextInt(19));
      switch (random.nextInt(5)) {
        case 0 -> text.setCharAt(at, c);
        case 1 -> text.insert(at, c);
        case 2 -> text.deleteCharAt(at);
        case 3 -> text.setLength(at);
        default -> text.insert(at, text.substring(random.nextInt(text.length())));
      }
    }
    return text.toString();
  }

  /** Valid text of 1 to so many characters, of one to four bytes each. */
  private String text(int length) {
    int count = 1 + random.nextInt(length / 2);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < count; i++) {
      switch (random.nextInt(6)) {
        case 0 -> text.appendCodePoint(0x80 + random.nextInt(0x700));
        case 1 -> text.appendCodePoint(0x4e00 + random.nextInt(1000));
        case 2 -> text.appendCodePoint(0x1f600 + random.nextInt(50));
        default -> text.append((char) (1 + random.nextInt(127)));
      }
    }
    return text.toString();
  }
}
