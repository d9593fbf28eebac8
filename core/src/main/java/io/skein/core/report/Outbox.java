package io.skein.core.report;

import io.skein.core.Segment;
import io.skein.core.report.spool.ProcessSpool;
import io.skein.core.report.spool.Records;
import io.skein.core.report.spool.Spool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Where segments are between the queue and the collector, and what they are counted as there. Used
 * by the reporter's thread only.
 */
final class Outbox {

  /*
   * Three places: the queue, the batch in memory, the spool on disk.
   *
   *   collector answers           queue -> batch -> collector
   *   it does not, or is slow     queue -> spool
   *   it answers again            queue -> spool -> batch -> collector, until the spool is empty
   *
   * So the order is kept, and no more than a batch of what is on disk is in memory. A batch that
   * came from the disk is a copy: its segments are counted as spooled until they are delivered. A
   * batch that came from the queue goes to disk when its answer takes long; then it is such a copy,
   * too.
   *
   * When the disk does not take anything the batch stays in memory and the queue fills behind it.
   * The spool's classes are loaded when the first segment goes there, or when a directory shows that
   * an earlier process may have left some.
   */

  /** So many bytes of records are written at once, or one larger record. */
  private static final int UNIT_BYTES = 512 * 1024;

  /** How often to look for what dead processes have left. */
  private static final long LOOK_NANOS = 30_000_000_000L;

  private final SegmentQueue queue;
  private final ReportCounters counters;
  private final SegmentEncoder encoder;
  private final ReporterState state;
  private final ReportLog log;
  private final @Nullable SpoolSettings settings;
  private final @Nullable Boolean resend;
  private final LongSupplier nanoClock;
  private final Batch batch;

  /** Where the batch was copied from; null when it is all that there is of its segments. */
  private @Nullable ProcessSpool source;

  private @Nullable Spool spool;
  private boolean looked;
  private long lookNanos;

  // Taken out of the queue and not yet in the batch; one of them may be encoded already.
  private final @Nullable Segment[] chunk = new Segment[64];
  private final ReadAhead ahead = new ReadAhead();
  private int chunkNext;
  private int chunkCount;
  private int encodedLength;
  private byte[] unit = new byte[0];

  Outbox(
      SegmentQueue queue,
      ReportCounters counters,
      SegmentEncoder encoder,
      ReporterState state,
      ReportLog log,
      ReporterLimits limits,
      @Nullable SpoolSettings settings,
      @Nullable Boolean resend,
      LongSupplier nanoClock) {
    this.queue = queue;
    this.counters = counters;
    this.encoder = encoder;
    this.state = state;
    this.log = log;
    this.settings = settings;
    this.resend = resend;
    this.nanoClock = nanoClock;
    int bytes = limits.batchBytes();
    if (settings != null) {
      // A batch goes to disk as a whole, beside others.
      bytes = (int) Math.min(bytes, Math.max(16 * 1024, settings.bytes() / 32));
    }
    this.batch = new Batch(bytes, limits.batchSegments());
  }

  // --- what is to be sent ---

  boolean isEmpty() {
    return batch.isEmpty();
  }

  int size() {
    return batch.size();
  }

  ByteBuffer firstMessages(int messages) {
    return batch.firstMessages(messages);
  }

  /** Returns in whose name to send the batch; null for our own. */
  @Nullable Origin origin() {
    Spool spool = this.spool;
    ProcessSpool from = source;
    return spool == null || from == null || from == spool.own() ? null : spool.origin(from);
  }

  /** Says whether there is more to send than the batch. */
  boolean hasMore() {
    return chunkNext < chunkCount || holdsSpooled();
  }

  private boolean holdsSpooled() {
    return spool != null && spool.holdsOwn();
  }

  /** Moves segments on: into the batch, or to disk when the batch cannot be sent now. */
  void gather(boolean blocked) {
    if (settings != null && (blocked || holdsSpooled())) {
      keepBatch(0, false);
      if (drain() || holdsSpooled()) {
        return;
      }
    }
    if (source == null) {
      fill();
    }
  }

  /** Fills an empty batch from the disk, if something waits there. */
  void load() {
    if (batch.isEmpty() && spool != null && spool.holdsOwn()) {
      load(spool.own());
    }
  }

  private void load(@Nullable ProcessSpool from) {
    if (from == null) {
      return;
    }
    from.load(
        (bytes, at, length, spans) -> {
          if (!batch.hasRoomFor(length)) {
            return false;
          }
          batch.add(bytes, at, length, spans);
          return true;
        });
    source = batch.isEmpty() ? null : from;
  }

  /** The first messages are given to a collector now. */
  void underWay(int messages, boolean recognised) {
    if (source != null) {
      try {
        source.underWay(batch.bytesOfFirst(messages), messages, recognised);
      } catch (IOException e) {
        // Sending is better than not sending; a crash now may repeat it.
      }
    }
  }

  void delivered(int messages) {
    leave(messages, null);
  }

  void dropped(int messages, DropReason reason) {
    leave(messages, reason);
  }

  private void leave(int messages, @Nullable DropReason lost) {
    if (messages == 0) {
      return;
    }
    long spans = batch.spansOfFirst(messages);
    if (source != null) {
      source.settle(batch.bytesOfFirst(messages), new Tally(messages, spans), lost);
    } else if (lost == null) {
      counters.delivered(messages, spans);
    } else {
      counters.dropped(messages, spans, lost);
    }
    batch.removeFirst(messages);
    if (batch.isEmpty()) {
      source = null;
    }
  }

  /** Returns how many of the first messages lie wholly within so many bytes. */
  int messagesWithin(long bytes, int messages) {
    return batch.messagesWithin(bytes, messages);
  }

  /** What is in the batch is not under way any more, and is to be sent again later. */
  void backOff() {
    if (source != null) {
      batch.removeFirst(batch.size());
      source.notUnderWay();
      source = null;
    } else {
      keepBatch(0, false);
    }
  }

  /** Says whether nothing would be lost if the process ended now. */
  boolean isSafe() {
    return settings != null
        && (batch.isEmpty() || source != null)
        && chunkNext == chunkCount
        && queue.queued().segments() == 0;
  }

  // --- the disk ---

  /**
   * A call takes long: what is in memory goes to disk.
   *
   * @param flight how many messages of the batch are under way
   * @param recognised whether to a collector that recognises repeats
   */
  void waiting(int flight, boolean recognised) {
    if (settings != null) {
      keepBatch(flight, recognised);
      drain();
    }
  }

  /** Keeps the batch on disk; says whether it is there, or empty. */
  private boolean keepBatch(int flight, boolean recognised) {
    if (batch.isEmpty() || source != null) {
      return true;
    }
    if (settings == null || holdsSpooled()) {
      return false; // what is on disk is younger
    }
    int records = batch.bytesOfFirst(batch.size()) + batch.size() * Records.OVERHEAD;
    Spool spool = spool();
    if (!spool.fits(records)) {
      return false;
    }
    room(records);
    int end = 0;
    int flightBytes = 0;
    for (int i = 0; i < batch.size(); i++) {
      end =
          Records.put(
              unit, end, batch.array(), batch.startOf(i), batch.lengthOf(i), batch.spansOf(i));
      if (i + 1 == flight) {
        flightBytes = end;
      }
    }
    Tally tally = new Tally(batch.size(), batch.spansOfFirst(batch.size()));
    if (!spool.write(unit, end, tally, flightBytes, recognised)) {
      return false;
    }
    counters.heldSpooled(batch.size(), tally.spans());
    ProcessSpool own = spool.own();
    if (own != null) {
      own.persistQuietly();
    }
    if (flight > 0) {
      source = own;
    } else {
      batch.removeFirst(batch.size());
    }
    return true;
  }

  /** Moves all that is in the queue to disk; says whether the disk took it. */
  private boolean drain() {
    encodedLength = 0; // what was encoded for the batch is encoded again
    boolean any = false;
    while (true) {
      if (chunkNext == chunkCount) {
        chunkNext = 0;
        chunkCount = queue.take(chunk);
        if (chunkCount == 0) {
          break;
        }
      }
      if (!drainChunk()) {
        return false;
      }
      any = true;
    }
    if (any && spool != null) {
      ProcessSpool own = spool.own();
      if (own != null) {
        own.persistQuietly();
      }
    }
    if (unit.length > 2 * UNIT_BYTES) {
      unit = new byte[0];
    }
    return true;
  }

  private boolean drainChunk() {
    Spool spool = spool();
    while (chunkNext < chunkCount) {
      int end = 0;
      int count = 0;
      long spans = 0;
      int next = chunkNext;
      for (; next < chunkCount && end < UNIT_BYTES; next++) {
        ahead.at(chunk, next, chunkCount);
        Segment segment = chunk[next];
        if (segment == null) {
          continue; // lost in an attempt that the disk did not take
        }
        int itsSpans = segment.spanCount();
        DropReason lost = encode(segment);
        if (lost == null && !spool.fits(encodedLength + Records.OVERHEAD)) {
          lost = DropReason.SPOOL_FULL;
        }
        if (lost != null) {
          encodedLength = 0;
          chunk[next] = null;
          counters.lost(1, itsSpans, lost);
          continue;
        }
        if (end > 0 && !spool.fits((long) end + encodedLength + Records.OVERHEAD)) {
          encodedLength = 0;
          break;
        }
        room(end + encodedLength + Records.OVERHEAD);
        end = Records.put(unit, end, encoder.buffer(), 0, encodedLength, itsSpans);
        encodedLength = 0;
        count++;
        spans += itsSpans;
      }
      if (count > 0) {
        if (!spool.write(unit, end, new Tally(count, spans), 0, false)) {
          return false;
        }
        counters.spooled(count, spans);
      }
      while (chunkNext < next) {
        chunk[chunkNext++] = null;
      }
    }
    return true;
  }

  private void room(int bytes) {
    if (unit.length < bytes) {
      unit = java.util.Arrays.copyOf(unit, Math.max(bytes, Math.max(16 * 1024, unit.length * 2)));
    }
  }

  private Spool spool() {
    Spool spool = this.spool;
    if (spool == null) {
      SpoolSettings settings = this.settings;
      if (settings == null) {
        throw new IllegalStateException("there is no spool");
      }
      spool = OwnLedger.spool(settings, counters, log, nanoClock, resend);
      this.spool = spool;
    }
    return spool;
  }

  // --- what earlier processes have left ---

  /**
   * Fills an empty batch with what a dead process has left, if there is something.
   *
   * @return whether there is something to send or to tell in its name
   */
  boolean loadLeftover(long now) {
    if (settings == null || !batch.isEmpty()) {
      return false;
    }
    if (heldLeftover() == null) {
      if (looked && now - lookNanos < 0) {
        return false;
      }
      looked = true;
      lookNanos = now + LOOK_NANOS;
      if ((spool == null && !mayBeLeftovers(settings)) || spool().leftover() == null) {
        return false;
      }
    }
    load(heldLeftover());
    return true;
  }

  private @Nullable ProcessSpool heldLeftover() {
    return spool == null ? null : spool.heldLeftover();
  }

  private static boolean mayBeLeftovers(SpoolSettings settings) {
    try {
      for (Path place : settings.places()) {
        if (Files.isDirectory(place)) {
          return true;
        }
      }
    } catch (RuntimeException e) {
      // A path that is none; said when something has to be kept there.
    }
    return false;
  }

  /** Returns in whose name there is nothing left to send but the account; null otherwise. */
  @Nullable Origin finishedLeftover() {
    ProcessSpool held = heldLeftover();
    return held != null && held.isEmpty() && spool != null ? spool.origin(held) : null;
  }

  /** That account has been told. */
  void leftoverDone(Origin told) {
    looked = false; // there may be another one
    if (spool != null) {
      spool.leftoverDone(told.processId());
    }
  }

  // --- memory ---

  /** Moves segments from the queue into the batch until one is empty or the other full. */
  private void fill() {
    while (true) {
      int moved = 0;
      long movedSpans = 0;
      while (chunkNext < chunkCount) {
        ahead.at(chunk, chunkNext, chunkCount);
        Segment segment = chunk[chunkNext];
        if (segment == null) {
          chunkNext++; // lost in an attempt that the disk did not take
          continue;
        }
        int spans = segment.spanCount();
        DropReason lost = encode(segment);
        if (lost != null) {
          chunk[chunkNext++] = null;
          counters.lost(1, spans, lost);
          continue;
        }
        if (!batch.hasRoomFor(encodedLength)) {
          break;
        }
        batch.add(encoder.buffer(), encodedLength, spans);
        encodedLength = 0;
        chunk[chunkNext++] = null;
        moved++;
        movedSpans += spans;
      }
      if (moved > 0) {
        counters.takenOver(moved, movedSpans);
      }
      if (chunkNext < chunkCount) {
        return;
      }
      chunkNext = 0;
      chunkCount = queue.take(chunk);
      if (chunkCount == 0) {
        return;
      }
    }
  }

  private @Nullable DropReason encode(Segment segment) {
    if (encodedLength != 0) {
      return null; // done before, and found the batch full
    }
    int length;
    try {
      length = encoder.encode(segment);
    } catch (RuntimeException | Error e) {
      state.encodeFailed(segment, e);
      return DropReason.ENCODE_FAILED;
    }
    if (length == SegmentEncoder.TOO_LARGE) {
      state.tooLarge(segment);
      return DropReason.TOO_LARGE;
    }
    encodedLength = length;
    return null;
  }

  // --- the end ---

  /** What is in memory goes to disk, or is counted as lost; the disk is left in order. */
  void end() {
    backOff();
    if (settings == null || !drain()) {
      countTheRest();
    } else if (!batch.isEmpty()) {
      dropped(batch.size(), DropReason.SHUTDOWN); // larger than what the disk may hold
    }
    if (spool != null) {
      spool.close();
    }
  }

  private void countTheRest() {
    if (!batch.isEmpty()) {
      dropped(batch.size(), DropReason.SHUTDOWN);
    }
    do {
      while (chunkNext < chunkCount) {
        Segment segment = chunk[chunkNext];
        chunk[chunkNext++] = null;
        if (segment != null) {
          counters.lost(1, segment.spanCount(), DropReason.SHUTDOWN);
        }
      }
      chunkNext = 0;
      chunkCount = queue.take(chunk);
    } while (chunkCount > 0);
  }
}
