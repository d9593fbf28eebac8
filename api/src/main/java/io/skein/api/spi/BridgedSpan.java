package io.skein.api.spi;

import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.api.Span;
import io.skein.api.TagKey;
import io.skein.api.internal.AgentBridge;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A span of the agent's. Two of them are equal when they stand for the same one. */
final class BridgedSpan implements Span {
  final Object handle;

  BridgedSpan(Object handle) {
    this.handle = handle;
  }

  @Override
  public Span operationName(@Nullable String name) {
    AgentBridge.operationName(handle, name);
    return this;
  }

  @Override
  public Span peer(@Nullable String peer) {
    AgentBridge.peer(handle, peer);
    return this;
  }

  @Override
  public Span component(@Nullable Component component) {
    if (component != null) {
      AgentBridge.component(handle, component.id(), component.name());
    }
    return this;
  }

  @Override
  public Span layer(@Nullable Layer layer) {
    if (layer != null) {
      AgentBridge.layer(handle, layer.number());
    }
    return this;
  }

  @Override
  public Span tag(@Nullable String key, @Nullable String value) {
    AgentBridge.tag(handle, key, value, AgentBridge.REPLACING);
    return this;
  }

  @Override
  public <T> Span tag(@Nullable TagKey<T> key, @Nullable T value) {
    if (key != null && value != null) {
      AgentBridge.tag(
          handle,
          key.key(),
          text(value),
          key.isOverwriting()
              ? AgentBridge.OVERWRITING
              : key.isAppending() ? AgentBridge.APPENDING : AgentBridge.REPLACING);
    }
    return this;
  }

  /** Made here, since the agent cannot be sure to see the type; the method may do anything. */
  private static String text(Object value) {
    try {
      return String.valueOf(value.toString());
    } catch (RuntimeException | LinkageError | StackOverflowError e) {
      return value.getClass().getName();
    }
  }

  @Override
  public Span log(@Nullable Throwable error) {
    AgentBridge.logError(handle, error);
    return this;
  }

  @Override
  public Span log(@Nullable String event) {
    AgentBridge.logEvent(handle, event);
    return this;
  }

  @Override
  public Span log(@Nullable Map<String, String> fields) {
    AgentBridge.logFields(handle, fields, 0);
    return this;
  }

  @Override
  public Span error() {
    AgentBridge.error(handle);
    return this;
  }

  @Override
  public boolean recording() {
    return Boolean.TRUE.equals(AgentBridge.recording(handle));
  }

  @Override
  public Span prepareForAsync() {
    AgentBridge.prepareForAsync(handle);
    return this;
  }

  @Override
  public void asyncEnd() {
    AgentBridge.asyncEnd(handle, null);
  }

  @Override
  public void asyncEnd(@Nullable Throwable error) {
    AgentBridge.asyncEnd(handle, error);
  }

  @Override
  public void end() {
    AgentBridge.end(handle, null, 0);
  }

  @Override
  public void end(@Nullable Throwable error) {
    AgentBridge.end(handle, error, 0);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof BridgedSpan span && span.handle == handle;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(handle);
  }
}
