package io.skein.core;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Reading records in tests. */
final class Spans {
  private Spans() {}

  static List<SpanRecord> of(Segment segment) {
    return IntStream.range(0, segment.spanCount()).mapToObj(segment::span).toList();
  }

  static SpanRecord named(Segment segment, String operationName) {
    return of(segment).stream()
        .filter(span -> span.operationName().equals(operationName))
        .reduce(
            (a, b) -> {
              throw new AssertionError("two spans named " + operationName);
            })
        .orElseThrow(() -> new AssertionError("no span " + operationName + " in " + of(segment)));
  }

  /** Every {@code key=value}, in order. */
  static List<String> tags(SpanRecord span) {
    List<String> tags = new ArrayList<>();
    for (int i = 0; i < span.tagCount(); i++) {
      tags.add(span.tagKey(i) + "=" + span.tagValue(i));
    }
    return tags;
  }

  /** Every {@code key=value} of one log entry, in order. */
  static List<String> fields(LogRecord log) {
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < log.fieldCount(); i++) {
      fields.add(log.key(i) + "=" + log.value(i));
    }
    return fields;
  }

  /** Runs something inside a scope. */
  static void within(Scope scope, Runnable work) {
    try (scope) {
      work.run();
    }
  }

  /** Runs something in a thread of its own and waits for it; what it throws is thrown here. */
  static void inAnotherThread(Runnable work) {
    List<Throwable> thrown = new ArrayList<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Throwable e) {
                thrown.add(e);
              }
            });
    thread.start();
    try {
      thread.join(30_000);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
    if (!thrown.isEmpty()) {
      throw new AssertionError(thrown.get(0));
    }
  }
}
