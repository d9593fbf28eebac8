package io.skein.core;

import io.skein.api.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/** A tracer with a clock in the hand and everything it reported, for the tests of this module. */
final class Recorder {
  /** A process id that can be told from a random one. */
  static final String PROCESS = "0123456789abcdef0123456789abcdef";

  final AtomicLong clock = new AtomicLong(1_700_000_000_000L);
  final List<Segment> segments = new ArrayList<>();
  final TracerBuilder settings =
      Tracer.builder()
          .service("orders")
          .instance("orders-1")
          .processId(PROCESS)
          .clock(clock::get)
          .sink(this::keep);

  private synchronized void keep(Segment segment) {
    segments.add(segment);
  }

  /** The only segment reported so far. */
  synchronized Segment only() {
    if (segments.size() != 1) {
      throw new AssertionError("one segment expected, reported were " + segments);
    }
    return segments.get(0);
  }

  synchronized Segment take() {
    Segment segment = only();
    segments.clear();
    return segment;
  }

  synchronized int count() {
    return segments.size();
  }

  void tick(long millis) {
    clock.addAndGet(millis);
  }

  /** Headers as a server gets them: names in any case. */
  static final class Headers {
    static final CarrierReader<Headers> READER = (headers, name) -> headers.values.get(name);
    static final CarrierWriter<Headers> WRITER =
        (headers, name, value) -> headers.values.put(name, value);

    final TreeMap<String, String> values = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);

    static Headers of(String... namesAndValues) {
      Headers headers = new Headers();
      for (int i = 0; i < namesAndValues.length; i += 2) {
        headers.values.put(namesAndValues[i], namesAndValues[i + 1]);
      }
      return headers;
    }

    static Headers from(Tracer tracer, Span exit) {
      Headers headers = new Headers();
      tracer.inject(exit, headers, WRITER);
      return headers;
    }

    String get(String name) {
      return values.get(name);
    }
  }
}
