package io.skein.testing.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.skein.testing.server.RunningServer;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What becomes of the spans when processes and disks fail: the packaged agent on an application
 * under load, the packaged server.
 *
 * <p>By hand for longer: {@code -Dskein.delivery.rate=2000} (segments per second), {@code
 * -Dskein.delivery.outage=120} (seconds that a backend is away).
 */
@Timeout(1800)
class DeliveryTest {
  private static final long RATE = Long.getLong("skein.delivery.rate", 400);
  private static final long OUTAGE_MILLIS = 1000 * Long.getLong("skein.delivery.outage", 3);

  @TempDir Path directory;
  private Path spool;
  private int port;
  private final List<AutoCloseable> running = new ArrayList<>();
  private final List<Path> mounts = new ArrayList<>();

  @BeforeEach
  void chooseAPort() throws IOException {
    spool = directory.resolve("spool");
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
  }

  @AfterEach
  void endEverything() throws Exception {
    for (AutoCloseable each : running) {
      each.close();
    }
    for (Path mount : mounts) {
      run("umount", mount.toString());
    }
  }

  private RunningServer server() throws IOException {
    RunningServer server =
        RunningServer.start(directory.resolve("data"), "--grpc-port", Integer.toString(port));
    running.add(server);
    return server;
  }

  private Application.Plan application(String instance) {
    return new Application.Plan("shop", instance, "127.0.0.1:" + port, spool);
  }

  private Application started(
      Application.Plan plan, long rate, long millis, String end, String... settings)
      throws IOException {
    Application application = plan.start(rate, millis, end, settings);
    running.add(application);
    return application;
  }

  /** The next start of the application, which delivers what others have left. */
  private Application next() throws IOException {
    return started(application("next"), 10, 600_000, "wait");
  }

  private static void pause(long millis) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(millis);
  }

  private List<Path> chunks() throws IOException {
    if (!Files.isDirectory(spool)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(spool)) {
      return all.filter(file -> file.toString().endsWith(".chunk")).sorted().toList();
    }
  }

  @Test
  void aBackendThatIsKilledAndComesBackGetsEverySpanOnce() throws Exception {
    RunningServer first = server();
    Application application = started(application("load"), RATE, 3_600_000, "return");
    pause(1500);
    first.close(); // kill -9
    pause(OUTAGE_MILLIS);
    RunningServer second = server();
    pause(1500);
    second.close();
    pause(OUTAGE_MILLIS / 3);
    long kept = used(spool);
    RunningServer third = server();
    long madeUntilThen = application.made();
    long millis = Books.millisUntilDelivered(third, "load", madeUntilThen);
    application.end();

    Application.Account account = application.account();
    assertThat(account.made()).isEqualTo(application.made());
    if (account.spooled() > 0) {
      next(); // it had only so long at its end
    }
    assertThat(account.dropped()).isZero();
    Books books = Books.settled(third, "load", account.made());
    books.assertAllStored(account.made());
    books.assertEquation();
    System.out.printf(
        "away for %d s and for %d s, %d segments per second: %d MB were kept on disk; %d ms after it"
            + " was back the %d segments were delivered that had been made until then; %s%n",
        OUTAGE_MILLIS / 1000,
        OUTAGE_MILLIS / 3000,
        RATE,
        kept >> 20,
        millis,
        madeUntilThen,
        books.json());
  }

  @Test
  void howeverTheApplicationEndsWhatItMadeIsThere() throws Exception {
    RunningServer server = server();
    Application exits = started(application("exits"), RATE, 700, "exit");
    Application throwing = started(application("throws"), RATE, 700, "throw");
    Application ended = started(application("ended"), RATE, 700, "wait");
    ended.awaitLine("done");
    ended.signal("TERM");
    for (Application each : List.of(exits, throwing, ended)) {
      each.awaitEnd();
      assertThat(each.account().delivered()).isEqualTo(each.made());
      Books.settled(server, each.instance(), each.made()).assertAllStored(each.made());
    }
    assertThat(chunks()).isEmpty();
  }

  @Test
  void howeverTheApplicationEndsWithoutABackendTheNextStartDeliversIt() throws Exception {
    Application exits = started(application("exits"), RATE, 700, "exit");
    Application throwing = started(application("throws"), RATE, 700, "throw");
    Application ended = started(application("ended"), RATE, 700, "wait");
    ended.awaitLine("done");
    ended.signal("TERM");
    List<Application> all = List.of(exits, throwing, ended);
    for (Application each : all) {
      each.awaitEnd();
      assertThat(each.account().spooled()).isEqualTo(each.made());
    }
    RunningServer server = server();
    next();
    for (Application each : all) {
      Books books = Books.settled(server, each.instance(), each.made());
      books.assertAllStored(each.made());
      books.assertEquation();
    }
    assertThat(chunks()).isEmpty();
  }

  /** What is wrong with the backend of an application that is killed. */
  enum Backend {
    DOWN,
    HANGING_FROM_THE_START,
    HANGING_LATER,
    BLACK_HOLE
  }

  @ParameterizedTest
  @EnumSource(Backend.class)
  void anApplicationThatIsKilledLosesASecondAtMost(Backend backend) throws Exception {
    RunningServer server = null;
    Application.Plan plan = application("killed");
    switch (backend) {
      case DOWN -> {}
      case HANGING_FROM_THE_START -> {
        server = server();
        server.process().signal("STOP");
      }
      case HANGING_LATER -> server = server();
      case BLACK_HOLE ->
          plan = new Application.Plan("shop", "killed", "127.0.0.1:" + blackHole(), spool);
    }
    Application application = started(plan, RATE, 600_000, "wait");
    pause(1200);
    if (backend == Backend.HANGING_LATER) {
      server.process().signal("STOP");
    }
    pause(2500);
    application.signal("KILL");
    application.awaitEnd();
    if (server == null) {
      server = server();
    } else {
      server.process().signal("CONT");
    }
    next();
    Books books = Books.settled(server, "killed", application.madeASecondBeforeTheEnd());
    books.assertEquation();
    assertThat(books.droppedTogether()).as("%s", books.json()).isZero();
    assertThat(books.amount("stored"))
        .as("of %d, %s", application.made(), books.json())
        .isEqualTo(books.amount("made"))
        .isGreaterThanOrEqualTo(application.madeASecondBeforeTheEnd())
        .isLessThanOrEqualTo(application.made() + RATE);
    assertThat(application.madeASecondBeforeTheEnd()).isPositive();
  }

  /** A port that neither accepts nor refuses: its queue of connections is full. */
  private int blackHole() throws IOException {
    ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    running.add(full);
    for (int i = 0; i < 8; i++) {
      Socket waiting = new Socket();
      running.add(waiting);
      try {
        waiting.connect(full.getLocalSocketAddress(), 100);
      } catch (IOException filled) {
        break;
      }
    }
    try (Socket probe = new Socket()) {
      probe.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), full.getLocalPort()), 200);
      assumeThat(false).as("this system's connections never wait").isTrue();
    } catch (java.net.SocketTimeoutException asWanted) {
      // nobody answers
    }
    return full.getLocalPort();
  }

  @Test
  void twoProcessesOfOneServiceKeepTheirsApart() throws Exception {
    Application one = started(application("one"), RATE, 3000, "wait");
    Application two = started(application("two"), RATE, 3000, "wait");
    Application dead = started(application("dead"), RATE, 600_000, "wait");
    pause(2000);
    dead.signal("KILL");
    dead.awaitEnd();
    RunningServer server = server();
    Books books = Books.settled(server, "dead", dead.madeASecondBeforeTheEnd()); // by either
    books.assertEquation();
    for (Application each : List.of(one, two)) {
      each.awaitLine("done");
      Books.settled(server, each.instance(), each.made()).assertAllStored(each.made());
      each.signal("TERM");
    }
    one.awaitEnd();
    two.awaitEnd();
    assertThat(chunks()).isEmpty();
  }

  @Test
  void theDiskIsNeverUsedBeyondTheLimit() throws Exception {
    long limit = 512 << 10;
    Application application =
        started(application("small"), 4 * RATE, 6000, "return", "SKEIN_SPOOL_SIZE", "512KB");
    long most = 0;
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(6);
    while (System.nanoTime() < end) {
      most = Math.max(most, used(spool));
      assertThat(most).isLessThanOrEqualTo(limit);
      pause(20);
    }
    assertThat(most).isGreaterThan(limit / 2);
    application.awaitEnd();
    Application.Account account = application.account();
    assertThat(application.lines()).anyMatch(line -> line.contains("spool-full"));
    assertThat(account.dropped()).isPositive();
    assertThat(account.spooled()).isPositive();

    RunningServer server = server();
    next();
    Books books = Books.settled(server, "small", account.made());
    books.assertEquation();
    assertThat(books.amount("made")).isEqualTo(account.made());
    assertThat(books.dropped("spool-full")).isEqualTo(account.dropped());
    assertThat(books.amount("stored")).isEqualTo(account.spooled());
  }

  private static long used(Path directory) throws IOException, InterruptedException {
    if (!Files.isDirectory(directory.resolve("shop"))) {
      return 0;
    }
    Process du =
        new ProcessBuilder("du", "-s", "-B1", directory.resolve("shop").toString())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String said =
        new String(du.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    du.waitFor();
    return said.isEmpty() ? 0 : Long.parseLong(said.substring(0, said.indexOf('\t')));
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(List.of(command))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }

  private void mount(String options) throws IOException, InterruptedException {
    Files.createDirectories(spool);
    int status = run("mount", "-t", "tmpfs", "-o", options, "tmpfs", spool.toString());
    assumeThat(status).as("mounting a file system of one's own, which root may").isZero();
    mounts.add(spool);
  }

  @Test
  void aFullDiskIsLikeNone() throws Exception {
    mount("size=400k");
    Application application = started(application("full"), 3 * RATE, 4000, "wait");
    application.awaitLine("cannot be kept on disk");
    pause(1000);
    RunningServer server = server();
    application.awaitLine("done");
    Books.settled(server, "full", application.made());
    application.signal("TERM");
    application.awaitEnd();
    Application.Account account = application.account();
    Books books = Books.settled(server, "full", account.made());
    books.assertEquation();
    assertThat(books.amount("stored")).isEqualTo(account.delivered());
    assertThat(account.delivered() + account.dropped()).isEqualTo(account.made());
    assertThat(account.dropped()).isEqualTo(books.dropped("queue-full"));
    assertThat(application.lines())
        .filteredOn(line -> line.contains("cannot be kept on disk"))
        .hasSizeLessThan(3);
  }

  @Test
  void aDiskThatCannotBeWrittenToIsSaidOnceAndNothingElseHappens() throws Exception {
    mount("ro");
    Application application = started(application("readonly"), RATE / 4, 3000, "wait");
    application.awaitLine("cannot be kept on disk");
    RunningServer server = server();
    application.awaitLine("done");
    Books.settled(server, "readonly", application.made()).assertAllStored(application.made());
    application.signal("TERM");
    application.awaitEnd();
    assertThat(application.account().dropped()).isZero();
    assertThat(application.lines())
        .filteredOn(line -> line.contains("cannot be kept on disk"))
        .hasSize(1);
  }

  @Test
  void whatIsDamagedIsCountedAndTheRestIsDelivered() throws Exception {
    Application application =
        started(application("damaged"), 4 * RATE, 2500, "return", "SKEIN_SPOOL_SIZE", "2MB");
    application.awaitEnd();
    Application.Account account = application.account();
    Random random = new Random(7);
    List<Path> chunks = chunks();
    assertThat(chunks).hasSizeGreaterThan(2);
    try (RandomAccessFile first = new RandomAccessFile(chunks.get(0).toFile(), "rw");
        RandomAccessFile second = new RandomAccessFile(chunks.get(1).toFile(), "rw")) {
      long at = random.nextLong(first.length());
      first.seek(at);
      int old = first.read();
      first.seek(at);
      first.write(old ^ 4);
      second.setLength(second.length() / 2);
    }
    Path secret = Files.writeString(directory.resolve("secret"), "not ours");
    Path own = chunks.get(0).getParent();
    Files.writeString(own.resolve("0000099999.chunk"), "garbage");
    Files.createSymbolicLink(own.resolve("0000099998.chunk"), secret);
    Files.createSymbolicLink(spool.resolve("shop/00000000000000000000000000000000"), directory);
    Path garbage = Files.createDirectory(spool.resolve("shop/11111111111111111111111111111111"));
    Files.write(garbage.resolve("0000000001.chunk"), new byte[5000]);

    RunningServer server = server();
    next();
    Books books = Books.settled(server, "damaged", account.made());
    books.assertEquation();
    assertThat(books.amount("made")).isEqualTo(account.made());
    long damaged = books.dropped("spool-damaged");
    assertThat(damaged).isPositive();
    assertThat(books.amount("stored")).isEqualTo(account.spooled() - damaged).isPositive();
    assertThat(secret).hasContent("not ours");
    assertThat(Files.exists(own, LinkOption.NOFOLLOW_LINKS)).isFalse();
  }

  @Test
  void noClassOfTheSpoolIsLoadedAtTheStart() throws Exception {
    Path log = directory.resolve("classes.log");
    Application application =
        started(
            application("start"),
            RATE,
            100,
            "return",
            "JAVA_TOOL_OPTIONS",
            "-Xlog:class+load:file=" + log);
    application.awaitEnd();
    List<String> atStart = new ArrayList<>();
    boolean mainIsThere = false;
    for (String line : Files.readAllLines(log)) {
      mainIsThere |= line.contains(LoadMain.class.getName());
      if (!mainIsThere && line.contains(" io.skein.core.report.")) {
        atStart.add(line);
      }
    }
    assertThat(mainIsThere).isTrue();
    assertThat(atStart)
        .anyMatch(line -> line.contains(".report.Reporter "))
        .noneMatch(line -> line.contains(".report.spool."));
  }
}
