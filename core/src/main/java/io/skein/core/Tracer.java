package io.skein.core;

import io.skein.api.Span;
import io.skein.core.profile.Profiler;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Starts spans, keeps for each thread which one is active, and hands finished segments to a sink.
 *
 * <p>Safe for use by any number of threads. <b>Total:</b> no method throws, whatever it is given;
 * what goes wrong inside, or in a carrier or sink that somebody else wrote, costs a count in {@link
 * #counters} and the span it concerned.
 *
 * <h2>What is recorded</h2>
 *
 * Decided once, by the first span of a context, in this order (T42):
 *
 * <ol>
 *   <li>the thread is silenced: no;
 *   <li>its name has an ignored suffix: no, even in the middle of a trace, and the trace goes round
 *       us;
 *   <li>a valid header came with it: as the caller decided;
 *   <li>the thread works for a snapshot: as was decided where the snapshot was taken;
 *   <li>its name matches an ignored path: no;
 *   <li>the sampler decides.
 * </ol>
 *
 * A context that is not recorded has its stack of spans all the same (T45), and says so in headers
 * and snapshots as far as that is meant; see {@link IgnoredContext.Onward}.
 */
public final class Tracer {
  /** The name of a span whose starter had none. */
  static final String UNNAMED = "unnamed";

  private static final int MAX_PEER = 200;
  private static final Scope NOTHING_TO_CLOSE = () -> {};

  /**
   * Not static: two tracers in one JVM (an agent's, a test's) must not see each other's contexts.
   */
  @SuppressWarnings("ThreadLocalUsage")
  private final ThreadLocal<ThreadState> threads = new ThreadLocal<>();

  private final SegmentSink sink;
  private final LongSupplier clock;
  private final int refLimit;
  private final int logLimit;
  private final int nameLimit;
  private final @Nullable String peerPrefix;
  private final Correlation.Limits correlationLimits;
  private final Set<String> ignoredErrors;
  private final TracerCounters counters = new TracerCounters();
  private final AsyncRegistry asyncRegistry;
  private final Headers headers;
  private final Admission admission;
  private final StackedStarts starts;
  final @Nullable Profiler profiler;
  private volatile Identity identity;
  private volatile int spanLimit;

  Tracer(TracerBuilder settings) {
    sink = settings.sink;
    clock = settings.clock;
    refLimit = settings.refLimit;
    logLimit = settings.logLimit;
    nameLimit = settings.operationNameLimit;
    peerPrefix = settings.cluster.isEmpty() ? null : settings.cluster + "/";
    correlationLimits = settings.correlationLimits;
    ignoredErrors = settings.ignoredErrors;
    asyncRegistry = new AsyncRegistry(this, settings.asyncLimit, settings.asyncTimeout.toMillis());
    identity = new Identity(settings.processId, settings.service, settings.instance);
    headers = new Headers(this, settings.tagsFromCorrelation);
    admission = new Admission(this, settings.sampler, settings.noiseFilter);
    profiler = settings.profiler;
    if (profiler != null) {
      profiler.clock(clock);
    }
    spanLimit = settings.spanLimit;
    starts = new StackedStarts(this, headers, admission);
  }

  public static TracerBuilder builder() {
    return new TracerBuilder();
  }

  // ---- spans

  /** Starts work that came in from outside, without a header. */
  public Span startEntry(@Nullable String operationName) {
    return starts.entry(operationName, null);
  }

  /** Starts work that came in from outside and continues the trace its headers speak of, if any. */
  public <C> Span startEntry(
      @Nullable String operationName, @Nullable C carrier, @Nullable CarrierReader<C> reader) {
    return starts.entry(
        operationName, carrier == null || reader == null ? null : headers.read(carrier, reader));
  }

  /** Starts work that stays inside. */
  public Span startLocal(@Nullable String operationName) {
    return starts.local(operationName);
  }

  /** Starts a call to somebody else. */
  public Span startExit(@Nullable String operationName, @Nullable String peer) {
    return starts.exit(operationName, peer);
  }

  /**
   * Shares the exit that is on top, where there is one: a library inside of another needs no name
   * for a span that the outermost names (T03). Ended like any other.
   *
   * @return null where {@link #startExit} would begin a span
   */
  public @Nullable Span joinExit() {
    return starts.joinExit();
  }

  /**
   * Whether somebody has shared an exit after the starter to whom this span belongs: a client
   * inside of a client, which writes the headers too.
   */
  public boolean wasJoined(@Nullable Span exit) {
    RecordingSpan record = recordOf(exit);
    return record != null
        && record.maxDepth > (exit instanceof NestedSpan nested ? nested.level : 1);
  }

  // ---- between processes

  /**
   * Writes the headers that let the other side continue the trace.
   *
   * <p>In a nested exit they speak of the outermost (T03). A span beyond the limit is not recorded,
   * but its call is still part of the trace: the headers then name the nearest recorded span (T09).
   *
   * @param exit what {@link #startExit} returned; anything else works as well as it can
   */
  public <C> void inject(
      @Nullable Span exit, @Nullable C carrier, @Nullable CarrierWriter<C> writer) {
    headers.inject(exit, carrier, writer, false);
  }

  /** The same with the time of sending, from which the receiver tells the latency of a message. */
  public <C> void injectWithTime(
      @Nullable Span exit, @Nullable C carrier, @Nullable CarrierWriter<C> writer) {
    headers.inject(exit, carrier, writer, true);
  }

  /**
   * The same headers as the last lines of the head of a message of HTTP/1.1, with the empty line
   * behind them, for a client whose message can be reached as bytes: there they cost a fifth of
   * what they cost as names and values.
   *
   * @return a new array, or null where {@link #inject} would write nothing
   */
  public byte @Nullable [] headerLines(@Nullable Span exit) {
    return headers.lines(exit);
  }

  /**
   * Adds the parent that one more carrier speaks of to an entry span: a consumer of a batch has one
   * for each message. The first of all gives the trace its id.
   */
  public <C> void extract(
      @Nullable Span entry, @Nullable C carrier, @Nullable CarrierReader<C> reader) {
    RecordingSpan span = recordOf(entry);
    if (span == null || carrier == null || reader == null || !mayRefer(span)) {
      return;
    }
    Incoming incoming = headers.read(carrier, reader);
    if (incoming != null) {
      headers.extract(span, incoming);
    }
  }

  /** Whether this thread may give a span one more parent. */
  private static boolean mayRefer(RecordingSpan span) {
    return span.segment.isOwner() || span.isUnderLock();
  }

  // ---- between threads

  /**
   * Where this thread is, to go on from in another one; null when there is nothing to go on from.
   */
  public @Nullable Snapshot capture() {
    ThreadState here = threads.get();
    if (here == null) {
      return null;
    }
    Context context = active(here);
    return context == null ? here.handedOver : context.capture();
  }

  /**
   * Lets this thread work for a snapshot until the scope is closed. It makes no span: the first one
   * started meanwhile begins a segment that hangs below the snapshot's span, and where none is
   * started nothing is reported (T17). What the thread was doing before is set aside and comes
   * back.
   *
   * <p>Without a snapshot, or when the thread is still in the segment it was taken from, nothing
   * changes.
   */
  public Scope continueFrom(@Nullable Snapshot snapshot) {
    if (snapshot == null) {
      return NOTHING_TO_CLOSE;
    }
    ThreadState here = here();
    Context context = active(here);
    if (context instanceof Segment segment && snapshot.isFrom(segment)) {
      return NOTHING_TO_CLOSE;
    }
    if (context instanceof Branch branch && !branch.cutOff && snapshot.isFrom(branch.segment)) {
      return NOTHING_TO_CLOSE;
    }
    return new Handover(this, here, snapshot);
  }

  /**
   * Adds the place of a snapshot as one more parent of a span: a task that serves several others.
   * The first parent of all gives the trace its id.
   */
  public void link(@Nullable Span to, @Nullable Snapshot snapshot) {
    RecordingSpan span = recordOf(to);
    if (span == null
        || snapshot == null
        || !snapshot.recorded()
        || !mayRefer(span)
        || span.mode == RecordingSpan.FROZEN
        || snapshot.isFrom(span.segment)) {
      return;
    }
    if (span.segment.isOwner()) {
      link(span.segment, span, snapshot);
    } else {
      span.changeFromElsewhere(() -> link(span.segment, span, snapshot));
    }
  }

  private void link(Segment segment, RecordingSpan span, Snapshot snapshot) {
    segment.addRef(span, snapshot.toRef());
    segment.correlation =
        Correlation.merge(segment.correlation, snapshot.correlation, correlationLimits);
    segment.skipAnalysis = snapshot.skipAnalysis;
  }

  /**
   * Nothing that starts in this thread is recorded until the scope is closed, and nothing is sent
   * along: for the tracer's own calls to its backend (T47).
   */
  public Scope silence() {
    ThreadState here = here();
    here.silenced++;
    boolean[] closed = new boolean[1];
    return () -> {
      if (!closed[0] && here.thread == Thread.currentThread()) {
        closed[0] = true;
        here.silenced--;
      }
    };
  }

  // ---- detached spans

  /** What headers say, to start detached spans below; null where there are none. */
  public <C> @Nullable ExtractedContext extractContext(
      @Nullable C carrier, @Nullable CarrierReader<C> reader) {
    if (carrier == null || reader == null) {
      return null;
    }
    boolean[] invalid = new boolean[1];
    Incoming incoming = headers.read(carrier, reader, invalid);
    return incoming != null
        ? new ExtractedContext(incoming)
        : invalid[0] ? ExtractedContext.INVALID : null;
  }

  /**
   * Starts a span that is on no stack: it is not active until somebody {@linkplain #activate
   * activates} it, and any thread may change and {@linkplain #end(Span, long) end} it.
   *
   * @param epochMillis when it started; 0 or less for now
   * @param parents any number of {@link Span}, {@link Snapshot} and {@link ExtractedContext}; other
   *     objects are passed over. The first is what the span is inside of, the others become
   *     references. Without any it begins a trace, whatever is active.
   */
  public Span startDetached(
      @Nullable String operationName,
      @Nullable SpanType type,
      long epochMillis,
      @Nullable Collection<? extends @Nullable Object> parents) {
    return startDetached(operationName, type, epochMillis, parents, false);
  }

  /**
   * The same.
   *
   * @param wanted whether a trace that begins with it is recorded whatever the sampler says
   */
  public Span startDetached(
      @Nullable String operationName,
      @Nullable SpanType type,
      long epochMillis,
      @Nullable Collection<? extends @Nullable Object> parents,
      boolean wanted) {
    return new DetachedStart(
            this,
            here(),
            cutName(operationName),
            type == null ? SpanType.LOCAL : type,
            epochMillis > 0 ? epochMillis : now(),
            wanted)
        .below(parents);
  }

  /**
   * Says late that nobody wants a span's segment, or that somebody does after all. A segment that
   * is unwanted when it is complete is not reported, and what goes on from it meanwhile, here and
   * in other services, is not recorded.
   */
  public void wanted(@Nullable Span span, boolean wanted) {
    RecordingSpan record = recordOf(span);
    if (record != null) {
      record.segment.wanted(wanted);
    }
  }

  /** Says what a detached span is; others keep their type, which has decided what they share. */
  public void type(@Nullable Span span, @Nullable SpanType type) {
    RecordingSpan record = recordOf(span);
    if (record != null && type != null) {
      record.setType(type);
    }
  }

  /** Writes into a span's log, with the time when it happened; 0 or less for now. */
  public void log(@Nullable Span span, long epochMillis, @Nullable Map<String, String> fields) {
    RecordingSpan record = recordOf(span);
    if (record != null) {
      record.addLogAt(epochMillis, fields);
    }
  }

  /** Ends a span; a detached one at the time given, if it is above 0, and not before its start. */
  public void end(@Nullable Span span, long epochMillis) {
    if (epochMillis > 0
        && span instanceof RecordingSpan record
        && record.mode == RecordingSpan.DETACHED) {
      record.segment.endDetached(record, epochMillis);
    } else if (span != null) {
      span.end();
    }
  }

  /**
   * Makes a span, of whatever kind, thread and age, the parent of what this thread starts until the
   * scope is closed; null: what it starts begins traces of its own. What the thread was doing
   * before is set aside and comes back.
   *
   * <p>If the span's segment is open, and this thread's or {@linkplain Sharing shared}, what is
   * started joins it; otherwise it begins a segment that refers to the span.
   */
  public Scope activate(@Nullable Span span) {
    ThreadState here = here();
    active(here);
    if (Activation.depthOf(here.handover) >= Activation.MAX_DEPTH) {
      counters.repairedEnd();
      return NOTHING_TO_CLOSE;
    }
    if (span == null) {
      return new Activation(this, here, null, null);
    }
    RecordingSpan record = recordOf(span);
    StackedSpan stacked = record == null && span instanceof NoopSpan noop ? noop : record;
    Segment segment = segmentOf(stacked);
    if (segment != null && stacked != null && segment.tracer == this) {
      if (segment.isOwner()) {
        segment.share();
      }
      Branch branch = segment.activate(here, stacked);
      if (branch == null) {
        return new Activation(this, here, null, segment.snapshotAt(stacked));
      }
      if (profiler != null) {
        Profiling.activated(branch, here);
      }
      return new Activation(this, here, branch, null);
    }
    return span instanceof NoopSpan noop
            && noop.context instanceof IgnoredContext ignored
            && ignored.tracer == this
        ? new Activation(this, here, null, ignored.capture())
        : NOTHING_TO_CLOSE;
  }

  /** The segment a span belongs to, also one that is not recorded for want of room in it. */
  static @Nullable Segment segmentOf(@Nullable StackedSpan span) {
    if (span instanceof RecordingSpan record) {
      return record.segment;
    }
    if (span instanceof NoopSpan noop) {
      if (noop.context instanceof Segment segment) {
        return segment;
      }
      return noop.context instanceof Branch branch ? branch.segment : null;
    }
    return null;
  }

  // ---- places

  /** A span's place in its trace; null where nothing is known of it. */
  public @Nullable Snapshot placeOf(@Nullable Span span) {
    RecordingSpan record = recordOf(span);
    StackedSpan stacked = record == null && span instanceof NoopSpan noop ? noop : record;
    Segment segment = segmentOf(stacked);
    if (segment != null) {
      return segment.snapshotAt(stacked);
    }
    return span instanceof NoopSpan noop ? noop.context.capture() : null;
  }

  // ---- the active context

  /** The innermost open span of this thread, to describe it; null when there is none. */
  public @Nullable Span activeSpan() {
    ThreadState here = threads.get();
    Context context = here == null ? null : active(here);
    if (context == null) {
      return null;
    }
    StackedSpan top = context.top;
    return top instanceof RecordingSpan record ? record.forApplication() : (NoopSpan) top;
  }

  /** The id of this thread's trace; null where there is none or it is not recorded. */
  public @Nullable String traceId() {
    ThreadState here = threads.get();
    if (here == null) {
      return null;
    }
    Context context = active(here);
    if (context != null) {
      return context.traceIdText();
    }
    return here.handedOver == null ? null : here.handedOver.traceId();
  }

  /** The id of this thread's segment; null where there is none or it is not recorded. */
  public @Nullable String segmentId() {
    Segment segment = activeSegment();
    return segment == null ? null : segment.segmentId();
  }

  /** The number of this thread's active span in its segment; -1 where there is none. */
  public int spanId() {
    ThreadState here = threads.get();
    Context context = here == null ? null : active(here);
    RecordingSpan span = context == null ? null : StackedSpan.nearestRecord(context.top);
    return span == null ? -1 : span.id;
  }

  private @Nullable Segment activeSegment() {
    ThreadState here = threads.get();
    Context context = here == null ? null : active(here);
    if (context instanceof Branch branch) {
      return branch.segment;
    }
    return context instanceof Segment segment ? segment : null;
  }

  /** A value that the trace carries along; null when there is none. */
  public @Nullable String correlation(@Nullable String key) {
    ThreadState here = threads.get();
    if (key == null || here == null) {
      return null;
    }
    Context context = active(here);
    if (context != null) {
      return Correlation.get(
          context instanceof Branch branch ? branch.segment.correlationNow() : context.correlation,
          key);
    }
    return here.handedOver == null ? null : Correlation.get(here.handedOver.correlation, key);
  }

  /**
   * Gives the trace a value to carry along, over threads and processes: at most 3 keys, key and
   * value of at most 128 characters, unless set otherwise. A null or empty value takes the key out.
   *
   * @return whether the key has this value now
   */
  public boolean putCorrelation(@Nullable String key, @Nullable String value) {
    ThreadState here = threads.get();
    if (key == null || here == null) {
      return false;
    }
    Context context = active(here);
    String[] changed;
    if (context != null) {
      Context data = dataOf(context);
      synchronized (data) {
        changed = Correlation.put(data.correlation, key, value, correlationLimits);
        data.correlation = changed;
      }
      if (value != null
          && data instanceof Segment
          && headers.becomesTag(key)
          && value.equals(Correlation.get(changed, key))) {
        RecordingSpan span = StackedSpan.nearestRecord(context.top);
        if (span != null) {
          span.setTag(NestedSpan.ANY, key, value);
        }
      }
    } else if (here.handedOver != null) {
      changed = Correlation.put(here.handedOver.correlation, key, value, correlationLimits);
      here.handedOver = here.handedOver.withCorrelation(changed);
    } else {
      return false;
    }
    String now = Correlation.get(changed, key);
    return (value == null || value.isEmpty()) ? now == null : value.equals(now);
  }

  /** Asks backends to keep this trace, from here on, out of their statistics (load tests). */
  public void skipAnalysis() {
    ThreadState here = threads.get();
    Context context = here == null ? null : active(here);
    if (context != null) {
      dataOf(context).skipAnalysis = true;
    }
  }

  /** Where the data of a trace is kept: a branch has none of its own. */
  private static Context dataOf(Context context) {
    return context instanceof Branch branch ? branch.segment : context;
  }

  // ---- settings that change at run time, and housekeeping

  public void sampler(Sampler newSampler) {
    admission.sampler(newSampler);
  }

  public void noiseFilter(NoiseFilter newFilter) {
    admission.noiseFilter(newFilter);
  }

  public void spanLimit(int limit) {
    spanLimit = Math.max(0, limit);
  }

  /**
   * Makes the ids of this process new. After a restore from a checkpoint several processes share
   * one memory; with the old ids their traces would run into each other (T49). Segments in work
   * keep theirs.
   */
  public void renewProcess(String processId, String instance) {
    identity = new Identity(ProcessIds.checked(processId), identity.service, instance);
  }

  public TracerCounters counters() {
    return counters;
  }

  /** How many segments wait for asynchronous spans. */
  public int waitingForAsync() {
    return asyncRegistry.count();
  }

  /**
   * Reports segments whose asynchronous spans are overdue; all of them at the end of the process.
   * To be called now and then: otherwise the last one that is overdue waits for the next one.
   */
  public void reportUnfinished(boolean all) {
    List<Segment> overdue = asyncRegistry.takeOverdue(all);
    for (int i = 0; i < overdue.size(); i++) {
      overdue.get(i).reportUnfinished(all);
    }
  }

  // ---- for the classes of this package

  /** What is known of this thread; null when nothing is. */
  @Nullable ThreadState hereIfKnown() {
    return threads.get();
  }

  ThreadState here() {
    ThreadState state = threads.get();
    if (state == null) {
      state = new ThreadState(Thread.currentThread());
      threads.set(state);
    }
    return state;
  }

  /** The context of a thread, after what others have noted for it. */
  static @Nullable Context active(ThreadState here) {
    Context context = here.active;
    if (context != null && context.hasNotes()) {
      context.workOffNotes();
      context = here.active;
    }
    return context;
  }

  static @Nullable RecordingSpan recordOf(@Nullable Span span) {
    if (span instanceof RecordingSpan record) {
      return record;
    }
    return span instanceof NestedSpan nested ? nested.span : null;
  }

  void report(Segment segment) {
    if (segment.isUnwanted()) {
      counters.notReported();
      return;
    }
    if (segment.profiled) {
      Profiling.complete(segment);
    }
    segment.forgetWhatWasSent();
    try {
      sink.accept(segment);
    } catch (RuntimeException | LinkageError e) {
      counters.failure();
    }
  }

  /**
   * Whether this error, its class, a superclass, or its direct cause is set to be no error (T38).
   */
  boolean isIgnoredError(Throwable error) {
    if (ignoredErrors.isEmpty()) {
      return false;
    }
    if (isNamedToBeIgnored(error)) {
      return true;
    }
    Throwable cause = ErrorText.causeOf(error);
    return cause != null && isNamedToBeIgnored(cause);
  }

  private boolean isNamedToBeIgnored(Throwable error) {
    for (Class<?> type = error.getClass(); type != null; type = type.getSuperclass()) {
      if (ignoredErrors.contains(type.getName())) {
        return true;
      }
    }
    return false;
  }

  String cutName(@Nullable String name) {
    if (name == null || name.isEmpty()) {
      return UNNAMED;
    }
    return name.length() <= nameLimit ? name : Texts.cut(name, nameLimit);
  }

  @Nullable String peer(@Nullable String address) {
    if (address == null || address.isEmpty()) {
      return null;
    }
    String full = peerPrefix == null ? address : peerPrefix + address;
    return full.length() <= MAX_PEER ? full : Texts.cut(full, MAX_PEER - 3) + "...";
  }

  long now() {
    return clock.getAsLong();
  }

  int spanLimit() {
    return spanLimit;
  }

  Correlation.Limits correlationLimits() {
    return correlationLimits;
  }

  int refLimit() {
    return refLimit;
  }

  int logLimit() {
    return logLimit;
  }

  Headers headers() {
    return headers;
  }

  Admission admission() {
    return admission;
  }

  Identity identity() {
    return identity;
  }

  AsyncRegistry asyncRegistry() {
    return asyncRegistry;
  }
}
