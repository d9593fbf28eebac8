package io.skein.plugin.annotations;

import static io.skein.testing.SpanAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.skein.testing.PluginContract;
import io.skein.testing.RecordedSpan;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Marked methods that return Reactor's publishers. */
@InEveryJvm(
    libraries = {"reactor-oldest", "reactor-newest"},
    alsoOnClassPath = io.skein.api.Trace.class)
@Timeout(60)
class ReactorPublishersTest extends PluginContract {
  private final Reactive work;

  ReactorPublishersTest(TracedJvm jvm) {
    super(jvm);
    work = jvm.app(Reactive.class, ReactiveApp.class);
  }

  @Test
  @Tag("capability-18")
  void aMonoLastsUntilItsValueIsThere() throws Exception {
    work.mono();
    RecordedSpan price = spans.takeLocal("price");
    assertThat(price)
        .isChildOf(spans.takeEntry("request"))
        .hasTag("id", "pen")
        .hasTag("price", "7");
    assertThat(price.durationMillis()).isGreaterThanOrEqualTo(200);
  }

  @Test
  @Tag("capability-18")
  void aMonoThatFailsIsAnError() throws Exception {
    work.failedMono();
    assertThat(spans.takeLocalWithError("failing")).hasErrorLog("java.io.IOException", "no stock");
  }

  @Test
  void aMethodThatThrowsInsteadIsAnError() throws Exception {
    work.throwingMethod();
    assertThat(spans.takeLocalWithError("throwing"))
        .hasErrorLog("java.lang.IllegalStateException", "no mono");
  }

  @Test
  void whatNobodySubscribesToIsNoSpan() throws Exception {
    work.neverSubscribed();
    spans.takeEntry("request");
  }

  @Test
  void eachSubscriptionIsASpan() throws Exception {
    work.retried();
    RecordedSpan request = spans.takeEntry("request");
    assertThat(spans.takeLocalWithError("unsteady"))
        .isChildOf(request)
        .hasErrorLog("java.io.IOException", "once");
    assertThat(spans.takeLocal("unsteady")).isChildOf(request);
  }

  @Test
  void aCancelledMonoSaysSo() throws Exception {
    work.cancelled();
    RecordedSpan never = spans.takeLocal("never");
    assertThat(never).isChildOf(spans.takeEntry("request"));
    assertThat(never.logs()).hasSize(1);
    assertThat(never.logs().get(0).field("event")).isEqualTo("cancelled");
  }

  @Test
  void anEmptyMonoHasNoValue() throws Exception {
    work.emptyMono();
    assertThat(spans.takeLocal("empty")).hasTag("value", "null");
  }

  @Test
  @Tag("capability-19")
  void whatHappensInOtherThreadsIsBelowIt() throws Exception {
    work.nestedOverThreads();
    RecordedSpan outer = spans.takeLocal("outer");
    assertThat(outer).isChildOf(spans.takeEntry("request"));
    assertThat(spans.takeLocal("blocking")).continuesInThread(outer);
    assertThat(spans.takeLocal("inner")).continuesInThread(outer);
    assertThat(spans.takeLocal("last")).continuesInThread(outer);
  }

  @Test
  @Tag("capability-19")
  void reactorsContextKnowsThePlaceWhereTheThreadDoesNot() throws Exception {
    work.nestedWithoutAnyExecutor();
    RecordedSpan outer = spans.takeLocal("fromAnotherWorld");
    assertThat(outer).isChildOf(spans.takeEntry("request"));
    assertThat(spans.takeLocal("inner")).continuesInThread(outer);
  }

  @Test
  @Tag("capability-19")
  void whatHappensInTheSameThreadIsInTheSameSegment() throws Exception {
    work.nestedInOneThread();
    RecordedSpan outer = spans.takeLocal("direct");
    assertThat(outer).isChildOf(spans.takeEntry("request"));
    assertThat(spans.takeLocal("blocking")).isChildOf(outer);
  }

  @Test
  void whatTheSubscriberDoesIsNotBelowIt() throws Exception {
    work.siblings();
    RecordedSpan request = spans.takeEntry("request");
    assertThat(spans.takeLocal("direct")).isChildOf(request);
    spans.takeLocal("blocking");
    assertThat(spans.takeLocal("inner")).isChildOf(request);
    assertThat(spans.takeLocal("last")).continuesInThread(request);
  }

  @Test
  @Tag("capability-18")
  void aFluxIsOneSpan() throws Exception {
    work.flux();
    RecordedSpan many = spans.takeLocal("many");
    assertThat(many).isChildOf(spans.takeEntry("request"));
    for (int i = 0; i < 3; i++) {
      assertThat(spans.takeLocal("last")).isChildOf(many);
    }
  }

  @Test
  void aFluxGoesOnInAnotherThread() throws Exception {
    work.fluxOnAScheduler();
    RecordedSpan many = spans.takeLocal("manyElsewhere");
    assertThat(many).isChildOf(spans.takeEntry("request"));
    for (int i = 0; i < 3; i++) {
      assertThat(spans.takeLocal("last")).continuesInThread(many);
    }
  }

  @Test
  void aPublisherIsSeenToo() throws Exception {
    work.publisher();
    assertThat(spans.takeLocal("published")).isChildOf(spans.takeEntry("request"));
  }

  @Test
  void valuesAndDemandPassUnchanged() throws Exception {
    assertThat(work.unchanged()).isEqualTo("[1, 2, 3] [1, 2, 3] 7");
    for (String each : new String[] {"many", "manyElsewhere", "price"}) {
      spans.takeLocal(each);
    }
    for (int i = 0; i < 6; i++) {
      spans.takeLocal("last");
    }
  }
}
