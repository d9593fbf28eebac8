package io.skein.core.report.spool;

import io.skein.core.report.Origin;
import io.skein.core.report.ReportCounters;
import io.skein.core.report.ReportLog;
import io.skein.core.report.SpoolSettings;
import io.skein.core.report.Tally;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All that waits on disk for one service, as one process of it sees it: its own segments, what dead
 * processes have left, and the budget that all of them share.
 *
 * <p>A disk that fails is told once and tried again; nothing here throws for it.
 */
public final class Spool {

  private static final long RETRY_NANOS = 5_000_000_000L;
  private static final int CHUNKS = 16;
  private static final long BLOCK = 4096;
  private static final long LEAST_CHUNK = 16 * 1024;
  private static final long LARGEST_CHUNK = 64L << 20;
  private static final int LOCK_ATTEMPTS = 500;
  private static final long FORGOTTEN_MILLIS = 60_000;

  private final SpoolSettings settings;
  private final Ledger ledger;
  private final ReportLog log;
  private final LongSupplier nanoClock;
  private final @Nullable Boolean resend;
  private final long chunkBytes;
  private final String thisJvm = SpoolIdentity.thisJvm();
  private final Set<String> said = new HashSet<>();

  private @Nullable ProcessSpool own;
  private @Nullable ProcessSpool leftover;
  private boolean troubled;
  private long retryNanos;

  /**
   * @param ledger the account of this process
   * @param resend whether to repeat what a dead process may have delivered; null for what it wrote
   *     down
   */
  public Spool(
      SpoolSettings settings,
      Ledger ledger,
      ReportLog log,
      LongSupplier nanoClock,
      @Nullable Boolean resend) {
    this.settings = settings;
    this.ledger = ledger;
    this.log = log;
    this.nanoClock = nanoClock;
    this.resend = resend;
    long part = settings.bytes() / CHUNKS / BLOCK * BLOCK;
    this.chunkBytes = Math.min(LARGEST_CHUNK, Math.max(LEAST_CHUNK, part));
  }

  /** Returns the segments of this process; null when none were ever kept here. */
  public @Nullable ProcessSpool own() {
    return own;
  }

  /** Says whether segments of this process wait here. */
  public boolean holdsOwn() {
    return own != null && !own.isEmpty();
  }

  /** Says whether records of this length can be kept at all. */
  public boolean fits(long length) {
    return length + Chunk.HEADER + 2 * BLOCK <= settings.bytes() / 4;
  }

  /**
   * Keeps records; all of them, or none.
   *
   * @param flight how many bytes of them are under way to a collector at this moment
   * @param recognised whether that collector recognises repeats
   * @return false when they cannot be kept now
   */
  public boolean write(byte[] records, int length, Tally tally, int flight, boolean recognised) {
    if (troubled && nanoClock.getAsLong() - retryNanos < 0) {
      return false;
    }
    try {
      ProcessSpool spool = own;
      if (spool == null) {
        spool = open();
        own = spool;
      }
      if (!spool.hasRoomFor(length)) {
        long wanted = Chunk.HEADER + length + BLOCK - 1;
        long capacity = Math.max(chunkBytes, wanted / BLOCK * BLOCK);
        Path service = parent(spool.directory());
        try (Budget budget = Budget.lock(service)) {
          if (!makeRoom(budget, capacity)) {
            throw new IOException("the " + size() + " are taken by other processes or other files");
          }
          spool.newChunk(capacity);
        }
      }
      spool.append(records, length, tally, flight, recognised);
    } catch (IOException | RuntimeException e) {
      trouble(e);
      return false;
    }
    if (troubled) {
      troubled = false;
      log.info("segments can be kept on disk again");
    }
    return true;
  }

  private void trouble(Exception e) {
    String message = e.getMessage();
    String reason = message == null ? e.getClass().getSimpleName() : message;
    if (!troubled || said.size() < 8) {
      if (said.add(reason)) {
        log.warn("segments cannot be kept on disk (" + reason + "): holding them in memory only");
      }
    }
    troubled = true;
    retryNanos = nanoClock.getAsLong() + RETRY_NANOS;
  }

  private String size() {
    return settings.bytes() / 1024 + " KB of skein.spool.size";
  }

  /** The right to look at the budget and to take some of it, among all processes of the service. */
  private record Budget(RandomAccessFile file, Path service) implements AutoCloseable {
    static Budget lock(Path service) throws IOException {
      Path path = service.resolve(".lock");
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)
          && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException(path + " is no file");
      }
      RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw");
      boolean locked = false;
      try {
        for (int i = 0; i < LOCK_ATTEMPTS && !locked; i++) {
          try {
            FileLock lock = file.getChannel().tryLock();
            locked = lock != null;
          } catch (OverlappingFileLockException e) {
            // another tracer of this process
          }
          if (!locked) {
            LockSupport.parkNanos(1_000_000);
          }
        }
        if (!locked) {
          throw new IOException(path + " is locked by another process");
        }
        return new Budget(file, service);
      } finally {
        if (!locked) {
          file.close();
        }
      }
    }

    @Override
    public void close() throws IOException {
      file.close();
    }
  }

  private boolean makeRoom(Budget budget, long capacity) {
    Path service = budget.service();
    while (OwnFiles.bytes(service) + capacity > settings.bytes()) {
      if (!evictOne(service)) {
        return false;
      }
      if (said.add("full")) {
        log.warn(
            "the disk space for segments that wait, "
                + size()
                + ", is used up: dropping the oldest, counted as spool-full; said once");
      }
    }
    return true;
  }

  /** Gives up the oldest chunk: what dead processes have left is older than anything of ours. */
  private boolean evictOne(Path service) {
    if (leftover != null && leftover.evictOldest()) {
      return true;
    }
    if (leftover != null && leftover.isEmpty()) {
      leftover.close(); // its account waits to be told, with nothing else in it
      leftover = null;
    }
    if (leftover == null) {
      leftover = adoptOldest(service, true);
      if (leftover != null && leftover.evictOldest()) {
        return true;
      }
    }
    if (own != null && own.evictOldest()) {
      return true;
    }
    if (leftover != null) {
      return false; // all that is left of it is being sent
    }
    ProcessSpool told = adoptOldest(service, false);
    if (told == null) {
      return false;
    }
    if (!told.isEmpty()) {
      leftover = told;
      return told.evictOldest();
    }
    told.delete(); // nothing but an account, and no room for that either
    return true;
  }

  private ProcessSpool open() throws IOException {
    StringBuilder reasons = new StringBuilder();
    for (Path service : settings.places()) {
      try {
        prepare(service);
        SpoolIdentity identity =
            new SpoolIdentity(
                settings.service(),
                settings.instance(),
                settings.processId(),
                settings.agentVersion(),
                thisJvm);
        try (Budget budget = Budget.lock(service)) {
          if (!makeRoom(budget, ProcessSpool.FIXED_BYTES)) {
            throw new IOException("full");
          }
          return ProcessSpool.create(service, identity, ledger);
        }
      } catch (IOException | RuntimeException e) {
        reasons.append(reasons.length() == 0 ? "" : "; ");
        reasons.append(service).append(": ").append(e.getClass().getSimpleName());
        reasons.append(' ').append(e.getMessage());
      }
    }
    throw new IOException(reasons.toString());
  }

  /** Makes the service's directory, if need be, and makes sure that it is nobody else's. */
  private void prepare(Path service) throws IOException {
    Path root = parent(service);
    boolean usersOwn = !settings.directory().isEmpty() && Files.isDirectory(root);
    if (!usersOwn) {
      OwnFiles.makeParents(root);
      OwnFiles.make(root);
    }
    OwnFiles.make(service);
    checkOwner(service);
  }

  private void checkOwner(Path service) throws IOException {
    UserPrincipal us = OwnFiles.ourselves(service);
    OwnFiles.check(service, us);
    Path root = parent(service);
    if (settings.directory().isEmpty()) {
      OwnFiles.check(root, us);
    } else {
      OwnFiles.checkLink(root, us); // the directory may be shared; what is in it is ours
    }
  }

  private static Path parent(Path path) {
    Path parent = path.getParent();
    return parent == null ? path : parent;
  }

  /** Returns what a dead process has left, taken over; null when there is nothing (more). */
  public @Nullable ProcessSpool leftover() {
    if (leftover != null) {
      return leftover;
    }
    for (Path service : settings.places()) {
      try {
        if (!Files.isDirectory(service, LinkOption.NOFOLLOW_LINKS)) {
          continue;
        }
        checkOwner(service);
        ProcessSpool found = adoptOldest(service, false);
        if (found != null) {
          leftover = found;
          Tally waits = found.isEmpty() ? Tally.NONE : account(found).spooled();
          if (waits.segments() > 0) {
            log.info(
                "an earlier process of this service, "
                    + found.identity().instance()
                    + ", left "
                    + waits.segments()
                    + " segments on disk: delivering them in its name");
          }
          return found;
        }
      } catch (IOException | RuntimeException e) {
        String reason = "leftovers in " + service;
        if (said.add(reason)) {
          log.warn("cannot look for segments that earlier processes have left (" + e + ")");
        }
      }
    }
    return null;
  }

  private static ReportCounters.Account account(ProcessSpool spool) {
    return spool.ledger().account();
  }

  /** Returns in whose name it is sent. */
  public Origin origin(ProcessSpool spool) {
    SpoolIdentity identity = spool.identity();
    return new Origin(
        identity.service(),
        identity.instance(),
        identity.processId(),
        identity.agentVersion(),
        account(spool));
  }

  /** Returns the leftover that is taken over at this moment; null for none. */
  public @Nullable ProcessSpool heldLeftover() {
    return leftover;
  }

  /** A leftover is empty and its account is told. */
  public void leftoverDone(String processId) {
    ProcessSpool told = leftover;
    if (told != null && told.isEmpty() && told.identity().processId().equals(processId)) {
      told.delete();
      leftover = null;
    }
  }

  private @Nullable ProcessSpool adoptOldest(Path service, boolean onlyWithChunks) {
    List<Path> candidates = new ArrayList<>();
    for (Path path : OwnFiles.list(service)) {
      String name = OwnFiles.name(path);
      if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
          || (own != null && path.equals(own.directory()))) {
        continue;
      }
      if (name.startsWith(ProcessSpool.UNFINISHED)) {
        removeForgotten(path);
      } else if (!name.startsWith(".") && (!onlyWithChunks || hasChunks(path))) {
        candidates.add(path);
      }
    }
    candidates.sort(Comparator.comparingLong(Spool::madeMillis));
    for (Path path : candidates) {
      try {
        ProcessSpool found = ProcessSpool.adopt(path, settings.service(), thisJvm, resend);
        if (found != null) {
          return found;
        }
      } catch (UnreadableSpoolException e) {
        if (e.bytes() > 0 && said.add(path.toString())) {
          log.warn(e.getMessage() + ": deleted " + e.bytes() + " bytes that nobody can send");
        }
      } catch (IOException | RuntimeException e) {
        if (said.add(path.toString())) {
          log.warn("cannot take over " + path + " (" + e + ")");
        }
      }
    }
    return null;
  }

  private static boolean hasChunks(Path directory) {
    for (Path path : OwnFiles.list(directory)) {
      if (Chunk.numberOf(OwnFiles.name(path)) >= 0) {
        return true;
      }
    }
    return false;
  }

  private static long madeMillis(Path directory) {
    try {
      return Files.getLastModifiedTime(
              directory.resolve(SpoolIdentity.FILE), LinkOption.NOFOLLOW_LINKS)
          .toMillis();
    } catch (IOException e) {
      return 0;
    }
  }

  /** A process was killed while it made its directory. */
  private static void removeForgotten(Path path) {
    try {
      long age =
          System.currentTimeMillis()
              - Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toMillis();
      if (age > FORGOTTEN_MILLIS) {
        ProcessSpool.deleteKnown(path);
      }
    } catch (IOException e) {
      // gone
    }
  }

  /** Leaves what waits for the next process; an empty spool leaves nothing. */
  public void close() {
    if (leftover != null) {
      leftover.close();
      leftover = null;
    }
    if (own != null) {
      if (own.isEmpty()) {
        own.delete();
      } else {
        own.close();
      }
    }
  }
}
