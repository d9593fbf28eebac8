package io.skein.demo.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

class TraceAuditTest {
  private static final Driver.Sent BASKET =
      new Driver.Sent(RequestKind.BASKET, "/baskets/000001", 200, "");
  private static final Driver.Sent UNKNOWN =
      new Driver.Sent(RequestKind.UNKNOWN_ORDER, "/orders/000002", 404, "");

  /** Segment {@code id} of {@code service} whose first span refers to span 0 of {@code parent}. */
  private static String inner(String id, String service, String parent) {
    return segment(
        id,
        service,
        "[{'id':0,'parentId':-1,'type':'Entry','operation':'x','error':false,'tags':[],"
            + "'refs':[{'segmentId':'"
            + parent
            + "','spanId':0}]}]");
  }

  private static String outer(String id, String method, String url, int status, boolean error) {
    return segment(
        id,
        "storefront",
        "[{'id':0,'parentId':-1,'type':'Entry','operation':'op','error':"
            + error
            + ",'tags':[{'key':'http.method','value':'"
            + method
            + "'},{'key':'url','value':'"
            + url
            + "'},{'key':'http.status_code','value':'"
            + status
            + "'}],'refs':[]}]");
  }

  private static String segment(String id, String service, String spans) {
    return "{'segmentId':'" + id + "','service':'" + service + "','spans':" + spans + "}";
  }

  private static JsonNode trace(String... segments) throws Exception {
    String json = "{'traceId':'t','segments':[" + String.join(",", segments) + "]}";
    return new ObjectMapper().readTree(json.replace('\'', '"'));
  }

  private static String basketBeginning() {
    return outer("s1", "GET", "http://127.0.0.1:8080/baskets/000001", 200, false);
  }

  @Test
  void wholeTraceOfEachRequestLeavesNothingToSay() throws Exception {
    TraceAudit audit = new TraceAudit(List.of(BASKET, UNKNOWN));
    audit.add(trace(inner("s2", "inventory", "s1"), basketBeginning()));
    audit.add(
        trace(
            outer("s1", "GET", "http://h/orders/000002", 404, true), inner("s2", "payment", "s1")));
    assertThat(audit.problems()).isEmpty();
  }

  @Test
  void requestWithoutTraceIsNamed() {
    assertThat(new TraceAudit(List.of(BASKET)).problems())
        .containsExactly("GET /baskets/000001 has no whole trace");
  }

  @Test
  void traceThatNobodyAskedForIsNamed() throws Exception {
    TraceAudit audit = new TraceAudit(List.of());
    audit.add(trace(outer("s1", "GET", "http://h/health", 200, false)));
    assertThat(audit.problems()).singleElement().asString().contains("no request asked for");
  }

  @Test
  void missingServiceIsNamed() throws Exception {
    TraceAudit audit = new TraceAudit(List.of(BASKET));
    audit.add(trace(basketBeginning()));
    assertThat(audit.problems())
        .containsExactly(
            "GET /baskets/000001 touched [inventory, storefront], but trace t shows [storefront]");
  }

  @Test
  void secondBeginningIsNamed() throws Exception {
    TraceAudit audit = new TraceAudit(List.of(BASKET));
    audit.add(trace(basketBeginning(), outer("s2", "GET", "http://h/stock/a1", 200, false)));
    assertThat(audit.problems()).first().asString().contains("has 2 beginnings, not one");
  }

  @Test
  void referenceIntoNowhereIsNamed() throws Exception {
    TraceAudit audit = new TraceAudit(List.of(BASKET));
    audit.add(trace(basketBeginning(), inner("s2", "inventory", "lost")));
    assertThat(audit.problems())
        .singleElement()
        .asString()
        .contains("refers to span 0 of segment lost, which is not in the trace");
  }

  @Test
  void spanWithoutItsParentIsNamed() throws Exception {
    TraceAudit audit = new TraceAudit(List.of(BASKET));
    audit.add(
        trace(
            basketBeginning(),
            segment(
                "s2",
                "inventory",
                "[{'id':0,'parentId':-1,'refs':[{'segmentId':'s1','spanId':0}]},"
                    + "{'id':2,'parentId':1,'refs':[]}]")));
    assertThat(audit.problems()).singleElement().asString().contains("span 2 has no parent 1");
  }

  @Test
  void secondTraceOfOneRequestIsNamed() throws Exception {
    TraceAudit audit = new TraceAudit(List.of(BASKET));
    audit.add(trace(basketBeginning(), inner("s2", "inventory", "s1")));
    audit.add(trace(basketBeginning(), inner("s2", "inventory", "s1")));
    assertThat(audit.problems()).singleElement().asString().contains("more than one trace");
  }

  @Test
  void statusAndErrorMustBeWhatTheShopperSaw() throws Exception {
    TraceAudit audit = new TraceAudit(List.of(UNKNOWN));
    audit.add(
        trace(
            outer("s1", "GET", "http://h/orders/000002", 200, false),
            inner("s2", "payment", "s1")));
    assertThat(audit.problems())
        .hasSize(2)
        .anyMatch(problem -> problem.contains("was answered with 404, but trace t says \"200\""))
        .anyMatch(problem -> problem.contains("failed, but trace t says otherwise"));
  }

  @Test
  void unexpectedAnswerIsNamedEvenWithAWholeTrace() throws Exception {
    Driver.Sent refused =
        new Driver.Sent(RequestKind.HELP, "/help/000003", 500, "was answered with 500, not 200");
    TraceAudit audit = new TraceAudit(List.of(refused));
    audit.add(trace(outer("s1", "GET", "http://h/help/000003", 500, false)));
    assertThat(audit.problems()).containsExactly("GET /help/000003 was answered with 500, not 200");
  }

  @Test
  void sameRequestTwiceIsAMistakeOfTheDriver() {
    assertThatThrownBy(() -> new TraceAudit(List.of(BASKET, BASKET)))
        .hasMessageContaining("sent twice");
  }
}
