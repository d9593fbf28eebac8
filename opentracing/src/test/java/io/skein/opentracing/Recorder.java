package io.skein.opentracing;

import io.opentracing.ScopeManager;
import io.skein.api.spi.TracingProvider;
import io.skein.core.LogRecord;
import io.skein.core.ManualTracing;
import io.skein.core.Segment;
import io.skein.core.SegmentRef;
import io.skein.core.SpanRecord;
import io.skein.core.Tracer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** A real tracer below the OpenTracing one, and all that it reported. */
public final class Recorder {
  public final AtomicLong clock = new AtomicLong(1_700_000_000_000L);

  private final List<Segment> segments = new ArrayList<>();

  /** The tracer that plugins use. */
  public final Tracer core =
      Tracer.builder()
          .service("orders")
          .instance("orders-1")
          .clock(clock::get)
          .sampler(name -> !name.startsWith("unsampled"))
          .sink(this::keep)
          .build();

  public final TracingProvider provider = new ManualTracing(core);

  public SkeinTracer tracer() {
    return SkeinTracer.builder().provider(provider).build();
  }

  public SkeinTracer tracer(ScopeManager scopes) {
    return SkeinTracer.builder().provider(provider).scopeManager(scopes).build();
  }

  private synchronized void keep(Segment segment) {
    segments.add(segment);
  }

  /** Every finished span, in the order of reporting. */
  public synchronized List<Finished> spans() {
    List<Finished> spans = new ArrayList<>();
    for (Segment segment : segments) {
      for (int i = 0; i < segment.spanCount(); i++) {
        spans.add(new Finished(segment, segment.span(i)));
      }
    }
    return spans;
  }

  public int count() {
    return spans().size();
  }

  public long count(String operationName) {
    return spans().stream().filter(span -> span.name().equals(operationName)).count();
  }

  /** The only span of this name. */
  public Finished span(String operationName) {
    List<Finished> found =
        spans().stream().filter(span -> span.name().equals(operationName)).toList();
    if (found.size() != 1) {
      throw new AssertionError(
          found.size() + " spans named " + operationName + " among " + spans());
    }
    return found.get(0);
  }

  /** The only span there is. */
  public Finished only() {
    List<Finished> all = spans();
    if (all.size() != 1) {
      throw new AssertionError("one span expected: " + all);
    }
    return all.get(0);
  }

  public synchronized int segmentCount() {
    return segments.size();
  }

  /** A reported span and the segment it is in. */
  public record Finished(Segment segment, SpanRecord record) {
    public String name() {
      return record.operationName();
    }

    public String traceId() {
      return segment.traceId();
    }

    /** As the span's context says it. */
    public String spanId() {
      return segment.segmentId() + "-" + record.id();
    }

    public Map<String, String> tags() {
      Map<String, String> tags = new LinkedHashMap<>();
      for (int i = 0; i < record.tagCount(); i++) {
        tags.put(record.tagKey(i), record.tagValue(i));
      }
      return tags;
    }

    public List<Map<String, String>> logs() {
      List<Map<String, String>> logs = new ArrayList<>();
      for (int i = 0; i < record.logCount(); i++) {
        LogRecord log = record.log(i);
        Map<String, String> fields = new LinkedHashMap<>();
        for (int j = 0; j < log.fieldCount(); j++) {
          fields.put(log.key(j), log.value(j));
        }
        logs.add(fields);
      }
      return logs;
    }

    public List<SegmentRef> refs() {
      List<SegmentRef> refs = new ArrayList<>();
      for (int i = 0; i < record.refCount(); i++) {
        refs.add(record.ref(i));
      }
      return refs;
    }

    public boolean isRoot() {
      return record.parentId() == -1 && record.refCount() == 0;
    }

    /** In the parent's segment or, with a ref as the first of its own, in another one. */
    public boolean isChildOf(Finished parent) {
      if (!traceId().equals(parent.traceId())) {
        return false;
      }
      return segment.segmentId().equals(parent.segment.segmentId())
          ? record.parentId() == parent.record.id()
          : refs().stream()
              .anyMatch(
                  ref ->
                      ref.parentSegmentId().equals(parent.segment.segmentId())
                          && ref.parentSpanId() == parent.record.id());
    }

    @Override
    public String toString() {
      return record + " " + tags() + " in " + segment.segmentId();
    }
  }
}
