package io.skein.testing.harness;

import io.skein.core.SpanType;
import io.skein.testing.RecordedSegment;
import io.skein.testing.SpanQueue;
import io.skein.testing.TracedJvm;
import io.skein.testing.app.AppMain;
import io.skein.testing.app.ProbeApp;
import io.skein.testing.app.ProbeCalls;
import io.skein.testing.probe.ProbePlugin;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A child JVM with the packaged agent, started as a user would. It lives as long as the test class
 * and hangs up with it.
 */
final class ForkedJvm implements TracedJvm, AutoCloseable {
  private static final String LAST_SPAN = "skein-test: last span of the test";
  private static final int PATIENCE_SECONDS = 60;

  private final AppClassPath classPath;
  private final JavaHome home;
  private final Path agent;
  private final Map<String, String> settings;
  private final SpanQueue spans = new SpanQueue();
  private final Semaphore lastSpan = new Semaphore(0);
  private final List<String> malformed = new ArrayList<>();
  private int linesRead;
  private @Nullable Receiver receiver;
  private @Nullable ChildProcess child;

  ForkedJvm(AppClassPath classPath, JavaHome home, Path agent, Map<String, String> settings) {
    this.classPath = classPath;
    this.home = home;
    this.agent = agent;
    this.settings = settings;
  }

  @Override
  public SpanQueue spans() {
    return spans;
  }

  @Override
  public <T> T app(Class<T> type, Class<? extends T> implementation) {
    return AppCalls.proxy(type, implementation, this::call);
  }

  private @Nullable Object call(
      String implementation, String method, List<String> types, Object[] arguments)
      throws Throwable {
    return child().call(implementation, method, types, arguments);
  }

  private synchronized ChildProcess child() throws IOException {
    ChildProcess running = child;
    if (running == null) {
      Receiver started = new Receiver(this::received, this::complain);
      receiver = started;
      running = ChildProcess.start(command(started.address()));
      child = running;
    }
    return running;
  }

  private List<String> command(String collector) {
    String path =
        classPath.entries().stream()
            .map(Path::toString)
            .collect(Collectors.joining(File.pathSeparator));
    List<String> command = new ArrayList<>();
    command.add(home.java().toString());
    command.add("-javaagent:" + agent.toAbsolutePath());
    settings.forEach((key, value) -> command.add("-Dskein." + key + "=" + value));
    command.addAll(
        List.of(
            "-Dskein.service=" + service(),
            "-Dskein.backend=" + collector,
            "-Dskein.report.pause=10ms", // a test waits for its spans, and for nothing else
            "-Dskein.plugins.extra=" + AppClassPath.home(ProbePlugin.class),
            "-Djava.util.logging.SimpleFormatter.format=%3$s %4$s: %5$s%6$s%n",
            "-Xmx256m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            path,
            AppMain.class.getName()));
    return command;
  }

  private void received(RecordedSegment segment) {
    boolean last =
        segment.spans().stream()
            .anyMatch(
                each -> each.type() == SpanType.LOCAL && each.operationName().equals(LAST_SPAN));
    if (last) {
      lastSpan.release();
    } else {
      spans.add(segment);
    }
  }

  private void complain(String message) {
    synchronized (malformed) {
      malformed.add(message);
    }
  }

  @Override
  public String library() {
    return classPath.library();
  }

  @Override
  public int javaFeature() {
    return home.feature();
  }

  @Override
  public String service() {
    return "forked";
  }

  @Override
  public void beginTest() {
    try {
      child();
    } catch (IOException e) {
      throw new IllegalStateException("the child JVM did not start", e);
    }
    spans.clear();
  }

  /**
   * The agent reports in the order in which segments were finished: once a last span of ours has
   * arrived, everything that came before it has, and what nobody asked for is in the queue.
   */
  @Override
  public void endTest() {
    ProbeCalls probe = app(ProbeCalls.class, ProbeApp.class);
    if (probe.active()) {
      throw new AssertionError("a span is still active in the application's main thread");
    }
    probe.local(LAST_SPAN);
    try {
      if (!lastSpan.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new AssertionError("the agent delivers nothing any more\n" + output());
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    }
    assertNoComplaint();
    spans.assertEmpty();
  }

  private void assertNoComplaint() {
    List<String> lines = lines();
    List<String> complaints =
        new ArrayList<>(Complaints.in(lines.subList(linesRead, lines.size())));
    linesRead = lines.size();
    synchronized (malformed) {
      complaints.addAll(malformed);
      malformed.clear();
    }
    if (!complaints.isEmpty()) {
      throw new AssertionError(
          "agent or JVM complained: " + String.join("\n", complaints) + "\n\n" + output());
    }
  }

  private List<String> lines() {
    ChildProcess running = child;
    try {
      return running == null ? List.of() : Files.readAllLines(running.output());
    } catch (IOException e) {
      return List.of("the child's output cannot be read: " + e);
    }
  }

  private String output() {
    return "output of the child JVM:\n" + String.join("\n", lines());
  }

  /** Lets the child end by itself, which makes the agent flush, and looks at its last words. */
  @Override
  public synchronized void close() throws IOException {
    try {
      if (child != null) {
        child.close();
        assertNoComplaint();
      }
    } finally {
      if (receiver != null) {
        receiver.close();
      }
    }
  }

  @Override
  public String toString() {
    return classPath.library() + " under the packaged agent on JDK " + home.feature();
  }
}
