package io.skein.server.storage.lucene;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/**
 * The layout of a partition's logs.
 *
 * <pre>
 * file    | magic "SKEINLG1" (8) | chunk | chunk | ...
 *
 * chunk   | payload length (4) | raw length (4) | first (4) | CRC-32C (4) | payload: a piece of a zstd frame |
 *         '------------------- covered by the checksum ----'              '---- covered, too --------------'
 *
 * raw     | record | record | ...             what the payload is when decompressed; records do not cross chunks
 *
 * record  | received, epoch millis (8) | length (4) | SegmentObject as received, or SnapshotBlock |
 * </pre>
 *
 * <p>Numbers are big endian. One chunk is written per group of waiting appends, so that nobody
 * waits for others; that makes chunks small when little is sent, and small pieces compress badly.
 * Therefore chunks are pieces of a common zstd frame: each one is flushed, so that it can be read
 * as soon as it is written, and compressed with what came before in its frame as a dictionary. One
 * segment per chunk then takes less than twice the space of four hundred (110 instead of 60 bytes
 * for a segment of four spans). A frame begins anew after {@value #FRAME_RAW_BYTES} raw bytes,
 * because a reader has to decompress it from its beginning, and at every opening.
 *
 * <p>A position is the place of a record: the file offset of its frame's first chunk and, in the
 * lower {@value #OFFSET_BITS} bits, the offset in the decompressed frame. Positions grow with time.
 */
final class LogFormat {
  static final byte[] MAGIC = "SKEINLG1".getBytes(StandardCharsets.US_ASCII);
  static final int CHUNK_HEADER_BYTES =
      4 + 4 + 4 + 4; // payload length, raw length, first, checksum
  static final int RECORD_HEADER_BYTES = 8 + 4; // received, length
  static final int FRAME_RAW_BYTES = 256 * 1024;
  static final int CHUNK_RAW_BYTES = 256 * 1024;

  /**
   * A record begins before its chunk is full, and its chunk begins before its frame is: below 512
   * Ki together.
   */
  static final int OFFSET_BITS = 20;

  /** A chunk is full at CHUNK_RAW_BYTES; the record that fills it may be the largest there is. */
  static final int MAX_CHUNK_BYTES = 40 << 20;

  /** Covers everything that a reader may have to look back for. */
  static final int WINDOW_LOG = 18;

  private LogFormat() {}

  static long position(long frameStart, int rawOffset) {
    return frameStart << OFFSET_BITS | rawOffset;
  }

  static long frameStart(long position) {
    return position >>> OFFSET_BITS;
  }

  static int rawOffset(long position) {
    return (int) (position & ((1 << OFFSET_BITS) - 1));
  }

  /** Whether what stands there can be the header of a chunk, with so many bytes left from there. */
  static boolean isPlausible(ByteBuffer buffer, int at, long left) {
    int payloadLength = buffer.getInt(at);
    int rawLength = buffer.getInt(at + 4);
    return payloadLength > 0
        && payloadLength <= MAX_CHUNK_BYTES
        && payloadLength <= left - CHUNK_HEADER_BYTES
        && rawLength > 0
        && rawLength <= MAX_CHUNK_BYTES;
  }

  /** The checksum of a chunk whose header is at the buffer's position. */
  static int checksum(ByteBuffer chunk, int payloadLength) {
    CRC32C crc = new CRC32C();
    int start = chunk.position();
    crc.update(chunk.duplicate().limit(start + 12));
    crc.update(
        chunk
            .duplicate()
            .limit(start + CHUNK_HEADER_BYTES + payloadLength)
            .position(start + CHUNK_HEADER_BYTES));
    return (int) crc.getValue();
  }
}
