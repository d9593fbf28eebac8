package io.skein.api;

import io.skein.api.spi.Providers;
import io.skein.api.spi.TracingProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A span that has not started. It is not reported and not active, and forgetting it is harmless.
 *
 * <p>Each {@link #start}, {@link #run}, {@link #call} and {@link #stage} makes a span of its own
 * with the same description. Belongs to one thread; total like everything here.
 */
public final class SpanBuilder {
  static final int ENTRY = 0;
  static final int EXIT = 1;
  static final int LOCAL = 2;

  /** Where nothing traces: one for all, which keeps nothing. */
  private static final SpanBuilder NOTHING = new SpanBuilder(LOCAL, null, null);

  private final int kind;
  private final @Nullable String operationName;
  private @Nullable String peer;
  private @Nullable Component component;
  private @Nullable Layer layer;
  private @Nullable Function<String, @Nullable String> incoming;
  private @Nullable BiConsumer<String, String> outgoing;

  /** Key and value, alternating; a key is a String or a TagKey. */
  private @Nullable List<Object> tags;

  private SpanBuilder(int kind, @Nullable String operationName, @Nullable String peer) {
    this.kind = kind;
    this.operationName = operationName;
    this.peer = peer;
  }

  static SpanBuilder of(int kind, @Nullable String operationName, @Nullable String peer) {
    return Providers.present() ? new SpanBuilder(kind, operationName, peer) : NOTHING;
  }

  // ---- description

  public SpanBuilder component(@Nullable Component newComponent) {
    if (this != NOTHING) {
      component = newComponent;
    }
    return this;
  }

  public SpanBuilder layer(@Nullable Layer newLayer) {
    if (this != NOTHING) {
      layer = newLayer;
    }
    return this;
  }

  /** The address of the other side, {@code host:port}. */
  public SpanBuilder peer(@Nullable String address) {
    if (this != NOTHING) {
      peer = address;
    }
    return this;
  }

  public SpanBuilder tag(@Nullable String key, @Nullable String value) {
    return addTag(key, value);
  }

  public <T> SpanBuilder tag(@Nullable TagKey<T> key, @Nullable T value) {
    return addTag(key, value);
  }

  private SpanBuilder addTag(@Nullable Object key, @Nullable Object value) {
    if (this != NOTHING && key != null && value != null) {
      List<Object> present = tags;
      if (present == null) {
        present = new ArrayList<>(8);
        tags = present;
      }
      present.add(key);
      present.add(value);
    }
    return this;
  }

  /**
   * For an entry: the headers that came with the request. If they speak of a trace, the span
   * continues it.
   *
   * @param reader finds a header by its name, which is given in lower case and is to be found in
   *     any; null when there is none
   */
  public SpanBuilder headers(@Nullable Function<String, @Nullable String> reader) {
    if (this != NOTHING) {
      incoming = reader;
    }
    return this;
  }

  /**
   * For an exit: takes the headers that let the other side continue the trace, as soon as the span
   * has started. The same as {@link Tracing#inject} on the started span.
   */
  public SpanBuilder inject(@Nullable BiConsumer<String, String> writer) {
    if (this != NOTHING) {
      outgoing = writer;
    }
    return this;
  }

  // ---- starting

  /** Starts the span and makes it the active one of this thread. */
  public Span start() {
    if (this == NOTHING) {
      return Span.none();
    }
    TracingProvider provider = Providers.current();
    Span span =
        switch (kind) {
          case ENTRY -> provider.startEntry(operationName, incoming);
          case EXIT -> provider.startExit(operationName, peer);
          default -> provider.startLocal(operationName);
        };
    describe(span);
    if (outgoing != null) {
      provider.inject(span, outgoing);
    }
    return span;
  }

  @SuppressWarnings("unchecked") // tag() has put value and key together
  private void describe(Span span) {
    if (component != null) {
      span.component(component);
    }
    if (layer != null) {
      span.layer(layer);
    }
    if (peer != null && kind != EXIT) {
      span.peer(peer);
    }
    List<Object> present = tags;
    if (present != null) {
      for (int i = 0; i < present.size(); i += 2) {
        Object value = present.get(i + 1);
        if (present.get(i) instanceof TagKey<?> key) {
          span.tag((TagKey<Object>) key, value);
        } else {
          span.tag((String) present.get(i), (String) value);
        }
      }
    }
  }

  /** Runs something in the span. What it throws is recorded and thrown on. */
  public <E extends Throwable> void run(@Nullable Work<E> work) throws E {
    if (work != null) {
      run((Span span) -> work.run());
    }
  }

  /** Runs something in the span, which it is given to describe it. */
  public <E extends Throwable> void run(@Nullable WorkOnSpan<E> work) throws E {
    if (work == null) {
      return;
    }
    Span span = start();
    try {
      work.run(span);
    } catch (Throwable e) {
      span.end(e);
      throw e;
    }
    span.end();
  }

  /** Computes something in the span. What it throws is recorded and thrown on. */
  @SuppressWarnings("NullAway") // null for null: whoever gives nothing to compute gets nothing
  public <T extends @Nullable Object, E extends Throwable> T call(
      @Nullable Computation<T, E> computation) throws E {
    return computation == null ? null : call((Span span) -> computation.call());
  }

  /** Computes something in the span, which it is given to describe it. */
  @SuppressWarnings("NullAway")
  public <T extends @Nullable Object, E extends Throwable> T call(
      @Nullable ComputationOnSpan<T, E> computation) throws E {
    if (computation == null) {
      return null;
    }
    Span span = start();
    T result;
    try {
      result = computation.call(span);
    } catch (Throwable e) {
      span.end(e);
      throw e;
    }
    span.end();
    return result;
  }

  /**
   * Begins something that goes on elsewhere: the span lasts until the stage is complete, and an
   * error that completes it is recorded. In this thread the span is active only while the supplier
   * runs.
   *
   * @return what the supplier returned, unchanged
   */
  @SuppressWarnings("NullAway")
  public <S extends @Nullable CompletionStage<?>> S stage(@Nullable Supplier<S> begin) {
    if (begin == null) {
      return null;
    }
    Span span = start().prepareForAsync();
    S stage;
    try {
      stage = begin.get();
    } catch (Throwable e) {
      span.end(e);
      span.asyncEnd();
      throw e;
    }
    span.end();
    if (stage == null) {
      span.asyncEnd();
    } else {
      endWith(stage, span);
    }
    return stage;
  }

  private static void endWith(CompletionStage<?> stage, Span span) {
    try {
      stage.whenComplete((result, error) -> span.asyncEnd(error));
    } catch (RuntimeException e) { // a stage of somebody's own that cannot be watched
      span.asyncEnd();
    }
  }

  /** What {@link SpanBuilder#run} runs. */
  @FunctionalInterface
  public interface Work<E extends Throwable> {
    void run() throws E;
  }

  /** What {@link SpanBuilder#run} runs with the span at hand. */
  @FunctionalInterface
  public interface WorkOnSpan<E extends Throwable> {
    void run(Span span) throws E;
  }

  /** What {@link SpanBuilder#call} calls. */
  @FunctionalInterface
  public interface Computation<T extends @Nullable Object, E extends Throwable> {
    T call() throws E;
  }

  /** What {@link SpanBuilder#call} calls with the span at hand. */
  @FunctionalInterface
  public interface ComputationOnSpan<T extends @Nullable Object, E extends Throwable> {
    T call(Span span) throws E;
  }
}
