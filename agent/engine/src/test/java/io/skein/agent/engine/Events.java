package io.skein.agent.engine;

import io.skein.core.Tracer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What advice saw. Loaded once, by the loader that plugin loaders share. */
public final class Events {
  public static final List<String> SEEN = new CopyOnWriteArrayList<>();
  public static volatile boolean fail;

  /** The segments that ended. */
  public static final List<String> REPORTED = new CopyOnWriteArrayList<>();

  public static final Tracer TRACER =
      Tracer.builder().sink(segment -> REPORTED.add(segment.segmentId())).build();

  private Events() {}

  public static void add(String event) {
    SEEN.add(event);
    if (fail) {
      throw new IllegalStateException("advice fails");
    }
  }
}
