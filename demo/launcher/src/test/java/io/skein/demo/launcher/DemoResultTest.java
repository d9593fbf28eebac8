package io.skein.demo.launcher;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class DemoResultTest {
  private static final List<Driver.Sent> ONE =
      List.of(new Driver.Sent(RequestKind.HELP, "/help/1", 200, ""));

  private static Accounting accounting(String json) throws Exception {
    return Accounting.read(new ObjectMapper().readTree(json.replace('\'', '"')));
  }

  private static String instance(String service, int made, String dropped) {
    return "{'service':'"
        + service
        + "','made':{'segments':1,'spans':"
        + made
        + "},'agentDropped':["
        + dropped
        + "]}";
  }

  private static String answer(int stored, String serverDropped, String... instances) {
    return "{'server':{'storedSpans':"
        + stored
        + ",'dropped':["
        + serverDropped
        + "]},'instances':["
        + String.join(",", instances)
        + "]}";
  }

  @Test
  void lastLineHasItsFixedForm() throws Exception {
    Accounting counts = accounting(answer(7, "", instance("a", 3, ""), instance("b", 4, "")));
    DemoResult result = DemoResult.of(ONE, 1, counts, List.of("a", "b"), List.of());
    assertThat(result.problems()).isEmpty();
    assertThat(result.summary())
        .isEqualTo("1 requests, 1 traces, made 7 = stored 7 + dropped 0, 2 services");
  }

  @Test
  void dropsAreCountedOnBothSidesAndTold() throws Exception {
    Accounting counts =
        accounting(
            answer(
                3,
                "{'reason':'too-large','segments':1,'spans':1}",
                instance("a", 6, "{'reason':'queue-full','segments':1,'spans':2}")));
    assertThat(counts.addsUp()).isTrue();
    DemoResult result = DemoResult.of(ONE, 1, counts, List.of("a"), List.of());
    assertThat(result.dropped()).isEqualTo(3);
    assertThat(result.problems())
        .containsExactly("spans were dropped: {agent: queue-full=2, server: too-large=1}");
  }

  @Test
  void lostSpansAreTold() throws Exception {
    DemoResult result =
        DemoResult.of(
            ONE, 1, accounting(answer(5, "", instance("a", 7, ""))), List.of("a"), List.of());
    assertThat(result.problems()).singleElement().asString().contains("2 are unaccounted for");
  }

  @Test
  void agentWithoutAnAccountIsNotTakenForOneThatMadeNothing() throws Exception {
    Accounting counts = accounting(answer(0, "", "{'service':'a','made':null,'agentDropped':[]}"));
    assertThat(counts.addsUp()).isFalse();
    assertThat(DemoResult.of(ONE, 1, counts, List.of("a"), List.of()).problems())
        .containsExactly("the agent of a has not said how many spans it made");
  }

  @Test
  void missingAndSurplusTracesAndServicesAreTold() throws Exception {
    Accounting counts = accounting(answer(1, "", instance("stranger", 1, "")));
    assertThat(DemoResult.of(ONE, 2, counts, List.of("a"), List.of("more")).problems())
        .containsExactly(
            "1 requests became 2 traces", "reports came from [stranger], not from [a]", "more");
  }

  @Test
  void demoWithoutRequestsProvesNothing() throws Exception {
    Accounting counts = accounting(answer(0, ""));
    assertThat(DemoResult.of(List.of(), 0, counts, List.of(), List.of()).problems())
        .containsExactly("no request was sent");
  }
}
