package io.skein.core;

import io.skein.core.profile.Profiler;
import java.time.Duration;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Settings of a {@link Tracer}. Only the sink is required. */
public final class TracerBuilder {
  String service = "unnamed-service";
  String instance = "unnamed-instance";
  String processId = ProcessIds.random();
  SegmentSink sink = segment -> {};
  LongSupplier clock = System::currentTimeMillis;
  Sampler sampler = Sampler.always();
  NoiseFilter noiseFilter = NoiseFilter.none();

  /** SkyWalking's limits, which its backend and UI are used to. */
  int spanLimit = 300;

  int refLimit = 500;
  int logLimit = 300;
  int operationNameLimit = 150;

  /** About 10 MB of segments, and longer than any request that a person waits for. */
  int asyncLimit = 10_000;

  Duration asyncTimeout = Duration.ofMinutes(30);
  Correlation.Limits correlationLimits = Correlation.Limits.DEFAULT;
  String cluster = "";
  Set<String> ignoredErrors = Set.of();
  Set<String> tagsFromCorrelation = Set.of();
  @Nullable Profiler profiler;

  TracerBuilder() {}

  /**
   * The service's name; an empty one keeps the default, because a header must not have an empty
   * part.
   */
  public TracerBuilder service(@Nullable String name) {
    if (name != null && !name.isEmpty()) {
      service = name;
    }
    return this;
  }

  public TracerBuilder instance(@Nullable String name) {
    if (name != null && !name.isEmpty()) {
      instance = name;
    }
    return this;
  }

  /** 32 hexadecimal digits; random unless given. */
  public TracerBuilder processId(String hex) {
    processId = ProcessIds.checked(hex);
    return this;
  }

  public TracerBuilder sink(SegmentSink newSink) {
    sink = newSink;
    return this;
  }

  /** Milliseconds since the epoch. */
  public TracerBuilder clock(LongSupplier millis) {
    clock = millis;
    return this;
  }

  public TracerBuilder sampler(Sampler newSampler) {
    sampler = newSampler;
    return this;
  }

  public TracerBuilder noiseFilter(NoiseFilter filter) {
    noiseFilter = filter;
    return this;
  }

  /** Spans of a segment; what comes after is not recorded, and the segment says so. */
  public TracerBuilder spanLimit(int spans) {
    spanLimit = Math.max(0, spans);
    return this;
  }

  /** Parents of a span. */
  public TracerBuilder refLimit(int refs) {
    refLimit = Math.max(0, refs);
    return this;
  }

  /** Log entries of a span. */
  public TracerBuilder logLimit(int logs) {
    logLimit = Math.max(0, logs);
    return this;
  }

  /** Pairs of the user's data that travel, at most 16; characters of each text, at most 512. */
  public TracerBuilder correlationLimits(int keys, int length) {
    correlationLimits = new Correlation.Limits(keys, length);
    return this;
  }

  /** Characters of an operation name. */
  public TracerBuilder operationNameLimit(int characters) {
    operationNameLimit = Math.max(1, characters);
    return this;
  }

  /** Segments that may wait for asynchronous spans; beyond it the oldest is reported as it is. */
  public TracerBuilder asyncLimit(int segments) {
    asyncLimit = Math.max(0, segments);
    return this;
  }

  /** How long a segment waits for asynchronous spans. */
  public TracerBuilder asyncTimeout(Duration time) {
    asyncTimeout = time;
    return this;
  }

  /**
   * Put in front of every peer as {@code cluster/}: equal addresses in several clusters differ
   * then.
   */
  public TracerBuilder cluster(String name) {
    cluster = name;
    return this;
  }

  /** Names of throwable classes that are logged, but do not make a span an error. */
  public TracerBuilder ignoredErrors(Set<String> classNames) {
    ignoredErrors = Set.copyOf(classNames);
    return this;
  }

  /** Correlation keys whose values also become tags. */
  public TracerBuilder tagsFromCorrelation(Set<String> keys) {
    tagsFromCorrelation = Set.copyOf(keys);
    return this;
  }

  /** Who samples what this tracer's requests do; null, the default, for nobody. */
  public TracerBuilder profiler(@Nullable Profiler newProfiler) {
    profiler = newProfiler;
    return this;
  }

  public Tracer build() {
    return new Tracer(this);
  }
}
