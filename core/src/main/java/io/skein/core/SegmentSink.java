package io.skein.core;

/**
 * Where finished segments go.
 *
 * <p>Called in the application's thread that ended the last span, by many threads at once; so it
 * neither blocks nor throws. The segment is frozen, and handing it to another thread needs the
 * usual safe publication (a queue is enough).
 */
@FunctionalInterface
public interface SegmentSink {
  void accept(Segment segment);
}
