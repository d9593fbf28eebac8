package io.skein.core;

import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.api.Span;
import io.skein.api.TagKey;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A span that nobody will see. It has an identity all the same, because it lies on the stack like
 * any other: with a shared instance that only counts (T45), one end too many would let the rest of
 * an ignored request appear as a half trace.
 */
final class NoopSpan extends StackedSpan implements Span {
  Context context;

  /** The address an exit beyond the span limit calls: its trace still goes on over there. */
  final @Nullable String peer;

  /** It lies on no stack. */
  final boolean detached;

  boolean ended;

  NoopSpan(Context context, @Nullable String peer) {
    this(context, peer, false);
  }

  NoopSpan(Context context, @Nullable String peer, boolean detached) {
    this.context = context;
    this.peer = peer;
    this.detached = detached;
  }

  @Override
  public void end() {
    context.endNoop(this);
  }

  @Override
  public void end(@Nullable Throwable error) {
    context.endNoop(this);
  }

  @Override
  public boolean recording() {
    return false;
  }

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
  public Span prepareForAsync() {
    return this;
  }

  @Override
  public void asyncEnd() {}

  @Override
  public void asyncEnd(@Nullable Throwable error) {}
}
