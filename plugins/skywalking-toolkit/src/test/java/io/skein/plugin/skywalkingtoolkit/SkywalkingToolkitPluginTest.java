package io.skein.plugin.skywalkingtoolkit;

import static io.skein.testing.SpanAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.skein.testing.PluginContract;
import io.skein.testing.RecordedSpan;
import io.skein.testing.Sw8Header;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Code written for SkyWalking's agent, with the library as it was published. */
@InEveryJvm(libraries = {"toolkit-oldest", "toolkit-newest"})
@Timeout(60)
class SkywalkingToolkitPluginTest extends PluginContract {
  private final OldCode code;

  SkywalkingToolkitPluginTest(TracedJvm jvm) {
    super(jvm);
    code = jvm.app(OldCode.class, OldCodeApp.class);
  }

  @Test
  void theIdsAreThoseOfTheTrace() throws Exception {
    List<String> ids = code.ids();
    RecordedSpan request = spans.takeEntry("request");
    assertThat(ids)
        .containsExactly(request.traceId(), request.segmentId(), "0", "N/A", "N/A", "-1");
  }

  @Test
  void correlationAnswersWhatWasThereBefore() throws Exception {
    assertThat(code.correlation()).containsExactly("none", "blue", "green", "none");
    spans.takeEntry("request");
  }

  @Test
  void theActiveSpanIsDescribed() throws Exception {
    code.activeSpan();
    spans.takeEntry("request");
    RecordedSpan renamed = spans.takeLocalWithError("renamed");
    assertThat(renamed).hasTag("key", "value");
    assertThat(renamed.logs()).hasSize(4);
    assertThat(renamed.logs().get(0).field("event")).isEqualTo("error");
    assertThat(renamed.logs().get(0).field("message")).isEqualTo("it broke");
    assertThat(renamed.logs().get(1).field("error.kind")).isEqualTo("java.io.IOException");
    assertThat(renamed.logs().get(2).field("event")).isEqualTo("debug");
    assertThat(renamed.logs().get(3).field("message")).isEqualTo("in short");
  }

  @Test
  void outsideOfASpanNothingHappens() {
    code.outsideOfAnySpan();
  }

  @Test
  void spansAreMadeByHand() {
    Map<String, String> headers = code.spans();
    RecordedSpan entry = spans.takeEntry("entry");
    assertThat(entry).isRoot().hasTag("key", "value");
    RecordedSpan local = spans.takeLocal("local");
    assertThat(local).isChildOf(entry);
    assertThat(local.logs().get(0).field("shelf")).isEqualTo("7");
    RecordedSpan exit = spans.takeExitWithError("exit");
    assertThat(exit).isChildOf(entry).hasPeer("other:1");
    Sw8Header header = header(headers);
    assertThat(header.spanId()).isEqualTo(exit.id());
    assertThat(header.traceId()).isEqualTo(exit.traceId());
  }

  private static Sw8Header header(Map<String, String> headers) {
    assertThat(headers).containsOnlyKeys("sw8", "sw8-correlation", "sw8-x");
    return Sw8Header.parse(Objects.requireNonNull(headers.get("sw8")));
  }

  @Test
  void theTraceGoesThroughCarriers() {
    Map<String, String> headers = code.injected();
    spans.takeExit("exit");
    code.continued(headers);
    assertThat(spans.takeEntry("continued")).continues(header(headers));
    code.extracted(headers);
    assertThat(spans.takeEntry("extracted")).continues(header(headers));
  }

  @Test
  void spansByHandAndOfPluginsNestInEachOther() throws Exception {
    code.insideOfARequest();
    RecordedSpan request = spans.takeEntry("request");
    RecordedSpan byHand = spans.takeLocal("by hand");
    assertThat(byHand).isChildOf(request);
    assertThat(spans.takeLocal("by the agent")).isChildOf(byHand);
    assertThat(spans.takeLocal("afterwards")).isChildOf(request);
  }

  @Test
  void aSpanEndsInAnotherThread() throws Exception {
    code.async();
    assertThat(spans.takeLocal("async"))
        .isChildOf(spans.takeEntry("request"))
        .hasTag("late", "yes");
  }

  @Test
  void anotherThreadContinues() throws Exception {
    code.capture();
    assertThat(spans.takeLocal("continued")).continuesInThread(spans.takeEntry("request"));
  }

  /** T16: what somebody else has opened is not stopped. */
  @Test
  void stoppingTooOftenStopsNothingElse() throws Exception {
    code.stopsTooOften();
    RecordedSpan request = spans.takeEntry("request");
    assertThat(spans.takeLocal("local")).isChildOf(request);
    assertThat(spans.takeLocal("still inside")).isChildOf(request);
  }

  @Test
  void nonsenseIsIgnored() {
    code.nonsense();
  }
}
