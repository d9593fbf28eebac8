package io.skein.core.report.spool;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.core.report.DropReason;
import io.skein.core.report.ReportCounters;
import io.skein.core.report.Tally;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process' spool against a list in memory, through crashes at any moment and any byte. */
class ProcessSpoolTest {

  private static final SpoolIdentity US =
      new SpoolIdentity("shop", "shop-1", "a1b2", "0.1.0", "1@1");
  private static final String NEXT_JVM = "2@2";

  @TempDir Path root;
  private Path service;
  private int copies;

  @BeforeEach
  void makeService() throws IOException {
    service = Files.createDirectory(root.resolve("shop"));
  }

  /** What should be there: the ids of records, in order, and where the others went. */
  private static final class Model implements Ledger {
    final List<Integer> waiting = new ArrayList<>();
    final Map<DropReason, Tally> dropped = new EnumMap<>(DropReason.class);
    Tally delivered = Tally.NONE;
    Tally spooled = Tally.NONE;

    @Override
    public void delivered(Tally tally) {
      spooled = spooled.minus(tally);
      delivered = delivered.plus(tally);
    }

    @Override
    public void dropped(Tally tally, DropReason reason) {
      spooled = spooled.minus(tally);
      dropped.merge(reason, tally, Tally::plus);
    }

    @Override
    public ReportCounters.Account account() {
      return ReportCounters.Account.of(delivered, Tally.NONE, spooled, Map.copyOf(dropped));
    }
  }

  /** A record's content says which it is; its length and spans follow from that. */
  private static byte[] content(int id) {
    byte[] bytes = new byte[4 + (id * 7919) % 300];
    new Random(id).nextBytes(bytes);
    ByteBuffer.wrap(bytes).putInt(id);
    return bytes;
  }

  private static int spans(int id) {
    return 1 + id % 5;
  }

  private static void write(ProcessSpool spool, Model model, int from, int count, int flight)
      throws IOException {
    byte[] unit = new byte[count * (300 + 4 + Records.OVERHEAD)];
    int end = 0;
    int flightBytes = 0;
    Tally tally = Tally.NONE;
    for (int id = from; id < from + count; id++) {
      byte[] bytes = content(id);
      end = Records.put(unit, end, bytes, 0, bytes.length, spans(id));
      tally = tally.plus(new Tally(1, spans(id)));
      flightBytes = id - from + 1 == flight ? end : flightBytes;
    }
    if (!spool.hasRoomFor(end)) {
      spool.newChunk(Math.max(4096, end + Chunk.HEADER));
    }
    spool.append(unit, end, tally, flightBytes, false);
    for (int id = from; id < from + count; id++) {
      model.waiting.add(id);
    }
    model.spooled = model.spooled.plus(tally);
    spool.persist();
  }

  private static List<Integer> load(ProcessSpool spool, int most) {
    List<Integer> ids = new ArrayList<>();
    spool.load(
        (source, from, length, spanCount) -> {
          if (ids.size() == most) {
            return false;
          }
          int id = ByteBuffer.wrap(source, from, length).getInt();
          byte[] read = new byte[length];
          System.arraycopy(source, from, read, 0, length);
          assertThat(read).isEqualTo(content(id));
          assertThat(spanCount).isEqualTo(spans(id));
          ids.add(id);
          return true;
        });
    return ids;
  }

  private static void settle(ProcessSpool spool, List<Integer> ids, @Nullable DropReason lost) {
    long bytes = 0;
    Tally tally = Tally.NONE;
    for (int id : ids) {
      bytes += content(id).length;
      tally = tally.plus(new Tally(1, spans(id)));
    }
    spool.settle(bytes, tally, lost);
  }

  /** Everything that is there, chunk by chunk, until it is empty. */
  private static List<Integer> takeAll(ProcessSpool spool) {
    List<Integer> all = new ArrayList<>();
    while (!spool.isEmpty()) {
      List<Integer> some = load(spool, 7);
      all.addAll(some);
      if (!some.isEmpty()) {
        settle(spool, some, null);
      }
    }
    return all;
  }

  private Path copy(Path of) throws IOException {
    Path to = root.resolve("copy-" + copies++);
    Files.walkFileTree(
        of,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectory(to.resolve(of.relativize(dir).toString()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.copy(file, to.resolve(of.relativize(file).toString()));
            return FileVisitResult.CONTINUE;
          }
        });
    return to;
  }

  private static ProcessSpool adopted(Path service, @Nullable Boolean resend) throws IOException {
    ProcessSpool found = ProcessSpool.adopt(service.resolve("a1b2"), "shop", NEXT_JVM, resend);
    assertThat(found).isNotNull();
    return found;
  }

  private static void assertBalanced(ReportCounters.Account account) {
    assertThat(account.made())
        .isEqualTo(
            account
                .delivered()
                .plus(account.spooled())
                .plus(account.queued())
                .plus(account.droppedTogether()));
    assertThat(account.spooled().segments()).isNotNegative();
    assertThat(account.spooled().spans()).isNotNegative();
  }

  /** The same spool, found by another process after a crash at this moment. */
  private void assertFoundAgain(Model model) throws IOException {
    ProcessSpool found = adopted(copy(service), true);
    ReportCounters.Account account = found.ledger().account();
    assertThat(account).isEqualTo(model.account());
    assertThat(takeAll(found)).isEqualTo(model.waiting);
    assertThat(found.ledger().account().delivered()).isEqualTo(model.delivered.plus(model.spooled));
    assertThat(found.ledger().account().made()).isEqualTo(model.account().made());
    found.delete();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void whateverWasDoneACrashFindsItAsItWas(long seed) throws IOException {
    Random random = new Random(seed);
    Model model = new Model();
    ProcessSpool spool = ProcessSpool.create(service, US, model);
    int next = 0;
    for (int step = 0; step < 120; step++) {
      switch (random.nextInt(5)) {
        case 0, 1 -> {
          int count = 1 + random.nextInt(20);
          write(spool, model, next, count, 0);
          next += count;
        }
        case 2, 3 -> {
          List<Integer> loaded = load(spool, 1 + random.nextInt(10));
          assertThat(loaded).isEqualTo(model.waiting.subList(0, loaded.size()));
          if (!loaded.isEmpty()) {
            int some = 1 + random.nextInt(loaded.size());
            spool.underWay(0, 0, true);
            settle(
                spool, loaded.subList(0, some), random.nextInt(4) == 0 ? DropReason.REFUSED : null);
            model.waiting.subList(0, some).clear();
            spool.notUnderWay();
          }
        }
        default -> {
          long before = model.spooled.segments();
          if (random.nextInt(4) == 0 && spool.evictOldest()) {
            model.waiting.subList(0, (int) (before - model.spooled.segments())).clear();
          }
        }
      }
      assertBalanced(model.account());
      assertThat(spool.isEmpty()).isEqualTo(model.waiting.isEmpty());
      if (step % 8 == 0) {
        assertFoundAgain(model);
      }
    }
    assertThat(takeAll(spool)).isEqualTo(model.waiting);
    spool.delete();
    assertThat(service).isEmptyDirectory();
  }

  @Test
  void aCrashAtAnyByteOfAWriteLosesOnlyWhatWasNotWhole() throws IOException {
    Model model = new Model();
    ProcessSpool spool = ProcessSpool.create(service, US, model);
    write(spool, model, 0, 3, 0);
    Path before = copy(service);
    long from = end(model.waiting);
    write(spool, model, 3, 2, 0);
    long to = end(model.waiting);
    for (long cut = from; cut <= to; cut += 1 + cut % 3) {
      // The newer data with the older position: what is behind the cut had not been written.
      Path crashed = copy(service);
      Files.copy(
          before.resolve("a1b2/position"),
          crashed.resolve("a1b2/position"),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
      try (RandomAccessFile file =
          new RandomAccessFile(crashed.resolve("a1b2/0000000001.chunk").toFile(), "rw")) {
        file.setLength(cut);
        file.setLength(4096);
      }
      int whole = cut == to ? 5 : cut >= from + content(3).length + Records.OVERHEAD ? 4 : 3;
      ProcessSpool found = adopted(crashed, null);
      assertThat(found.ledger().account().dropped()).isEmpty();
      assertThat(takeAll(found)).isEqualTo(model.waiting.subList(0, whole));
      found.delete();
    }
  }

  private static long end(List<Integer> ids) {
    long end = Chunk.HEADER;
    for (int id : ids) {
      end += Records.OVERHEAD + content(id).length;
    }
    return end;
  }

  @Test
  void aPositionThatIsHalfWrittenIsTheOneBefore() throws IOException {
    Model model = new Model();
    ProcessSpool spool = ProcessSpool.create(service, US, model);
    write(spool, model, 0, 6, 0);
    settle(spool, load(spool, 2), null);
    Path before = copy(service);
    settle(spool, load(spool, 2), null);
    byte[] older = Files.readAllBytes(before.resolve("a1b2/position"));
    byte[] newer = Files.readAllBytes(service.resolve("a1b2/position"));
    for (int cut = 0; cut <= newer.length; cut += 67) {
      Path crashed = copy(service);
      byte[] torn = older.clone();
      System.arraycopy(newer, 0, torn, 0, cut);
      Files.write(crashed.resolve("a1b2/position"), torn);
      ProcessSpool found = adopted(crashed, null);
      assertThat(takeAll(found)).isIn(List.of(2, 3, 4, 5), List.of(4, 5));
      assertThat(found.ledger().account().made().segments()).isEqualTo(6);
      found.delete();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14})
  void damageCostsAtMostTheRestOfItsChunkAndIsCounted(long seed) throws IOException {
    Random random = new Random(seed);
    Model model = new Model();
    ProcessSpool spool = ProcessSpool.create(service, US, model);
    for (int unit = 0; unit < 30; unit++) {
      write(spool, model, unit * 10, 10, 0);
    }
    for (int round = 0; round < 20; round++) {
      Path damaged = copy(service);
      Path chunk = randomChunk(damaged, random);
      try (RandomAccessFile file = new RandomAccessFile(chunk.toFile(), "rw")) {
        if (random.nextBoolean()) {
          long at = (long) (random.nextDouble() * file.length());
          file.seek(at);
          int old = file.read();
          file.seek(at);
          file.write(old ^ (1 << random.nextInt(8)));
        } else {
          file.setLength((long) (random.nextDouble() * file.length()));
        }
      }
      ProcessSpool found = adopted(damaged, null);
      ReportCounters.Account account = found.ledger().account();
      assertBalanced(account);
      assertThat(account.made().segments()).isEqualTo(300);
      List<Integer> left = takeAll(found);
      long lost = account.dropped().getOrDefault(DropReason.SPOOL_DAMAGED, Tally.NONE).segments();
      assertThat(left).hasSize((int) (300 - lost)).isSorted().doesNotHaveDuplicates();
      assertThat(lost).isLessThan(40); // a chunk of 4 KB
      found.delete();
    }
  }

  private static Path randomChunk(Path service, Random random) throws IOException {
    try (Stream<Path> files = Files.list(service.resolve("a1b2"))) {
      List<Path> chunks =
          files.filter(file -> file.toString().endsWith(".chunk")).sorted().toList();
      return chunks.get(random.nextInt(chunks.size()));
    }
  }

  @Test
  void damageUnderTheHandsOfTheOwnerIsCountedToo() throws IOException {
    Model model = new Model();
    ProcessSpool spool = ProcessSpool.create(service, US, model);
    for (int unit = 0; unit < 6; unit++) {
      write(spool, model, unit * 10, 10, 0);
    }
    try (RandomAccessFile file =
        new RandomAccessFile(service.resolve("a1b2/0000000001.chunk").toFile(), "rw")) {
      file.seek(1500);
      file.write(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    }
    List<Integer> left = takeAll(spool);
    long lost = model.dropped.get(DropReason.SPOOL_DAMAGED).segments();
    assertThat(lost).isPositive();
    assertThat(left).hasSize((int) (60 - lost)).isSorted().contains(0, 59);
    assertThat(model.spooled).isEqualTo(Tally.NONE);
    assertThat(model.account().made().segments()).isEqualTo(60);
  }

  @Test
  void whatWasUnderWayToACollectorThatCountsTwiceIsNotRepeated() throws IOException {
    Model model = new Model();
    ProcessSpool spool = ProcessSpool.create(service, US, model);
    write(spool, model, 0, 10, 0);
    List<Integer> loaded = load(spool, 10);
    long bytes = loaded.subList(0, 4).stream().mapToLong(id -> content(id).length).sum();
    spool.underWay(bytes, 4, false);

    ProcessSpool found = adopted(copy(service), null);
    assertThat(found.ledger().account().dropped())
        .containsOnlyKeys(DropReason.UNCONFIRMED)
        .extractingByKey(DropReason.UNCONFIRMED)
        .extracting(Tally::segments)
        .isEqualTo(4L);
    assertThat(takeAll(found)).isEqualTo(loaded.subList(4, 10));
    assertThat(takeAll(adopted(copy(service), true))).isEqualTo(loaded);

    spool.underWay(bytes, 4, true);
    assertThat(takeAll(adopted(copy(service), null))).isEqualTo(loaded);
    assertThat(takeAll(adopted(copy(service), false))).isEqualTo(loaded.subList(4, 10));

    spool.underWay(bytes, 4, false);
    spool.notUnderWay();
    assertThat(takeAll(adopted(copy(service), null))).isEqualTo(loaded);
  }

  @Test
  void whatWasUnderWayBeforeItWentToDiskIsNotRepeatedEither() throws IOException {
    Model model = new Model();
    ProcessSpool spool = ProcessSpool.create(service, US, model);
    write(spool, model, 0, 5, 3);
    write(spool, model, 5, 5, 0);
    assertThat(takeAll(adopted(copy(service), null))).containsExactly(3, 4, 5, 6, 7, 8, 9);
  }

  @Test
  void onlyOneProcessTakesOver() throws IOException {
    Model model = new Model();
    ProcessSpool spool = ProcessSpool.create(service, US, model);
    write(spool, model, 0, 5, 0);
    Path directory = service.resolve("a1b2");
    assertThat(ProcessSpool.adopt(directory, "shop", US.jvm(), null)).isNull();
    assertThat(ProcessSpool.adopt(directory, "shop", NEXT_JVM, null)).isNull(); // it is locked
    spool.close();
    assertThat(ProcessSpool.adopt(directory, "other", NEXT_JVM, null)).isNull();
    ProcessSpool found = ProcessSpool.adopt(directory, "shop", NEXT_JVM, null);
    assertThat(found).isNotNull();
    assertThat(ProcessSpool.adopt(directory, "shop", NEXT_JVM, null)).isNull();
    found.close();
    assertThat(takeAll(adopted(service, null))).hasSize(5);
  }

  @Test
  void garbageAndLinksAmongTheFilesChangeNothing() throws IOException {
    Model model = new Model();
    ProcessSpool spool = ProcessSpool.create(service, US, model);
    write(spool, model, 0, 5, 0);
    Path secret = Files.writeString(root.resolve("secret"), "not ours");
    Path crashed = copy(service).resolve("a1b2");
    Files.createSymbolicLink(crashed.resolve("0000000007.chunk"), secret);
    Files.writeString(crashed.resolve("0000000008.chunk"), "garbage");
    Files.write(crashed.resolve("0000000009.chunk"), new byte[100_000]);
    Files.createDirectory(crashed.resolve("0000000010.chunk"));
    Files.writeString(crashed.resolve("notes.txt"), "somebody's");
    Path parent = crashed.getParent();
    assertThat(parent).isNotNull();
    ProcessSpool found = adopted(parent, null);
    assertThat(takeAll(found)).containsExactly(0, 1, 2, 3, 4);
    found.delete();
    assertThat(secret).hasContent("not ours");
    assertThat(crashed.resolve("notes.txt")).hasContent("somebody's");
  }

  @Test
  void withoutAnIdentityNothingIsSent() throws IOException {
    Model model = new Model();
    ProcessSpool spool = ProcessSpool.create(service, US, model);
    write(spool, model, 0, 5, 0);
    for (String damage : new String[] {"", "garbage that is long enough to be looked at"}) {
      Path crashed = copy(service).resolve("a1b2");
      Files.writeString(crashed.resolve("identity"), damage);
      try {
        assertThat(ProcessSpool.adopt(crashed, "shop", NEXT_JVM, null)).isNull();
        throw new UncheckedIOException(new IOException("it was taken over"));
      } catch (UnreadableSpoolException e) {
        assertThat(e.bytes()).isPositive();
      }
      assertThat(crashed).doesNotExist();
    }
  }
}
