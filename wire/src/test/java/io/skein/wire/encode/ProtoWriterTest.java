package io.skein.wire.encode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Compared byte by byte with what protobuf-java writes. */
class ProtoWriterTest {

  private final ProtoWriter out = new ProtoWriter(10 << 20);

  private byte[] written() {
    return Arrays.copyOf(out.buffer(), out.length());
  }

  private interface Writing {
    void to(CodedOutputStream stream) throws IOException;
  }

  private static byte[] reference(Writing writing) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      CodedOutputStream stream = CodedOutputStream.newInstance(bytes);
      writing.to(stream);
      stream.flush();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return bytes.toByteArray();
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        1,
        -1,
        127,
        128,
        16_383,
        16_384,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        Long.MAX_VALUE,
        Long.MIN_VALUE,
        1_700_000_000_000L
      })
  void numbersAreThoseOfProtobuf(long value) {
    out.reset(0);
    out.number(1, value);
    out.number(16, value);
    assertThat(written())
        .isEqualTo(
            reference(
                stream -> {
                  stream.writeInt64(1, value);
                  stream.writeInt64(16, value);
                }));
  }

  @Test
  void namesAreTheSameBytesHoweverOftenTheyCome() {
    // More than there are places, so that they drive each other out.
    List<String> names =
        new ArrayList<>(List.of("", "n\u00e4me", "x".repeat(150), "y".repeat(151)));
    for (int i = 0; i < 400; i++) {
      names.add("name" + i);
    }
    Random random = new Random(5);
    for (int round = 0; round < 2_000; round++) {
      String name = names.get(random.nextInt(random.nextInt(names.size()) + 1));
      int field = 1 + random.nextInt(20);
      out.reset(0);
      out.name(field, name);
      assertThat(written())
          .as("%d %s", field, name)
          .isEqualTo(
              reference(
                  stream -> {
                    if (!name.isEmpty()) {
                      stream.writeString(field, name);
                    }
                  }));
    }
  }

  @Test
  void aKnownNameDoesNotPassTheLimit() {
    ProtoWriter small = new ProtoWriter(2_000);
    String name = "n".repeat(60);
    for (int i = 0; i < 3; i++) {
      small.reset(0);
      small.name(1, name);
      assertThat(small.length()).isEqualTo(62);
    }
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 40; i++) {
                small.name(1, name);
              }
            })
        .isInstanceOf(ProtoWriter.Overflow.class);
  }

  @Test
  void minusOneTakesTenBytesAndDefaultsTakeNone() { // T52
    out.reset(0);
    out.number(2, -1);
    assertThat(out.length()).isEqualTo(1 + 10);
    out.reset(0);
    out.number(1, 0);
    out.bool(2, false);
    out.text(3, "");
    assertThat(out.length()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 126, 127, 128, 129, 255, 16_383, 16_384, 100_000, 3_000_000})
  void textsOfAllLengthsAreThoseOfProtobuf(int length) {
    for (String unit : new String[] {"a", "\u00e4", "\u20ac", "\ud83d\ude00"}) {
      String text = unit.repeat(Math.max(1, length / unit.length()));
      out.reset(0);
      out.text(7, text);
      assertThat(written()).isEqualTo(reference(stream -> stream.writeString(7, text)));
      String tail = "a".repeat(length) + unit;
      out.reset(0);
      out.text(7, tail);
      assertThat(written()).isEqualTo(reference(stream -> stream.writeString(7, tail)));
    }
  }

  @Test
  void halfAPairOfSurrogatesBecomesAQuestionMark() {
    String[] broken = {
      "\ud800",
      "\udc00",
      "a\ud800",
      "\ud800a",
      "\ud800\ud800\udc00",
      "\udc00\ud800",
      "x\udfffy\ud83d"
    };
    for (String text : broken) {
      out.reset(0);
      out.text(1, text);
      byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
      assertThat(written()).isEqualTo(reference(stream -> stream.writeByteArray(1, utf8)));
    }
  }

  @Test
  void randomTextsAreThoseOfTheJdk() {
    Random random = new Random(42);
    for (int round = 0; round < 20_000; round++) {
      int length = 1 + random.nextInt(round % 100 == 0 ? 20_000 : 200);
      int range = new int[] {0x80, 0x100, 0x1000, 0x10000}[random.nextInt(4)];
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < length; i++) {
        text.append((char) (random.nextInt(10) == 0 ? random.nextInt(range) : 'a'));
      }
      byte[] utf8 = text.toString().getBytes(StandardCharsets.UTF_8);
      out.reset(0);
      out.text(1, text.toString());
      assertThat(written()).isEqualTo(reference(stream -> stream.writeByteArray(1, utf8)));
    }
  }

  @Test
  void aWrongGuessOfALengthIsPutRight() {
    for (int lengthBytes = 1; lengthBytes <= 5; lengthBytes++) {
      for (int size : new int[] {0, 1, 127, 128, 16_383, 16_384, 2_100_000}) {
        byte[] content = new byte[size];
        Arrays.fill(content, (byte) 'x');
        String text = "x".repeat(size);
        out.reset(0);
        int outer = out.begin(1, lengthBytes);
        int inner = out.begin(2, lengthBytes);
        out.text(3, text);
        out.end(inner, lengthBytes);
        out.number(4, 5);
        out.end(outer, lengthBytes);

        byte[] innerBytes =
            reference(
                stream -> {
                  if (size > 0) {
                    stream.writeString(3, text);
                  }
                });
        byte[] outerBytes =
            reference(
                stream -> {
                  stream.writeByteArray(2, innerBytes);
                  stream.writeInt32(4, 5);
                });
        assertThat(written()).isEqualTo(reference(stream -> stream.writeByteArray(1, outerBytes)));
      }
    }
  }

  @Test
  void pairsWithEmptyAndOddTextsAreThoseOfProtobuf() {
    String[] texts = {"", "k", "\u20ac", "a".repeat(126), "a".repeat(127), "\u20ac".repeat(60)};
    for (String key : texts) {
      for (String value : texts) {
        out.reset(0);
        out.pair(12, key, value);
        byte[] pair =
            reference(
                stream -> {
                  if (!key.isEmpty()) {
                    stream.writeString(1, key);
                  }
                  if (!value.isEmpty()) {
                    stream.writeString(2, value);
                  }
                });
        assertThat(written()).isEqualTo(reference(stream -> stream.writeByteArray(12, pair)));
      }
    }
  }

  @Test
  void aMessageBeyondTheLimitIsGivenUpAndTheWriterIsUsableAgain() {
    ProtoWriter small = new ProtoWriter(2000);
    small.reset(0);
    assertThatThrownBy(() -> small.text(1, "a".repeat(2001)))
        .isInstanceOf(ProtoWriter.Overflow.class);
    small.reset(0);
    assertThatThrownBy(() -> small.text(1, "\u20ac".repeat(1999)))
        .isInstanceOf(ProtoWriter.Overflow.class);
    small.reset(0);
    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 10_000; i++) {
                small.number(1, -1);
              }
            })
        .isInstanceOf(ProtoWriter.Overflow.class);
    small.reset(0);
    small.text(1, "a".repeat(1990));
    assertThat(small.length()).isEqualTo(1993);
  }

  @Test
  void aBufferThatOneLargeMessageMadeIsGivenBack() {
    out.reset(0);
    out.text(1, "a".repeat(5_000_000));
    out.reset(0);
    assertThat(out.buffer().length).isLessThan(100_000);
  }
}
