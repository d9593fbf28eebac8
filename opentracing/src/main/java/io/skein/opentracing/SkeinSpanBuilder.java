package io.skein.opentracing;

import io.opentracing.References;
import io.opentracing.Span;
import io.opentracing.SpanContext;
import io.opentracing.Tracer;
import io.opentracing.tag.Tag;
import io.skein.api.spi.SpanKind;
import io.skein.api.spi.TracingProvider;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a span begins with. May start several, each for itself. */
final class SkeinSpanBuilder implements Tracer.SpanBuilder {
  /** Tells the types of references where there is more to tell than one parent. */
  private static final String REFERENCES_TAG = "opentracing.references";

  private record Reference(String type, SkeinSpanContext context) {}

  private final SkeinTracer tracer;
  private final @Nullable String operationName;
  private final List<Reference> references = new ArrayList<>(1);
  private final Map<String, Object> tags = new LinkedHashMap<>();
  private boolean ignoreActive;
  private long startMicros;

  SkeinSpanBuilder(SkeinTracer tracer, @Nullable String operationName) {
    this.tracer = tracer;
    this.operationName = operationName;
  }

  Tracer tracer() {
    return tracer;
  }

  @Override
  public Tracer.SpanBuilder asChildOf(@Nullable SpanContext parent) {
    return addReference(References.CHILD_OF, parent);
  }

  @Override
  public Tracer.SpanBuilder asChildOf(@Nullable Span parent) {
    return addReference(References.CHILD_OF, parent == null ? null : parent.context());
  }

  /** A context of another tracer, or of none, is as good as null. */
  @Override
  public Tracer.SpanBuilder addReference(@Nullable String type, @Nullable SpanContext context) {
    if (context instanceof SkeinSpanContext ours) {
      references.add(new Reference(type == null ? References.CHILD_OF : type, ours));
    }
    return this;
  }

  @Override
  public Tracer.SpanBuilder ignoreActiveSpan() {
    ignoreActive = true;
    return this;
  }

  @Override
  public Tracer.SpanBuilder withTag(@Nullable String key, @Nullable String value) {
    return with(key, value);
  }

  @Override
  public Tracer.SpanBuilder withTag(@Nullable String key, boolean value) {
    return with(key, value);
  }

  @Override
  public Tracer.SpanBuilder withTag(@Nullable String key, @Nullable Number value) {
    return with(key, value);
  }

  @Override
  public <T> Tracer.SpanBuilder withTag(@Nullable Tag<T> tag, @Nullable T value) {
    return tag == null ? this : with(tag.getKey(), value);
  }

  private SkeinSpanBuilder with(@Nullable String key, @Nullable Object value) {
    if (key != null && value != null) {
      tags.put(key, value);
    }
    return this;
  }

  @Override
  public Tracer.SpanBuilder withStartTimestamp(long micros) {
    startMicros = micros;
    return this;
  }

  @Override
  public Span start() {
    TracingProvider provider = tracer.provider();
    Active active = ignoreActive ? Active.NONE : tracer.scopes().active(provider);
    List<Object> parents = new ArrayList<>(2);
    Baggage baggage = Baggage.NONE;
    boolean fromOutside = false;
    boolean served = false;
    if (references.isEmpty()) {
      if (active.place() != null) {
        parents.add(active.place());
        baggage = active.baggage();
        served = active.automatic();
      }
    } else {
      int primary = primary();
      SkeinSpanContext first = references.get(primary).context;
      fromOutside = first.received != null;
      if (fromOutside && active.automatic() && isInTrace(provider, first)) {
        // The request that the headers came with is being traced already, by somebody who read them
        // before; hanging a second entry beside it would count it twice.
        parents.add(active.place());
        fromOutside = false;
        served = true;
      } else {
        parents.add(first.place);
      }
      for (int i = 0; i < references.size(); i++) {
        SkeinSpanContext context = references.get(i).context;
        baggage = baggage.and(context.baggage);
        if (i != primary) {
          parents.add(context.place);
        }
      }
    }
    Description known = new Description();
    tags.forEach(known::put);
    SpanKind kind = known.kind(fromOutside, served);
    long startMillis = Description.millis(startMicros);
    io.skein.api.Span behind =
        Boolean.TRUE.equals(known.wanted())
            ? provider.startWanted(operationName, kind, startMillis, parents)
            : provider.startDetached(operationName, kind, startMillis, parents);
    SkeinSpan span = new SkeinSpan(tracer, provider, behind, baggage, fromOutside, served);
    tags.forEach(span::set);
    if (references.stream().anyMatch(each -> !each.type.equals(References.CHILD_OF))) {
      behind.tag(
          REFERENCES_TAG,
          references.stream().map(Reference::type).collect(Collectors.joining(",")));
    }
    return span;
  }

  /** The first that this span is a child of, else the first of any kind. */
  private int primary() {
    for (int i = 0; i < references.size(); i++) {
      if (references.get(i).type.equals(References.CHILD_OF)) {
        return i;
      }
    }
    return 0;
  }

  private static boolean isInTrace(TracingProvider provider, SkeinSpanContext context) {
    String trace = provider.traceId(context.place);
    return trace != null && trace.equals(provider.traceId(null));
  }

  /**
   * What the calling thread works for.
   *
   * @param place null for nothing
   * @param automatic whether it was started by other means than OpenTracing
   */
  record Active(@Nullable Object place, Baggage baggage, boolean automatic) {
    static final Active NONE = new Active(null, Baggage.NONE, false);
  }
}
