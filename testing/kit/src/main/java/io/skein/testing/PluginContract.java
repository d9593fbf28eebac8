package io.skein.testing;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What holds for every plugin: after each test nothing is left behind. */
public abstract class PluginContract {
  protected final TracedJvm jvm;
  protected final SpanQueue spans;

  protected PluginContract(TracedJvm jvm) {
    this.jvm = jvm;
    this.spans = jvm.spans();
  }

  @BeforeEach
  void beginWithNothing() {
    jvm.beginTest();
  }

  @AfterEach
  void nothingIsLeftBehind() {
    jvm.endTest();
  }
}
