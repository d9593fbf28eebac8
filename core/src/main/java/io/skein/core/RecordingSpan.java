package io.skein.core;

import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.api.Span;
import io.skein.api.TagKey;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A span that is recorded. As a {@link Span} it speaks for the first starter, level 1; those who
 * share it have a {@link NestedSpan} each, with the level they started at.
 *
 * <h2>Who describes a shared span (T01, T02, T03)</h2>
 *
 * Of entries, the innermost that there ever was: after Spring MVC has named the span, Tomcat has no
 * say, although MVC has ended. Of exits, the outermost. Exempt are overwriting tags, the peer, the
 * error flag, and an entry that has gone asynchronous, where inner and outer no longer mean
 * anything.
 *
 * <h2>Modes</h2>
 *
 * {@code OPEN}: only the owner's thread changes it, without a lock. {@code ASYNC}: anybody, under
 * the segment's lock. {@code FROZEN}: nobody (T41). In a segment that is {@linkplain Sharing
 * shared} there are two more, in both of which anybody may change it under the lock: {@code SHARED}
 * lies on a thread's {@link Branch}, {@code DETACHED} on no stack at all.
 */
final class RecordingSpan extends SpanRecord implements Span {
  static final byte OPEN = 0;
  static final byte ASYNC = 1;
  static final byte FROZEN = 2;
  static final byte SHARED = 3;
  static final byte DETACHED = 4;

  private static final int MAX_TAGS = 256;

  /** Entry and exit with their usual tags fit without growing: 4 and 3. */
  private static final int FIRST_TAGS = 4;

  RecordingSpan(Segment segment, int id, SpanType type, String operationName, long startMillis) {
    super(segment, id, type, operationName, startMillis);
  }

  void close(long now, boolean freeze) {
    endMillis = Math.max(startMillis, now);
    depth = 0;
    if (freeze) {
      mode = FROZEN;
    }
  }

  /** Another entry started directly inside this one: it begins its description anew. */
  Span reuseEntry(String name) {
    named(name);
    componentId = 0;
    layer = 0;
    Arrays.fill(tags, 0, 2 * tagCount, null);
    tagCount = 0;
    if (rare != null) {
      rare.clearLogs();
    }
    return reuse();
  }

  /** One more starter shares this span. */
  Span reuse() {
    depth++;
    // The innermost is the one that started last: after a deeper one has ended, an error page that
    // starts anew at a lower depth has the say.
    maxDepth = depth;
    return new NestedSpan(this, depth, false);
  }

  boolean canBeShared() {
    return depth < Short.MAX_VALUE;
  }

  /**
   * The span as the application gets it when it asks for the active one: it may always describe it,
   * because what a person says on purpose is not the second opinion of a framework.
   */
  Span forApplication() {
    return depth == 1 && maxDepth == 1 ? this : new NestedSpan(this, depth, true);
  }

  LogsAndRefs logsAndRefs() {
    LogsAndRefs present = rare;
    if (present == null) {
      present = new LogsAndRefs();
      rare = present;
    }
    return present;
  }

  private boolean mayDescribe(int level) {
    if (type == SpanType.ENTRY.number()) {
      return level == maxDepth || level == NestedSpan.ANY || mode == ASYNC;
    }
    return level <= 1;
  }

  boolean isPlain() {
    return mode == OPEN && segment.isOwner();
  }

  /** Whether it may be changed under the lock, at once, by any thread. */
  boolean isUnderLock() {
    byte now = mode;
    return now == ASYNC || now >= SHARED;
  }

  /** Says what a detached span is, which need not be known when it starts. */
  void setType(SpanType newType) {
    if (mode >= FROZEN) {
      changeFromElsewhere(
          () -> {
            if (mode == DETACHED) {
              type = (byte) newType.number();
              segment.retyped(this);
            }
          });
    }
  }

  void addLogAt(long millis, @Nullable Map<String, String> fields) {
    LogRecord log = Texts.log(millis > 0 ? millis : segment.tracer.now(), fields);
    if (log != null) {
      addLog(NestedSpan.ANY, log, false);
    }
  }

  void changeFromElsewhere(Runnable change) {
    segment.changeFromElsewhere(this, change);
  }

  // ---- changes, each by the starter of a level

  void rename(int level, @Nullable String name) {
    if (name == null || name.isEmpty() || !mayDescribe(level)) {
      return;
    }
    String cut = segment.tracer.cutName(name);
    if (isPlain()) {
      named(cut);
    } else {
      changeFromElsewhere(() -> named(cut));
    }
  }

  private void named(String name) {
    operationName = name;
    if (id == 0 && segment.tracer.profiler != null) {
      Profiling.renamed(segment, name);
    }
  }

  void setPeer(@Nullable String address) {
    if (address == null || address.isEmpty()) {
      return;
    }
    String full = segment.tracer.peer(address);
    if (isPlain()) {
      peer = full;
    } else {
      changeFromElsewhere(() -> peer = full);
    }
  }

  void setComponent(int level, @Nullable Component component) {
    if (component == null || !mayDescribe(level)) {
      return;
    }
    if (isPlain()) {
      componentId = component.id();
    } else {
      changeFromElsewhere(() -> componentId = component.id());
    }
  }

  void setLayer(int level, @Nullable Layer newLayer) {
    if (newLayer == null || !mayDescribe(level)) {
      return;
    }
    if (isPlain()) {
      layer = (byte) newLayer.number();
    } else {
      changeFromElsewhere(() -> layer = (byte) newLayer.number());
    }
  }

  void setTag(int level, @Nullable String key, @Nullable String value) {
    if (key == null || key.isEmpty() || value == null || !mayDescribe(level)) {
      return;
    }
    if (isPlain()) {
      putTag(key, value, false);
    } else {
      changeFromElsewhere(() -> putTag(key, value, false));
    }
  }

  <T> void setTag(int level, @Nullable TagKey<T> key, @Nullable T value) {
    if (key == null
        || value == null
        || key.key().isEmpty()
        || !(key.isOverwriting() || mayDescribe(level))) {
      return;
    }
    String text = Texts.of(value);
    if (isPlain()) {
      putTag(key.key(), text, key.isAppending());
    } else {
      changeFromElsewhere(() -> putTag(key.key(), text, key.isAppending()));
    }
  }

  void addLog(int level, LogRecord log, boolean failed) {
    if (isPlain()) {
      putLog(level, log, failed);
    } else {
      changeFromElsewhere(() -> putLog(level, log, failed));
    }
  }

  void setError() {
    if (isPlain()) {
      error = true;
    } else {
      changeFromElsewhere(() -> error = true);
    }
  }

  void logError(int level, @Nullable Throwable thrown) {
    if (thrown == null) {
      return;
    }
    if (mode == FROZEN) { // seen here already, before the stack is made into text for nothing
      segment.tracer.counters().lateChange();
      return;
    }
    boolean failed = !segment.tracer.isIgnoredError(thrown);
    if (mayDescribe(level)) {
      addLog(level, ErrorText.record(segment.tracer.now(), thrown), failed);
    } else if (failed) {
      setError(); // the one who describes the span logs it if it goes on to them
    }
  }

  /** Few tags: looking through them is faster than any map, and needs no memory. */
  void putTag(String key, String value, boolean append) {
    String[] present = tags;
    int used = 2 * tagCount;
    String bounded = Texts.bounded(value);
    if (!append) {
      for (int i = 0; i < used; i += 2) {
        if (key.equals(present[i])) {
          present[i + 1] = bounded;
          return;
        }
      }
    }
    if (tagCount >= MAX_TAGS) {
      segment.tracer.counters().tagOverLimit();
      return;
    }
    if (used == present.length) {
      present = used == 0 ? new String[2 * FIRST_TAGS] : Arrays.copyOf(present, 2 * used);
      tags = present;
    }
    present[used] = Texts.boundedKey(key);
    present[used + 1] = bounded;
    tagCount++;
  }

  private void putLog(int level, LogRecord log, boolean failed) {
    if (failed) {
      error = true;
    }
    if (mayDescribe(level) && !logsAndRefs().addLog(log, segment.tracer.logLimit())) {
      segment.tracer.counters().logOverLimit();
    }
  }

  // ---- Span, for level 1

  @Override
  public Span operationName(@Nullable String name) {
    rename(1, name);
    return this;
  }

  @Override
  public Span peer(@Nullable String address) {
    setPeer(address);
    return this;
  }

  @Override
  public Span component(@Nullable Component component) {
    setComponent(1, component);
    return this;
  }

  @Override
  public Span layer(@Nullable Layer newLayer) {
    setLayer(1, newLayer);
    return this;
  }

  @Override
  public Span tag(@Nullable String key, @Nullable String value) {
    setTag(1, key, value);
    return this;
  }

  @Override
  public <T> Span tag(@Nullable TagKey<T> key, @Nullable T value) {
    setTag(1, key, value);
    return this;
  }

  @Override
  public Span log(@Nullable Throwable thrown) {
    logError(1, thrown);
    return this;
  }

  @Override
  public Span log(@Nullable String event) {
    LogRecord log = Texts.log(segment.tracer, event);
    if (log != null) {
      addLog(1, log, false);
    }
    return this;
  }

  @Override
  public Span log(@Nullable Map<String, String> fields) {
    LogRecord log = Texts.log(segment.tracer, fields);
    if (log != null) {
      addLog(1, log, false);
    }
    return this;
  }

  @Override
  public Span error() {
    setError();
    return this;
  }

  @Override
  public boolean recording() {
    return mode != FROZEN;
  }

  @Override
  public Span prepareForAsync() {
    if (held || !segment.prepareForAsync(this, 1)) {
      segment.tracer.counters().asyncMisuse();
    } else {
      held = true;
    }
    return this;
  }

  @Override
  public void asyncEnd() {
    boolean mine;
    synchronized (segment) {
      mine = held;
      held = false;
    }
    if (mine) {
      segment.asyncEnd(this);
    } else {
      segment.tracer.counters().asyncMisuse();
    }
  }

  @Override
  public void asyncEnd(@Nullable Throwable thrown) {
    logError(1, thrown);
    asyncEnd();
  }

  @Override
  public void end() {
    segment.end(this, 1);
  }

  @Override
  public void end(@Nullable Throwable thrown) {
    logError(1, thrown);
    segment.end(this, 1);
  }
}
