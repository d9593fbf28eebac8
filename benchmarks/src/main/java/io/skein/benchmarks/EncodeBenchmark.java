package io.skein.benchmarks;

import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.exporter.internal.otlp.traces.LowAllocationTraceRequestMarshaler;
import io.opentelemetry.exporter.internal.otlp.traces.TraceRequestMarshaler;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.api.Span;
import io.skein.api.TagKey;
import io.skein.api.Tags;
import io.skein.core.Segment;
import io.skein.core.Tracer;
import io.skein.wire.encode.SegmentWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * From the tracer's records to protobuf bytes: the same three spans (an entry with 4 tags,
 * something local, an exit with 3 tags) as SkyWalking's segment by our writer and as OTLP's request
 * by both of OpenTelemetry's marshallers, the usual one and the one that reuses its objects.
 *
 * <p>Both sides write into an array that is used again. A request of OTLP repeats the resource
 * once, as a segment of SkyWalking's repeats service and instance.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class EncodeBenchmark {

  private static final TagKey<String> TENANT = TagKey.of("tenant");

  private final SegmentWriter writer = SegmentWriter.forGrpc(4 << 20);
  private final LowAllocationTraceRequestMarshaler lowAllocation =
      new LowAllocationTraceRequestMarshaler();
  private final ByteArrayOutputStream out = new ByteArrayOutputStream(16 * 1024);
  private Segment segment;
  private List<SpanData> spans;

  @Setup
  public void record() throws IOException {
    segment = segment();
    spans = spans();
    TraceRequestMarshaler.create(spans).writeBinaryTo(out);
    System.out.printf("%nbytes: skein %d, openTelemetry %d%n", writer.encode(segment), out.size());
  }

  @Benchmark
  public int skein() {
    return writer.encode(segment);
  }

  @Benchmark
  public int openTelemetry() throws IOException {
    out.reset();
    TraceRequestMarshaler.create(spans).writeBinaryTo(out);
    return out.size();
  }

  @Benchmark
  public int openTelemetryReusingObjects() throws IOException {
    out.reset();
    lowAllocation.initialize(spans);
    try {
      lowAllocation.writeBinaryTo(out);
    } finally {
      lowAllocation.reset();
    }
    return out.size();
  }

  private static Segment segment() {
    List<Segment> made = new ArrayList<>();
    Tracer tracer =
        Tracer.builder()
            .service("orders")
            .instance("orders-7f9c6b5d4-x2x9z")
            .sink(made::add)
            .build();
    Span entry = tracer.startEntry("GET:/orders/{id}");
    entry.component(Component.TOMCAT).layer(Layer.HTTP);
    entry.tag(Tags.URL, "http://orders:8080/orders/1").tag(Tags.HTTP_METHOD, "GET");
    entry.tag(TENANT, "a");
    tracer.startLocal("price").end();
    Span exit = tracer.startExit("POST:/payments", "payments:8080");
    exit.component(Component.JDK_HTTP).layer(Layer.HTTP);
    exit.tag(Tags.URL, "http://payments:8080/payments").tag(Tags.HTTP_METHOD, "POST");
    exit.tag(Tags.HTTP_STATUS_CODE, "201");
    exit.end();
    entry.tag(Tags.HTTP_STATUS_CODE, "200");
    entry.end();
    return made.get(0);
  }

  private static List<SpanData> spans() {
    List<SpanData> made = new ArrayList<>();
    try (SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(new Keeper(made)))
            .build()) {
      var tracer = provider.get("benchmark");
      var entry = tracer.spanBuilder("GET /orders/{id}").setSpanKind(SpanKind.SERVER).startSpan();
      try (var scope = entry.makeCurrent()) {
        entry.setAttribute("url.full", "http://orders:8080/orders/1");
        entry.setAttribute("http.request.method", "GET");
        entry.setAttribute("tenant", "a");
        tracer.spanBuilder("price").startSpan().end();
        var exit = tracer.spanBuilder("POST /payments").setSpanKind(SpanKind.CLIENT).startSpan();
        exit.setAttribute("url.full", "http://payments:8080/payments");
        exit.setAttribute("http.request.method", "POST");
        exit.setAttribute("http.response.status_code", "201");
        exit.end();
        entry.setAttribute("http.response.status_code", "200");
      }
      entry.end();
    }
    return made;
  }

  private record Keeper(List<SpanData> made) implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      made.addAll(spans);
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }
}
