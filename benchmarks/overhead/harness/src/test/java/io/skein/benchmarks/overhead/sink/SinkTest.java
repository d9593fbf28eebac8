package io.skein.benchmarks.overhead.sink;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.exporter.otlp.trace.OtlpGrpcSpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import io.skein.api.Tracing;
import io.skein.sdk.Skein;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.msgpack.core.MessageBufferPacker;
import org.msgpack.core.MessagePack;

/**
 * The sink counts what clients send. Skein's and OpenTelemetry's are the real ones; Elastic's and
 * Datadog's exist as agents only, so here their messages are as their protocols are described, and
 * the harness itself finds out with the agents: it ends when a message was not understood or a calm
 * service's spans are not the same for each request.
 */
class SinkTest {
  private final Sink sink;

  SinkTest() throws IOException {
    sink = new Sink();
  }

  @AfterEach
  void close() {
    sink.close();
  }

  @Test
  void spansOfSkeinBySkyWalkingsProtocol() {
    try (Skein skein =
        Skein.builder().service("test").backend("127.0.0.1:" + sink.ports().grpc()).start()) {
      assertThat(skein.active()).isTrue();
      for (int i = 0; i < 20; i++) {
        Tracing.localSpan("outer")
            .run(() -> Tracing.localSpan("inner").tag("a", "b").run(() -> {}));
      }
      // Closing sends what is held.
    }
    assertThat(sink.counts().spans()).isEqualTo(40);
    assertThat(sink.counts().undecodable()).isZero();
  }

  @Test
  void spansOfOpenTelemetryByHttp() {
    export(
        OtlpHttpSpanExporter.builder()
            .setEndpoint("http://127.0.0.1:" + sink.ports().http() + "/v1/traces")
            .setCompression("gzip")
            .build());
    assertThat(sink.counts().spans()).isEqualTo(600);
    assertThat(sink.counts().batches()).isEqualTo(2);
    assertThat(sink.counts().undecodable()).isZero();
  }

  @Test
  void spansOfOpenTelemetryByGrpc() {
    export(
        OtlpGrpcSpanExporter.builder()
            .setEndpoint("http://127.0.0.1:" + sink.ports().grpc())
            .build());
    assertThat(sink.counts().spans()).isEqualTo(600);
    assertThat(sink.counts().undecodable()).isZero();
  }

  private static void export(SpanExporter exporter) {
    try (SdkTracerProvider provider =
        SdkTracerProvider.builder()
            .addSpanProcessor(BatchSpanProcessor.builder(exporter).build())
            .build()) {
      Tracer tracer = provider.get("test");
      for (int i = 0; i < 600; i++) {
        tracer.spanBuilder("span").setAttribute("a", i).startSpan().end();
      }
    }
  }

  @Test
  void transactionsAndSpansOfElasticsIntakeButNotItsMetrics() throws IOException {
    String events =
        """
        {"metadata":{"service":{"name":"test","agent":{"name":"java"}}}}
        {"span":{"name":"SELECT","context":{"db":{"statement":"SELECT '}'"}}}}
        {"metricset":{"samples":{"a":{"value":1}}}}
        {"transaction":{"id":"1","span":{"not":"a span"}}}
        """;
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (OutputStream deflated = new DeflaterOutputStream(compressed)) {
      deflated.write(events.getBytes(UTF_8));
    }
    assertThat(post("/intake/v2/events", "deflate", compressed.toByteArray())).isEqualTo(202);
    assertThat(post("/intake/v2/events", "identity", events.getBytes(UTF_8))).isEqualTo(202);
    assertThat(sink.counts().spans()).isEqualTo(4);
    assertThat(sink.counts().others()).isEqualTo(4);
    assertThat(sink.counts().undecodable()).isZero();
  }

  @Test
  void spansOfDatadogWithTableOfTextsAndWithout() throws IOException {
    assertThat(post("/v0.4/traces", "identity", datadogTraces(false))).isEqualTo(200);
    assertThat(sink.counts().spans()).isEqualTo(5);
    assertThat(post("/v0.5/traces", "identity", datadogTraces(true))).isEqualTo(200);
    assertThat(sink.counts().spans()).isEqualTo(10);
    assertThat(post("/v0.4/traces", "identity", new byte[0])).isEqualTo(200);
    assertThat(sink.counts().others()).isEqualTo(1);
    assertThat(sink.counts().undecodable()).isZero();
  }

  private static byte[] datadogTraces(boolean withTable) throws IOException {
    try (MessageBufferPacker message = MessagePack.newDefaultBufferPacker()) {
      if (withTable) {
        message.packArrayHeader(2).packArrayHeader(2).packString("").packString("servlet");
      }
      message.packArrayHeader(2);
      for (int spans : new int[] {2, 3}) {
        message.packArrayHeader(spans);
        for (int span = 0; span < spans; span++) {
          if (withTable) {
            message.packArrayHeader(2).packInt(1).packMapHeader(1).packInt(0).packInt(1);
          } else {
            message.packMapHeader(2).packString("name").packString("servlet");
            message.packString("meta").packMapHeader(1).packString("a").packString("b");
          }
        }
      }
      return message.toByteArray();
    }
  }

  @Test
  void whatIsNotUnderstoodIsRefusedAndCounted() throws IOException {
    byte[] garbage = {(byte) 0x93, 1, 2, (byte) 0xff, 3};
    for (String path : new String[] {"/v1/traces", "/intake/v2/events", "/v0.5/traces"}) {
      assertThat(post(path, "identity", garbage)).as(path).isEqualTo(400);
    }
    assertThat(sink.counts().undecodable()).isEqualTo(3);
    assertThat(sink.counts().spans()).isZero();
  }

  @Test
  void decoderThatStopsBeforeTheEndOfTheBodyLeavesTheConnectionUsable() throws IOException {
    ByteArrayOutputStream compressed = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(compressed)) {
      gzip.write(datadogTraces(false));
    }
    compressed.write(new byte[100]);
    for (int i = 1; i <= 3; i++) {
      assertThat(post("/v0.4/traces", "gzip", compressed.toByteArray())).isEqualTo(200);
      assertThat(sink.counts().spans()).isEqualTo(5L * i);
    }
  }

  private int post(String path, String encoding, byte[] body) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection)
            URI.create("http://127.0.0.1:" + sink.ports().http() + path).toURL().openConnection();
    connection.setDoOutput(true);
    connection.setRequestProperty("Content-Encoding", encoding);
    try (OutputStream output = connection.getOutputStream()) {
      output.write(body);
    }
    return connection.getResponseCode();
  }
}
