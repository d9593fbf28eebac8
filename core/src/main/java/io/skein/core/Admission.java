package io.skein.core;

import org.jspecify.annotations.Nullable;

/** Decides whether what begins is recorded, and what is sent onwards if it is not. */
final class Admission {
  private final Tracer tracer;
  private volatile Sampler sampler;
  private volatile NoiseFilter noiseFilter;

  Admission(Tracer tracer, Sampler sampler, NoiseFilter noiseFilter) {
    this.tracer = tracer;
    this.sampler = sampler;
    this.noiseFilter = noiseFilter;
  }

  void sampler(Sampler newSampler) {
    sampler = newSampler;
  }

  void noiseFilter(NoiseFilter newFilter) {
    noiseFilter = newFilter;
  }

  /** What a context that is not recorded has to know, or null for one that is. */
  @Nullable IgnoredContext decideToIgnore(
      ThreadState here, String name, @Nullable Incoming incoming, @Nullable Snapshot handedOver) {
    return decideToIgnore(here, name, incoming, handedOver, false);
  }

  /**
   * The same.
   *
   * @param wanted whether a trace that begins here is to be recorded whatever path rules and the
   *     sampler say
   */
  @Nullable IgnoredContext decideToIgnore(
      ThreadState here,
      String name,
      @Nullable Incoming incoming,
      @Nullable Snapshot handedOver,
      boolean wanted) {
    if (here.silenced > 0) {
      return new IgnoredContext(tracer, here, IgnoredContext.Onward.SILENT, null);
    }
    Sw8.Parent parent = incoming == null ? null : incoming.parent;
    NoiseFilter noise = noiseFilter;
    if (noise.hasSuffixOf(name)) {
      tracer.counters().filtered();
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
      tracer.counters().notWanted();
      return ignored(here, IgnoredContext.Onward.SUPPRESSED, incoming);
    }
    if (handedOver != null) {
      if (handedOver.ignored == null) {
        return null;
      }
      tracer.counters().notWanted();
      IgnoredContext context =
          new IgnoredContext(tracer, here, handedOver.ignored, handedOver.incomingHeader);
      context.correlation = handedOver.correlation;
      context.skipAnalysis = handedOver.skipAnalysis;
      return context;
    }
    if (wanted) {
      forced();
      return null;
    }
    if (noise.matchesPathOf(name)) {
      tracer.counters().filtered();
      return ignored(here, IgnoredContext.Onward.SILENT, null);
    }
    if (!sample(name)) {
      tracer.counters().notSampled();
      return ignored(here, IgnoredContext.Onward.SUPPRESSED, null);
    }
    return null;
  }

  private IgnoredContext ignored(
      ThreadState here, IgnoredContext.Onward onward, @Nullable Incoming incoming) {
    IgnoredContext context =
        new IgnoredContext(tracer, here, onward, incoming == null ? null : incoming.header);
    if (incoming != null) {
      context.correlation = incoming.correlation;
      context.skipAnalysis = incoming.skipAnalysis;
    }
    return context;
  }

  private boolean sample(String name) {
    try {
      return sampler.sample(name);
    } catch (RuntimeException | LinkageError e) {
      tracer.counters().failure();
      return true;
    }
  }

  void forced() {
    try {
      sampler.forced();
    } catch (RuntimeException | LinkageError e) {
      tracer.counters().failure();
    }
  }
}
