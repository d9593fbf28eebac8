package io.skein.plugin.annotations;

import static io.skein.testing.SpanAssert.assertThat;

import io.skein.testing.PluginContract;
import io.skein.testing.RecordedSpan;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** SkyWalking's setting: every method by its whole name, also one that was given another. */
@InEveryJvm(
    libraries = "reactor-newest",
    alsoOnClassPath = io.skein.api.Trace.class,
    settings = "plugin.toolkit.use_qualified_name_as_operation_name=true")
@Timeout(60)
class QualifiedNamesTest extends PluginContract {
  private static final String SHOP = "io.skein.plugin.annotations.MarkedApp$Shop.";

  private final Marked work;

  QualifiedNamesTest(TracedJvm jvm) {
    super(jvm);
    work = jvm.app(Marked.class, MarkedApp.class);
  }

  @Test
  void theSettingNamesEveryMethodByItsWholeName() throws Exception {
    work.named();
    RecordedSpan named = spans.takeLocal(SHOP + "named()");
    assertThat(spans.takeLocal(SHOP + "other()")).isChildOf(named);
    spans.takeLocal("inside");
  }
}
