package io.skein.core.profile;

/**
 * Finds requests that take longer than is usual for their endpoint, and has them sampled from then
 * on, within a share of one core's time. Used by the sampler's thread only.
 *
 * <p>What sampling may cost is a credit that grows with time and is spent by the processor time
 * that this thread used for it, looking for slow requests included. Who has been thrifty for a
 * while may spend more at once, since slow requests come together; when the credit is used up beats
 * are passed over and counted.
 */
final class SlowRequests implements OpenSegments.Visitor {
  /** Each 10 ms, as tasks usually have it. */
  static final int PERIOD_MILLIS = 10;

  /** A request is found to be slow so late at most. */
  static final long LOOK_NANOS = 50_000_000;

  /** So much credit is gathered at most. */
  private static final long SAVED_NANOS = 10_000_000_000L;

  private final Machine machine;
  private final Slots slots;
  private final OpenSegments open;
  private final Sampling sampling;
  private final ProfilerCounters counters;
  private final double share;
  private final UsualTimes usual = new UsualTimes();
  private final Run run;
  private long nowNanos;
  private long nowMillis;
  private long nextLookNanos;
  private long creditSinceNanos;
  private double creditNanos;

  SlowRequests(
      Machine machine,
      Slots slots,
      OpenSegments open,
      Sampling sampling,
      ProfilerCounters counters,
      double cpuPercent) {
    this.machine = machine;
    this.slots = slots;
    this.open = open;
    this.sampling = sampling;
    this.counters = counters;
    this.share = cpuPercent / 100;
    long now = machine.nanos();
    this.run = Run.ofSlowRequests(PERIOD_MILLIS, now);
    this.nextLookNanos = now;
    this.creditSinceNanos = now;
    this.creditNanos = share * SAVED_NANOS / 10;
  }

  /** Looks and samples if it is time to; returns when it will be. */
  long work(long now) {
    boolean looks = now - nextLookNanos >= 0;
    boolean samples = run.busy > 0 && now - run.nextBeatNanos >= 0;
    if (looks || samples) {
      creditNanos = Math.min(creditNanos + (now - creditSinceNanos) * share, SAVED_NANOS * share);
      creditSinceNanos = now;
      long before = machine.cpuNanos();
      if (looks) {
        look(now);
      }
      if (samples) {
        sample(now);
      }
      creditNanos -= machine.cpuNanos() - before;
    }
    return run.busy > 0 && run.nextBeatNanos - nextLookNanos < 0
        ? run.nextBeatNanos
        : nextLookNanos;
  }

  private void look(long now) {
    nextLookNanos = now + LOOK_NANOS;
    nowNanos = now;
    nowMillis = machine.millis();
    boolean wasIdle = run.busy == 0;
    open.scan(this);
    if (wasIdle) {
      run.skipTo(now); // not what passed by while there was nothing to sample
    }
  }

  private void sample(long now) {
    if (creditNanos > 0) {
      sampling.beat(run, now);
      counters.missed(run.skipTo(machine.nanos()));
    } else {
      counters.missed(run.skipTo(now) + 1);
      sampling.forget(run);
    }
  }

  @Override
  public void ended(ProfiledSegment segment) {
    long millis = segment.profiledUntilMillis() - segment.profiledSinceMillis();
    if (millis >= 0) {
      usual.add(segment.profiledName(), millis);
    }
  }

  @Override
  public void open(ProfiledSegment segment, int at) {
    long age = nowMillis - segment.profiledSinceMillis();
    if (age < UsualTimes.NEVER_SLOW_MILLIS || creditNanos <= 0) {
      return;
    }
    Thread thread = segment.profiledThread();
    if (thread == null || age < usual.slowMillis(segment.profiledName()) || !segment.isWanted()) {
      return;
    }
    if (!slots.hasPlace(run)) {
      return; // not counted as refused: it is asked again each time somebody looks
    }
    Watch watch = segment.watchedBy(slots.found(run, segment, nowNanos));
    if (watch.request().run == run && !watch.isAttached()) {
      slots.attach(watch, thread, new Watch.Found(open, segment, at));
    }
  }

  UsualTimes usual() {
    return usual;
  }

  Run run() {
    return run;
  }
}
