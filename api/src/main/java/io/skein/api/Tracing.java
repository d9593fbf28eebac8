package io.skein.api;

import io.skein.api.spi.Providers;
import io.skein.api.spi.TracingProvider;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where instrumenting by hand begins.
 *
 * <pre>{@code
 * Tracing.localSpan("price")
 *     .tag("article", id)
 *     .run(() -> price(id));                               // an error is recorded and thrown on
 *
 * try (Span call = Tracing.exitSpan("Stock/reserve", "stock:9090").component(Component.GRPC).start()) {
 *   Tracing.inject(call, request::setHeader);
 *   ...
 * }
 *
 * pool.execute(Carry.runnable(task));                      // the trace goes along
 * }</pre>
 *
 * <p>Behind it is the agent, or the SDK in programs without an agent, or nothing. With the agent,
 * spans made here and by its plugins are in the same segment, each below the one that was active.
 * With nothing, every method returns at once and no memory is used.
 *
 * <p><b>Total.</b> No method throws, whatever it is given, by whatever thread, in whatever order,
 * before the start and after the end of tracing. Only what the application's own code throws is
 * passed on.
 *
 * <p><b>Contexts.</b> There is no context object to keep: the thread's active span is the context.
 * When the last open span of a thread has ended, its segment is reported, and the next span that
 * starts there begins a new one.
 */
public final class Tracing {
  private Tracing() {}

  // ---- spans

  /** A request served, or a message consumed. Nothing is started yet. */
  public static SpanBuilder entrySpan(@Nullable String operationName) {
    return SpanBuilder.of(SpanBuilder.ENTRY, operationName, null);
  }

  /** Work inside. Nothing is started yet. */
  public static SpanBuilder localSpan(@Nullable String operationName) {
    return SpanBuilder.of(SpanBuilder.LOCAL, operationName, null);
  }

  /**
   * A call made, or a message sent. Nothing is started yet.
   *
   * @param peer the address of the other side, {@code host:port}; without it the call is on no map
   */
  public static SpanBuilder exitSpan(@Nullable String operationName, @Nullable String peer) {
    return SpanBuilder.of(SpanBuilder.EXIT, operationName, peer);
  }

  /**
   * The innermost open span of this thread, whoever started it, to describe it; {@link Span#none}
   * when there is none.
   */
  public static Span activeSpan() {
    Span active = Providers.current().activeSpan();
    return active == null ? Span.none() : active;
  }

  // ---- between processes

  /**
   * Hands the headers over that let the other side continue the trace: {@code sw8}, {@code
   * sw8-correlation}, {@code sw8-x}. They are to replace headers of the same name.
   *
   * @param span the exit span of this call
   */
  public static void inject(@Nullable Span span, @Nullable BiConsumer<String, String> headers) {
    Providers.current().inject(span, headers);
  }

  /**
   * Adds one more parent to an entry span: a consumer of a batch has one for each message. (The
   * first is better given to {@link SpanBuilder#headers}, as it decides what is recorded.)
   *
   * @param headers finds a header by its name, which is given in lower case and is to be found in
   *     any; null when there is none
   */
  public static void extract(
      @Nullable Span entry, @Nullable Function<String, @Nullable String> headers) {
    Providers.current().extract(entry, headers);
  }

  // ---- between threads

  /**
   * The place in the trace where this thread is, to go on from in another thread. Never null: it is
   * empty where there is no trace. See {@link Carry} for the usual ways to use it.
   */
  public static Snapshot capture() {
    TracingProvider provider = Providers.current();
    Object place = provider.capture();
    return place == null ? Snapshot.EMPTY : new Snapshot(provider, place);
  }

  /**
   * Adds a captured place as one more parent of a span of this thread: work that several others
   * wait for. The first parent of all gives the trace its id, unless it was told to somebody.
   */
  public static void link(@Nullable Span span, @Nullable Snapshot snapshot) {
    if (snapshot != null && snapshot.place != null) {
      Providers.current().link(span, snapshot.place);
    }
  }

  // ---- the trace

  /** Whether anybody is behind this API: an agent or the SDK. */
  public static boolean present() {
    return Providers.present();
  }

  /** The id of this thread's trace; null where there is none or it is not recorded. */
  public static @Nullable String traceId() {
    return Providers.current().traceId(null);
  }

  /** The id of this thread's segment; null where there is none or it is not recorded. */
  public static @Nullable String segmentId() {
    return Providers.current().segmentId(null);
  }

  /** The number of the active span in its segment; -1 where there is none. */
  public static int spanId() {
    return Providers.current().spanId(null);
  }

  /** A value that this thread's trace carries along; null where there is none. */
  public static @Nullable String correlation(@Nullable String key) {
    return Providers.current().correlation(key);
  }

  /**
   * Gives this thread's trace a value to carry along, over threads and processes. It goes into a
   * header of every call, so there is room for few and short ones only (3 of 128 characters, unless
   * set otherwise). Null or an empty text takes the key out.
   *
   * @return whether the key has this value now
   */
  public static boolean putCorrelation(@Nullable String key, @Nullable String value) {
    return Providers.current().putCorrelation(key, value);
  }
}
