package io.skein.testing.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.testing.server.Child;
import io.skein.testing.server.RunningServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@link LoadMain} with the packaged agent, in a process of its own. */
final class Application implements AutoCloseable {
  private static final Pattern MADE = Pattern.compile("made (\\d+) after (\\d+) ms");
  private static final Pattern ENDED =
      Pattern.compile(
          "ended: made (\\d+) segments \\((\\d+) spans\\) = delivered (\\d+) segments"
              + "(?:.*? \\+ spooled (\\d+) segments)?.*? \\+ dropped (\\d+) segments");

  /** What the agent said at the end, in segments. */
  record Account(long made, long spans, long delivered, long spooled, long dropped) {}

  private final Child process;
  private final String instance;

  private Application(Child process, String instance) {
    this.process = process;
    this.instance = instance;
  }

  /** What an application is started with. */
  record Plan(String service, String instance, String backend, Path spool) {
    Application start(long perSecond, long millis, String end, String... settings)
        throws IOException {
      Map<String, String> environment = new HashMap<>();
      environment.put("SKEIN_SERVICE", service);
      environment.put("SKEIN_INSTANCE", instance);
      environment.put("SKEIN_BACKEND", backend);
      environment.put("SKEIN_SPOOL_DIR", spool.toString());
      environment.put("SKEIN_SPOOL_SIZE", "256MB");
      for (int i = 0; i < settings.length; i += 2) {
        environment.put(settings[i], settings[i + 1]);
      }
      Child child =
          Child.start(
              instance,
              Path.of("."),
              environment,
              "^made 0 after",
              Child.java(
                  "-javaagent:" + RunningServer.built("agent/dist/target/skein-agent.jar"),
                  "-cp",
                  System.getProperty("java.class.path"),
                  LoadMain.class.getName(),
                  Long.toString(perSecond),
                  Long.toString(millis),
                  end));
      child.ready(0);
      return new Application(child, instance);
    }
  }

  String instance() {
    return instance;
  }

  List<String> lines() {
    return process.lines();
  }

  /** Waits until it has printed a line with this text. */
  void awaitLine(String text) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (lines().stream().noneMatch(line -> line.contains(text))) {
      assertThat(System.nanoTime()).as("\"%s\" in %s", text, lines()).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  void signal(String name) throws IOException, InterruptedException {
    process.signal(name);
  }

  /** Lets it make no more, and returns when it has ended by itself; not one that was to wait. */
  void end() {
    process.end();
  }

  void awaitEnd() throws InterruptedException {
    process.exitStatus(90);
  }

  /** How many segments it said it made; all of them once it is done. */
  long made() {
    List<long[]> told = told();
    return told.get(told.size() - 1)[0];
  }

  /**
   * How many it had made a second before its end, or as much longer before as the machine stood
   * still in one piece: then nothing of ours ran either.
   */
  long madeASecondBeforeTheEnd() {
    List<long[]> told = told();
    long gap = 0;
    for (int i = 1; i < told.size(); i++) {
      gap = Math.max(gap, told.get(i)[1] - told.get(i - 1)[1]);
    }
    long[] last = told.get(told.size() - 1);
    long made = 0;
    for (long[] each : told) {
      if (each[1] <= last[1] - 1000 - gap) {
        made = each[0];
      }
    }
    return made;
  }

  private List<long[]> told() {
    List<long[]> told = new ArrayList<>();
    for (String line : lines()) {
      Matcher matcher = MADE.matcher(line);
      if (matcher.matches()) {
        told.add(new long[] {Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))});
      }
    }
    return told;
  }

  /** The account in its log; its parts add up. */
  Account account() {
    for (String line : lines()) {
      Matcher matcher = ENDED.matcher(line);
      if (matcher.find()) {
        String spooled = matcher.group(4);
        Account account =
            new Account(
                Long.parseLong(matcher.group(1)),
                Long.parseLong(matcher.group(2)),
                Long.parseLong(matcher.group(3)),
                spooled == null ? 0 : Long.parseLong(spooled),
                Long.parseLong(matcher.group(5)));
        assertThat(account.made())
            .as(line)
            .isEqualTo(account.delivered() + account.spooled() + account.dropped());
        return account;
      }
    }
    throw new AssertionError("no account in " + lines());
  }

  @Override
  public void close() {
    process.close();
  }
}
