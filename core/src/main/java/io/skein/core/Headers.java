package io.skein.core;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.skein.api.Span;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The trace on its way between processes: what the tracer writes into carriers and reads there. */
final class Headers {
  private final Tracer tracer;
  private final Set<String> tagsFromCorrelation;

  Headers(Tracer tracer, Set<String> tagsFromCorrelation) {
    this.tracer = tracer;
    this.tagsFromCorrelation = tagsFromCorrelation;
  }

  /** Whether a value that travels with the trace is to be a tag, too. */
  boolean becomesTag(String correlationKey) {
    return tagsFromCorrelation.contains(correlationKey);
  }

  /** See {@link Tracer#inject}. */
  <C> void inject(
      @Nullable Span exit,
      @Nullable C carrier,
      @Nullable CarrierWriter<C> writer,
      boolean withTime) {
    if (exit == null || carrier == null || writer == null) {
      return;
    }
    Context context = contextOf(exit);
    String header = context == null ? null : header(exit, context);
    if (context == null || header == null) {
      return;
    }
    try {
      writer.set(carrier, Sw8.HEADER, header);
      writer.set(carrier, Sw8.CORRELATION_HEADER, correlation(exit, context));
      writer.set(
          carrier,
          Sw8.EXTENSION_HEADER,
          withTime
              ? Sw8.encodeExtension(context.skipAnalysis, tracer.now())
              : Sw8.encodeExtension(context.skipAnalysis));
    } catch (RuntimeException | LinkageError e) {
      tracer.counters().failure();
    }
  }

  /** See {@link Tracer#headerLines}. */
  byte @Nullable [] lines(@Nullable Span exit) {
    Context context = exit == null ? null : contextOf(exit);
    if (exit == null || context == null) {
      return null;
    }
    String correlation = correlation(exit, context);
    String extension = Sw8.encodeExtension(context.skipAnalysis);
    RecordingSpan record = Tracer.recordOf(exit);
    if (record != null && record.mode <= RecordingSpan.ASYNC && !record.segment.isUnwanted()) {
      ThreadState here = tracer.here();
      int length = Sw8.write(record.segment, record.id, record.peer, here);
      return HeaderLines.of(here.written(), length, correlation, extension);
    }
    String header = header(exit, context);
    if (header == null || !HeaderLines.isVisible(header)) {
      return null;
    }
    return HeaderLines.of(header.getBytes(ISO_8859_1), header.length(), correlation, extension);
  }

  /** What is told to the other side; null for somebody else's implementation of Span. */
  private static @Nullable Context contextOf(Span exit) {
    RecordingSpan record = Tracer.recordOf(exit);
    if (record != null) {
      return record.segment;
    }
    if (exit instanceof NoopSpan noop) {
      return noop.context instanceof Branch branch ? branch.segment : noop.context;
    }
    return null;
  }

  private @Nullable String header(Span exit, Context context) {
    if (!(context instanceof Segment segment)) {
      return ((IgnoredContext) context).header();
    }
    if (segment.isUnwanted()) {
      return Sw8.SUPPRESSED;
    }
    RecordingSpan record = Tracer.recordOf(exit);
    if (record != null) {
      return record.mode <= RecordingSpan.ASYNC
          ? segment.headerOf(record, tracer.here())
          : segment.encodeHeader(record, record.peer, tracer.here());
    }
    NoopSpan noop = (NoopSpan) exit;
    return segment.encodeHeader(StackedSpan.nearestRecord(noop), noop.peer, tracer.here());
  }

  private static String correlation(Span exit, Context context) {
    RecordingSpan record = Tracer.recordOf(exit);
    return Correlation.encode(
        record == null || record.mode <= RecordingSpan.ASYNC
            ? context.correlation
            : record.segment.correlationNow());
  }

  /** Adds what a carrier speaks of as one more parent of an entry span. */
  void extract(RecordingSpan span, Incoming incoming) {
    if (span.segment.isOwner()) {
      extract(span.segment, span, incoming);
    } else {
      span.changeFromElsewhere(() -> extract(span.segment, span, incoming));
    }
  }

  /** The same, in the thread of the segment or under its lock. */
  void extract(Segment segment, RecordingSpan span, Incoming incoming) {
    Sw8.Parent parent = incoming.parent;
    if (parent != null && parent.ref != null && span.mode != RecordingSpan.FROZEN) {
      segment.addRef(span, parent.ref);
      adopt(segment, span, incoming);
    }
  }

  /** Takes over what travels with the trace besides its ids. */
  void adopt(Segment segment, RecordingSpan span, Incoming incoming) {
    segment.correlation =
        Correlation.merge(segment.correlation, incoming.correlation, tracer.correlationLimits());
    segment.skipAnalysis = incoming.skipAnalysis;
    if (incoming.sentMillis >= 0) {
      // The clocks of two machines: it may well be negative, and is written as it is (T36).
      span.putTag("transmission.latency", Long.toString(tracer.now() - incoming.sentMillis), true);
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
  <C> @Nullable Incoming read(C carrier, CarrierReader<C> reader) {
    return read(carrier, reader, null);
  }

  /**
   * The same.
   *
   * @param invalid is told whether there was a header that says nothing
   */
  <C> @Nullable Incoming read(C carrier, CarrierReader<C> reader, boolean @Nullable [] invalid) {
    try {
      String header = reader.get(carrier, Sw8.HEADER);
      if (header == null || header.isEmpty()) {
        return null;
      }
      Sw8.Parent parent = Sw8.decode(header);
      if (parent == null) {
        tracer.counters().invalidHeader();
        if (invalid != null) {
          invalid[0] = true;
        }
        return null;
      }
      return new Incoming(
          header,
          parent,
          Correlation.decode(
              reader.get(carrier, Sw8.CORRELATION_HEADER), tracer.correlationLimits()),
          reader.get(carrier, Sw8.EXTENSION_HEADER));
    } catch (RuntimeException | LinkageError e) {
      tracer.counters().failure();
      return null;
    }
  }
}
