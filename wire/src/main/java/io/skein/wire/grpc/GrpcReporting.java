package io.skein.wire.grpc;

import io.skein.core.SegmentSink;
import io.skein.core.Tracer;
import io.skein.core.report.ReportCounters;
import io.skein.core.report.ReportLog;
import io.skein.core.report.Reporter;
import io.skein.core.report.ReporterLimits;
import io.skein.core.report.SegmentQueue;
import io.skein.core.report.SpoolSettings;
import io.skein.wire.encode.SegmentWriter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The whole way out, put together: queue, reporter, encoder, gRPC.
 *
 * <p>Opening never fails because of the network and does not wait for it; the collector may be
 * away, and come later. Safe for use by several threads.
 */
public final class GrpcReporting implements AutoCloseable {

  private final SegmentQueue queue;
  private final ReportCounters counters;
  private final Reporter reporter;

  private GrpcReporting(SegmentQueue queue, ReportCounters counters, Reporter reporter) {
    this.queue = queue;
    this.counters = counters;
    this.reporter = reporter;
  }

  /** Starts reporting, on two daemon threads: {@code skein-reporter} and {@code skein-grpc}. */
  public static GrpcReporting open(GrpcSettings settings, ReportLog log) {
    return open(settings, ReporterLimits.DEFAULT, log);
  }

  /** The same with limits of one's own. */
  public static GrpcReporting open(GrpcSettings settings, ReporterLimits limits, ReportLog log) {
    return open(settings, limits, null, log);
  }

  /**
   * The same with a profiler, which is the caller's to close, before the reporting.
   *
   * @param profiling null for none
   */
  public static GrpcReporting open(
      GrpcSettings settings, ReporterLimits limits, @Nullable Profiling profiling, ReportLog log) {
    SegmentQueue queue = new SegmentQueue(settings.queueSegments(), settings.queueSpans());
    ReportCounters counters = new ReportCounters(queue);
    Reporter reporter =
        Reporter.start(
            queue,
            counters,
            SegmentWriter.forGrpc(settings.maxMessageBytes()),
            new GrpcTransport(settings, counters, profiling, log),
            log,
            limits,
            settings.spoolBytes() == 0
                ? null
                : new SpoolSettings(
                    settings.spoolDirectory(),
                    settings.spoolBytes(),
                    settings.service(),
                    settings.instance(),
                    settings.processId(),
                    settings.agentVersion()),
            settings.resend());
    return new GrpcReporting(queue, counters, reporter);
  }

  /** Returns where the tracer puts finished segments. */
  public SegmentSink sink() {
    return queue;
  }

  /**
   * From now on also reports those segments of the tracer whose asynchronous spans take too long,
   * and at the end all that still wait. The tracer's sink is {@link #sink}.
   */
  public void lookAfter(Tracer tracer) {
    reporter.lookAfter(tracer);
  }

  /** Returns the account of all segments. */
  public ReportCounters counters() {
    return counters;
  }

  /** Sends what has ended so far and waits for it, as long as it is allowed to. */
  public void flush(Duration within) {
    reporter.flush(within);
  }

  /** Sends what is there within this time, counts the rest as dropped, and ends the threads. */
  public void close(Duration within) {
    reporter.close(within);
  }

  /** Closes with five seconds to flush. */
  @Override
  public void close() {
    reporter.close();
  }
}
