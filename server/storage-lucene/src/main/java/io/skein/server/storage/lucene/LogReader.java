package io.skein.server.storage.lucene;

import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log, also while it is being written. Safe for use by several threads.
 *
 * <p>Not through a channel: those close themselves when a reading thread is interrupted, and an
 * HTTP server that gives up one request would take the log away from all others.
 */
final class LogReader implements Closeable {
  private final Path path;
  private final RandomAccessFile file;

  /** A record as it stands in the log. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  record LogRecord(long position, long receivedMillis, byte[] encoded) {}

  /** Takes the records of a scan, in order. */
  interface RecordConsumer {
    void accept(LogRecord logRecord) throws IOException;
  }

  LogReader(Path path) throws IOException {
    this.path = path;
    this.file = new RandomAccessFile(path.toFile(), "r");
  }

  /** Whether the file begins as a log does. One that ends before that does not. */
  boolean hasMagic() throws IOException {
    ByteBuffer magic = ByteBuffer.allocate(LogFormat.MAGIC.length);
    return readFully(magic, 0) && Arrays.equals(magic.array(), LogFormat.MAGIC);
  }

  long size() throws IOException {
    return file.length();
  }

  /**
   * Decompresses a frame, as far as it is written, at least beyond the given offset.
   *
   * @throws IOException also when the bytes are damaged; the message says where
   */
  byte[] frame(long frameStart, int beyond) throws IOException {
    List<byte[]> chunks = new ArrayList<>();
    int length = 0;
    try (Frames frames = new Frames(frameStart, file.length())) {
      while (length <= beyond || length < LogFormat.FRAME_RAW_BYTES) {
        byte[] raw = frames.next();
        if (raw == null || (frames.first() && length > 0)) {
          break;
        }
        chunks.add(raw);
        length += raw.length;
      }
    }
    if (length <= beyond) {
      throw new IOException("the log " + path + " is damaged in the block at byte " + frameStart);
    }
    if (chunks.size() == 1) {
      return chunks.get(0);
    }
    byte[] frame = new byte[length];
    int at = 0;
    for (byte[] chunk : chunks) {
      System.arraycopy(chunk, 0, frame, at, chunk.length);
      at += chunk.length;
    }
    return frame;
  }

  /** How long a frame is when decompressed, as its chunks claim, without reading them. */
  long frameBytes(long frameStart) throws IOException {
    long fileEnd = file.length();
    long bytes = 0;
    ByteBuffer header = ByteBuffer.allocate(LogFormat.CHUNK_HEADER_BYTES);
    for (long at = frameStart;
        bytes < LogFormat.FRAME_RAW_BYTES && fileEnd - at >= LogFormat.CHUNK_HEADER_BYTES; ) {
      if (!readFully(header.clear(), at) || (header.getInt(8) == 1 && at > frameStart)) {
        break;
      }
      bytes += Math.max(0, header.getInt(4));
      at += LogFormat.CHUNK_HEADER_BYTES + Math.max(0, header.getInt(0));
    }
    return bytes;
  }

  /** Reads one record. */
  LogRecord record(long position) throws IOException {
    return recordIn(frame(LogFormat.frameStart(position), LogFormat.rawOffset(position)), position);
  }

  static int lengthIn(byte[] frame, long position) {
    return ByteBuffer.wrap(frame).getInt(LogFormat.rawOffset(position) + 8);
  }

  /** Takes a record out of its decompressed frame. */
  static LogRecord recordIn(byte[] frame, long position) {
    int at = LogFormat.rawOffset(position);
    ByteBuffer buffer = ByteBuffer.wrap(frame);
    long receivedMillis = buffer.getLong(at);
    int length = buffer.getInt(at + 8);
    int from = at + LogFormat.RECORD_HEADER_BYTES;
    return new LogRecord(position, receivedMillis, Arrays.copyOfRange(frame, from, from + length));
  }

  /**
   * Gives all records behind a position, or all there are for -1, and returns where the last good
   * chunk ends. What comes after that is a torn or damaged tail, if it is anything.
   */
  long scan(long afterPosition, RecordConsumer consumer) throws IOException {
    long start = afterPosition < 0 ? LogFormat.MAGIC.length : LogFormat.frameStart(afterPosition);
    try (Frames frames = new Frames(start, file.length())) {
      byte[] raw;
      while ((raw = frames.next()) != null) {
        int at = 0;
        while (at < raw.length) {
          long position = LogFormat.position(frames.frameStart(), frames.rawBefore() + at);
          ByteBuffer buffer = ByteBuffer.wrap(raw);
          int length = buffer.getInt(at + 8);
          if (position > afterPosition) {
            int from = at + LogFormat.RECORD_HEADER_BYTES;
            consumer.accept(
                new LogRecord(
                    position, buffer.getLong(at), Arrays.copyOfRange(raw, from, from + length)));
          }
          at += LogFormat.RECORD_HEADER_BYTES + length;
        }
      }
      return frames.goodEnd();
    }
  }

  private boolean readFully(ByteBuffer buffer, long at) throws IOException {
    synchronized (file) {
      if (file.length() - at < buffer.remaining()) {
        return false;
      }
      file.seek(at);
      file.readFully(buffer.array(), buffer.arrayOffset() + buffer.position(), buffer.remaining());
    }
    buffer.position(buffer.limit());
    return true;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /** Walks over chunks, decompressing each with what its frame held before. */
  private final class Frames implements Closeable {
    private final ZstdDecompressCtx decompressor = new ZstdDecompressCtx();
    private final long fileEnd;
    private long goodEnd;
    private long frameStart;
    private int rawBefore;
    private int rawThis;
    private boolean first;

    Frames(long start, long fileEnd) {
      this.goodEnd = start;
      this.fileEnd = fileEnd;
    }

    /** The next chunk's raw bytes, or null when there is no further good chunk. */
    byte @Nullable [] next() throws IOException {
      ByteBuffer header = ByteBuffer.allocate(LogFormat.CHUNK_HEADER_BYTES);
      if (fileEnd - goodEnd < LogFormat.CHUNK_HEADER_BYTES || !readFully(header, goodEnd)) {
        return null;
      }
      int payloadLength = header.getInt(0);
      int rawLength = header.getInt(4);
      if (payloadLength <= 0
          || payloadLength > LogFormat.MAX_CHUNK_BYTES
          || rawLength <= 0
          || rawLength > LogFormat.MAX_CHUNK_BYTES
          || payloadLength > fileEnd - goodEnd - LogFormat.CHUNK_HEADER_BYTES) {
        return null;
      }
      ByteBuffer chunk = ByteBuffer.allocate(LogFormat.CHUNK_HEADER_BYTES + payloadLength);
      if (!readFully(chunk, goodEnd)
          || chunk.getInt(12) != LogFormat.checksum(chunk.flip(), payloadLength)) {
        return null;
      }
      first = chunk.getInt(8) == 1;
      if (first) {
        frameStart = goodEnd;
        rawBefore = 0;
        decompressor.reset();
      } else {
        rawBefore += rawThis;
      }
      rawThis = rawLength;
      byte[] raw = new byte[rawLength];
      ByteBuffer target = ByteBuffer.wrap(raw);
      chunk.position(LogFormat.CHUNK_HEADER_BYTES);
      try {
        while (target.hasRemaining() && chunk.hasRemaining()) {
          decompressor.decompressByteBufferStream(target, chunk);
        }
      } catch (ZstdException e) {
        return null;
      }
      if (target.hasRemaining()) {
        return null;
      }
      goodEnd += LogFormat.CHUNK_HEADER_BYTES + payloadLength;
      return raw;
    }

    boolean first() {
      return first;
    }

    long frameStart() {
      return frameStart;
    }

    int rawBefore() {
      return rawBefore;
    }

    long goodEnd() {
      return goodEnd;
    }

    @Override
    public void close() {
      decompressor.close();
    }
  }
}
