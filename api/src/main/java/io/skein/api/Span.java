package io.skein.api;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One piece of work: an entry (a request served), an exit (a call made) or something local.
 *
 * <p><b>Total.</b> No method throws, whatever it is given and whenever it is called. A null or
 * empty name, key or value is nothing to say and is ignored. A change after the end is ignored and
 * counted: a span that has been handed on does not change any more.
 *
 * <p><b>Threads.</b> A span belongs to the thread that started it, until {@link #prepareForAsync}
 * says otherwise. Changes from other threads are not lost, but they are applied when the owner next
 * touches its spans.
 *
 * <p><b>Blocks.</b> A span can head a try block, which ends it. The block cannot see the error that
 * leaves it, so say it with {@link #log(Throwable)}, or use {@link SpanBuilder#run} and {@link
 * SpanBuilder#call}, which do.
 *
 * <p><b>Shared spans.</b> Frameworks nest: Spring MVC inside Tomcat is one request, an HTTP client
 * below RestTemplate is one call. So an entry that starts directly inside an entry, and an exit
 * inside an exit, share one span. Each starter gets its own {@code Span} to end. Of nested entries
 * the innermost names and describes the span, of nested exits the outermost does; what the other
 * one says is ignored, except for tags that are {@linkplain TagKey#overwriting overwriting}, the
 * peer and the error flag.
 */
public interface Span extends AutoCloseable {
  /** A span that nobody will see; what there is where nothing traces. */
  static Span none() {
    return NoSpan.INSTANCE;
  }

  Span operationName(@Nullable String name);

  /** The address of the other side, {@code host:port}, several separated by commas. */
  Span peer(@Nullable String peer);

  Span component(@Nullable Component component);

  Span layer(@Nullable Layer layer);

  /** Sets a tag; replaces an earlier value of the same key. */
  Span tag(@Nullable String key, @Nullable String value);

  /** Sets a tag by the rule of its key. */
  <T> Span tag(@Nullable TagKey<T> key, @Nullable T value);

  /**
   * Writes the error with its stack trace and its causes into the span's log, and marks the span as
   * failed unless errors of this class are set to be ignored.
   */
  Span log(@Nullable Throwable error);

  /** Writes one line into the span's log, with the present time. */
  Span log(@Nullable String event);

  /** Writes several fields into the span's log, with the present time. */
  Span log(@Nullable Map<String, String> fields);

  /** Marks the span as failed. */
  Span error();

  /** False when nobody will see this span: do not compute costly tags for it. */
  boolean recording();

  /**
   * The work goes on after {@link #end}, maybe in other threads, until {@link #asyncEnd}. To be
   * called in the thread that started the span and before its end; otherwise it is ignored and
   * counted. From now on the span may be changed from any thread.
   */
  Span prepareForAsync();

  /**
   * Ends work that was {@linkplain #prepareForAsync prepared} to outlive {@link #end}. Any thread.
   */
  void asyncEnd();

  /** Logs the error if there is one, then ends asynchronous work. */
  void asyncEnd(@Nullable Throwable error);

  /**
   * Ends the span. Spans inside it that nobody has ended are ended with it. A second call is
   * harmless.
   */
  void end();

  /** Logs the error if there is one, then ends the span. */
  void end(@Nullable Throwable error);

  /** Ends the span, for use in a try block. */
  @Override
  default void close() {
    end();
  }
}
