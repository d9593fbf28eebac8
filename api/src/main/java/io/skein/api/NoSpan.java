package io.skein.api;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The span where nothing traces. */
final class NoSpan implements Span {
  static final Span INSTANCE = new NoSpan();

  private NoSpan() {}

  @Override
  public Span operationName(@Nullable String name) {
    return this;
  }

  @Override
  public Span peer(@Nullable String peer) {
    return this;
  }

  @Override
  public Span component(@Nullable Component component) {
    return this;
  }

  @Override
  public Span layer(@Nullable Layer layer) {
    return this;
  }

  @Override
  public Span tag(@Nullable String key, @Nullable String value) {
    return this;
  }

  @Override
  public <T> Span tag(@Nullable TagKey<T> key, @Nullable T value) {
    return this;
  }

  @Override
  public Span log(@Nullable Throwable error) {
    return this;
  }

  @Override
  public Span log(@Nullable String event) {
    return this;
  }

  @Override
  public Span log(@Nullable Map<String, String> fields) {
    return this;
  }

  @Override
  public Span error() {
    return this;
  }

  @Override
  public boolean recording() {
    return false;
  }

  @Override
  public Span prepareForAsync() {
    return this;
  }

  @Override
  public void asyncEnd() {}

  @Override
  public void asyncEnd(@Nullable Throwable error) {}

  @Override
  public void end() {}

  @Override
  public void end(@Nullable Throwable error) {}
}
