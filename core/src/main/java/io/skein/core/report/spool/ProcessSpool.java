package io.skein.core.report.spool;

import io.skein.core.report.DropReason;
import io.skein.core.report.ReportCounters;
import io.skein.core.report.Tally;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The segments of one process that wait on disk: a directory, locked by us. First in, first out.
 *
 * <p>What is read stays there until it is settled, delivered or lost. Each change of place is
 * counted in the ledger first and written beside the data second; what is deleted is deleted last.
 */
public final class ProcessSpool {

  /** What a directory takes besides its chunks: itself and three small files. */
  static final long FIXED_BYTES = 16 * 1024;

  private static final String LOCK = "lock";
  private static final String POSITION = "position";
  static final String UNFINISHED = ".new-";

  private final Path directory;
  private final SpoolIdentity identity;
  private final Ledger ledger;
  private final RandomAccessFile lock;
  private final RandomAccessFile position;
  private long writes;
  private final Deque<Chunk> chunks = new ArrayDeque<>(); // oldest first
  private long nextChunk = 1;

  // What is under way: records of the first chunk up to there. Eviction leaves that chunk alone.
  private boolean busy;
  private long flightChunk;
  private long flightOffset;
  private boolean flightRecognised;

  private ProcessSpool(
      Path directory,
      SpoolIdentity identity,
      Ledger ledger,
      RandomAccessFile lock,
      RandomAccessFile position) {
    this.directory = directory;
    this.identity = identity;
    this.ledger = ledger;
    this.lock = lock;
    this.position = position;
  }

  /** Makes the directory of this process. It appears whole or not at all. */
  static ProcessSpool create(Path service, SpoolIdentity identity, Ledger ledger)
      throws IOException {
    Path unfinished = service.resolve(UNFINISHED + identity.processId());
    Path directory = service.resolve(identity.processId());
    OwnFiles.make(unfinished);
    RandomAccessFile lock = null;
    RandomAccessFile position = null;
    try {
      lock = new RandomAccessFile(unfinished.resolve(LOCK).toFile(), "rw");
      if (lock.getChannel().tryLock() == null) {
        throw new IOException(unfinished + " is locked by somebody else");
      }
      identity.write(unfinished);
      position = new RandomAccessFile(unfinished.resolve(POSITION).toFile(), "rw");
      position.setLength(Position.FILE_BYTES);
      ProcessSpool spool = new ProcessSpool(directory, identity, ledger, lock, position);
      spool.persist();
      Files.move(unfinished, directory, StandardCopyOption.ATOMIC_MOVE);
      return spool;
    } catch (IOException | RuntimeException e) {
      closeQuietly(position);
      deleteKnown(unfinished);
      closeQuietly(lock);
      throw e;
    }
  }

  /**
   * Takes over what a process has left that is gone.
   *
   * @param resend whether what may have been delivered already is sent again: what the dead process
   *     would have done; null for what it wrote down
   * @return null when its process lives, or it is not for us
   */
  static @Nullable ProcessSpool adopt(
      Path directory, String service, String thisJvm, @Nullable Boolean resend) throws IOException {
    SpoolIdentity.Read read = SpoolIdentity.read(directory);
    SpoolIdentity identity = read.identity();
    if (read.state() == SpoolIdentity.State.FOREIGN) {
      return null;
    }
    if (identity != null
        && (identity.jvm().equals(thisJvm) || !identity.service().equals(service))) {
      return null; // opening its lock would give up our own
    }
    Path lockFile = directory.resolve(LOCK);
    if (Files.exists(lockFile, LinkOption.NOFOLLOW_LINKS)
        && !Files.isRegularFile(lockFile, LinkOption.NOFOLLOW_LINKS)) {
      return null;
    }
    RandomAccessFile lock = new RandomAccessFile(lockFile.toFile(), "rw");
    RandomAccessFile position = null;
    boolean kept = false;
    try {
      FileLock held;
      try {
        held = lock.getChannel().tryLock();
      } catch (OverlappingFileLockException e) {
        held = null;
      }
      if (held == null || !Files.exists(lockFile, LinkOption.NOFOLLOW_LINKS)) {
        return null; // it lives, or somebody else was quicker
      }
      if (identity == null || !isHarmless(directory, identity)) {
        throw new UnreadableSpoolException(directory, deleteKnown(directory));
      }
      Path positionFile = directory.resolve(POSITION);
      if (!Files.isRegularFile(positionFile, LinkOption.NOFOLLOW_LINKS)) {
        Files.deleteIfExists(positionFile);
      }
      position = new RandomAccessFile(positionFile.toFile(), "rw");
      ProcessSpool found = recover(directory, identity, lock, position, resend);
      identity.heldBy(thisJvm).write(directory);
      kept = true;
      return found;
    } finally {
      if (!kept) {
        closeQuietly(position);
        closeQuietly(lock);
      }
    }
  }

  /** What goes into headers must be fit for them, whatever happened to the file. */
  private static boolean isHarmless(Path directory, SpoolIdentity identity) {
    return identity.processId().equals(OwnFiles.name(directory))
        && identity.agentVersion().chars().allMatch(c -> c > ' ' && c < 127)
        && identity.processId().chars().allMatch(c -> Character.isLetterOrDigit(c) || c == '-');
  }

  private static ProcessSpool recover(
      Path directory,
      SpoolIdentity identity,
      RandomAccessFile lock,
      RandomAccessFile position,
      @Nullable Boolean resend)
      throws IOException {
    Position.Numbered last = Position.read(position);
    Position from = last == null ? null : last.position();
    ReportCounters.Account before = from == null ? DeadProcess.UNKNOWN : from.account();
    DeadProcess process = new DeadProcess(before);
    ProcessSpool spool = new ProcessSpool(directory, identity, process, lock, position);
    spool.writes = last == null ? 1 : last.number() + 1;
    TreeSet<Long> numbers = new TreeSet<>();
    for (Path path : OwnFiles.list(directory)) {
      long number = Chunk.numberOf(OwnFiles.name(path));
      if (number >= 0) {
        numbers.add(number);
      }
    }
    Tally readable = Tally.NONE;
    for (long number : numbers) {
      spool.nextChunk = number + 1;
      long done = from != null && number == from.chunk() ? from.offset() : 0;
      Chunk chunk = Chunk.recover(directory, number, done);
      if ((from != null && number < from.chunk()) || chunk.isEmpty()) {
        chunk.delete();
        continue;
      }
      readable = readable.plus(chunk.left());
      spool.chunks.add(chunk);
      chunk.seal();
    }
    process.found(readable);
    if (from == null) {
      // Where it was is unknown, so all of this may have been delivered long ago.
      if (!Boolean.TRUE.equals(resend)) {
        spool.dropAll(DropReason.SPOOL_DAMAGED);
      }
    } else if (!(resend == null ? from.recognised() : resend)) {
      spool.skipFlight(from);
    }
    spool.persist();
    return spool;
  }

  private void skipFlight(Position from) {
    while (!chunks.isEmpty()) {
      Chunk first = chunks.getFirst();
      boolean before = first.number < from.flightChunk();
      if (!before && first.number > from.flightChunk()) {
        return;
      }
      Tally skipped = first.skipTo(before ? Long.MAX_VALUE : from.flightOffset());
      ledger.dropped(skipped, DropReason.UNCONFIRMED);
      if (!first.isEmpty()) {
        return;
      }
      chunks.removeFirst().delete();
    }
  }

  private void dropAll(DropReason reason) {
    while (!chunks.isEmpty()) {
      ledger.dropped(chunks.getFirst().left(), reason);
      chunks.removeFirst().delete();
    }
  }

  SpoolIdentity identity() {
    return identity;
  }

  Ledger ledger() {
    return ledger;
  }

  /** Returns where it is. */
  public Path directory() {
    return directory;
  }

  /** Says whether nothing waits here. */
  public boolean isEmpty() {
    return chunks.isEmpty();
  }

  /** Says whether a unit fits in without another chunk. */
  boolean hasRoomFor(int bytes) {
    Chunk last = chunks.peekLast();
    return last != null && !last.isSealed() && last.hasRoomFor(bytes);
  }

  /** Begins a chunk; the budget has been looked at. */
  void newChunk(long capacity) throws IOException {
    Chunk last = chunks.peekLast();
    if (last != null) {
      last.seal();
    }
    chunks.addLast(Chunk.create(directory, nextChunk, capacity));
    nextChunk++;
  }

  /**
   * Appends records to the last chunk, which has room for them.
   *
   * @param flight how many bytes of them are under way already; the spool is empty then
   */
  void append(byte[] records, int length, Tally tally, int flight, boolean recognised)
      throws IOException {
    Chunk last = chunks.getLast();
    try {
      if (flight > 0) {
        busy = true;
        flightChunk = last.number;
        flightOffset = last.end() + flight;
        flightRecognised = recognised;
        persist();
      }
      last.append(records, length, tally);
    } catch (IOException e) {
      if (last.isEmpty()) {
        chunks.removeLast().delete();
      }
      notUnderWay();
      throw e;
    }
  }

  /** Reads from the first chunk, as much as the sink takes; what cannot be read is counted. */
  public void load(RecordSink sink) {
    while (!chunks.isEmpty()) {
      Chunk first = chunks.getFirst();
      if (first.isEmpty()) {
        chunks.removeFirst().delete();
        continue;
      }
      boolean[] took = new boolean[1];
      boolean good =
          first.read(
              (source, from, length, spans) -> {
                boolean taken = sink.take(source, from, length, spans);
                took[0] |= taken;
                return taken;
              });
      if (good || took[0]) {
        busy = took[0];
        return;
      }
      chunks.removeFirst();
      ledger.dropped(first.left(), DropReason.SPOOL_DAMAGED);
      persistQuietly();
      first.delete();
    }
  }

  /**
   * Writes down that records are under way now, the first ones.
   *
   * @param bytes how many bytes of segments
   * @param messages how many segments
   * @param recognised whether to a collector that recognises repeats
   */
  public void underWay(long bytes, int messages, boolean recognised) throws IOException {
    Chunk first = chunks.getFirst();
    flightChunk = first.number;
    flightOffset = first.done() + bytes + (long) messages * Records.OVERHEAD;
    flightRecognised = recognised;
    persist();
  }

  /** What was loaded is not under way: none of what is still here has been delivered. */
  public void notUnderWay() {
    busy = false;
    if (flightChunk != 0) {
      flightChunk = 0;
      flightOffset = 0;
      persistQuietly();
    }
  }

  /**
   * The first segments have left.
   *
   * @param lost why they are lost; null when they are delivered
   */
  public void settle(long bytes, Tally tally, @Nullable DropReason lost) {
    if (lost == null) {
      ledger.delivered(tally);
    } else {
      ledger.dropped(tally, lost);
    }
    Chunk first = chunks.getFirst();
    first.settle(bytes + tally.segments() * Records.OVERHEAD, tally);
    boolean done = first.isEmpty();
    if (done) {
      chunks.removeFirst();
      busy = false;
    }
    persistQuietly();
    if (done) {
      first.delete();
    }
  }

  /** Gives up the oldest chunk that nobody is reading; says whether there was one. */
  boolean evictOldest() {
    Chunk oldest = null;
    boolean skipFirst = busy;
    for (Chunk chunk : chunks) {
      if (!skipFirst) {
        oldest = chunk;
        break;
      }
      skipFirst = false;
    }
    if (oldest == null) {
      return false;
    }
    chunks.remove(oldest);
    ledger.dropped(oldest.left(), DropReason.SPOOL_FULL);
    persistQuietly();
    oldest.delete();
    return true;
  }

  /** Writes down where things are. */
  void persist() throws IOException {
    Chunk first = chunks.peekFirst();
    new Position(
            first == null ? nextChunk : first.number,
            first == null ? Chunk.HEADER : first.done(),
            flightChunk,
            flightOffset,
            flightRecognised,
            ledger.account())
        .write(position, writes);
    writes++;
  }

  /**
   * The same where nothing can be done about a failure. The file is there and no longer than
   * before, so that a full disk is no reason for one.
   */
  public void persistQuietly() {
    try {
      persist();
    } catch (IOException e) {
      // A process that takes this over repeats what the collector recognises.
    }
  }

  /** Leaves everything for another process. */
  void close() {
    persistQuietly();
    chunks.forEach(
        chunk -> {
          chunk.seal();
          chunk.close();
        });
    closeQuietly(position);
    try {
      identity.heldBy("").write(directory);
    } catch (IOException e) {
      // the end of this process says it as well
    }
    closeQuietly(lock);
  }

  /** Deletes it; the lock goes last. */
  void delete() {
    chunks.forEach(Chunk::close);
    chunks.clear();
    closeQuietly(position);
    deleteKnown(directory);
    closeQuietly(lock);
  }

  /** Deletes the files that are ours and the directory; returns how many bytes of chunks. */
  static long deleteKnown(Path directory) {
    long bytes = 0;
    for (Path path : OwnFiles.list(directory)) {
      if (Chunk.numberOf(OwnFiles.name(path)) >= 0) {
        try {
          bytes += Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS) ? Files.size(path) : 0;
          Files.deleteIfExists(path);
        } catch (IOException e) {
          // stays, and is found again
        }
      }
    }
    try {
      Files.deleteIfExists(directory.resolve(POSITION));
      Files.deleteIfExists(directory.resolve(SpoolIdentity.FILE));
      Files.deleteIfExists(directory.resolve(SpoolIdentity.FILE + ".new"));
      Files.deleteIfExists(directory.resolve(LOCK));
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      // something in it is not ours
    }
    return bytes;
  }

  private static void closeQuietly(@Nullable RandomAccessFile file) {
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        // nothing was buffered
      }
    }
  }
}
