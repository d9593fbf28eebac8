package io.skein.testing.harness;

import static io.skein.testing.SpanAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.skein.testing.PluginContract;
import io.skein.testing.RecordedSpan;
import io.skein.testing.Sw8Header;
import io.skein.testing.TracedJvm;
import io.skein.testing.app.Probe;
import org.junit.jupiter.api.Test;

/** The harness itself, with the probe as the only plugin. */
@InEveryJvm
class HarnessTest extends PluginContract {
  HarnessTest(TracedJvm jvm) {
    super(jvm);
  }

  /** What the test asks of its application. */
  public interface Work {
    String nested(String name);

    void fail(String message);

    String header();

    boolean seesTheAgent();
  }

  /** Lives in the application. */
  public static final class App implements Work {
    @Override
    public String nested(String name) {
      try {
        return Probe.entry("GET:/" + name, () -> Probe.local(name, Probe::traceId));
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void fail(String message) {
      try {
        Probe.local(
            "failing",
            () -> {
              throw new IllegalArgumentException(message);
            });
      } catch (IllegalArgumentException expected) {
        // what the test is about
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public String header() {
      return Probe.exit("out", "there:80");
    }

    @Override
    public boolean seesTheAgent() {
      try {
        Class.forName("io.skein.core.Tracer");
        return true;
      } catch (ClassNotFoundException hidden) {
        return false;
      }
    }
  }

  private Work work() {
    return jvm.app(Work.class, App.class);
  }

  @Test
  void spansOfTheApplicationArrive() {
    String traceId = work().nested("work");
    RecordedSpan entry = spans.takeEntry("GET:/work");

    assertThat(entry).isRoot();
    assertThat(entry.traceId()).isEqualTo(traceId);
    assertThat(entry.service()).isEqualTo(jvm.service());
    assertThat(spans.takeLocal("work")).isChildOf(entry);
  }

  @Test
  void errorsArriveWithTheirStack() {
    work().fail("for the test");

    assertThat(spans.takeLocalWithError("failing"))
        .hasErrorLog("java.lang.IllegalArgumentException", "for the test");
  }

  @Test
  void theHeaderNamesTheSpan() {
    Sw8Header header = Sw8Header.parse(work().header());
    RecordedSpan exit = spans.takeExit("out");

    assertThat(header.traceId()).isEqualTo(exit.traceId());
    assertThat(header.segmentId()).isEqualTo(exit.segmentId());
    assertThat(header.address()).isEqualTo("there:80");
  }

  @Test
  void theApplicationDoesNotSeeTheAgent() {
    assertThat(work().seesTheAgent()).isFalse();
  }

  @Test
  void aSpanNobodyAskedForFailsTheTest() {
    work().nested("unclaimed");
    spans.takeEntry("GET:/unclaimed");

    assertThatThrownBy(jvm::endTest)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("unclaimed");
  }

  @Test
  void theWrongOutcomeFailsTheTest() {
    work().fail("wrong");

    assertThatThrownBy(() -> spans.takeLocal("failing"))
        .hasMessageContaining("expected no error")
        .hasMessageContaining("wrong");
  }
}
