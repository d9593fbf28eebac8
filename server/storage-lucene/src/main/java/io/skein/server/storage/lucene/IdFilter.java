package io.skein.server.storage.lucene;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;
import org.apache.lucene.util.BytesRef;
import org.jspecify.annotations.Nullable;

/**
 * Says of an id that it is surely not in a partition, or that it may be (a Bloom filter), so that
 * most partitions need not be asked. With 12 bits and 6 probes per id it errs once in 300.
 *
 * <p>Safe for use by several threads once it is filled.
 */
final class IdFilter {
  private static final int BITS_PER_ID = 12;
  private static final int PROBES = 6;
  private static final int MAGIC = 0x534b4631; // "SKF1"

  private final long[] words;

  IdFilter(long ids) {
    this(new long[(int) Math.min(Integer.MAX_VALUE / 64, Math.max(1, ids * BITS_PER_ID / 64 + 1))]);
  }

  private IdFilter(long[] words) {
    this.words = words;
  }

  void add(BytesRef id) {
    long hash = hash(id);
    for (int probe = 0; probe < PROBES; probe++) {
      long bit = bit(hash, probe);
      words[(int) (bit >>> 6)] |= 1L << bit;
    }
  }

  boolean mayContain(BytesRef id) {
    long hash = hash(id);
    for (int probe = 0; probe < PROBES; probe++) {
      long bit = bit(hash, probe);
      if ((words[(int) (bit >>> 6)] & 1L << bit) == 0) {
        return false;
      }
    }
    return true;
  }

  // Two halves of one hash give all probes (Kirsch and Mitzenmacher, "Less hashing, same
  // performance").
  private long bit(long hash, int probe) {
    long mixed = (hash & 0xffffffffL) + probe * ((hash >>> 32) | 1);
    return Math.floorMod(mixed, (long) words.length << 6);
  }

  /** 64 bits for an id; FNV-1a with the finisher of MurmurHash3. Part of the file's format. */
  static long hash(BytesRef id) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < id.length; i++) {
      hash = (hash ^ id.bytes[id.offset + i]) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
    hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return hash ^ (hash >>> 33);
  }

  /** magic (4), number of words (4), words (8 each), CRC-32C of the words (4). */
  void write(Path file) throws IOException {
    try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
      byte[] bytes = bytes();
      out.writeInt(MAGIC);
      out.writeInt(words.length);
      out.write(bytes);
      out.writeInt(checksum(bytes));
    }
  }

  /**
   * The filter in a file, or null when there is none or it is damaged: it can be made again from
   * the index.
   */
  static @Nullable IdFilter read(Path file) {
    if (!Files.exists(file)) {
      return null;
    }
    try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
      long length = Files.size(file);
      if (length < 20 || in.readInt() != MAGIC) {
        return null;
      }
      int count = in.readInt();
      if (count <= 0 || length != 12 + 8L * count) {
        return null;
      }
      byte[] bytes = in.readNBytes(8 * count);
      if (in.readInt() != checksum(bytes)) {
        return null;
      }
      long[] words = new long[count];
      ByteBuffer.wrap(bytes).asLongBuffer().get(words);
      return new IdFilter(words);
    } catch (IOException e) {
      return null;
    }
  }

  private byte[] bytes() {
    ByteBuffer buffer = ByteBuffer.allocate(8 * words.length);
    buffer.asLongBuffer().put(words);
    return buffer.array();
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
