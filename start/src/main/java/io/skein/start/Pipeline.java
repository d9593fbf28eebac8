package io.skein.start;

import io.skein.core.NoiseFilter;
import io.skein.core.Sampler;
import io.skein.core.Tracer;
import io.skein.core.profile.Profiler;
import io.skein.core.profile.ProfilerSettings;
import io.skein.core.report.ReportCounters;
import io.skein.core.report.ReportLog;
import io.skein.core.report.ReporterLimits;
import io.skein.wire.grpc.CollectorAddress;
import io.skein.wire.grpc.GrpcReporting;
import io.skein.wire.grpc.GrpcSettings;
import io.skein.wire.grpc.Profiling;
import io.skein.wire.grpc.TlsSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A tracer and its way to the backend, as the settings want them.
 *
 * <p>Opening neither fails because of the network nor waits for it. Safe for use by several
 * threads.
 */
public final class Pipeline {
  /** A bound for unusual segments; with ordinary ones the queue is full of segments first. */
  private static final int SPANS_PER_QUEUED_SEGMENT = 32;

  private final Tracer tracer;
  private final GrpcReporting reporting;
  private final @Nullable Profiler profiler;
  private final boolean encrypted;
  private volatile boolean closed;

  private Pipeline(
      Tracer tracer, GrpcReporting reporting, @Nullable Profiler profiler, boolean encrypted) {
    this.tracer = tracer;
    this.reporting = reporting;
    this.profiler = profiler;
    this.encrypted = encrypted;
  }

  /**
   * Opens it.
   *
   * @param facts what the backend shows about this process
   * @param jar the agent's own, beside which files that the settings name are looked for, too; null
   *     for none
   */
  public static Pipeline open(
      Settings settings,
      ProcessIdentity identity,
      String version,
      List<Map.Entry<String, String>> facts,
      @Nullable Path jar,
      ReportLog log) {
    int queue = Math.max(1, settings.number(Setting.QUEUE));
    String token = settings.text(Setting.TOKEN);
    TlsSettings tls = TlsFiles.of(settings, jar);
    Profiler profiler = profiler(settings, log);
    GrpcReporting reporting =
        GrpcReporting.open(
            new GrpcSettings(
                backends(settings, log),
                identity.service(),
                identity.instance(),
                identity.processId(),
                version,
                token.isEmpty() ? null : token,
                facts,
                settings.duration(Setting.HEARTBEAT),
                queue,
                (int) Math.min(Integer.MAX_VALUE, (long) queue * SPANS_PER_QUEUED_SEGMENT),
                GrpcSettings.DEFAULT_MAX_MESSAGE_BYTES,
                tls,
                settings.text(Setting.SPOOL_DIRECTORY),
                settings.bytes(Setting.SPOOL_SIZE),
                resend(settings, log)),
            new ReporterLimits(
                settings.duration(Setting.REPORT_PAUSE),
                ReporterLimits.DEFAULT.batchBytes(),
                ReporterLimits.DEFAULT.batchSegments()),
            profiler == null
                ? null
                : new Profiling(
                    profiler,
                    settings.duration(Setting.PROFILE_INTERVAL),
                    settings.number(Setting.PROFILE_MINUTES),
                    settings.number(Setting.PROFILE_SLOW) > 0),
            log);
    Tracer tracer = tracer(settings, identity, reporting, profiler);
    reporting.lookAfter(tracer);
    return new Pipeline(tracer, reporting, profiler, tls != null);
  }

  /** Returns null where nothing may be sampled. */
  private static @Nullable Profiler profiler(Settings settings, ReportLog log) {
    if (!settings.isTrue(Setting.PROFILE_ACTIVE)) {
      return null;
    }
    int slow = settings.number(Setting.PROFILE_SLOW);
    return new Profiler(
        new ProfilerSettings(
            true,
            settings.number(Setting.PROFILE_PARALLEL),
            settings.number(Setting.PROFILE_PARTS),
            settings.number(Setting.PROFILE_DEPTH),
            settings.number(Setting.PROFILE_QUEUE),
            slow > 0,
            slow),
        log);
  }

  private static @Nullable Boolean resend(Settings settings, ReportLog log) {
    String wanted = settings.text(Setting.UNCONFIRMED);
    if (wanted.equals("resend") || wanted.equals("drop")) {
      return wanted.equals("resend");
    }
    if (!wanted.equals("auto")) {
      log.warn(
          Setting.UNCONFIRMED.key()
              + " = \""
              + wanted
              + "\" is not auto, resend or drop; using "
              + Setting.UNCONFIRMED.defaultValue());
    }
    return null;
  }

  private static List<CollectorAddress> backends(Settings settings, ReportLog log) {
    String wanted = settings.text(Setting.BACKEND);
    try {
      return CollectorAddress.parseList(wanted);
    } catch (IllegalArgumentException malformed) {
      log.warn(
          Setting.BACKEND.key()
              + " = \""
              + wanted
              + "\": "
              + malformed.getMessage()
              + "; using "
              + Setting.BACKEND.defaultValue());
      return CollectorAddress.parseList(Setting.BACKEND.defaultValue());
    }
  }

  private static Tracer tracer(
      Settings settings,
      ProcessIdentity identity,
      GrpcReporting reporting,
      @Nullable Profiler profiler) {
    int sample = settings.number(Setting.SAMPLE_PER_3_SECONDS);
    return Tracer.builder()
        .service(identity.service())
        .instance(identity.instance())
        .processId(identity.processId())
        .sink(reporting.sink())
        .sampler(sample <= 0 ? Sampler.always() : Sampler.perThreeSeconds(sample))
        .noiseFilter(
            NoiseFilter.of(
                settings.list(Setting.IGNORE_SUFFIX), settings.list(Setting.IGNORE_PATH)))
        .spanLimit(settings.number(Setting.SPAN_LIMIT))
        .refLimit(settings.number(Setting.REF_LIMIT))
        .logLimit(settings.number(Setting.LOG_LIMIT))
        .operationNameLimit(settings.number(Setting.OPERATION_LENGTH))
        .correlationLimits(
            settings.number(Setting.CORRELATION_COUNT), settings.number(Setting.CORRELATION_LENGTH))
        .profiler(profiler)
        .build();
  }

  public Tracer tracer() {
    return tracer;
  }

  /** The account of all segments that the tracer made. */
  public ReportCounters counters() {
    return reporting.counters();
  }

  /** Whether what is sent is encrypted. */
  public boolean encrypted() {
    return encrypted;
  }

  public boolean isClosed() {
    return closed;
  }

  /** Sends what has ended so far and waits for it, as long as it is allowed to. */
  public void flush(Duration within) {
    reporting.flush(within);
  }

  /**
   * Reports what is unfinished, sends what is there within this time, leaves the rest on disk or
   * counts it as dropped, and ends the threads. Further calls do nothing.
   */
  public void close(Duration within) {
    closed = true;
    if (profiler != null) {
      profiler.close(); // ends what it samples: that is told before the connection goes
    }
    reporting.close(within);
  }
}
