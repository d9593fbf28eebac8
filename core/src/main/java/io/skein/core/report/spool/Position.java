package io.skein.core.report.spool;

import io.skein.core.report.DropReason;
import io.skein.core.report.ReportCounters;
import io.skein.core.report.Tally;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What has to be true of a process after it was killed: what of its spool is delivered, what may
 * be, and its account.
 *
 * @param chunk the chunk that holds the first record not done with
 * @param offset where in it
 * @param flightChunk the chunk whose records were under way last
 * @param flightOffset to which place
 * @param recognised whether they were under way to a collector that recognises repeats
 * @param account where its segments are
 */
record Position(
    long chunk,
    long offset,
    long flightChunk,
    long flightOffset,
    boolean recognised,
    ReportCounters.Account account) {

  /*
   * Two slots, written in turn, each with a number and a checksum: when one is half written the
   * other is whole. The account stands beside the position because they change together: a segment
   * is counted as delivered in the same write that says from where to go on.
   */
  private static final int SLOT = 1024;

  static final int FILE_BYTES = 2 * SLOT;

  /** Writes it into the slot of this number; numbers grow by one from write to write. */
  void write(RandomAccessFile file, long number) throws IOException {
    ByteBuffer out = ByteBuffer.allocate(SLOT);
    out.position(4);
    out.putLong(number).putLong(chunk).putLong(offset);
    out.putLong(flightChunk).putLong(flightOffset).put((byte) (recognised ? 1 : 0));
    put(out, account.spooled());
    put(out, account.delivered());
    out.put((byte) account.dropped().size());
    account
        .dropped()
        .forEach(
            (reason, tally) -> {
              byte[] label = reason.label().getBytes(StandardCharsets.US_ASCII);
              out.put((byte) label.length).put(label);
              put(out, tally);
            });
    byte[] slot = out.array();
    out.putInt(0, Records.checksum(slot, 4, SLOT - 4));
    file.seek(slotOf(number));
    file.write(slot);
  }

  private static long slotOf(long number) {
    return (number & 1) * SLOT;
  }

  private static void put(ByteBuffer out, Tally tally) {
    out.putLong(tally.segments()).putLong(tally.spans());
  }

  /** A position and the number it was written under. */
  record Numbered(long number, Position position) {}

  /** Returns what was written last, or before that; null when neither can be read. */
  static @Nullable Numbered read(RandomAccessFile file) throws IOException {
    Numbered newest = null;
    for (int slot = 0; slot < 2; slot++) {
      if (file.length() < (slot + 1) * (long) SLOT) {
        continue;
      }
      byte[] bytes = new byte[SLOT];
      file.seek(slot * (long) SLOT);
      file.readFully(bytes);
      Numbered read = parse(bytes);
      if (read != null && (newest == null || read.number() > newest.number())) {
        newest = read;
      }
    }
    return newest;
  }

  private static @Nullable Numbered parse(byte[] slot) {
    ByteBuffer in = ByteBuffer.wrap(slot);
    if (in.getInt() != Records.checksum(slot, 4, SLOT - 4)) {
      return null;
    }
    long number = in.getLong();
    long chunk = in.getLong();
    long offset = in.getLong();
    long flightChunk = in.getLong();
    long flightOffset = in.getLong();
    boolean recognised = in.get() != 0;
    Tally spooled = tally(in);
    Tally delivered = tally(in);
    Map<DropReason, Tally> dropped = new EnumMap<>(DropReason.class);
    int reasons = in.get();
    for (int i = 0; i < reasons; i++) {
      byte[] label = new byte[in.get()];
      in.get(label);
      DropReason reason = DropReason.labelled(new String(label, StandardCharsets.US_ASCII));
      // A reason that only a newer agent knows; lost is lost.
      dropped.merge(reason == null ? DropReason.SPOOL_DAMAGED : reason, tally(in), Tally::plus);
    }
    return new Numbered(
        number,
        new Position(
            chunk,
            offset,
            flightChunk,
            flightOffset,
            recognised,
            ReportCounters.Account.of(delivered, Tally.NONE, spooled, dropped)));
  }

  private static Tally tally(ByteBuffer in) {
    return new Tally(in.getLong(), in.getLong());
  }
}
