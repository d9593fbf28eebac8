package io.skein.benchmarks;

import brave.Tracing;
import brave.handler.MutableSpan;
import brave.handler.SpanHandler;
import brave.propagation.B3Propagation;
import brave.propagation.TraceContext;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapSetter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.api.Span;
import io.skein.api.TagKey;
import io.skein.api.Tags;
import io.skein.core.CarrierWriter;
import io.skein.core.Segment;
import io.skein.core.Tracer;
import io.skein.core.profile.Profiler;
import io.skein.core.profile.ProfilerSettings;
import io.skein.core.report.ReportCounters;
import io.skein.core.report.ReportLog;
import io.skein.core.report.Reporter;
import io.skein.core.report.ReporterLimits;
import io.skein.core.report.SegmentEncoder;
import io.skein.core.report.SegmentQueue;
import io.skein.core.report.Transport;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One segment of three spans, as a small request makes it: an entry with 4 tags, something local,
 * an exit with 3 tags and the headers written into a carrier; handed to the queue and consumed on a
 * thread behind it. The same with Brave and with the OpenTelemetry SDK, each with its own header
 * format and with a queue of the same size.
 *
 * <p>Consumers read every span and throw it away. How much of what was made they got is printed at
 * the end of each fork: what a full queue drops costs nobody anything, so figures count only where
 * that is about the same (at this rate no queue keeps all of it).
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class SegmentBenchmark {
  private static final int QUEUE_SPANS = 16_384;

  @Benchmark
  public Object skein(Skein skein) {
    return skein.segment();
  }

  /** With a profiler that has no task. */
  @Benchmark
  public Object skeinWithProfiler(WithProfiler skein) {
    return skein.segment();
  }

  /** With a profiler that looks for slow requests, of which there are none. */
  @Benchmark
  public Object skeinLookingForSlow(LookingForSlow skein) {
    return skein.segment();
  }

  @Benchmark
  public Object openTelemetry(OpenTelemetry openTelemetry) {
    return openTelemetry.segment();
  }

  @Benchmark
  public Object brave(Brave brave) {
    return brave.segment();
  }

  /** What was made and what came out at the other end of the queue. */
  static final class Balance {
    private final String name;
    private long made;
    volatile long consumed;
    volatile int sink;

    Balance(String name) {
      this.name = name;
    }

    void print() {
      System.out.printf(
          "%n%s: %.1f %% of %d segments consumed%n", name, 100.0 * consumed / made, made);
    }
  }

  /** Skein's tracer and reporter. */
  @State(Scope.Benchmark)
  public static class Skein {
    private static final CarrierWriter<Map<String, String>> WRITER = Map::put;
    private static final TagKey<String> TENANT = TagKey.of("tenant");

    private final Map<String, String> carrier = new HashMap<>();
    private final Balance balance = new Balance("skein");
    private Tracer tracer;
    private Reporter reporter;
    private Profiler profiler;

    @Setup
    public void start() {
      SegmentQueue queue = new SegmentQueue(QUEUE_SPANS / 3, QUEUE_SPANS);
      reporter =
          Reporter.start(
              queue,
              new ReportCounters(queue),
              new Consumer(balance),
              new Delivered(),
              ReportLog.silent(),
              ReporterLimits.DEFAULT);
      profiler = profiler();
      tracer =
          Tracer.builder()
              .service("orders")
              .instance("orders-7f9c6b5d4-x2x9z")
              .sink(queue)
              .profiler(profiler)
              .build();
    }

    Profiler profiler() {
      return null;
    }

    @TearDown
    public void stop() {
      reporter.close();
      if (profiler != null) {
        profiler.close();
      }
      balance.print();
    }

    Object segment() {
      balance.made++;
      Span entry = tracer.startEntry("GET:/orders/{id}");
      entry.component(Component.TOMCAT).layer(Layer.HTTP);
      entry.tag(Tags.URL, "http://orders:8080/orders/1").tag(Tags.HTTP_METHOD, "GET");
      entry.tag(TENANT, "a");
      Span local = tracer.startLocal("price");
      local.end();
      Span exit = tracer.startExit("POST:/payments", "payments:8080");
      exit.component(Component.JDK_HTTP).layer(Layer.HTTP);
      exit.tag(Tags.URL, "http://payments:8080/payments").tag(Tags.HTTP_METHOD, "POST");
      tracer.inject(exit, carrier, WRITER);
      exit.tag(Tags.HTTP_STATUS_CODE, "201");
      exit.end();
      entry.tag(Tags.HTTP_STATUS_CODE, "200");
      entry.end();
      return carrier;
    }
  }

  /** The same beside an idle profiler. */
  public static class WithProfiler extends Skein {
    @Override
    Profiler profiler() {
      return new Profiler(ProfilerSettings.DEFAULT, ReportLog.silent());
    }
  }

  /** The same while every segment is noted for the sampler to find. */
  public static class LookingForSlow extends Skein {
    @Override
    Profiler profiler() {
      return new Profiler(new ProfilerSettings(true, 5, 5, 500, 4500, true, 1), ReportLog.silent());
    }
  }

  /** Reads a segment without making anything of it; the encoding has a benchmark of its own. */
  private static final class Consumer implements SegmentEncoder {
    private final Balance balance;
    private final byte[] buffer = new byte[1];

    Consumer(Balance balance) {
      this.balance = balance;
    }

    @Override
    public int encode(Segment segment) {
      int sum = 0;
      for (int i = 0; i < segment.spanCount(); i++) {
        sum += segment.span(i).operationName().length() + segment.span(i).tagCount();
      }
      balance.sink = sum;
      balance.consumed++; // one thread
      return 1;
    }

    @Override
    public byte[] buffer() {
      return buffer;
    }
  }

  private static final class Delivered implements Transport {
    @Override
    public Answer send(ByteBuffer messages, long timeoutNanos) {
      return Answer.delivered();
    }

    @Override
    public Answer tick(long nowNanos) {
      return null;
    }

    @Override
    public void farewell(long timeoutNanos) {}

    @Override
    public String target() {
      return "nowhere";
    }

    @Override
    public void close() {}
  }

  /** The OpenTelemetry SDK with its batch processor. */
  @State(Scope.Benchmark)
  public static class OpenTelemetry {
    private static final TextMapSetter<Map<String, String>> SETTER = Map::put;

    private static final Logger LOG = Logger.getLogger(BatchSpanProcessor.class.getName());

    private final Map<String, String> carrier = new HashMap<>();
    private final Balance balance = new Balance("openTelemetry");
    private SdkTracerProvider provider;
    private io.opentelemetry.api.trace.Tracer tracer;

    @Setup
    public void start() {
      // It logs each time its queue is full; the balance says it once.
      LOG.setLevel(Level.OFF);
      provider =
          SdkTracerProvider.builder()
              .addSpanProcessor(
                  BatchSpanProcessor.builder(new Exporter(balance))
                      .setMaxQueueSize(QUEUE_SPANS)
                      .build())
              .build();
      tracer = provider.get("benchmark");
    }

    @TearDown
    public void stop() {
      provider.close();
      balance.consumed /= 3;
      balance.print();
    }

    Object segment() {
      balance.made++;
      var entry = start("GET /orders/{id}", SpanKind.SERVER);
      try (var scope = entry.makeCurrent()) {
        entry.setAttribute("url.full", "http://orders:8080/orders/1");
        entry.setAttribute("http.request.method", "GET");
        entry.setAttribute("tenant", "a");
        var local = start("price", SpanKind.INTERNAL);
        local.makeCurrent().close();
        local.end();
        var exit = start("POST /payments", SpanKind.CLIENT);
        try (var exitScope = exit.makeCurrent()) {
          exit.setAttribute("url.full", "http://payments:8080/payments");
          exit.setAttribute("http.request.method", "POST");
          W3CTraceContextPropagator.getInstance().inject(Context.current(), carrier, SETTER);
          exit.setAttribute("http.response.status_code", "201");
        }
        exit.end();
        entry.setAttribute("http.response.status_code", "200");
      }
      entry.end();
      return carrier;
    }

    private io.opentelemetry.api.trace.Span start(String name, SpanKind kind) {
      SpanBuilder builder = tracer.spanBuilder(name);
      return builder.setSpanKind(kind).startSpan();
    }
  }

  private static final class Exporter implements SpanExporter {
    private final Balance balance;

    Exporter(Balance balance) {
      this.balance = balance;
    }

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      int sum = 0;
      for (SpanData span : spans) {
        sum += span.getName().length() + span.getAttributes().size();
      }
      balance.sink = sum;
      balance.consumed += spans.size(); // one thread
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

  /** Brave with a queue behind it and a thread that empties it, as its reporters do it. */
  @State(Scope.Benchmark)
  public static class Brave {
    private final Map<String, String> carrier = new HashMap<>();
    private final Balance balance = new Balance("brave");
    private final ArrayBlockingQueue<MutableSpan> queue = new ArrayBlockingQueue<>(QUEUE_SPANS);
    private Tracing tracing;
    private brave.Tracer tracer;
    private TraceContext.Injector<Map<String, String>> injector;
    private Thread consumer;

    @Setup
    public void start() {
      SpanHandler handler =
          new SpanHandler() {
            @Override
            public boolean end(TraceContext context, MutableSpan span, Cause cause) {
              queue.offer(span);
              return true;
            }
          };
      tracing =
          Tracing.newBuilder()
              .localServiceName("orders")
              .propagationFactory(
                  B3Propagation.newFactoryBuilder()
                      .injectFormat(B3Propagation.Format.SINGLE)
                      .build())
              .addSpanHandler(handler)
              .build();
      tracer = tracing.tracer();
      injector = tracing.propagation().injector(Map::put);
      consumer = new Thread(this::consume, "brave-consumer");
      consumer.setDaemon(true);
      consumer.start();
    }

    @TearDown
    public void stop() throws InterruptedException {
      consumer.interrupt();
      consumer.join();
      tracing.close();
      balance.consumed /= 3;
      balance.print();
    }

    private void consume() {
      List<MutableSpan> batch = new ArrayList<>(512);
      while (!Thread.currentThread().isInterrupted()) {
        if (queue.drainTo(batch, 512) == 0) {
          LockSupport.parkNanos(1_000_000);
          continue;
        }
        int sum = 0;
        for (MutableSpan span : batch) {
          sum += span.name().length() + span.tagCount();
        }
        balance.sink = sum;
        balance.consumed += batch.size(); // one thread
        batch.clear();
      }
    }

    Object segment() {
      balance.made++;
      brave.Span entry = tracer.newTrace().kind(brave.Span.Kind.SERVER);
      entry.name("GET /orders/{id}").start();
      try (var scope = tracer.withSpanInScope(entry)) {
        entry.tag("http.url", "http://orders:8080/orders/1").tag("http.method", "GET");
        entry.tag("tenant", "a");
        brave.Span local = tracer.nextSpan().name("price").start();
        tracer.withSpanInScope(local).close();
        local.finish();
        brave.Span exit = tracer.nextSpan().kind(brave.Span.Kind.CLIENT);
        exit.name("POST /payments").start();
        try (var exitScope = tracer.withSpanInScope(exit)) {
          exit.tag("http.url", "http://payments:8080/payments").tag("http.method", "POST");
          injector.inject(exit.context(), carrier);
          exit.tag("http.status_code", "201");
        }
        exit.finish();
        entry.tag("http.status_code", "200");
      }
      entry.finish();
      return carrier;
    }
  }
}
