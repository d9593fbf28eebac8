package io.skein.core;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The spans of one trace in one thread of work of one process: the unit of reporting.
 *
 * <p>While it is recorded it is the thread's stack of open spans; when a {@link SegmentSink} gets
 * it, it is frozen, and everything public here may be read by any thread.
 *
 * <h2>Life</h2>
 *
 * <pre>
 *   first start ... spans start and end ... stack empty ──────────────────────────► sink
 *                                              │ some span prepared for async         ▲
 *                                              └──► waiting (bounded) ── last asyncEnd ┘
 * </pre>
 *
 * Without asynchronous spans nothing here takes a lock. From the first {@link #prepareForAsync} on,
 * the end of the stack and the ends of asynchronous spans meet under this object's lock, so that
 * exactly one of them sees "stack empty and nothing outstanding" and reports (T11, T12).
 *
 * <p>Ids are two numbers until somebody asks for the text, which for a segment without hand-over or
 * calls is the reporter's thread. A trace that begins here has the number before the segment's.
 */
public final class Segment extends Context {
  private final Identity identity;
  private final long threadId;
  private final long number;
  private @Nullable String traceIdText;
  private @Nullable String segmentIdText;
  private SpanRecord[] spans = new SpanRecord[4];
  private int spanCount;
  private int nextId;
  private boolean sizeLimited;

  /**
   * Whether header or snapshot has carried the trace's id away, so that it cannot change any more.
   */
  private boolean traceIdIsOut;

  private boolean async;
  private boolean stackEmpty;
  private boolean reported;
  private int holds;

  /**
   * The first entry span, or else the first span: its name is the endpoint others know us by (T23).
   */
  private @Nullable RecordingSpan primary;

  /** Where it waits for asynchronous spans; guarded by the registry. */
  AsyncRegistry.@Nullable Place place;

  Segment(
      Tracer tracer,
      ThreadState home,
      Identity identity,
      @Nullable String traceIdText,
      long millis) {
    super(tracer, home);
    this.identity = identity;
    this.threadId = home.threadId;
    this.traceIdText = traceIdText;
    this.number =
        traceIdText != null ? home.takeNumbers(millis, 1) : home.takeNumbers(millis, 2) + 1;
  }

  // ---- what the reporter reads

  public String traceId() {
    String text = traceIdText;
    if (text == null) {
      text = identity.idText(threadId, number - 1);
      traceIdText = text; // two threads may both build it: the texts are equal
    }
    return text;
  }

  public String segmentId() {
    String text = segmentIdText;
    if (text == null) {
      text = identity.idText(threadId, number);
      segmentIdText = text;
    }
    return text;
  }

  public String service() {
    return identity.service;
  }

  public String instance() {
    return identity.instance;
  }

  /** Whether there were more spans than the tracer's limit. */
  public boolean sizeLimited() {
    return sizeLimited;
  }

  public int spanCount() {
    return spanCount;
  }

  /** The spans in the order of their ends; the ids are in the order of their starts (T08). */
  public SpanRecord span(int index) {
    if (index >= spanCount) {
      throw new IndexOutOfBoundsException(index);
    }
    return spans[index];
  }

  @Override
  public String toString() {
    return "Segment " + segmentId() + " of " + service() + ", " + spanCount + " spans";
  }

  // ---- starting; owner only

  /** A new span on top of the stack, or null beyond the limit. */
  @Nullable RecordingSpan push(SpanType type, String operationName, long now) {
    if (nextId >= tracer.spanLimit()) {
      sizeLimited = true;
      return null;
    }
    RecordingSpan span = new RecordingSpan(this, nextId++, type, operationName, now);
    span.below = top;
    top = span;
    if (primary == null || (type == SpanType.ENTRY && primary.type() != SpanType.ENTRY)) {
      primary = span;
    }
    return span;
  }

  /**
   * Hangs the segment into a trace that began elsewhere.
   *
   * <p>Of several parents the first gives the trace its id (T18, T34), as long as nobody has been
   * told another one; the refs keep their own.
   */
  void addRef(RecordingSpan span, SegmentRef ref) {
    if (ref.parentSegmentId().equals(segmentIdText)) {
      return;
    }
    if (!traceIdIsOut && traceIdText == null) {
      traceIdText = ref.traceId();
    }
    if (!span.logsAndRefs().addRef(ref, tracer.refLimit())) {
      tracer.counters().refOverLimit();
    }
  }

  // ---- ending

  void end(RecordingSpan span, int level) {
    if (isOwner()) {
      if (hasNotes()) {
        workOffNotes();
      }
      endHere(span, level, tracer.now());
    } else {
      endFromElsewhere(span, level);
    }
  }

  private void endHere(RecordingSpan span, int level, long now) {
    if (span.depth < level) {
      tracer.counters().repeatedEnd();
      return;
    }
    popDownTo(span, now);
    if (span.depth > level) {
      tracer.counters().repairedEnd();
    }
    span.depth = (short) (level - 1);
    if (level == 1) {
      pop(span, now);
      if (top == null) {
        leaveThread();
      }
    }
  }

  private synchronized void endFromElsewhere(RecordingSpan span, int level) {
    if (span.mode == RecordingSpan.FROZEN || home == ThreadState.NOWHERE) {
      tracer.counters().repeatedEnd();
    } else {
      long now = tracer.now();
      leaveNote(() -> endHere(span, level, now));
    }
  }

  @Override
  void pop(StackedSpan span, long now) {
    top = span.below;
    if (span instanceof RecordingSpan record) {
      long end = now < 0 ? tracer.now() : now;
      if (record.mode == RecordingSpan.OPEN) {
        record.close(end, true);
      } else {
        synchronized (this) {
          record.close(end, record.holds == 0);
        }
      }
      if (spanCount == spans.length) {
        spans = Arrays.copyOf(spans, 4 * spanCount);
      }
      spans[spanCount++] = record;
    } else {
      ((NoopSpan) span).ended = true;
    }
  }

  @Override
  void ended() {
    if (!async) {
      reported = true;
      tracer.report(this);
      return;
    }
    boolean complete;
    synchronized (this) {
      stackEmpty = true;
      complete = holds == 0;
      if (complete) {
        reported = true;
      } else {
        // Under the lock: an end that comes now must find it there to take it out.
        tracer.asyncRegistry().add(this);
      }
    }
    if (complete) {
      tracer.report(this);
    } else {
      tracer.reportUnfinished(false);
    }
  }

  // ---- asynchronous spans

  /** Whether the span may now outlive its end on the stack. */
  boolean prepareForAsync(RecordingSpan span, int level) {
    if (!isOwner() || span.depth < level) {
      return false;
    }
    synchronized (this) {
      if (span.holds == Byte.MAX_VALUE) {
        return false;
      }
      async = true;
      holds++;
      span.holds++;
      span.mode = RecordingSpan.ASYNC;
      return true;
    }
  }

  /** Called once for each successful {@link #prepareForAsync}; any thread. */
  void asyncEnd(RecordingSpan span) {
    boolean complete;
    synchronized (this) {
      if (span.mode != RecordingSpan.ASYNC) {
        tracer.counters().repeatedEnd(); // it took too long and was reported unfinished
        return;
      }
      holds--;
      span.holds--;
      span.endMillis = Math.max(span.startMillis, tracer.now());
      if (span.holds == 0 && span.depth == 0) {
        span.mode = RecordingSpan.FROZEN;
      }
      complete = stackEmpty && holds == 0 && !reported;
      if (complete) {
        reported = true;
      }
    }
    if (complete) {
      tracer.asyncRegistry().remove(this);
      tracer.report(this);
    }
  }

  /**
   * Nobody ended what is asynchronous here, in all the time allowed: report what there is (T15).
   */
  void reportUnfinished() {
    synchronized (this) {
      if (reported) {
        return;
      }
      reported = true;
      long now = tracer.now();
      for (int i = 0; i < spanCount; i++) {
        RecordingSpan span = (RecordingSpan) spans[i];
        if (span.mode == RecordingSpan.ASYNC) {
          span.putTag("async", "unfinished", false);
          span.close(now, true);
        }
      }
    }
    tracer.counters().asyncUnfinished();
    tracer.report(this);
  }

  /**
   * Changes a span that is not simply the owner's: it is asynchronous, it belongs to another
   * thread, or it has ended.
   */
  void changeFromElsewhere(RecordingSpan span, Runnable change) {
    synchronized (this) {
      if (span.mode == RecordingSpan.ASYNC) {
        change.run();
      } else if (span.mode == RecordingSpan.FROZEN || home == ThreadState.NOWHERE) {
        tracer.counters().lateChange();
      } else {
        leaveNote(
            () -> {
              if (span.mode == RecordingSpan.FROZEN) {
                tracer.counters().lateChange();
              } else {
                change.run();
              }
            });
      }
    }
  }

  // ---- going on elsewhere

  @Override
  Snapshot capture() {
    traceIdIsOut = true;
    RecordingSpan nearest = StackedSpan.nearestRecord(top);
    return Snapshot.of(
        identity,
        threadId,
        number,
        nearest == null ? 0 : nearest.id,
        traceIdText,
        endpoint(),
        correlation,
        skipAnalysis);
  }

  /** The name of the primary endpoint as it is now; it may be renamed later. */
  String endpoint() {
    return primary == null ? Tracer.UNNAMED : primary.operationName;
  }

  @Override
  String traceIdText() {
    traceIdIsOut = true;
    return traceId();
  }

  Identity identity() {
    return identity;
  }

  boolean isNumbered(Identity otherIdentity, long otherThread, long otherNumber) {
    return number == otherNumber && threadId == otherThread && identity == otherIdentity;
  }

  /** What a header needs of the ids; see {@link Sw8}. */
  @Nullable String traceIdForHeader() {
    traceIdIsOut = true;
    return traceIdText;
  }

  long threadId() {
    return threadId;
  }

  long number() {
    return number;
  }
}
