package io.skein.core;

import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.api.Span;
import io.skein.api.TagKey;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The part in a shared span of one who is not its first starter.
 *
 * <p>SkyWalking's agent gives all starters the same object and counts their ends. With a handle
 * each, an end that comes twice or not at all can be told from another starter's, so it neither
 * cuts the span short nor leaves it open for ever.
 */
final class NestedSpan implements Span {
  /** The level of one who may always describe the span. */
  static final int ANY = 0;

  final RecordingSpan span;
  final int level;
  private final int voice;
  private boolean ended;
  private boolean held;

  NestedSpan(RecordingSpan span, int level, boolean mayAlwaysDescribe) {
    this.span = span;
    this.level = level;
    this.voice = mayAlwaysDescribe ? ANY : level;
  }

  @Override
  public Span operationName(@Nullable String name) {
    span.rename(voice, name);
    return this;
  }

  @Override
  public Span peer(@Nullable String address) {
    span.setPeer(address);
    return this;
  }

  @Override
  public Span component(@Nullable Component component) {
    span.setComponent(voice, component);
    return this;
  }

  @Override
  public Span layer(@Nullable Layer layer) {
    span.setLayer(voice, layer);
    return this;
  }

  @Override
  public Span tag(@Nullable String key, @Nullable String value) {
    span.setTag(voice, key, value);
    return this;
  }

  @Override
  public <T> Span tag(@Nullable TagKey<T> key, @Nullable T value) {
    span.setTag(voice, key, value);
    return this;
  }

  @Override
  public Span log(@Nullable Throwable error) {
    span.logError(voice, error);
    return this;
  }

  @Override
  public Span log(@Nullable String event) {
    LogRecord log = Texts.log(span.segment.tracer, event);
    if (log != null) {
      span.addLog(voice, log, false);
    }
    return this;
  }

  @Override
  public Span log(@Nullable Map<String, String> fields) {
    LogRecord log = Texts.log(span.segment.tracer, fields);
    if (log != null) {
      span.addLog(voice, log, false);
    }
    return this;
  }

  @Override
  public Span error() {
    span.setError();
    return this;
  }

  @Override
  public boolean recording() {
    return span.recording();
  }

  @Override
  public Span prepareForAsync() {
    if (held || ended || !span.segment.prepareForAsync(span, level)) {
      span.segment.tracer.counters().asyncMisuse();
    } else {
      held = true;
    }
    return this;
  }

  @Override
  public void asyncEnd() {
    boolean mine;
    synchronized (span.segment) {
      mine = held;
      held = false;
    }
    if (mine) {
      span.segment.asyncEnd(span);
    } else {
      span.segment.tracer.counters().asyncMisuse();
    }
  }

  @Override
  public void asyncEnd(@Nullable Throwable error) {
    span.logError(voice, error);
    asyncEnd();
  }

  @Override
  public void end() {
    if (ended) {
      span.segment.tracer.counters().repeatedEnd();
      return;
    }
    ended = true;
    span.segment.end(span, level);
  }

  @Override
  public void end(@Nullable Throwable error) {
    if (!ended) {
      span.logError(voice, error);
    }
    end();
  }
}
