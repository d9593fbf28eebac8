package io.skein.core.report.spool;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * Reads the records of a chunk, one after the other, and makes them.
 *
 * <p>A record is a checksum of all that follows, the length, the number of spans and the encoded
 * segment. A length of zero never is one: a chunk's file is longer than what is in it.
 */
public final class Records {

  /** What a record takes besides the segment. */
  public static final int OVERHEAD = 12;

  private static final int PIECE = 256 * 1024;

  private final RandomAccessFile file;
  private final long to;
  private long filePosition;
  private byte[] buffer = new byte[0];
  private ByteBuffer numbers = ByteBuffer.wrap(buffer);
  private int from;
  private int limit;
  private int length;
  private int spans;

  /** Reads what stands between two places of a file. */
  Records(RandomAccessFile file, long from, long to) {
    this.file = file;
    this.filePosition = from;
    this.to = to;
  }

  /** Writes a record into a buffer and returns where it ends. */
  public static int put(byte[] into, int at, byte[] segment, int from, int length, int spans) {
    ByteBuffer out = ByteBuffer.wrap(into);
    out.putInt(at + 4, length);
    out.putInt(at + 8, spans);
    System.arraycopy(segment, from, into, at + OVERHEAD, length);
    out.putInt(at, checksum(into, at + 4, length + 8));
    return at + OVERHEAD + length;
  }

  static int checksum(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return (int) crc.getValue();
  }

  /** Goes to the next record; false when there is none that is whole. */
  boolean next() throws IOException {
    if (!have(OVERHEAD)) {
      return false;
    }
    length = numbers.getInt(from + 4);
    if (length <= 0 || length > to || !have(OVERHEAD + length)) {
      return false;
    }
    spans = numbers.getInt(from + 8);
    if (spans < 0 || checksum(buffer, from + 4, length + 8) != numbers.getInt(from)) {
      return false;
    }
    from += OVERHEAD + length;
    return true;
  }

  private boolean have(int bytes) throws IOException {
    if (limit - from >= bytes) {
      return true;
    }
    long left = to - filePosition;
    if (limit - from + left < bytes) {
      return false;
    }
    byte[] target = buffer;
    if (target.length < bytes) {
      target = new byte[(int) Math.max(bytes, Math.min(PIECE, limit - from + left))];
    }
    System.arraycopy(buffer, from, target, 0, limit - from);
    limit -= from;
    from = 0;
    buffer = target;
    numbers = ByteBuffer.wrap(target);
    int wanted = (int) Math.min(target.length - limit, left);
    file.seek(filePosition);
    int got = 0;
    while (got < wanted) {
      int read = file.read(target, limit + got, wanted - got);
      if (read < 0) {
        break; // somebody cut the file
      }
      got += read;
    }
    filePosition += got;
    limit += got;
    return limit >= bytes;
  }

  /** Returns where the segment of this record is. */
  byte[] buffer() {
    return buffer;
  }

  int segmentStart() {
    return from - length;
  }

  int length() {
    return length;
  }

  int spans() {
    return spans;
  }
}
