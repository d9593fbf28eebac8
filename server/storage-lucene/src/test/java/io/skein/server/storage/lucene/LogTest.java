package io.skein.server.storage.lucene;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skein.server.storage.ReceivedSegment;
import io.skein.server.storage.Segments;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTest {
  @TempDir Path directory;

  private Path file() {
    return directory.resolve("log");
  }

  @Test
  void everyRecordIsReadBackByItsPositionAndInOrder() throws Exception {
    List<ReceivedSegment> written = new ArrayList<>();
    List<Long> positions = new ArrayList<>();
    Random random = new Random(3);
    try (LogWriter writer = new LogWriter(file(), 0)) {
      for (int group = 0; group < 400; group++) {
        List<ReceivedSegment> batch = new ArrayList<>();
        for (int i = random.nextInt(5); i >= 0; i--) {
          batch.add(record(random, random.nextInt(40) == 0 ? 300_000 : 2_000));
        }
        for (long position : writer.append(batch)) {
          positions.add(position);
        }
        written.addAll(batch);
      }
    }
    assertThat(positions).isSorted().doesNotHaveDuplicates();
    try (LogReader reader = new LogReader(file())) {
      for (int i = 0; i < written.size(); i += 7) {
        long position = positions.get(i);
        byte[] frame = reader.frame(LogFormat.frameStart(position), LogFormat.rawOffset(position));
        LogReader.LogRecord read = LogReader.recordIn(frame, position);
        assertThat(read.encoded()).isEqualTo(written.get(i).encoded());
        assertThat(read.receivedMillis()).isEqualTo(written.get(i).receivedMillis());
      }
      for (int after : new int[] {-1, 0, 100, written.size() - 1}) {
        List<byte[]> scanned = new ArrayList<>();
        long end =
            reader.scan(after < 0 ? -1 : positions.get(after), r -> scanned.add(r.encoded()));
        assertThat(end).isEqualTo(Files.size(file()));
        assertThat(scanned)
            .containsExactlyElementsOf(
                written.subList(after + 1, written.size()).stream()
                    .map(ReceivedSegment::encoded)
                    .toList());
      }
    }
  }

  @Test
  void aRecordIsReadableAsSoonAsItIsWritten() throws Exception {
    try (LogWriter writer = new LogWriter(file(), 0);
        LogReader reader = new LogReader(file())) {
      for (int i = 0; i < 50; i++) {
        ReceivedSegment segment = Segments.segment("t" + i, "s" + i).received();
        long position = writer.append(List.of(segment))[0];
        byte[] frame = reader.frame(LogFormat.frameStart(position), LogFormat.rawOffset(position));
        assertThat(LogReader.recordIn(frame, position).encoded()).isEqualTo(segment.encoded());
      }
    }
  }

  @Test
  void theLargestSegmentFits() throws Exception {
    try (LogWriter writer = new LogWriter(file(), 0);
        LogReader reader = new LogReader(file())) {
      ReceivedSegment giant = record(new Random(1), 16 << 20);
      ReceivedSegment small = Segments.segment("t", "s").received();
      long[] positions = writer.append(List.of(small, giant, small));
      for (int i = 0; i < 3; i++) {
        byte[] frame =
            reader.frame(LogFormat.frameStart(positions[i]), LogFormat.rawOffset(positions[i]));
        assertThat(LogReader.recordIn(frame, positions[i]).encoded())
            .isEqualTo((i == 1 ? giant : small).encoded());
      }
    }
  }

  @Test
  void aTornTailEndsTheLogAtItsLastGoodChunkWhereverItTears() throws Exception {
    List<Long> ends = new ArrayList<>();
    try (LogWriter writer = new LogWriter(file(), 0)) {
      ends.add(writer.end());
      for (int i = 0; i < 5; i++) {
        writer.append(List.of(Segments.segment("t" + i, "s" + i).received()));
        ends.add(writer.end());
      }
    }
    byte[] whole = Files.readAllBytes(file());
    for (int length = LogFormat.MAGIC.length; length <= whole.length; length++) {
      try (RandomAccessFile torn = new RandomAccessFile(file().toFile(), "rw")) {
        torn.setLength(0);
        torn.write(whole, 0, length);
      }
      int limit = length;
      long expected = ends.stream().filter(end -> end <= limit).max(Long::compare).orElseThrow();
      List<byte[]> scanned = new ArrayList<>();
      try (LogReader reader = new LogReader(file())) {
        assertThat(reader.scan(-1, r -> scanned.add(r.encoded()))).isEqualTo(expected);
      }
      assertThat(scanned).hasSize(ends.indexOf(expected));
    }
  }

  @Test
  void anyDamagedByteIsNoticed() throws Exception {
    long lastStart;
    try (LogWriter writer = new LogWriter(file(), 0)) {
      writer.append(List.of(Segments.segment("t", "s").received()));
      lastStart = writer.end();
      writer.append(List.of(Segments.segment("t", "u").received()));
    }
    byte[] whole = Files.readAllBytes(file());
    for (int at = (int) lastStart; at < whole.length; at++) {
      byte[] damaged = whole.clone();
      damaged[at] ^= 0x20;
      Files.write(file(), damaged);
      try (LogReader reader = new LogReader(file())) {
        assertThat(reader.scan(-1, r -> {})).as("byte %s", at).isEqualTo(lastStart);
      }
    }
  }

  @Test
  void writingGoesOnBehindATornTail() throws Exception {
    long good;
    try (LogWriter writer = new LogWriter(file(), 0)) {
      writer.append(List.of(Segments.segment("t", "s").received()));
      good = writer.end();
      writer.append(List.of(Segments.segment("t", "torn").received()));
    }
    try (LogWriter writer = new LogWriter(file(), good)) {
      writer.append(List.of(Segments.segment("t", "u").received()));
    }
    List<byte[]> scanned = new ArrayList<>();
    try (LogReader reader = new LogReader(file())) {
      reader.scan(-1, r -> scanned.add(r.encoded()));
    }
    assertThat(scanned)
        .containsExactly(
            Segments.segment("t", "s").received().encoded(),
            Segments.segment("t", "u").received().encoded());
  }

  @Test
  void aDamagedFrameIsAnErrorThatSaysWhere() throws Exception {
    long position;
    try (LogWriter writer = new LogWriter(file(), 0)) {
      position = writer.append(List.of(Segments.segment("t", "s").received()))[0];
    }
    byte[] bytes = Files.readAllBytes(file());
    bytes[bytes.length - 1] ^= 1;
    Files.write(file(), bytes);
    try (LogReader reader = new LogReader(file())) {
      assertThatThrownBy(
              () -> reader.frame(LogFormat.frameStart(position), LogFormat.rawOffset(position)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("byte 8")
          .hasMessageContaining("damaged");
    }
  }

  private static ReceivedSegment record(Random random, int bound) {
    byte[] bytes = new byte[bound / 2 + random.nextInt(bound / 2 + 1)];
    random.nextBytes(bytes);
    return new ReceivedSegment(Segments.segment("t", "s").build(), bytes, random.nextLong());
  }
}
