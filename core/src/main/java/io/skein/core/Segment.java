package io.skein.core;

import io.skein.api.Span;
import io.skein.core.profile.ProfiledSegment;
import io.skein.core.profile.SampledRequest;
import io.skein.core.profile.Watch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
 * <p>A segment in which there are detached spans, or spans that are active in several threads, is
 * no longer its owner's alone; see {@link Sharing} for what is different then.
 *
 * <p>Ids are two numbers until somebody asks for the text, which for a segment without hand-over or
 * calls is the reporter's thread. A trace that begins here has the number before the segment's.
 */
public final class Segment extends Context implements ProfiledSegment {
  /** As many as a request has with two statements, the waits for their connections and a call. */
  private static final int FIRST_SPANS = 6;

  /** The most bytes of an id that was made here. */
  public static final int MAX_ID = Identity.MAX_ID;

  private final Identity identity;
  private final long threadId;
  private final long number;
  private @Nullable String traceIdText;
  private @Nullable String segmentIdText;
  private SpanRecord[] spans = new SpanRecord[FIRST_SPANS];
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

  /** Set by any thread; who reads an older value is only earlier. */
  private volatile boolean unwanted;

  private short holds;

  /**
   * The first entry span, or else the first span: its name is the endpoint others know us by (T23).
   */
  private @Nullable RecordingSpan primary;

  /** Span 0, whose name the profiler goes by. */
  private @Nullable RecordingSpan first;

  /**
   * By whom it is watched; mostly nobody. Written by the owner's thread before the sampler knows
   * the segment, from then on under the lock.
   */
  @Nullable Watch watch;

  /** Whether it has a place among the open segments; its owner's thread only. */
  boolean listed;

  /**
   * Whether the profiler has, or may have, to do with it: all that the end of an ordinary segment
   * has to ask.
   */
  boolean profiled;

  /** Null for a plain segment, whose owner is alone in it. Written once, under the lock. */
  private @Nullable Sharing sharing;

  /** The last of each that was made, since they are often asked for twice in a row. */
  private @Nullable Snapshot lastSnapshot;

  private @Nullable SentHeader lastHeader;

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

  @Override
  public String segmentId() {
    String text = segmentIdText;
    if (text == null) {
      text = identity.idText(threadId, number);
      segmentIdText = text;
    }
    return text;
  }

  /**
   * Writes the trace's id into an array of at least {@link #MAX_ID} bytes, in ASCII and from its
   * start; nobody needs it as a text who writes it anyway.
   *
   * @return its length, or -1 where the id came from elsewhere: then there is {@link #traceId} only
   */
  public int writeTraceId(byte[] out) {
    return traceIdText == null ? identity.writeId(out, threadId, number - 1) : -1;
  }

  /** The same with the segment's id, which always was made here. */
  public int writeSegmentId(byte[] out) {
    return identity.writeId(out, threadId, number);
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
    if (primary == null) {
      first = span;
      primary = span;
    } else if (type == SpanType.ENTRY && primary.type() != SpanType.ENTRY) {
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

  private void endFromElsewhere(RecordingSpan span, int level) {
    Branch mine;
    synchronized (this) {
      if (sharing == null) {
        if (span.mode == RecordingSpan.FROZEN || home == ThreadState.NOWHERE) {
          tracer.counters().repeatedEnd();
        } else {
          long now = tracer.now();
          leaveNote(() -> endHere(span, level, now));
        }
        return;
      }
      mine = span.mode == RecordingSpan.DETACHED ? null : branchOf(span, level);
      if (mine == null && span.mode != RecordingSpan.DETACHED) {
        return;
      }
    }
    if (mine == null) {
      endDetached(span, tracer.now());
    } else {
      mine.end(span, level, tracer.now());
    }
  }

  /** The branch of this thread that a span lies on; if it is another's, it gets a note. */
  private @Nullable Branch branchOf(RecordingSpan span, int level) {
    if (sharing != null) {
      for (Branch branch : sharing.branches) {
        if (branch.holds(span)) {
          if (branch.isOwner()) {
            return branch;
          }
          long now = tracer.now();
          synchronized (branch) {
            branch.leaveNote(() -> branch.end(span, level, now));
          }
          return null;
        }
      }
    }
    tracer.counters().repeatedEnd();
    return null;
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
        spans = Arrays.copyOf(spans, 3 * spanCount);
      }
      spans[spanCount++] = record;
    } else {
      ((NoopSpan) span).ended = true;
    }
  }

  @Override
  void ended(ThreadState left) {
    if (profiled) {
      Profiling.left(this);
    }
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
    if (span.depth < level) {
      return false;
    }
    boolean plain = isOwner();
    synchronized (this) {
      if (span.holds == Byte.MAX_VALUE || !(plain || isOnBranchOfThisThread(span))) {
        return false;
      }
      async = true;
      holds++;
      span.holds++;
      span.mode = RecordingSpan.ASYNC;
      return true;
    }
  }

  // ---- shared segments; see Sharing

  /** A segment that has no owner: it begins with a detached span. */
  void beginShared() {
    home = ThreadState.NOWHERE;
    traceIdIsOut = true;
    sharing = new Sharing();
  }

  /**
   * Gives up the owner's privilege. Owner only; where it is shared already nothing changes. The
   * trace's id cannot change any more, as from now on several threads may read it.
   */
  void share() {
    ThreadState here = home;
    Branch branch = new Branch(this, here, null);
    while (true) {
      if (hasNotes()) {
        workOffNotes();
      }
      synchronized (this) {
        if (home == ThreadState.NOWHERE) {
          return; // a note has ended it
        }
        if (!hasNotes()) {
          becomeShared(branch);
          break;
        }
      }
    }
    here.replace(this, branch);
    Profiling.shared(this, branch, here);
    tracer.asyncRegistry().add(this);
    tracer.reportUnfinished(false);
  }

  private void becomeShared(Branch branch) {
    Sharing begun = new Sharing();
    branch.top = top;
    for (StackedSpan each = top; each != null; each = each.below) {
      begun.stacked++;
      if (each instanceof NoopSpan noop) {
        noop.context = branch;
      } else if (each instanceof RecordingSpan span && span.mode == RecordingSpan.OPEN) {
        span.mode = RecordingSpan.SHARED;
      }
    }
    begun.branches.add(branch);
    sharing = begun;
    traceIdIsOut = true;
    top = null;
    home = ThreadState.NOWHERE;
  }

  /**
   * A detached span in this segment: null when that cannot be, because the segment is another
   * thread's alone or was reported; one that is not recorded beyond the limit.
   */
  @Nullable Span startDetached(
      SpanType type, String operationName, long millis, @Nullable StackedSpan parent) {
    synchronized (this) {
      if (sharing == null || reported) {
        return null;
      }
      RecordingSpan span = newSpan(type, operationName, millis, parent, RecordingSpan.DETACHED);
      if (span == null) {
        tracer.counters().spanOverLimit();
        NoopSpan noop = new NoopSpan(this, null, true);
        // Not the parent itself, which may be such a one, too: whoever starts child below child for
        // ever must not build a chain of them.
        noop.below = StackedSpan.nearestRecord(parent);
        return noop;
      }
      sharing.detached.add(span);
      return span;
    }
  }

  /** What a thread does while a span is active in it; null as above. */
  @Nullable Branch activate(ThreadState here, StackedSpan span) {
    synchronized (this) {
      if (sharing == null || reported) {
        return null;
      }
      sharing.activations++;
      return new Branch(this, here, span);
    }
  }

  /**
   * A new span of a shared segment, or null beyond the limit. Under the lock, as all that follows.
   */
  @Nullable RecordingSpan newSpan(
      SpanType type, String operationName, long millis, @Nullable StackedSpan below, byte mode) {
    if (nextId >= tracer.spanLimit()) {
      sizeLimited = true;
      return null;
    }
    RecordingSpan span = new RecordingSpan(this, nextId++, type, operationName, millis);
    span.mode = mode;
    span.below = below;
    retyped(span);
    return span;
  }

  /** A span is new or has become something else: it may be the primary one. */
  void retyped(RecordingSpan span) {
    if (span.id == 0) {
      first = span;
    }
    if (primary == null || (span.type() == SpanType.ENTRY && primary.type() != SpanType.ENTRY)) {
      primary = span;
    }
  }

  boolean isReported() {
    return reported;
  }

  void pushed(Branch branch) {
    if (sharing != null) {
      if (branch.top == branch.base) {
        sharing.branches.add(branch);
      }
      sharing.stacked++;
    }
  }

  void popped(Branch branch) {
    if (sharing != null) {
      if (branch.top == branch.base) {
        sharing.branches.remove(branch);
      }
      sharing.stacked--;
    }
  }

  void close(RecordingSpan span, long end) {
    span.close(end, span.holds == 0);
    keep(span);
  }

  private void keep(RecordingSpan span) {
    if (spanCount == spans.length) {
      spans = Arrays.copyOf(spans, 3 * spanCount);
    }
    spans[spanCount++] = span;
  }

  /** Whether the last open span has ended; true once. */
  boolean completes() {
    if (sharing == null || !sharing.isIdle() || holds > 0 || reported) {
      return false;
    }
    reported = true;
    return true;
  }

  /** Lets it join the line of those that wait, if need be; whether it has joined. */
  boolean waits() {
    if (sharing == null || sharing.waiting || sharing.isAtWork() || reported) {
      return false;
    }
    sharing.waiting = true;
    tracer.asyncRegistry().add(this);
    return true;
  }

  /** Ends all that is open. What threads have on their branches stays there, frozen. */
  private void cutOff(Sharing open) {
    List<RecordingSpan> unfinished = new ArrayList<>(open.detached);
    for (Branch branch : open.branches) {
      branch.cutOff = true;
      for (StackedSpan each = branch.top; each != null && each != branch.base; each = each.below) {
        if (each instanceof RecordingSpan span) {
          unfinished.add(span);
        } else if (each instanceof NoopSpan noop) {
          noop.ended = true;
        }
      }
    }
    open.detached.clear();
    open.stacked = 0; // the branches stay, until the threads have ended what is on them
    for (RecordingSpan span : unfinished) {
      span.mode = RecordingSpan.ASYNC; // for the caller, who closes what is left open
      keep(span);
    }
  }

  // ---- without the lock again

  /** The data that travels; for a segment that other threads work in, too. */
  String[] correlationNow() {
    synchronized (this) {
      return correlation;
    }
  }

  /** The same as {@link #snapshotOf}, for any thread. */
  Snapshot snapshotAt(@Nullable StackedSpan span) {
    synchronized (this) {
      return snapshotOf(span);
    }
  }

  /** The header of a call of this span; for a segment that other threads work in, too. */
  String encodeHeader(@Nullable RecordingSpan span, @Nullable String peer, ThreadState here) {
    synchronized (this) {
      return Sw8.encode(this, span == null ? 0 : span.id, peer, here);
    }
  }

  /** Ends a detached span; any thread. */
  void endDetached(RecordingSpan span, long millis) {
    synchronized (this) {
      if (sharing == null || span.mode != RecordingSpan.DETACHED) {
        tracer.counters().repeatedEnd();
        return;
      }
      List<RecordingSpan> open = sharing.detached;
      int at = open.size() - 1;
      while (open.get(at) != span) {
        at--;
      }
      RecordingSpan last = open.remove(open.size() - 1);
      if (last != span) {
        open.set(at, last);
      }
      close(span, millis);
    }
    settle();
  }

  void deactivated() {
    synchronized (this) {
      if (sharing != null) {
        sharing.activations--;
      }
    }
    settle();
  }

  /** Reports it if the last open span has ended, or sees to it that it is not forgotten. */
  void settle() {
    boolean complete;
    boolean waits;
    synchronized (this) {
      complete = completes();
      waits = waits();
    }
    if (complete) {
      tracer.asyncRegistry().remove(this);
      tracer.report(this);
    } else if (waits) {
      tracer.reportUnfinished(false);
    }
  }

  /** The last span on a branch of a segment that was reported long ago has been ended. */
  void forget(Branch branch) {
    if (sharing != null) {
      sharing.branches.remove(branch);
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
      complete = sharing != null ? completes() : stackEmpty && holds == 0 && !reported;
      if (complete) {
        reported = true;
      }
    }
    if (complete) {
      tracer.asyncRegistry().remove(this);
      tracer.report(this);
    }
  }

  private boolean isOnBranchOfThisThread(RecordingSpan span) {
    if (sharing != null && span.mode != RecordingSpan.DETACHED) {
      for (Branch branch : sharing.branches) {
        if (branch.isOwner() && branch.holds(span)) {
          return true;
        }
      }
    }
    return false;
  }

  /**
   * Nobody ended what is asynchronous here, in all the time allowed: report what there is (T15).
   *
   * @param evenIfActive also when a thread is at work in it, for then it is not forgotten
   */
  void reportUnfinished(boolean evenIfActive) {
    synchronized (this) {
      if (reported) {
        return;
      }
      if (sharing != null && !evenIfActive && sharing.isAtWork()) {
        sharing.waiting = false;
        return;
      }
      reported = true;
      long now = tracer.now();
      if (sharing != null) {
        cutOff(sharing);
      }
      for (int i = 0; i < spanCount; i++) {
        RecordingSpan span = (RecordingSpan) spans[i];
        if (span.mode == RecordingSpan.ASYNC) {
          span.putTag("async", "unfinished", false);
          span.close(now, true);
        }
      }
    }
    if (watch != null) {
      watch.release(); // a thread may still be in it, but it is not reported any more
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
      if (span.isUnderLock()) {
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

  // ---- what the profiler reads

  @Override
  public String profiledName() {
    RecordingSpan span = first;
    return span == null ? Tracer.UNNAMED : span.operationName;
  }

  @Override
  public long profiledSinceMillis() {
    RecordingSpan span = first;
    return span == null ? Long.MAX_VALUE : span.startMillis;
  }

  @Override
  public long profiledUntilMillis() {
    RecordingSpan span = first;
    return span == null ? 0 : span.endMillis;
  }

  @Override
  public @Nullable Thread profiledThread() {
    return home.thread;
  }

  @Override
  public boolean isWanted() {
    return !unwanted;
  }

  @Override
  public Watch watchedBy(Watch offered) {
    synchronized (this) {
      Watch present = watch;
      if (present == null) {
        watch = offered;
        return offered;
      }
      return present;
    }
  }

  // ---- going on elsewhere

  @Override
  Snapshot capture() {
    return snapshotOf(top);
  }

  void wanted(boolean wanted) {
    unwanted = !wanted;
  }

  boolean isUnwanted() {
    return unwanted;
  }

  /** The place of a span, or of the nearest below it that is recorded. */
  Snapshot snapshotOf(@Nullable StackedSpan span) {
    if (unwanted) {
      return Snapshot.ofUnwanted(this);
    }
    traceIdIsOut = true;
    RecordingSpan nearest = StackedSpan.nearestRecord(span);
    int spanId = nearest == null ? 0 : nearest.id;
    SampledRequest request = watch == null ? null : watch.request();
    if (request != null) {
      request.handedOn();
    }
    Snapshot last = lastSnapshot;
    if (last != null
        && last.says(spanId, traceIdText, endpoint(), correlation, skipAnalysis, request)) {
      return last;
    }
    Snapshot made =
        Snapshot.of(
            identity,
            threadId,
            number,
            spanId,
            traceIdText,
            endpoint(),
            correlation,
            skipAnalysis,
            request);
    lastSnapshot = made;
    return made;
  }

  /** What is not reported need not wait in the reporter's queue. */
  void forgetWhatWasSent() {
    lastSnapshot = null;
    lastHeader = null;
  }

  /** The header of an exit: written once where a client inside of another asks for it again. */
  String headerOf(RecordingSpan exit, ThreadState here) {
    SentHeader last = lastHeader;
    if (last != null && last.isOf(exit, endpoint())) {
      return last.text;
    }
    SentHeader made =
        new SentHeader(exit, exit.peer, endpoint(), Sw8.encode(this, exit.id, exit.peer, here));
    lastHeader = made;
    return made.text;
  }

  /** Immutable, so that one thread may read what another has left here. */
  private static final class SentHeader {
    final String text;
    private final RecordingSpan exit;
    private final @Nullable String peer;
    private final String endpoint;

    SentHeader(RecordingSpan exit, @Nullable String peer, String endpoint, String text) {
      this.exit = exit;
      this.peer = peer;
      this.endpoint = endpoint;
      this.text = text;
    }

    @SuppressWarnings("ReferenceEquality") // the same text in another object is written anew
    boolean isOf(RecordingSpan wanted, String wantedEndpoint) {
      return exit == wanted && peer == wanted.peer && endpoint == wantedEndpoint;
    }
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
