package io.skein.core.report;

import io.skein.api.Span;
import io.skein.core.Segment;
import io.skein.core.Tracer;
import java.util.ArrayDeque;
import java.util.Deque;

/** Real segments for tests, made by a real tracer. */
final class Segments {

  private final Deque<Segment> made = new ArrayDeque<>();
  private final Tracer tracer =
      Tracer.builder().service("service").instance("instance").sink(made::add).build();

  /** Returns a segment with so many spans. */
  Segment of(int spans) {
    Span root = tracer.startLocal("root");
    for (int i = 1; i < spans; i++) {
      tracer.startLocal("child").end();
    }
    root.end();
    return made.remove();
  }
}
