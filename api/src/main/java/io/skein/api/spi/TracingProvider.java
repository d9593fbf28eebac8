package io.skein.api.spi;

import io.skein.api.Scope;
import io.skein.api.Span;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The tracer behind the API. Everything that {@link io.skein.api.Tracing} offers, and what bridges
 * from other APIs need besides: detached spans and places. See the package for both.
 *
 * <p><b>Total</b>, like the API itself: no method throws, whatever it is given, by whatever thread,
 * in whatever order. Spans of another provider are ignored. Safe for use by several threads.
 *
 * <p>Take it from {@link Providers#current()} for each use: an agent may come, an SDK may go.
 */
public interface TracingProvider {
  // ---- spans of the calling thread, which end in the order of a stack

  /** Starts an entry; {@code headers} finds a caller's header by its name in lower case. */
  Span startEntry(
      @Nullable String operationName, @Nullable Function<String, @Nullable String> headers);

  Span startLocal(@Nullable String operationName);

  Span startExit(@Nullable String operationName, @Nullable String peer);

  /**
   * The innermost span of this thread, started or activated, by whomever; null when there is none.
   * Two that stand for the same detached span are equal.
   *
   * <p>Null is also the answer directly after the {@linkplain #activate activation} of a span whose
   * segment cannot take further spans (it was reported, or is another thread's): then there is a
   * parent for new spans, but nothing here that could still be described.
   */
  @Nullable Span activeSpan();

  // ---- between processes

  /** Writes the headers, in lower case, that let another process continue the trace. */
  void inject(@Nullable Span span, @Nullable BiConsumer<String, String> headers);

  /** Adds the parent that headers speak of to an entry span; the first gives the trace its id. */
  void extract(@Nullable Span entry, @Nullable Function<String, @Nullable String> headers);

  /**
   * What headers say, as a place to start detached spans below. Null when there are no headers of a
   * trace; {@link PlaceState#INVALID} when they cannot be read.
   */
  @Nullable Object extractContext(@Nullable Function<String, @Nullable String> headers);

  // ---- between threads

  /** Where this thread is; null when there is nothing to go on from. Immutable. */
  @Nullable Object capture();

  /** Lets this thread work for a captured place until the scope is closed. */
  Scope continueFrom(@Nullable Object snapshot);

  /** Adds a captured place as one more parent of an open span of this thread. */
  void link(@Nullable Span span, @Nullable Object snapshot);

  // ---- ids and data of the trace; null stands for where the calling thread is

  PlaceState state(@Nullable Object place);

  /** The id of a place's trace; null where it is not recorded. */
  @Nullable String traceId(@Nullable Object place);

  /** The id of a place's segment; null where it is not recorded. */
  @Nullable String segmentId(@Nullable Object place);

  /** The number of a place's span in its segment; -1 where it is not recorded. */
  int spanId(@Nullable Object place);

  /** A value that this thread's trace carries along. */
  @Nullable String correlation(@Nullable String key);

  /** Gives the trace a value to carry along; whether it has it now. */
  boolean putCorrelation(@Nullable String key, @Nullable String value);

  // ---- detached spans

  /**
   * Starts a span without making it active.
   *
   * <p>Without any parent it begins a trace. The thread's active span is not taken into account;
   * who wants it gives {@link #activeSpan} or, to catch the case described there, {@link #capture}
   * as a parent.
   *
   * @param epochMillis when it started; 0 or less for now
   * @param parents places; the first valid one is what the span is inside of, the others become
   *     references
   */
  Span startDetached(
      @Nullable String operationName,
      @Nullable SpanKind kind,
      long epochMillis,
      @Nullable List<? extends @Nullable Object> parents);

  /**
   * The same, and a trace that begins with it is recorded whatever the sampler says. A parent that
   * is not recorded has decided, all the same.
   */
  Span startWanted(
      @Nullable String operationName,
      @Nullable SpanKind kind,
      long epochMillis,
      @Nullable List<? extends @Nullable Object> parents);

  /**
   * Says late that nobody wants the segment of a span, or that somebody does after all. A segment
   * that is unwanted when it is complete is not reported, and what goes on from it meanwhile, here
   * and in other services, is not recorded.
   */
  void wanted(@Nullable Span span, boolean wanted);

  /** Changes the kind of a detached span that has not ended; others keep theirs. */
  void kind(@Nullable Span span, @Nullable SpanKind kind);

  /** Writes fields into a span's log, with the time when it happened. */
  void log(@Nullable Span span, long epochMillis, @Nullable Map<String, String> fields);

  /**
   * Ends a span. The time counts for detached ones only, and never before the start; 0 or less for
   * now.
   */
  void end(@Nullable Span span, long epochMillis);

  /**
   * Makes a span, detached or not, ended or not, the parent of what this thread starts until the
   * scope is closed. Null: what it starts begins traces of its own.
   */
  Scope activate(@Nullable Span span);

  /**
   * Sends what has ended so far, and waits for that no longer than this. Where an agent traces it
   * does nothing: the agent sends in its own time, and what is left when the JVM ends.
   */
  void flush(@Nullable Duration within);
}
