package io.skein.core.report.spool;

import io.skein.core.report.Tally;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A file of records. Written at its end, read from its begin; a part at the begin is done with.
 *
 * <p>While it is written its file has its full length already, so that everybody sees how much of
 * the budget it takes; the rest is a hole, which costs no disk.
 */
final class Chunk {

  /*
   * RandomAccessFile and not FileChannel: the reporter's thread is interrupted when the process has
   * no more time to end, and an interrupt closes a channel under the hands of its writer. What is
   * left at that moment is exactly what has to be written.
   */

  static final int HEADER = 16;
  private static final long MAGIC = 0x534B_5350_4F4F_4C31L; // SKSPOOL1

  private static final String SUFFIX = ".chunk";

  final long number;
  private final Path file;
  private @Nullable RandomAccessFile open;
  private long capacity;
  private long end = HEADER;
  private long done = HEADER;
  private long segments;
  private long spans;

  private Chunk(Path directory, long number) {
    this.number = number;
    this.file = directory.resolve(String.format(Locale.ROOT, "%010d", number) + SUFFIX);
  }

  /** Returns the number in a file's name; -1 when it is no chunk's. */
  static long numberOf(String name) {
    if (name.length() != 10 + SUFFIX.length() || !name.endsWith(SUFFIX)) {
      return -1;
    }
    for (int i = 0; i < 10; i++) {
      if (name.charAt(i) < '0' || name.charAt(i) > '9') {
        return -1;
      }
    }
    return Long.parseLong(name.substring(0, 10));
  }

  /** Makes the file; it must not be there. */
  static Chunk create(Path directory, long number, long capacity) throws IOException {
    Chunk chunk = new Chunk(directory, number);
    chunk.capacity = capacity;
    Files.createFile(chunk.file);
    try {
      RandomAccessFile file = new RandomAccessFile(chunk.file.toFile(), "rw");
      chunk.open = file;
      file.setLength(capacity);
      file.write(ByteBuffer.allocate(HEADER).putLong(MAGIC).putLong(number).array());
    } catch (IOException | RuntimeException e) {
      chunk.delete();
      throw e;
    }
    return chunk;
  }

  /**
   * Opens a file that another process has left, and looks at all of it. What cannot be read is as
   * if it were not there.
   *
   * @param done before this is nothing of interest
   */
  static Chunk recover(Path directory, long number, long done) {
    Chunk chunk = new Chunk(directory, number);
    chunk.done = Math.max(HEADER, done);
    chunk.end = chunk.done;
    try {
      if (!Files.isRegularFile(chunk.file, LinkOption.NOFOLLOW_LINKS)) {
        return chunk;
      }
      RandomAccessFile file = new RandomAccessFile(chunk.file.toFile(), "rw");
      chunk.open = file;
      byte[] header = new byte[HEADER];
      file.readFully(header);
      ByteBuffer numbers = ByteBuffer.wrap(header);
      if (numbers.getLong() != MAGIC || numbers.getLong() != number) {
        return chunk;
      }
      Records records = new Records(file, chunk.done, file.length());
      while (records.next()) {
        chunk.count(records.length(), records.spans());
      }
    } catch (IOException e) {
      // as far as it could be read
    }
    return chunk;
  }

  private void count(int length, int spanCount) {
    end += Records.OVERHEAD + length;
    segments++;
    spans += spanCount;
  }

  boolean hasRoomFor(int bytes) {
    return capacity - end >= bytes;
  }

  /** Appends records; all of them, or none when it throws. */
  void append(byte[] records, int length, Tally tally) throws IOException {
    RandomAccessFile file = open;
    if (file == null) {
      throw new NoSuchFileException(this.file.toString());
    }
    try {
      file.seek(end);
      file.write(records, 0, length);
    } catch (IOException e) {
      try {
        file.setLength(end); // a half record would only be taken for damage, but be tidy
        file.setLength(capacity);
      } catch (IOException alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      throw e;
    }
    end += length;
    segments += tally.segments();
    spans += tally.spans();
  }

  /** Gives back what it will not fill. */
  void seal() {
    capacity = 0;
    try {
      if (open != null) {
        open.setLength(end);
      }
    } catch (IOException e) {
      // the hole counts as used until the chunk is deleted
    }
  }

  boolean isSealed() {
    return capacity == 0;
  }

  /**
   * Reads what is not done yet, as much as the sink takes.
   *
   * @return false when there should be more, and it cannot be read
   */
  boolean read(RecordSink sink) {
    try {
      RandomAccessFile file = open;
      if (file == null) {
        return segments == 0;
      }
      Records records = new Records(file, done, end);
      long read = 0;
      while (read < segments) {
        if (!records.next()) {
          return read > 0; // what was good goes out first
        }
        if (!sink.take(
            records.buffer(), records.segmentStart(), records.length(), records.spans())) {
          break;
        }
        read++;
      }
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Is done with the first records. */
  void settle(long recordBytes, Tally tally) {
    done += recordBytes;
    segments -= tally.segments();
    spans -= tally.spans();
  }

  /** Steps over records before a place, and returns what they were. */
  Tally skipTo(long offset) {
    long skippedSegments = 0;
    long skippedSpans = 0;
    try {
      if (open != null) {
        Records records = new Records(open, done, Math.min(offset, end));
        while (records.next()) {
          done += Records.OVERHEAD + records.length();
          skippedSegments++;
          skippedSpans += records.spans();
        }
      }
    } catch (IOException e) {
      // what cannot be read now cannot be sent later
    }
    segments -= skippedSegments;
    spans -= skippedSpans;
    return new Tally(skippedSegments, skippedSpans);
  }

  /** What is in it and not done. */
  Tally left() {
    return new Tally(segments, spans);
  }

  boolean isEmpty() {
    return segments == 0;
  }

  long done() {
    return done;
  }

  long end() {
    return end;
  }

  void close() {
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        // nothing was buffered
      }
      open = null;
    }
  }

  void delete() {
    close();
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      // the next process that looks through this directory tries again
    }
  }
}
