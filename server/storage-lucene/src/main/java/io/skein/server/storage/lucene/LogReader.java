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
  private static final System.Logger LOG = System.getLogger(LogReader.class.getName());
  private static final int SEARCH_BYTES = 64 << 10;

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

  /** How long a record is, or an exception when there is none. */
  static int lengthIn(byte[] frame, long position) throws IOException {
    int length = recordLength(frame, LogFormat.rawOffset(position));
    if (length < 0) {
      throw new IOException("the log has no record at " + position);
    }
    return length;
  }

  /**
   * Takes a record out of its decompressed frame.
   *
   * @throws IOException when there is none: positions come from an index, which may be that of
   *     another log
   */
  static LogRecord recordIn(byte[] frame, long position) throws IOException {
    int at = LogFormat.rawOffset(position);
    int length = lengthIn(frame, position);
    int from = at + LogFormat.RECORD_HEADER_BYTES;
    return new LogRecord(
        position,
        ByteBuffer.wrap(frame).getLong(at),
        Arrays.copyOfRange(frame, from, from + length));
  }

  /** How long the record at this place says it is, or -1 when it cannot be. */
  private static int recordLength(byte[] raw, int at) {
    int left = raw.length - at - LogFormat.RECORD_HEADER_BYTES;
    if (left < 0) {
      return -1;
    }
    int length = ByteBuffer.wrap(raw).getInt(at + 8);
    return length <= left ? length : -1;
  }

  /**
   * Gives all records behind a position, or all there are for -1, and returns where the last good
   * chunk ends. What comes after that is a torn or damaged tail, if it is anything. Damage before
   * that costs its own frame, and no other.
   */
  long scan(long afterPosition, RecordConsumer consumer) throws IOException {
    long start = afterPosition < 0 ? LogFormat.MAGIC.length : LogFormat.frameStart(afterPosition);
    try (Frames frames = new Frames(start, file.length())) {
      do {
        byte[] raw;
        while ((raw = frames.next()) != null) {
          records(frames, raw, afterPosition, consumer);
        }
      } while (frames.skipDamage());
      return frames.goodEnd();
    }
  }

  private static void records(
      Frames frames, byte[] raw, long afterPosition, RecordConsumer consumer) throws IOException {
    int at = 0;
    while (at < raw.length) {
      int length = recordLength(raw, at);
      if (length < 0) {
        return; // Written by somebody who can make checksums, and not by us.
      }
      long position = LogFormat.position(frames.frameStart(), frames.rawBefore() + at);
      int from = at + LogFormat.RECORD_HEADER_BYTES;
      if (position > afterPosition) {
        long receivedMillis = ByteBuffer.wrap(raw).getLong(at);
        consumer.accept(
            new LogRecord(position, receivedMillis, Arrays.copyOfRange(raw, from, from + length)));
      }
      at = from + length;
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
    private long searched;

    Frames(long start, long fileEnd) {
      this.goodEnd = start;
      this.fileEnd = fileEnd;
    }

    /** The chunk at a place, its header at the beginning; null when there is no good one. */
    private @Nullable ByteBuffer chunk(long at) throws IOException {
      ByteBuffer header = ByteBuffer.allocate(LogFormat.CHUNK_HEADER_BYTES);
      if (fileEnd - at < LogFormat.CHUNK_HEADER_BYTES
          || !readFully(header, at)
          || !LogFormat.isPlausible(header, 0, fileEnd - at)) {
        return null;
      }
      int payloadLength = header.getInt(0);
      ByteBuffer chunk = ByteBuffer.allocate(LogFormat.CHUNK_HEADER_BYTES + payloadLength);
      searched += chunk.capacity();
      return readFully(chunk, at)
              && chunk.getInt(12) == LogFormat.checksum(chunk.flip(), payloadLength)
          ? chunk
          : null;
    }

    /**
     * Goes from a chunk that is damaged to the next one that begins a frame, since only those can
     * be read without what was before; false when there is none.
     *
     * <p>What looks like the head of a chunk may be part of a text somebody sent, so looking at
     * candidates is bounded, too: by twice what there is.
     */
    boolean skipDamage() throws IOException {
      searched = 0;
      ByteBuffer window = ByteBuffer.allocate(SEARCH_BYTES);
      for (long from = goodEnd + 1; from < fileEnd; ) {
        window.clear().limit((int) Math.min(SEARCH_BYTES, fileEnd - from));
        int length = window.limit();
        if (!readFully(window, from)) {
          return false;
        }
        window.clear().limit(length);
        int last = length - LogFormat.CHUNK_HEADER_BYTES;
        for (int at = 0; at <= last; at++) {
          if (window.getInt(at + 8) == 1
              && LogFormat.isPlausible(window, at, fileEnd - from - at)
              && chunk(from + at) != null) {
            LOG.log(
                System.Logger.Level.WARNING,
                "the log {0} is damaged from byte {1} to byte {2}: what was in between is lost, and"
                    + " what follows is read",
                path,
                Long.toString(goodEnd),
                Long.toString(from + at));
            goodEnd = from + at;
            return true;
          }
          if (searched > 2 * fileEnd) {
            return false;
          }
        }
        if (last < 0 || from + length >= fileEnd) {
          return false;
        }
        from += last + 1;
      }
      return false;
    }

    /** The next chunk's raw bytes, or null when there is no further good chunk. */
    byte @Nullable [] next() throws IOException {
      ByteBuffer chunk = chunk(goodEnd);
      if (chunk == null) {
        return null;
      }
      int payloadLength = chunk.getInt(0);
      int rawLength = chunk.getInt(4);
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
