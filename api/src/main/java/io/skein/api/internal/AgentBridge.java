package io.skein.api.internal;

import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Where calls of the API pass over to an agent. Not for applications.
 *
 * <p>An agent and the application have different copies of {@code io.skein.api}, in class loaders
 * that do not see each other. So nothing of ours can cross between them, and the methods here name
 * types of the JDK only: spans, snapshots and scopes are opaque objects, which the API's side keeps
 * and hands back. By themselves the methods do nothing and return null. An agent weaves each of
 * them: what it enters does the work, what it returns replaces the null. (Therefore nothing here
 * returns a primitive, which has no null, and no method has an overload.)
 *
 * <p>What an agent weaves in must be total: null, a handle of a span that ended long ago, a handle
 * of another kind or of another agent is ignored. What null means is said at each method; functions
 * given by the application may throw. The semantics are those of {@link
 * io.skein.api.spi.TracingProvider}, method by method. {@code io.skein.core.BridgeTarget} has a
 * method for each of these, which the advice only needs to call.
 */
public final class AgentBridge {
  /** Values of {@code tag}'s last parameter: how a tag that is there already is set again. */
  public static final int REPLACING = 0;

  /** Replaced also by those who otherwise have no say in a shared span. */
  public static final int OVERWRITING = 1;

  /** Added beside the one that is there. */
  public static final int APPENDING = 2;

  private AgentBridge() {}

  /** {@code Boolean.TRUE} when an agent has woven this class; null otherwise. */
  public static @Nullable Boolean attached() {
    return null;
  }

  // ---- spans of the calling thread

  /**
   * Starts an entry span and returns its handle.
   *
   * @param headers finds a header of the caller by its name in lower case; null when there is none
   */
  public static @Nullable Object startEntry(
      @Nullable String operationName, @Nullable Function<String, @Nullable String> headers) {
    return null;
  }

  /** Starts a local span and returns its handle. */
  public static @Nullable Object startLocal(@Nullable String operationName) {
    return null;
  }

  /** Starts an exit span and returns its handle. */
  public static @Nullable Object startExit(@Nullable String operationName, @Nullable String peer) {
    return null;
  }

  /**
   * The handle of the innermost open span of this thread, whoever started it; null when there is
   * none. For a detached span it is the very object that {@link #startDetached} returned.
   */
  public static @Nullable Object activeSpan() {
    return null;
  }

  // ---- what spans say

  public static void operationName(@Nullable Object span, @Nullable String name) {}

  public static void peer(@Nullable Object span, @Nullable String peer) {}

  /** A number of SkyWalking's component catalogue. */
  public static void component(@Nullable Object span, int id, @Nullable String name) {}

  /** The number of a {@code Layer}; others are ignored. */
  public static void layer(@Nullable Object span, int number) {}

  /**
   * Sets a tag.
   *
   * @param rule {@link #REPLACING}, {@link #OVERWRITING} or {@link #APPENDING}
   */
  public static void tag(
      @Nullable Object span, @Nullable String key, @Nullable String value, int rule) {}

  /** Logs an error with its stack and marks the span as failed. */
  public static void logError(@Nullable Object span, @Nullable Throwable error) {}

  public static void logEvent(@Nullable Object span, @Nullable String event) {}

  /**
   * Logs fields.
   *
   * @param epochMillis when it happened; 0 or less for now
   */
  public static void logFields(
      @Nullable Object span, @Nullable Map<String, String> fields, long epochMillis) {}

  /** Marks the span as failed. */
  public static void error(@Nullable Object span) {}

  /** {@code Boolean.TRUE} when somebody will see this span; null or {@code FALSE} when nobody. */
  public static @Nullable Boolean recording(@Nullable Object span) {
    return null;
  }

  public static void prepareForAsync(@Nullable Object span) {}

  /** Ends what was prepared for async; logs the error first when there is one. */
  public static void asyncEnd(@Nullable Object span, @Nullable Throwable error) {}

  /**
   * Ends a span; logs the error first when there is one.
   *
   * @param epochMillis when a detached span ended; 0 or less for now, which is what counts for all
   *     other spans
   */
  public static void end(@Nullable Object span, @Nullable Throwable error, long epochMillis) {}

  // ---- between processes

  /** Writes the headers that let the other side continue the trace below this span. */
  public static void inject(@Nullable Object span, @Nullable BiConsumer<String, String> headers) {}

  /** Adds the parent that these headers speak of to an entry span. */
  public static void extract(
      @Nullable Object entry, @Nullable Function<String, @Nullable String> headers) {}

  /**
   * What headers say, as a handle to start detached spans below; null when they say nothing. {@link
   * #placeState} tells whether it is valid.
   */
  public static @Nullable Object extractContext(
      @Nullable Function<String, @Nullable String> headers) {
    return null;
  }

  // ---- between threads

  /** The place this thread is at, as a handle; null when there is nothing to go on from. */
  public static @Nullable Object capture() {
    return null;
  }

  /** Lets this thread work for a captured place; returns a handle for {@link #closeScope}. */
  public static @Nullable Object continueFrom(@Nullable Object snapshot) {
    return null;
  }

  /** Adds a captured place as one more parent of a span. */
  public static void link(@Nullable Object span, @Nullable Object snapshot) {}

  /** Closes what {@link #continueFrom} and {@link #activate} opened. */
  public static void closeScope(@Nullable Object scope) {}

  // ---- ids and data of the trace

  /**
   * A trace's id.
   *
   * @param place a handle of a span, of a captured place, or of what headers say; null for where
   *     this thread is
   * @return null where there is no trace or it is not recorded
   */
  public static @Nullable String traceId(@Nullable Object place) {
    return null;
  }

  /** The same for the id of the segment; of what headers say, the caller's segment. */
  public static @Nullable String segmentId(@Nullable Object place) {
    return null;
  }

  /** The same for the number of the span in its segment. */
  public static @Nullable Integer spanId(@Nullable Object place) {
    return null;
  }

  /**
   * What kind of place it is: {@code "recorded"}; {@code "ignored"} where a trace is known and is
   * not recorded; {@code "invalid"} for headers that were there and could not be read; null for
   * none at all.
   */
  public static @Nullable String placeState(@Nullable Object place) {
    return null;
  }

  /** A value that this thread's trace carries along. */
  public static @Nullable String correlation(@Nullable String key) {
    return null;
  }

  /** Gives the trace a value to carry along; {@code Boolean.TRUE} when it has it now. */
  public static @Nullable Boolean putCorrelation(@Nullable String key, @Nullable String value) {
    return null;
  }

  // ---- spans that are not bound to a thread

  /**
   * Starts a span without making it active, and returns its handle.
   *
   * @param kind 0 entry, 1 exit, 2 local; {@link #kind} may change it until the end
   * @param epochMillis when it started; 0 or less for now
   * @param parents handles of spans, of captured places and of what headers say, the one it is
   *     inside of first; null or empty for the beginning of a trace
   */
  public static @Nullable Object startDetached(
      @Nullable String operationName,
      int kind,
      long epochMillis,
      @Nullable List<@Nullable Object> parents) {
    return null;
  }

  /** The same, and a trace that begins with it is recorded whatever the sampler says. */
  public static @Nullable Object startWanted(
      @Nullable String operationName,
      int kind,
      long epochMillis,
      @Nullable List<@Nullable Object> parents) {
    return null;
  }

  /** Says late whether somebody wants the segment of a span to be reported: 1 for yes, 0 for no. */
  public static void wanted(@Nullable Object span, int wanted) {}

  /** Changes the kind of a detached span. */
  public static void kind(@Nullable Object span, int kind) {}

  /**
   * Makes a span, detached or not, the one that this thread's next spans are started below; null
   * for none, so that they begin traces of their own. Returns a handle for {@link #closeScope}.
   */
  public static @Nullable Object activate(@Nullable Object span) {
    return null;
  }
}
