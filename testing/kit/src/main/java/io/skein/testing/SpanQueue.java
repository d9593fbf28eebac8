package io.skein.testing;

import io.skein.core.SpanType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The spans that arrived and that no test has asked for yet.
 *
 * <p>A test says which span it takes: kind, name, and whether it failed. Taking waits for the span,
 * because a server answers before its span ends. What is left at the end of a test is a failure: a
 * span too many is as wrong as one that is missing.
 *
 * <p>Thread-safe.
 */
public final class SpanQueue {
  /**
   * Long enough for a child JVM that links its first spans while both processors are busy; a span
   * that comes is taken at once.
   */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final List<RecordedSpan> spans = new ArrayList<>();
  private final Set<String> permitted = new HashSet<>();

  public synchronized void add(RecordedSegment segment) {
    if (!permitted.contains(segment.traceId())) {
      spans.addAll(segment.spans());
      notifyAll();
    }
  }

  /**
   * Says that spans of this trace may come or not, and that nobody will ask: for requests that a
   * server may refuse before they are requests.
   */
  public synchronized void permit(String traceId) {
    permitted.add(traceId);
  }

  public RecordedSpan takeEntry(String operationName) {
    return take(SpanType.ENTRY, operationName, false);
  }

  public RecordedSpan takeEntryWithError(String operationName) {
    return take(SpanType.ENTRY, operationName, true);
  }

  public RecordedSpan takeExit(String operationName) {
    return take(SpanType.EXIT, operationName, false);
  }

  public RecordedSpan takeExitWithError(String operationName) {
    return take(SpanType.EXIT, operationName, true);
  }

  public RecordedSpan takeLocal(String operationName) {
    return take(SpanType.LOCAL, operationName, false);
  }

  public RecordedSpan takeLocalWithError(String operationName) {
    return take(SpanType.LOCAL, operationName, true);
  }

  private RecordedSpan take(SpanType type, String operationName, boolean error) {
    RecordedSpan span =
        await(
            type + " \"" + operationName + "\"",
            each -> each.type() == type && each.operationName().equals(operationName));
    if (span.error() != error) {
      throw new AssertionError(
          (error ? "expected an error in " : "expected no error in ") + describe(span));
    }
    return span;
  }

  /** Waits for the first span that matches and takes it. */
  synchronized RecordedSpan await(String what, Predicate<RecordedSpan> wanted) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      for (Iterator<RecordedSpan> each = spans.iterator(); each.hasNext(); ) {
        RecordedSpan span = each.next();
        if (wanted.test(span)) {
          each.remove();
          return span;
        }
      }
      long millis = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
      if (millis <= 0) {
        throw new AssertionError(
            "no span " + what + " within " + PATIENCE.toSeconds() + " s; there are:" + list());
      }
      try {
        wait(millis);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new AssertionError("interrupted while waiting for " + what, interrupted);
      }
    }
  }

  /** Fails when a span is here that no test asked for. */
  public synchronized void assertEmpty() {
    if (!spans.isEmpty()) {
      String left = list();
      spans.clear();
      throw new AssertionError("spans that nobody asked for:" + left);
    }
  }

  /** Forgets what is here; for the begin of a test. */
  public synchronized void clear() {
    spans.clear();
  }

  private String list() {
    return spans.isEmpty()
        ? " none"
        : spans.stream().map(SpanQueue::describe).collect(Collectors.joining("\n  ", "\n  ", ""));
  }

  private static String describe(RecordedSpan span) {
    StringBuilder text = new StringBuilder(span.toString());
    for (RecordedSpan.Log log : span.logs()) {
      text.append("\n    log ").append(log.fields());
    }
    return text.toString();
  }
}
