package io.skein.core;

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
    Context context;
    String header;
    RecordingSpan record = Tracer.recordOf(exit);
    if (record != null) {
      context = record.segment;
      header =
          record.mode <= RecordingSpan.ASYNC
              ? record.segment.headerOf(record, tracer.here())
              : record.segment.encodeHeader(record, record.peer, tracer.here());
    } else if (exit instanceof NoopSpan noop) {
      context = noop.context instanceof Branch branch ? branch.segment : noop.context;
      if (context instanceof Segment segment) {
        RecordingSpan nearest = StackedSpan.nearestRecord(noop);
        header = segment.encodeHeader(nearest, noop.peer, tracer.here());
      } else {
        header = ((IgnoredContext) context).header();
      }
    } else {
      return; // somebody else's implementation of Span
    }
    if (context instanceof Segment segment && segment.isUnwanted()) {
      header = Sw8.SUPPRESSED;
    }
    if (header == null) {
      return;
    }
    try {
      writer.set(carrier, Sw8.HEADER, header);
      writer.set(
          carrier,
          Sw8.CORRELATION_HEADER,
          Correlation.encode(
              record == null || record.mode <= RecordingSpan.ASYNC
                  ? context.correlation
                  : record.segment.correlationNow()));
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
