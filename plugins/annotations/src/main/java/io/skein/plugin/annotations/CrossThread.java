package io.skein.plugin.annotations;

import io.skein.agent.plugin.WeakIdentityMap;
import io.skein.api.Span;
import io.skein.core.Scope;
import io.skein.core.Snapshot;
import org.jspecify.annotations.Nullable;

/** Where in which trace the objects of marked classes were made. */
final class CrossThread {
  /**
   * Far above what a healthy application has waiting; objects beyond it run without their trace.
   */
  private static final int LIMIT = 100_000;

  private static final WeakIdentityMap<Object, Snapshot> MADE = new WeakIdentityMap<>(LIMIT);

  private CrossThread() {}

  /** Constructors call each other; the last one that is done, the outermost, counts. */
  static void made(Object object) {
    Snapshot place = TracedMethod.TRACER.capture();
    if (place != null) {
      MADE.put(object, place);
    }
  }

  /** A run of such an object. As a scope it is closed by the engine, if our exit should fail. */
  static final class Run implements Scope {
    private final Scope scope;
    private final Span span;

    Run(Object object, String method) {
      Snapshot place = MADE.isEmpty() ? null : MADE.get(object);
      scope = TracedMethod.TRACER.continueFrom(place);
      span = TracedMethod.TRACER.startLocal("Thread/" + object.getClass().getName() + "/" + method);
    }

    void end(@Nullable Throwable thrown) {
      span.end(thrown);
      scope.close();
    }

    @Override
    public void close() {
      end(null);
    }
  }
}
