package io.skein.server.storage.lucene;

import com.github.luben.zstd.EndDirective;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import io.skein.server.storage.ReceivedSegment;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.IntToLongFunction;

/**
 * Appends to a log. For one thread, except {@link #force} and {@link #end}.
 *
 * <p>Appending is all or nothing: when the disk fails in the middle, the end stays where it was,
 * the bytes behind it are overwritten by the next append, and a new frame begins.
 */
final class LogWriter implements Closeable {
  // Level 3 gains nothing here and costs half the speed; level 6 gains 3 % and costs nine tenths.
  private static final int LEVEL = 1;

  private final FileChannel channel;
  private final ZstdCompressCtx compressor = new ZstdCompressCtx();
  private ByteBuffer raw = ByteBuffer.allocateDirect(2 * LogFormat.CHUNK_RAW_BYTES);
  private ByteBuffer chunk =
      ByteBuffer.allocateDirect(chunkCapacity(2 * LogFormat.CHUNK_RAW_BYTES));
  private volatile long end;
  private volatile long forcedEnd;
  // Where the open frame began, and how much is in it; -1 when the next chunk begins one.
  private long frameStart = -1;
  private int frameRaw;

  /** Opens a log behind its last good chunk, or a new one for an end of 0. */
  LogWriter(Path file, long end) throws IOException {
    channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.READ);
    try {
      compressor.setLevel(LEVEL).setWindowLog(LogFormat.WINDOW_LOG).setContentSize(false);
      if (end == 0) {
        writeFully(ByteBuffer.wrap(LogFormat.MAGIC), 0);
        this.end = LogFormat.MAGIC.length;
      } else {
        this.end = end;
      }
      channel.truncate(this.end);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** How long the good part of the file is. */
  long end() {
    return end;
  }

  /** Writes the segments and returns their positions. */
  long[] append(List<ReceivedSegment> segments) throws IOException {
    return append(
        segments.size(), i -> segments.get(i).encoded(), i -> segments.get(i).receivedMillis());
  }

  /** Writes records that were received together and returns their positions. */
  long[] append(List<byte[]> contents, long receivedMillis) throws IOException {
    return append(contents.size(), contents::get, i -> receivedMillis);
  }

  private long[] append(int count, IntFunction<byte[]> content, IntToLongFunction received)
      throws IOException {
    long endBefore = end;
    long[] positions = new long[count];
    try {
      long at = endBefore;
      int next = 0;
      while (next < count) {
        if (frameStart < 0) {
          frameStart = at;
          frameRaw = 0;
        }
        raw.clear();
        while (next < count && raw.position() < LogFormat.CHUNK_RAW_BYTES) {
          positions[next] = LogFormat.position(frameStart, frameRaw + raw.position());
          put(received.applyAsLong(next), content.apply(next));
          next++;
        }
        at += writeChunk(at);
      }
      end = at;
      return positions;
    } catch (IOException | RuntimeException e) {
      abandonFrame();
      throw e;
    }
  }

  private void put(long receivedMillis, byte[] content) {
    int size = LogFormat.RECORD_HEADER_BYTES + content.length;
    if (raw.remaining() < size) {
      raw = ByteBuffer.allocateDirect(raw.position() + size).put(raw.flip());
    }
    raw.putLong(receivedMillis).putInt(content.length).put(content);
  }

  private int writeChunk(long at) throws IOException {
    raw.flip();
    int rawLength = raw.remaining();
    boolean first = frameRaw == 0;
    frameRaw += rawLength;
    boolean last = frameRaw >= LogFormat.FRAME_RAW_BYTES;
    if (chunk.capacity() < chunkCapacity(rawLength)) {
      chunk = ByteBuffer.allocateDirect(chunkCapacity(rawLength));
    }
    chunk.clear().position(LogFormat.CHUNK_HEADER_BYTES);
    EndDirective directive = last ? EndDirective.END : EndDirective.FLUSH;
    if (!compressor.compressDirectByteBufferStream(chunk, raw, directive)) {
      throw new IOException("a chunk of " + rawLength + " bytes did not fit its buffer");
    }
    int payloadLength = chunk.position() - LogFormat.CHUNK_HEADER_BYTES;
    chunk.flip();
    chunk.putInt(0, payloadLength).putInt(4, rawLength).putInt(8, first ? 1 : 0);
    chunk.putInt(12, LogFormat.checksum(chunk, payloadLength));
    int length = chunk.remaining();
    writeFully(chunk, at);
    if (last) {
      frameStart = -1;
    }
    if (raw.capacity() > 8 * LogFormat.CHUNK_RAW_BYTES) {
      // A giant passed through; do not keep its clothes.
      raw = ByteBuffer.allocateDirect(2 * LogFormat.CHUNK_RAW_BYTES);
      chunk = ByteBuffer.allocateDirect(chunkCapacity(2 * LogFormat.CHUNK_RAW_BYTES));
    }
    return length;
  }

  private void abandonFrame() {
    frameStart = -1;
    compressor.reset();
    compressor.setLevel(LEVEL).setWindowLog(LogFormat.WINDOW_LOG).setContentSize(false);
    try {
      channel.truncate(end);
    } catch (IOException e) {
      // The next append overwrites what is there; a reader after a crash finds no good chunk in it.
    }
  }

  private void writeFully(ByteBuffer bytes, long at) throws IOException {
    long position = at;
    while (bytes.hasRemaining()) {
      position += channel.write(bytes, position);
    }
  }

  /** Forces what was appended to the disk. Any thread. */
  void force() throws IOException {
    long reached = end;
    if (reached > forcedEnd) {
      channel.force(false);
      forcedEnd = reached;
    }
  }

  @Override
  public void close() throws IOException {
    compressor.close();
    channel.close();
  }

  private static int chunkCapacity(int rawLength) {
    // Flushing may cost some more bytes than the bound for one piece: block headers, the frame's
    // own.
    return LogFormat.CHUNK_HEADER_BYTES + (int) Zstd.compressBound(rawLength) + 1024;
  }
}
