package io.skein.core;

import io.skein.api.Span;
import java.util.List;
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
  private final Set<String> ignoredErrors;
  private final Set<String> tagsFromCorrelation;
  private final TracerCounters counters = new TracerCounters();
  private final AsyncRegistry asyncRegistry;
  private volatile Identity identity;
  private volatile Sampler sampler;
  private volatile NoiseFilter noiseFilter;
  private volatile int spanLimit;

  Tracer(TracerBuilder settings) {
    sink = settings.sink;
    clock = settings.clock;
    refLimit = settings.refLimit;
    logLimit = settings.logLimit;
    nameLimit = settings.operationNameLimit;
    peerPrefix = settings.cluster.isEmpty() ? null : settings.cluster + "/";
    ignoredErrors = settings.ignoredErrors;
    tagsFromCorrelation = settings.tagsFromCorrelation;
    asyncRegistry = new AsyncRegistry(this, settings.asyncLimit, settings.asyncTimeout.toMillis());
    identity = new Identity(settings.processId, settings.service, settings.instance);
    sampler = settings.sampler;
    noiseFilter = settings.noiseFilter;
    spanLimit = settings.spanLimit;
  }

  public static TracerBuilder builder() {
    return new TracerBuilder();
  }

  // ---- spans

  /** Starts work that came in from outside, without a header. */
  public Span startEntry(@Nullable String operationName) {
    return startEntry(operationName, null);
  }

  /** Starts work that came in from outside and continues the trace its headers speak of, if any. */
  public <C> Span startEntry(
      @Nullable String operationName, @Nullable C carrier, @Nullable CarrierReader<C> reader) {
    return startEntry(
        operationName, carrier == null || reader == null ? null : read(carrier, reader));
  }

  private Span startEntry(@Nullable String operationName, @Nullable Incoming incoming) {
    String name = cutName(operationName);
    ThreadState here = here();
    Context context = active(here);
    if (context == null) {
      return startFirst(here, SpanType.ENTRY, name, null, incoming);
    }
    if (!(context instanceof Segment segment)) {
      return context.pushNoop(null);
    }
    RecordingSpan shared = shareable(segment, SpanType.ENTRY);
    Span span;
    RecordingSpan record;
    if (shared != null) {
      span = shared.reuseEntry(name);
      record = shared;
    } else {
      record = segment.push(SpanType.ENTRY, name, now());
      if (record == null) {
        return overLimit(segment, null);
      }
      span = record;
    }
    if (incoming != null) {
      extract(segment, record, incoming);
    }
    return span;
  }

  /** Starts work that stays inside. */
  public Span startLocal(@Nullable String operationName) {
    String name = cutName(operationName);
    ThreadState here = here();
    Context context = active(here);
    if (context == null) {
      return startFirst(here, SpanType.LOCAL, name, null, null);
    }
    if (!(context instanceof Segment segment)) {
      return context.pushNoop(null);
    }
    RecordingSpan span = segment.push(SpanType.LOCAL, name, now());
    return span == null ? overLimit(segment, null) : span;
  }

  /** Starts a call to somebody else. */
  public Span startExit(@Nullable String operationName, @Nullable String peer) {
    String name = cutName(operationName);
    ThreadState here = here();
    Context context = active(here);
    if (context == null) {
      return startFirst(here, SpanType.EXIT, name, peer, null);
    }
    if (!(context instanceof Segment segment)) {
      return context.pushNoop(peer);
    }
    RecordingSpan shared = shareable(segment, SpanType.EXIT);
    if (shared != null) {
      return shared.reuse();
    }
    RecordingSpan span = segment.push(SpanType.EXIT, name, now());
    if (span == null) {
      return overLimit(segment, peer);
    }
    span.peer = peer(peer);
    return span;
  }

  /** The span on top, if it is one that another starter of the same type shares (T01, T03, T04). */
  private static @Nullable RecordingSpan shareable(Segment segment, SpanType type) {
    StackedSpan top = segment.top;
    if (top instanceof RecordingSpan span && span.type == type.number() && span.canBeShared()) {
      return span;
    }
    return null;
  }

  private Span overLimit(Segment segment, @Nullable String peer) {
    counters.spanOverLimit();
    return segment.pushNoop(peer == null ? null : peer(peer));
  }

  private Span startFirst(
      ThreadState here,
      SpanType type,
      String name,
      @Nullable String peer,
      @Nullable Incoming incoming) {
    IgnoredContext ignored = decideToIgnore(here, name, incoming);
    if (ignored != null) {
      here.active = ignored;
      return ignored.pushNoop(peer);
    }
    long now = now();
    Snapshot handedOver = here.handedOver;
    SegmentRef ref = null;
    if (incoming != null && incoming.parent != null) {
      ref = incoming.parent.ref;
    } else if (handedOver != null) {
      ref = handedOver.toRef();
    }
    Segment segment = new Segment(this, here, identity, ref == null ? null : ref.traceId(), now);
    RecordingSpan span = segment.push(type, name, now);
    if (span == null) { // a span limit of 0
      here.active = segment;
      return overLimit(segment, peer);
    }
    here.active = segment;
    if (peer != null) {
      span.peer = peer(peer);
    }
    if (ref != null) {
      segment.addRef(span, ref);
      if (incoming != null && incoming.parent != null) {
        adopt(segment, span, incoming);
      } else if (handedOver != null) {
        segment.correlation = handedOver.correlation;
        segment.skipAnalysis = handedOver.skipAnalysis;
      }
    }
    return span;
  }

  /** What a context that is not recorded has to know, or null for one that is. */
  private @Nullable IgnoredContext decideToIgnore(
      ThreadState here, String name, @Nullable Incoming incoming) {
    if (here.silenced > 0) {
      return new IgnoredContext(this, here, IgnoredContext.Onward.SILENT, null);
    }
    Sw8.Parent parent = incoming == null ? null : incoming.parent;
    Snapshot handedOver = here.handedOver;
    NoiseFilter noise = noiseFilter;
    if (noise.hasSuffixOf(name)) {
      counters.filtered();
      return ignored(
          here,
          parent == null
              ? IgnoredContext.Onward.SILENT
              : parent.ref == null
                  ? IgnoredContext.Onward.SUPPRESSED
                  : IgnoredContext.Onward.TRANSPARENT,
          incoming);
    }
    if (parent != null) {
      if (parent.ref != null) {
        forced();
        return null;
      }
      counters.notWanted();
      return ignored(here, IgnoredContext.Onward.SUPPRESSED, incoming);
    }
    if (handedOver != null) {
      if (handedOver.ignored == null) {
        return null;
      }
      counters.notWanted();
      IgnoredContext context =
          new IgnoredContext(this, here, handedOver.ignored, handedOver.incomingHeader);
      context.correlation = handedOver.correlation;
      context.skipAnalysis = handedOver.skipAnalysis;
      return context;
    }
    if (noise.matchesPathOf(name)) {
      counters.filtered();
      return ignored(here, IgnoredContext.Onward.SILENT, null);
    }
    if (!sample(name)) {
      counters.notSampled();
      return ignored(here, IgnoredContext.Onward.SUPPRESSED, null);
    }
    return null;
  }

  private IgnoredContext ignored(
      ThreadState here, IgnoredContext.Onward onward, @Nullable Incoming incoming) {
    IgnoredContext context =
        new IgnoredContext(this, here, onward, incoming == null ? null : incoming.header);
    if (incoming != null) {
      context.correlation = incoming.correlation;
      context.skipAnalysis = incoming.skipAnalysis;
    }
    return context;
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
    inject(exit, carrier, writer, false);
  }

  /** The same with the time of sending, from which the receiver tells the latency of a message. */
  public <C> void injectWithTime(
      @Nullable Span exit, @Nullable C carrier, @Nullable CarrierWriter<C> writer) {
    inject(exit, carrier, writer, true);
  }

  private <C> void inject(
      @Nullable Span exit,
      @Nullable C carrier,
      @Nullable CarrierWriter<C> writer,
      boolean withTime) {
    if (exit == null || carrier == null || writer == null) {
      return;
    }
    Context context;
    String header;
    RecordingSpan record = recordOf(exit);
    if (record != null) {
      context = record.segment;
      header = Sw8.encode(record.segment, record.id, record.peer, here());
    } else if (exit instanceof NoopSpan noop) {
      context = noop.context;
      if (context instanceof Segment segment) {
        RecordingSpan nearest = StackedSpan.nearestRecord(noop);
        header = Sw8.encode(segment, nearest == null ? 0 : nearest.id, noop.peer, here());
      } else {
        header = ((IgnoredContext) context).header();
      }
    } else {
      return; // somebody else's implementation of Span
    }
    if (header == null) {
      return;
    }
    try {
      writer.set(carrier, Sw8.HEADER, header);
      writer.set(carrier, Sw8.CORRELATION_HEADER, Correlation.encode(context.correlation));
      writer.set(
          carrier,
          Sw8.EXTENSION_HEADER,
          withTime
              ? Sw8.encodeExtension(context.skipAnalysis, now())
              : Sw8.encodeExtension(context.skipAnalysis));
    } catch (RuntimeException | LinkageError e) {
      counters.failure();
    }
  }

  /**
   * Adds the parent that one more carrier speaks of to an entry span: a consumer of a batch has one
   * for each message. The first of all gives the trace its id.
   */
  public <C> void extract(
      @Nullable Span entry, @Nullable C carrier, @Nullable CarrierReader<C> reader) {
    RecordingSpan span = recordOf(entry);
    if (span == null || carrier == null || reader == null || !span.segment.isOwner()) {
      return;
    }
    Incoming incoming = read(carrier, reader);
    if (incoming != null) {
      extract(span.segment, span, incoming);
    }
  }

  private void extract(Segment segment, RecordingSpan span, Incoming incoming) {
    Sw8.Parent parent = incoming.parent;
    if (parent != null && parent.ref != null && span.mode != RecordingSpan.FROZEN) {
      segment.addRef(span, parent.ref);
      adopt(segment, span, incoming);
    }
  }

  private void adopt(Segment segment, RecordingSpan span, Incoming incoming) {
    segment.correlation = Correlation.merge(segment.correlation, incoming.correlation);
    segment.skipAnalysis = incoming.skipAnalysis;
    if (incoming.sentMillis >= 0) {
      // The clocks of two machines: it may well be negative, and is written as it is (T36).
      span.putTag("transmission.latency", Long.toString(now() - incoming.sentMillis), true);
    }
    if (!tagsFromCorrelation.isEmpty()) {
      for (int i = 0; i < incoming.correlation.length; i += 2) {
        if (tagsFromCorrelation.contains(incoming.correlation[i])) {
          span.putTag(incoming.correlation[i], incoming.correlation[i + 1], false);
        }
      }
    }
  }

  /** What the headers of one carrier say; null for the usual case that there are none. */
  private <C> @Nullable Incoming read(C carrier, CarrierReader<C> reader) {
    try {
      String header = reader.get(carrier, Sw8.HEADER);
      if (header == null || header.isEmpty()) {
        return null;
      }
      Sw8.Parent parent = Sw8.decode(header);
      if (parent == null) {
        counters.invalidHeader();
        return null;
      }
      return new Incoming(
          header,
          parent,
          Correlation.decode(reader.get(carrier, Sw8.CORRELATION_HEADER)),
          reader.get(carrier, Sw8.EXTENSION_HEADER));
    } catch (RuntimeException | LinkageError e) {
      counters.failure();
      return null;
    }
  }

  /** All three headers of a request; never a part of them. */
  private static final class Incoming {
    final String header;
    final Sw8.@Nullable Parent parent;
    final String[] correlation;
    final boolean skipAnalysis;
    final long sentMillis;

    Incoming(String header, Sw8.Parent parent, String[] correlation, @Nullable String extension) {
      this.header = header;
      this.parent = parent;
      this.correlation = correlation;
      this.skipAnalysis = Sw8.skipAnalysis(extension);
      this.sentMillis = Sw8.sentMillis(extension);
    }
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
        || !span.segment.isOwner()
        || span.mode == RecordingSpan.FROZEN
        || snapshot.isFrom(span.segment)) {
      return;
    }
    Segment segment = span.segment;
    segment.addRef(span, snapshot.toRef());
    segment.correlation = Correlation.merge(segment.correlation, snapshot.correlation);
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

  /** A value that the trace carries along; null when there is none. */
  public @Nullable String correlation(@Nullable String key) {
    ThreadState here = threads.get();
    if (key == null || here == null) {
      return null;
    }
    Context context = active(here);
    if (context != null) {
      return Correlation.get(context.correlation, key);
    }
    return here.handedOver == null ? null : Correlation.get(here.handedOver.correlation, key);
  }

  /**
   * Gives the trace a value to carry along, over threads and processes: at most 3 keys, key and
   * value of at most 128 characters. A null or empty value takes the key out.
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
      changed = Correlation.put(context.correlation, key, value);
      context.correlation = changed;
      if (value != null
          && context instanceof Segment
          && tagsFromCorrelation.contains(key)
          && value.equals(Correlation.get(changed, key))) {
        RecordingSpan span = StackedSpan.nearestRecord(context.top);
        if (span != null) {
          span.setTag(NestedSpan.ANY, key, value);
        }
      }
    } else if (here.handedOver != null) {
      changed = Correlation.put(here.handedOver.correlation, key, value);
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
      context.skipAnalysis = true;
    }
  }

  // ---- settings that change at run time, and housekeeping

  public void sampler(Sampler newSampler) {
    sampler = newSampler;
  }

  public void noiseFilter(NoiseFilter newFilter) {
    noiseFilter = newFilter;
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
      overdue.get(i).reportUnfinished();
    }
  }

  // ---- for the classes of this package

  private ThreadState here() {
    ThreadState state = threads.get();
    if (state == null) {
      state = new ThreadState(Thread.currentThread());
      threads.set(state);
    }
    return state;
  }

  /** The context of a thread, after what others have noted for it. */
  private static @Nullable Context active(ThreadState here) {
    Context context = here.active;
    if (context != null && context.hasNotes()) {
      context.workOffNotes();
      context = here.active;
    }
    return context;
  }

  private static @Nullable RecordingSpan recordOf(@Nullable Span span) {
    if (span instanceof RecordingSpan record) {
      return record;
    }
    return span instanceof NestedSpan nested ? nested.span : null;
  }

  void report(Segment segment) {
    try {
      sink.accept(segment);
    } catch (RuntimeException | LinkageError e) {
      counters.failure();
    }
  }

  private boolean sample(String name) {
    try {
      return sampler.sample(name);
    } catch (RuntimeException | LinkageError e) {
      counters.failure();
      return true;
    }
  }

  private void forced() {
    try {
      sampler.forced();
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

  int refLimit() {
    return refLimit;
  }

  int logLimit() {
    return logLimit;
  }

  Identity identity() {
    return identity;
  }

  AsyncRegistry asyncRegistry() {
    return asyncRegistry;
  }
}
