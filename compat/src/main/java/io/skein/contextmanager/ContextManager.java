package io.skein.contextmanager;

import io.skein.api.Scope;
import io.skein.api.Span;
import io.skein.api.Tracing;
import io.skein.api.spi.PlaceState;
import io.skein.api.spi.Providers;
import io.skein.api.spi.TracingProvider;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The calling thread's context: the spans that were started here and not stopped yet.
 *
 * <p>No method throws. Before tracing has started, and where nothing is recorded, spans do nothing.
 */
public final class ContextManager {
  /** The trace id where there is no trace. */
  public static final String NO_TRACE_ID = "N/A";

  /** The trace id where the trace is known and not recorded. */
  public static final String IGNORED_TRACE_ID = "Ignored_Trace";

  private static final ThreadLocal<@Nullable ThreadContext> THREADS = new ThreadLocal<>();

  private ContextManager() {}

  // ---- starting

  /**
   * Starts a span for a request that came in.
   *
   * @param carrier what the caller sent; null or an empty one begins a trace
   */
  public static Span createEntrySpan(
      @Nullable String operationName, @Nullable ContextCarrier carrier) {
    ThreadContext here = here();
    here.pending = null; // a request belongs to its caller
    return here.started(
        Providers.current()
            .startEntry(operationName, carrier == null || carrier.isEmpty() ? null : carrier::get));
  }

  /** Starts a span for work that stays inside. */
  public static Span createLocalSpan(@Nullable String operationName) {
    ThreadContext here = here();
    here.continuePending();
    return here.started(Providers.current().startLocal(operationName));
  }

  /**
   * Starts a span for a call.
   *
   * @param peer the other side's address, any text
   */
  public static Span createExitSpan(@Nullable String operationName, @Nullable String peer) {
    ThreadContext here = here();
    here.continuePending();
    return here.started(Providers.current().startExit(operationName, peer));
  }

  /**
   * Starts a span for a call and writes into the carrier what the other side needs.
   *
   * @param carrier filled; null is a mistake and said in the log, and the span is started all the
   *     same
   */
  public static Span createExitSpan(
      @Nullable String operationName, @Nullable ContextCarrier carrier, @Nullable String peer) {
    Span span = createExitSpan(operationName, peer);
    if (carrier == null) {
      Mistakes.say("createExitSpan was given no carrier, so the call's other side begins a trace");
    } else {
      inject(span, carrier);
    }
    return span;
  }

  /** Writes the active span's context into a carrier. */
  public static void inject(@Nullable ContextCarrier carrier) {
    inject(activeSpan(), carrier);
  }

  /** Writes a span's context into a carrier, in place of what it held. */
  public static void inject(@Nullable Span span, @Nullable ContextCarrier carrier) {
    if (carrier != null) {
      carrier.clear();
      Tracing.inject(span, carrier::set);
    }
  }

  // ---- stopping

  /** Stops the span that was started last here and is not stopped yet. */
  public static void stopSpan() {
    ThreadContext here = THREADS.get();
    Span span = here == null ? null : here.spans.peek();
    if (span == null) {
      Mistakes.say("stopSpan was called where no span is open");
    } else {
      stopSpan(span);
    }
  }

  /**
   * Stops a span. Spans that were started inside it and not stopped are stopped with it, and that
   * is said in the log.
   */
  public static void stopSpan(@Nullable Span span) {
    if (span == null) {
      return;
    }
    ThreadContext here = THREADS.get();
    if (here == null || !here.holds(span)) {
      if (span != Span.none()) {
        Mistakes.say("stopSpan was given a span that is not open in this thread");
      }
      span.end();
      return;
    }
    if (here.spans.peek() != span) {
      Mistakes.say("stopSpan was given a span while another one is open inside it");
    }
    here.stopped(span);
  }

  // ---- the active context

  /** The innermost open span of this thread, whoever started it; one that does nothing if none. */
  public static Span activeSpan() {
    TracingProvider provider = Providers.current();
    Span active = provider.activeSpan();
    ThreadContext here = THREADS.get();
    Span own = here == null ? null : here.spans.peek();
    if (active == null) {
      return Span.none();
    }
    // Others may have started a span inside ours; otherwise it is ours, to be stopped with
    // stopSpan.
    return own != null && isWhereWeAre(provider, own) ? own : active;
  }

  private static boolean isWhereWeAre(TracingProvider provider, Span span) {
    return provider.spanId(span) == provider.spanId(null)
        && Objects.equals(provider.segmentId(span), provider.segmentId(null));
  }

  /** Whether a span is open in this thread. */
  public static boolean isActive() {
    return Providers.current().activeSpan() != null;
  }

  /**
   * The id of this thread's trace; {@value #NO_TRACE_ID} where there is none, {@value
   * #IGNORED_TRACE_ID} where it is not recorded.
   */
  public static String getGlobalTraceId() {
    TracingProvider provider = Providers.current();
    String id = provider.traceId(null);
    if (id != null) {
      return id;
    }
    return provider.state(null) == PlaceState.IGNORED ? IGNORED_TRACE_ID : NO_TRACE_ID;
  }

  // ---- between threads

  /**
   * Where this thread is, to go on from in others: any number of them, any time, also after the
   * spans have been stopped.
   */
  public static ContextSnapshot capture() {
    return new ContextSnapshot(Tracing.capture());
  }

  /**
   * Continues, in this thread, the trace that was captured in another.
   *
   * <p>The open span gets a reference to the captured place, and its segment becomes part of that
   * trace; headers that are injected from now on say so. Where none is open yet, the next local or
   * exit span that is started here goes on from the place.
   */
  public static void continued(@Nullable ContextSnapshot snapshot) {
    if (snapshot == null || snapshot.place.isEmpty()) {
      return;
    }
    Span active = Providers.current().activeSpan();
    if (active != null) {
      Tracing.link(active, snapshot.place);
    } else {
      ThreadContext here = here();
      here.forget();
      here.pending = snapshot;
      THREADS.set(here);
    }
  }

  private static ThreadContext here() {
    ThreadContext here = THREADS.get();
    if (here == null) {
      here = new ThreadContext();
      THREADS.set(here);
    } else if (!here.spans.isEmpty() && Providers.current().activeSpan() == null) {
      // Somebody else ended the segment that ours were in; they must not pile up.
      Mistakes.say("spans that were never stopped are forgotten");
      here.forget();
      THREADS.set(here);
    }
    return here;
  }

  /** What is open in one thread. */
  private static final class ThreadContext {
    /** The innermost first. */
    final Deque<Span> spans = new ArrayDeque<>(4);

    @Nullable ContextSnapshot pending;
    private @Nullable Scope continued;

    void continuePending() {
      ContextSnapshot snapshot = pending;
      pending = null;
      if (snapshot != null && spans.isEmpty()) {
        continued = snapshot.place.continueTrace();
      }
    }

    Span started(Span span) {
      if (span == Span.none()) {
        if (spans.isEmpty()) {
          forget(); // nobody is there, so there is nothing to remember
        }
      } else {
        spans.push(span);
      }
      return span;
    }

    boolean holds(Span span) {
      for (Span each : spans) {
        if (each == span) {
          return true;
        }
      }
      return false;
    }

    void stopped(Span span) {
      Span top = spans.pop();
      while (top != span) {
        top.end();
        top = spans.pop();
      }
      span.end();
      if (spans.isEmpty()) {
        forget();
      }
    }

    void forget() {
      spans.clear();
      pending = null;
      Scope scope = continued;
      continued = null;
      if (scope != null) {
        scope.close();
      }
      THREADS.remove();
    }
  }
}
