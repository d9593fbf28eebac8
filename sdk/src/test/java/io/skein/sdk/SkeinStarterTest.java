package io.skein.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Span;
import io.skein.api.Tracing;
import io.skein.api.spi.TracingStarter;
import io.skein.server.collector.Collector;
import io.skein.server.collector.CollectorSettings;
import io.skein.server.storage.InMemoryTraceStore;
import io.skein.server.storage.StoredTrace;
import java.time.InstantSource;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class SkeinStarterTest {
  @Test
  void facadesFindTheSdkAndStartItOnceWithSettingsOfSkyWalkingsNames() throws Exception {
    InMemoryTraceStore store = new InMemoryTraceStore();
    Collector collector =
        new Collector(CollectorSettings.on("127.0.0.1", 0), store, InstantSource.system());
    collector.start();
    try {
      TracingStarter starter = ServiceLoader.load(TracingStarter.class).iterator().next();
      Map<String, String> settings =
          Map.of(
              "agent.service_name",
              "facade-shop",
              "collector.backend_service",
              "127.0.0.1:" + collector.port());
      assertThat(starter.start(settings)).isTrue();
      Skein running = Skein.start();
      assertThat(starter.start(settings)).isTrue();
      assertThat(Skein.start()).isSameAs(running);
      String traceId;
      try (Span span = Tracing.localSpan("work").start()) {
        assertThat(span.recording()).isTrue();
        traceId = Tracing.traceId();
      }
      running.close(); // sends what is left
      StoredTrace trace = store.trace(traceId, 10);
      assertThat(trace).isNotNull();
      assertThat(trace.segments().get(0).segment().service()).isEqualTo("facade-shop");
    } finally {
      collector.close();
      store.close();
    }
    assertThat(Tracing.present()).isFalse();
  }
}
