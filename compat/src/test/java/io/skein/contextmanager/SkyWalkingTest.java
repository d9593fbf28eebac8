package io.skein.contextmanager;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.api.Tracing;
import io.skein.api.spi.Providers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SkyWalkingTest {
  @BeforeEach
  @AfterEach
  void nobodyIsThere() {
    Providers.uninstall(Providers.current());
    CountingStarter.STARTS.clear();
    assertThat(Tracing.present()).isFalse();
  }

  @Test
  @Tag("capability-71")
  void bootsOnceHoweverOftenItIsCalled() throws Exception {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Thread thread = new Thread(() -> assertThat(SkyWalking.boot()).isTrue());
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join(30_000);
    }
    assertThat(SkyWalking.boot()).isTrue();
    assertThat(CountingStarter.STARTS).hasSize(1);
    assertThat(Tracing.present()).isTrue();
  }

  @Test
  void settingsAreHandedOver() {
    SkyWalking.backendService("127.0.0.1:11800");
    SkyWalking.serviceName("java-test");
    SkyWalking.instanceName("one");
    SkyWalking.set("agent.sample_n_per_3_secs", "5");
    SkyWalking.set("taken.back", "x");
    SkyWalking.set("taken.back", null);
    SkyWalking.set(null, "x");
    assertThat(SkyWalking.boot()).isTrue();
    assertThat(CountingStarter.STARTS)
        .containsExactly(
            Map.of(
                "collector.backend_service", "127.0.0.1:11800",
                "agent.service_name", "java-test",
                "agent.instance_name", "one",
                "agent.sample_n_per_3_secs", "5"));
    for (String name : CountingStarter.STARTS.get(0).keySet()) {
      SkyWalking.set(name, null);
    }
  }

  @Test
  void nothingIsStartedWhereSomebodyIsThere() {
    assertThat(new CountingStarter().start(Map.of())).isTrue();
    assertThat(SkyWalking.boot()).isTrue();
    assertThat(CountingStarter.STARTS).hasSize(1);
  }
}
