package io.skein.server.storage.lucene;

import io.skein.server.storage.ReceivedSegment;
import io.skein.testing.fuzz.Check;
import io.skein.testing.fuzz.Input;
import io.skein.wire.model.TraceSegment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A log that is written by some appends and then damaged, or one that is any bytes. Reading ends,
 * in little memory; and each record is what was written at its place, or is not there.
 */
public final class LogFuzz {
  private static final Path FILE = temporary();

  private LogFuzz() {}

  private static Path temporary() {
    try {
      Path file = Files.createTempFile("skein-fuzz", ".log");
      file.toFile().deleteOnExit();
      return file;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  public static void fuzzerTestOneInput(byte[] data) throws IOException {
    Input input = new Input(data);
    Map<Long, byte[]> written = new HashMap<>();
    if (input.flag()) {
      any(input.rest());
      return;
    }
    Files.deleteIfExists(FILE);
    List<Long> order = write(input, written);
    read(written, order, true);
    boolean repaired = damage(input);
    read(repaired ? null : written, order, false);
  }

  private static void any(byte[] bytes) throws IOException {
    byte[] file = new byte[LogFormat.MAGIC.length + bytes.length];
    System.arraycopy(LogFormat.MAGIC, 0, file, 0, LogFormat.MAGIC.length);
    System.arraycopy(bytes, 0, file, LogFormat.MAGIC.length, bytes.length);
    Files.write(FILE, withChecksums(file));
    read(null, List.of(), false);
  }

  private static List<Long> write(Input input, Map<Long, byte[]> written) throws IOException {
    List<Long> order = new ArrayList<>();
    LogWriter writer = new LogWriter(FILE, 0);
    try {
      for (int append = 1 + input.below(6); append > 0; append--) {
        List<ReceivedSegment> batch = new ArrayList<>();
        for (int i = 1 + input.below(4); i > 0; i--) {
          byte[] content =
              input.text().repeat(1 + input.below(300)).getBytes(StandardCharsets.UTF_8);
          batch.add(
              new ReceivedSegment(
                  new TraceSegment("t", "s", List.of(), "", "", false), content, append));
        }
        long[] positions = writer.append(batch);
        for (int i = 0; i < positions.length; i++) {
          written.put(positions[i], batch.get(i).encoded());
          order.add(positions[i]);
        }
        if (input.below(5) == 0) { // the process ended, and began again
          long end = writer.end();
          writer.close();
          writer = new LogWriter(FILE, end);
        }
      }
    } finally {
      writer.close();
    }
    return order;
  }

  /** Returns whether the damage was made good, as only somebody who means it can. */
  private static boolean damage(Input input) throws IOException {
    byte[] file = Files.readAllBytes(FILE);
    boolean repaired = input.flag();
    int changes = 1 + input.below(4);
    for (int i = 0; i < changes && file.length > LogFormat.MAGIC.length; i++) {
      int at =
          LogFormat.MAGIC.length + input.below(0x1000000) % (file.length - LogFormat.MAGIC.length);
      // A whole chunk elsewhere is a chunk, so only who makes checksums copies.
      switch (input.below(repaired ? 4 : 3)) {
        case 0 -> file = Arrays.copyOf(file, at);
        case 1 -> file[at] ^= (byte) (1 << input.below(8));
        case 2 -> {
          for (int k = at; k < file.length && k < at + 8; k++) {
            file[k] = (byte) input.next();
          }
        }
        default -> {
          int from = input.below(0x1000000) % file.length;
          int length = Math.min(64, file.length - Math.max(at, from));
          System.arraycopy(file, from, file, at, length);
        }
      }
    }
    Files.write(FILE, repaired ? withChecksums(file) : file);
    return repaired;
  }

  /** Checksums as they have to be, wherever a chunk can be found. */
  private static byte[] withChecksums(byte[] file) {
    ByteBuffer buffer = ByteBuffer.wrap(file);
    int at = LogFormat.MAGIC.length;
    while (file.length - at >= LogFormat.CHUNK_HEADER_BYTES) {
      int payload = buffer.getInt(at);
      if (payload <= 0 || payload > file.length - at - LogFormat.CHUNK_HEADER_BYTES) {
        break;
      }
      buffer.putInt(at + 12, LogFormat.checksum(buffer.duplicate().position(at), payload));
      at += LogFormat.CHUNK_HEADER_BYTES + payload;
    }
    return file;
  }

  private static void read(Map<Long, byte[]> written, List<Long> order, boolean whole)
      throws IOException {
    try (LogReader reader = new LogReader(FILE)) {
      Check.that(reader.hasMagic(), "no magic");
      List<Long> seen = new ArrayList<>();
      long end =
          reader.scan(
              -1,
              found -> {
                seen.add(found.position());
                check(written, found);
              });
      Check.that(end >= LogFormat.MAGIC.length && end <= reader.size(), "ends at " + end);
      if (whole) {
        Check.equal(seen, order, "records");
        Check.equal(end, reader.size(), "end");
      }
      for (long position : order) {
        try {
          check(written, reader.record(position));
        } catch (IOException damaged) {
          Check.that(!whole, "cannot be read: " + damaged.getMessage());
          Check.that(!seen.contains(position), "a scan finds it, and it cannot be read");
        }
      }
      if (!seen.isEmpty()) {
        long middle = seen.get(seen.size() / 2);
        List<Long> later = new ArrayList<>();
        reader.scan(middle, found -> later.add(found.position()));
        Check.equal(
            later, seen.subList(seen.size() / 2 + 1, seen.size()), "records behind the middle");
      }
    }
  }

  private static void check(Map<Long, byte[]> written, LogReader.LogRecord found) {
    if (written != null) {
      Check.that(written.containsKey(found.position()), "a record where none was written");
      Check.equal(found.encoded(), written.get(found.position()), "record");
    }
  }
}
