package io.skein.core.report.spool;

import io.skein.core.report.DropReason;
import io.skein.core.report.ReportCounters;
import io.skein.core.report.Tally;
import io.skein.testing.fuzz.Check;
import io.skein.testing.fuzz.Input;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The spool of a process that is gone, with its files damaged, cut, put in the place of each other,
 * or made good again by somebody who knows the checksums. Taking it over ends, in little memory,
 * with a spool or a reason; what comes out is what was put in, in its order, nothing twice; and
 * what was counted is in the account, as delivered or as dropped.
 */
public final class SpoolFuzz {
  private static final Path ROOT = temporary();
  private static final SpoolIdentity GONE = new SpoolIdentity("shop", "1", "p1", "1.0", "");
  private static final Path DIRECTORY = ROOT.resolve(GONE.processId());

  private SpoolFuzz() {}

  private static Path temporary() {
    try {
      Path directory = Files.createTempDirectory("skein-fuzz-spool");
      Runtime.getRuntime().addShutdownHook(new Thread(SpoolFuzz::clear));
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void clear() {
    try (Stream<Path> files = Files.walk(ROOT)) {
      for (Path path : files.sorted((a, b) -> b.compareTo(a)).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      // The system's temporary directory is emptied some time.
    }
  }

  public static void fuzzerTestOneInput(byte[] data) throws IOException {
    Input input = new Input(data);
    remove();
    int segments = write(input);
    boolean whole = !damage(input);
    Boolean resend = new Boolean[] {null, true, false}[input.below(3)];
    ProcessSpool found;
    try {
      found = ProcessSpool.adopt(DIRECTORY, GONE.service(), "2@2", resend);
    } catch (UnreadableSpoolException e) {
      Check.that(!whole, "cannot be read: " + e.getMessage());
      return;
    }
    Check.that(found != null || !whole, "is not taken over");
    if (found == null) {
      return;
    }
    Set<Integer> seen = new HashSet<>();
    long counted = counted(found);
    takeAll(found, seen);
    Check.equal(counted(found), counted, "segments in the account");
    if (whole) {
      ReportCounters.Account account = found.ledger().account();
      Check.equal(counted, (long) segments, "segments in the account of a whole spool");
      Check.equal(account.spooled(), Tally.NONE, "spooled");
      Check.equal(
          account.delivered().segments() + account.droppedTogether().segments(),
          counted,
          "delivered and dropped");
    }
    found.delete();
  }

  private static long counted(ProcessSpool spool) {
    ReportCounters.Account account = spool.ledger().account();
    return account.delivered().segments()
        + account.spooled().segments()
        + account.droppedTogether().segments();
  }

  /** Everything, in portions, until it is empty. */
  private static void takeAll(ProcessSpool spool, Set<Integer> seen) {
    int last = -1;
    while (!spool.isEmpty()) {
      List<Integer> ids = new ArrayList<>();
      long[] sums = new long[2];
      spool.load(
          (source, from, length, spans) -> {
            if (ids.size() == 3) {
              return false;
            }
            ids.add(id(source, from, length, spans));
            sums[0] += length;
            sums[1] += spans;
            return true;
          });
      for (int id : ids) {
        if (id >= 0) {
          Check.that(seen.add(id), "comes twice: " + id);
          Check.that(id > last, id + " comes behind " + last);
          last = id;
        }
      }
      if (!ids.isEmpty()) {
        spool.settle(sums[0], new Tally(ids.size(), sums[1]), null);
      }
    }
  }

  /** Which record it is; less than 0 where somebody has made one up, checksum and all. */
  private static int id(byte[] source, int from, int length, int spans) {
    Check.that(from >= 0 && length > 0 && from + length <= source.length, "outside of its array");
    byte[] read = Arrays.copyOfRange(source, from, from + length);
    if (length < 4) {
      return -1;
    }
    int id = ByteBuffer.wrap(read).getInt();
    return id >= 0 && id < 64 && spans == 1 + id % 3 && Arrays.equals(read, content(id)) ? id : -1;
  }

  private static byte[] content(int id) {
    byte[] bytes = new byte[4 + id * 37 % 200];
    Arrays.fill(bytes, (byte) id);
    ByteBuffer.wrap(bytes).putInt(id);
    return bytes;
  }

  /** Returns how many segments its account will have. */
  private static int write(Input input) throws IOException {
    int next = 0;
    Counting ledger = new Counting();
    ProcessSpool spool = ProcessSpool.create(ROOT, GONE, ledger);
    for (int unit = 1 + input.below(6); unit > 0; unit--) {
      byte[] records = new byte[4096];
      int end = 0;
      Tally tally = Tally.NONE;
      int first = 0;
      for (int i = 1 + input.below(5); i > 0; i--) {
        byte[] content = content(next);
        end = Records.put(records, end, content, 0, content.length, 1 + next % 3);
        first = first == 0 ? end : first;
        tally = tally.plus(new Tally(1, 1 + next % 3));
        next++;
      }
      if (!spool.hasRoomFor(end) || input.below(4) == 0) {
        spool.newChunk(4096);
      }
      boolean underWay = spool.isEmpty() && input.flag();
      spool.append(records, end, tally, underWay ? first : 0, input.flag());
      ledger.spooled = ledger.spooled.plus(tally);
    }
    spool.close();
    return next;
  }

  /** What the process that is gone has counted. */
  private static final class Counting implements Ledger {
    private Tally spooled = Tally.NONE;

    @Override
    public void delivered(Tally tally) {
      throw new AssertionError("nothing is sent here");
    }

    @Override
    public void dropped(Tally tally, DropReason reason) {
      throw new AssertionError("nothing is dropped here");
    }

    @Override
    public ReportCounters.Account account() {
      return ReportCounters.Account.of(Tally.NONE, Tally.NONE, spooled, Map.of());
    }
  }

  /** Returns whether anything was changed. */
  private static boolean damage(Input input) throws IOException {
    boolean repaired = input.flag();
    boolean changed = false;
    for (int changes = input.below(5); changes > 0; changes--) {
      List<Path> files = files();
      Path file = files.get(input.below(files.size()));
      byte[] before = Files.readAllBytes(file);
      byte[] bytes = before.clone();
      if (bytes.length > 0) {
        int at = input.below(0x1000000) % bytes.length;
        switch (input.below(5)) {
          case 0 -> bytes = Arrays.copyOf(bytes, at);
          case 1 -> bytes[at] ^= (byte) (1 << input.below(8));
          case 2 -> {
            for (int i = at; i < bytes.length && i < at + 8; i++) {
              bytes[i] = (byte) input.next();
            }
          }
          case 3 -> bytes = Arrays.copyOf(bytes, bytes.length + input.below(64));
          default -> bytes = Files.readAllBytes(files.get(input.below(files.size())));
        }
      }
      if (repaired) {
        repair(file, bytes);
      }
      Files.write(file, bytes);
      changed |= !Arrays.equals(before, bytes);
    }
    return changed;
  }

  /** Checksums as they have to be. */
  private static void repair(Path file, byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    if (Chunk.numberOf(OwnFiles.name(file)) >= 0) {
      int at = Chunk.HEADER;
      while (bytes.length - at > Records.OVERHEAD) {
        int length = buffer.getInt(at + 4);
        if (length <= 0 || length > bytes.length - at - Records.OVERHEAD) {
          return;
        }
        buffer.putInt(at, Records.checksum(bytes, at + 4, length + 8));
        at += Records.OVERHEAD + length;
      }
    } else if (bytes.length == Position.FILE_BYTES) {
      int slot = Position.FILE_BYTES / 2;
      buffer.putInt(0, Records.checksum(bytes, 4, slot - 4));
      buffer.putInt(slot, Records.checksum(bytes, slot + 4, slot - 4));
    } else if (bytes.length > 4) {
      buffer.putInt(0, Records.checksum(bytes, 4, bytes.length - 4));
    }
  }

  private static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(DIRECTORY)) {
      return files.filter(file -> !file.endsWith("lock")).sorted().toList();
    }
  }

  private static void remove() throws IOException {
    if (Files.isDirectory(DIRECTORY)) {
      try (Stream<Path> files = Files.list(DIRECTORY)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
      Files.delete(DIRECTORY);
    }
  }
}
