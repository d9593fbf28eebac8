package io.skein.opentracing;

import io.opentracing.References;
import io.opentracing.Scope;
import io.opentracing.Span;
import io.opentracing.SpanContext;
import io.opentracing.Tracer;
import io.opentracing.log.Fields;
import io.opentracing.propagation.Format;
import io.opentracing.tag.Tags;
import io.opentracing.util.GlobalTracer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What people who come from other languages or from earlier versions look for in OpenTracing 0.33,
 * which has dropped it: scopes that finish their span, spans as blocks, children of a given span.
 *
 * <p>These work with any OpenTracing tracer.
 */
public final class Spans {
  private Spans() {}

  // ---- active spans

  /** Makes a span active until the result is closed, which also finishes it. */
  public static ActiveSpan activate(Tracer tracer, Span span) {
    return activate(tracer, span, true);
  }

  /**
   * Makes a span active until the result is closed.
   *
   * @param finishOnClose whether closing also finishes the span
   */
  public static ActiveSpan activate(Tracer tracer, Span span, boolean finishOnClose) {
    Objects.requireNonNull(span, "span == null");
    return new ActiveSpan(span, tracer.activateSpan(span), finishOnClose);
  }

  /** Starts a span and makes it active until the result is closed, which also finishes it. */
  public static ActiveSpan startActive(Tracer tracer, Tracer.SpanBuilder builder) {
    return activate(tracer, builder.start(), true);
  }

  public static ActiveSpan startActive(
      Tracer tracer, Tracer.SpanBuilder builder, boolean finishOnClose) {
    return activate(tracer, builder.start(), finishOnClose);
  }

  /**
   * The same with the tracer that the builder comes from. A builder of a foreign tracer does not
   * tell which one that is; then it is the global one.
   */
  public static ActiveSpan startActive(Tracer.SpanBuilder builder) {
    return startActive(tracerOf(builder), builder, true);
  }

  public static ActiveSpan startActive(Tracer.SpanBuilder builder, boolean finishOnClose) {
    return startActive(tracerOf(builder), builder, finishOnClose);
  }

  private static Tracer tracerOf(Tracer.SpanBuilder builder) {
    return builder instanceof SkeinSpanBuilder ours ? ours.tracer() : GlobalTracer.get();
  }

  public static ActiveSpan startActive(Tracer tracer, String operationName) {
    return activate(tracer, tracer.buildSpan(operationName).start(), true);
  }

  // ---- children

  /** Starts a child of a span with the tracer that the span comes from. */
  public static Span startChild(Span parent, String operationName) {
    return startChild(parent, operationName, Map.of(), 0);
  }

  /**
   * Starts a child of a span with the tracer that the span comes from. A span of a foreign tracer
   * does not tell which one that is; then it is the global one.
   *
   * @param startMicros microseconds since the epoch, or 0 for now
   */
  public static Span startChild(
      Span parent, String operationName, Map<String, ?> tags, long startMicros) {
    Tracer tracer = parent instanceof BackedSpan ours ? ours.tracer() : GlobalTracer.get();
    Tracer.SpanBuilder builder = tracer.buildSpan(operationName).asChildOf(parent);
    tags.forEach((key, value) -> tag(builder, key, value));
    if (startMicros > 0) {
      builder.withStartTimestamp(startMicros);
    }
    return builder.start();
  }

  /**
   * Starts a span below the one that {@code parent} supplies: the current one by whatever notion of
   * "current" an application has. If it supplies null the span is the root of a trace.
   */
  public static Span startBelow(
      Tracer tracer, Supplier<? extends @Nullable Span> parent, String operationName) {
    return tracer
        .buildSpan(operationName)
        .ignoreActiveSpan()
        .asChildOf((Span) parent.get())
        .start();
  }

  /** A span that follows from another one: caused by it, and not awaited by it. */
  public static Span startFollowing(
      Tracer tracer, @Nullable SpanContext cause, String operationName) {
    return tracer.buildSpan(operationName).addReference(References.FOLLOWS_FROM, cause).start();
  }

  // ---- spans as blocks

  /**
   * A span as a resource: it is finished at the end of the block, however that ends.
   *
   * <pre>{@code
   * try (SpanBlock block = Spans.closing(span)) {
   *   ...
   * }
   * }</pre>
   *
   * <p>A resource is not told of the exception that ends its block. So whoever wants errors
   * recorded takes {@link #run} or {@link #call}, or tells {@link SpanBlock#failed} in a {@code
   * catch} that is inside the block.
   */
  public static SpanBlock closing(Span span) {
    return new SpanBlock(span);
  }

  /** Runs work, records what it throws, finishes the span; what was thrown goes on. */
  public static void run(Span span, Runnable work) {
    try {
      work.run();
    } catch (Throwable thrown) {
      logError(span, thrown);
      throw thrown;
    } finally {
      span.finish();
    }
  }

  /** The same with a result, and with checked exceptions. */
  public static <T extends @Nullable Object> T call(Span span, Callable<T> work) throws Exception {
    try {
      return work.call();
    } catch (Throwable thrown) {
      logError(span, thrown);
      throw thrown;
    } finally {
      span.finish();
    }
  }

  /** Runs work with the span active; records what it throws; restores, then finishes. */
  public static void runActive(Tracer tracer, Span span, Runnable work) {
    try (ActiveSpan active = activate(tracer, span)) {
      try {
        work.run();
      } catch (Throwable thrown) {
        logError(span, thrown);
        throw thrown;
      }
    }
  }

  /** The same with a result, and with checked exceptions. */
  public static <T extends @Nullable Object> T callActive(
      Tracer tracer, Span span, Callable<T> work) throws Exception {
    try (ActiveSpan active = activate(tracer, span)) {
      try {
        return work.call();
      } catch (Throwable thrown) {
        logError(span, thrown);
        throw thrown;
      }
    }
  }

  /** Marks a span as failed and logs the error with the fields that OpenTracing names for it. */
  public static void logError(Span span, Throwable error) {
    Tags.ERROR.set(span, true);
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put(Fields.EVENT, "error");
    fields.put(Fields.ERROR_KIND, error.getClass().getName());
    String message = StackText.message(error);
    if (message != null) {
      fields.put(Fields.MESSAGE, message);
    }
    fields.put(Fields.ERROR_OBJECT, error);
    fields.put(Fields.STACK, StackText.of(error));
    span.log(fields);
  }

  // ---- between processes

  /** Injects the context of a span. */
  public static <C> void inject(Tracer tracer, Span span, Format<C> format, C carrier) {
    tracer.inject(span.context(), format, carrier);
  }

  static void tag(Tracer.SpanBuilder builder, String key, @Nullable Object value) {
    if (value instanceof Boolean flag) {
      builder.withTag(key, flag);
    } else if (value instanceof Number number) {
      builder.withTag(key, number);
    } else if (value != null) {
      builder.withTag(key, value.toString());
    }
  }

  /** A span that is active, and the scope in which it is. */
  public static final class ActiveSpan implements Scope {
    private final Span span;
    private final Scope scope;
    private final boolean finishOnClose;
    private boolean closed;

    private ActiveSpan(Span span, Scope scope, boolean finishOnClose) {
      this.span = span;
      this.scope = scope;
      this.finishOnClose = finishOnClose;
    }

    public Span span() {
      return span;
    }

    /**
     * Restores what was active before, then finishes the span if that was wanted; in this order, so
     * that whoever listens to the end of spans does not find an ended one active.
     */
    @Override
    public void close() {
      scope.close();
      if (finishOnClose && !closed) {
        closed = true;
        span.finish();
      }
    }
  }

  /** A span that is finished at the end of a block. */
  public static final class SpanBlock implements AutoCloseable {
    private final Span span;
    private boolean closed;

    private SpanBlock(Span span) {
      this.span = Objects.requireNonNull(span, "span == null");
    }

    public Span span() {
      return span;
    }

    /** Records an error that is about to leave the block; returns it, to be thrown. */
    public <E extends Throwable> E failed(E error) {
      logError(span, error);
      return error;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        span.finish();
      }
    }
  }
}
