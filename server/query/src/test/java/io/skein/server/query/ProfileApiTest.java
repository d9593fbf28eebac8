package io.skein.server.query;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.skein.server.storage.InMemoryTraceStore;
import io.skein.server.storage.Segments;
import io.skein.server.storage.profile.Snapshot;
import io.skein.server.storage.profile.Snapshots;
import io.skein.wire.model.SpanReference;
import io.skein.wire.model.TraceSegment;
import io.skein.wire.model.TraceSpan;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tasks, sampled segments and their analysis over HTTP. */
class ProfileApiTest {
  private static final long T0 = Snapshots.T0;
  private static final String TASKS = "/api/profile/tasks";

  private final InMemoryTraceStore store = new InMemoryTraceStore();
  private QueryFixture http;

  @BeforeEach
  void start() throws IOException {
    http = new QueryFixture(store);
  }

  @AfterEach
  void stop() {
    http.close();
    store.close();
  }

  private static String draft(String service, String endpoint, String more) {
    return "{\"service\":\""
        + service
        + "\",\"endpoint\":\""
        + endpoint
        + "\",\"durationMinutes\":5,\"minMillis\":0,\"periodMillis\":10,\"maxSamples\":5"
        + more
        + "}";
  }

  private HttpResponse<byte[]> post(String path, String body, String... headers) {
    List<String> all = new ArrayList<>(List.of("content-type", "application/json"));
    all.addAll(List.of(headers));
    return http.post(path, body, all.toArray(new String[0]));
  }

  private String made(String service) {
    HttpResponse<byte[]> answer = post(TASKS, draft(service, "GET:/", ""));
    assertThat(answer.statusCode()).as(QueryFixture.text(answer)).isEqualTo(200);
    return QueryFixture.json(answer).get("id").asText();
  }

  private static JsonNode error(HttpResponse<byte[]> answer) {
    return QueryFixture.json(answer).get("error");
  }

  private void append(Snapshot... snapshots) throws Exception {
    store.profiles().append(List.of(snapshots)).get(5, TimeUnit.SECONDS);
  }

  private void append(TraceSegment... segments) throws Exception {
    for (TraceSegment segment : segments) {
      store.append(List.of(Segments.received(segment))).get(5, TimeUnit.SECONDS);
    }
  }

  private static Snapshot snapshot(String task, String segment, int number, String... frames) {
    return Snapshots.of(task, segment, number, T0 + 10L * number, List.of(frames));
  }

  @Test
  void aTaskIsMadeListedStoppedAndItsEndIsSeen() {
    String id = made("shop");
    JsonNode list = http.get(TASKS + "?service=shop&endpoint=GET:/");
    assertThat(list.get("nowMillis").asLong()).isPositive();
    JsonNode task = list.get("tasks").get(0);
    assertThat(task.get("id").asText()).isEqualTo(id);
    assertThat(task.get("state").asText()).isEqualTo("running");
    assertThat(task.get("endMillis").asLong() - task.get("startMillis").asLong())
        .isEqualTo(300_000);
    assertThat(task.get("stoppedMillis").isNull()).isTrue();
    assertThat(task.get("instances")).isEmpty();
    assertThat(http.get(TASKS + "?service=other").get("tasks")).isEmpty();

    store.profileTasks().poll("shop", "shop-1", -1, true, System.currentTimeMillis());
    JsonNode stopping = QueryFixture.json(post(TASKS + "/stop", "{\"id\":\"" + id + "\"}"));
    assertThat(stopping.get("state").asText()).isEqualTo("stopping");
    assertThat(
            store.profileTasks().finished("shop", "shop-1", id, true, System.currentTimeMillis()))
        .isCompleted();
    JsonNode one = http.get("/api/profile/task?id=" + QueryFixture.encoded(id));
    assertThat(one.get("task").get("state").asText()).isEqualTo("ended");
    assertThat(one.get("task").get("instances").get(0).get("ours").asBoolean()).isTrue();
    assertThat(one.get("log").findValuesAsText("operation"))
        .containsExactly("notified", "finished");
    assertThat(one.get("more").asBoolean()).isFalse();
    JsonNode again = QueryFixture.json(post(TASKS + "/stop", "{\"id\":\"" + id + "\"}"));
    assertThat(again.get("state").asText()).isEqualTo("ended");
  }

  @Test
  @Tag("capability-112")
  void whatMeetsAnotherTaskIsRefusedAndSaysWhichAndUntilWhen() {
    String id = made("shop");
    HttpResponse<byte[]> answer = post(TASKS, draft("shop", "GET:/other", ""));
    assertThat(answer.statusCode()).isEqualTo(409);
    long end = store.profileTasks().find(id).task().endMillis();
    assertThat(error(answer).get("message").asText())
        .contains(id, "GET:/", java.time.Instant.ofEpochMilli(end).toString());
    made("another");
    post(TASKS + "/stop", "{\"id\":\"" + id + "\"}");
    made("shop");
  }

  @ParameterizedTest
  @Tag("capability-120")
  @CsvSource(
      delimiter = '|',
      value = {
        "durationMinutes | 0 | from 1 to 15",
        "durationMinutes | 16 | from 1 to 15",
        "minMillis | -1 | at least 0",
        "periodMillis | 9 | at least 10",
        "maxSamples | 0 | from 1 to 9",
        "maxSamples | 10 | from 1 to 9",
        "startMillis | 1000 | not over already",
        "periodMillis | 99999999999 | a whole number",
        "maxSamples | 1.5 | a whole number",
        "maxSamples | true | a whole number",
        "maxSamples | [1] | a whole number",
        "endpoint | 5 | a text",
        "endpoint | \"\" | the name of an endpoint",
        "service | \"  \" | the name of a service"
      })
  void whatBreaksABoundIsRefusedByNameValueAndBound(String field, String value, String bound) {
    String body =
        draft("shop", "GET:/", ",\"startMillis\":null")
            .replaceAll("\"" + field + "\":(null|[0-9]+|\"[^\"]*\")", "\"" + field + "\":" + value);
    assertThat(body).contains("\"" + field + "\":" + value);
    HttpResponse<byte[]> answer = post(TASKS, body);
    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(error(answer).get("parameter").asText()).isEqualTo(field);
    assertThat(error(answer).get("message").asText()).contains(bound);
    assertThat(http.get(TASKS).get("tasks")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "[]",
        "{",
        "null",
        "{}x",
        "{\"id\":\"a\",\"id\":\"a\"}",
        "{\"id\":\"a\"} {}",
        "{\"other\":1}",
        "{\"id\":{\"a\":1}}",
        "{\"id\":99999999999999999999999999}",
        "{\"id\":\"\\ud800\"}x"
      })
  void whatIsNoBodyIsRefused(String body) {
    assertThat(post(TASKS + "/stop", body).statusCode()).isEqualTo(400);
    assertThat(post(TASKS, body).statusCode()).isEqualTo(400);
  }

  @Test
  void nothingIsChangedForAPageOfAnotherSite() {
    String body = draft("shop", "GET:/", "");
    String own = "http://127.0.0.1:" + http.server.port();
    assertThat(http.post(TASKS, body).statusCode()).as("no type").isEqualTo(415);
    for (String type : List.of("text/plain", "application/x-www-form-urlencoded", "text/json")) {
      assertThat(http.post(TASKS, body, "content-type", type).statusCode()).isEqualTo(415);
    }
    for (String origin :
        List.of("null", "http://evil.example", "http://127.0.0.1", own + ".evil.example", "")) {
      assertThat(post(TASKS, body, "origin", origin).statusCode()).as(origin).isEqualTo(403);
    }
    assertThat(post(TASKS, body, "sec-fetch-site", "cross-site").statusCode()).isEqualTo(403);
    assertThat(post(TASKS, body, "sec-fetch-site", "same-site").statusCode()).isEqualTo(403);
    assertThat(post(TASKS, body, "content-encoding", "gzip").statusCode()).isEqualTo(415);
    assertThat(post(TASKS + "?service=x", body).statusCode()).isEqualTo(400);
    assertThat(post(TASKS, body + " ".repeat(65_536)).statusCode()).isEqualTo(413);
    assertThat(http.get(TASKS).get("tasks")).isEmpty();
    assertThat(post(TASKS, body, "origin", own, "sec-fetch-site", "same-origin").statusCode())
        .isEqualTo(200);
    HttpResponse<byte[]> typed =
        http.post(
            TASKS, draft("cart", "GET:/", ""), "content-type", "Application/JSON; charset=utf-8");
    assertThat(typed.statusCode()).isEqualTo(200);
  }

  @Test
  void onlyTwoPathsTakeChanges() throws IOException {
    for (String path : List.of("/api/traces", "/", "/healthcheck", "/api/profile/task")) {
      HttpResponse<byte[]> answer = post(path, "{}");
      assertThat(answer.statusCode()).as(path).isEqualTo(405);
      assertThat(answer.headers().firstValue("allow")).contains("GET, HEAD, OPTIONS");
    }
    assertThat(http.send("OPTIONS", TASKS).headers().firstValue("allow"))
        .contains("GET, HEAD, OPTIONS, POST");
    assertThat(http.send("PUT", TASKS).statusCode()).isEqualTo(405);
    assertThat(post(TASKS + "/stop", "{\"id\":\"unknown\"}").statusCode()).isEqualTo(404);
    assertThat(
            http.raw(
                "POST /api/profile/tasks HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n"
                    + "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"))
        .startsWith("HTTP/1.1 421");
  }

  @Test
  void anEndpointMayHaveAnyName() {
    String name = "\uD83D\uDC1D GET:/caf\u00e9/{id}?\u0000<b>";
    HttpResponse<byte[]> answer = post(TASKS, draft("shop", name.replace("\u0000", "\\u0000"), ""));
    assertThat(answer.statusCode()).as(QueryFixture.text(answer)).isEqualTo(200);
    assertThat(http.get(TASKS).get("tasks").get(0).get("endpoint").asText()).isEqualTo(name);
  }

  private static TraceSegment child(String trace, String id, String parent) {
    TraceSpan span =
        new TraceSpan(
            1,
            0,
            T0,
            T0 + 3,
            List.of(
                new SpanReference(
                    SpanReference.CROSS_THREAD, trace, parent, 0, "shop", "shop-1", "/", "")),
            "work",
            "",
            TraceSpan.LOCAL,
            0,
            0,
            false,
            List.of(),
            List.of(),
            false);
    return Segments.segment(trace, id).at(T0, 20).span(span).build();
  }

  // SkyWalking counts each asynchronous hop as a sample of its own.
  @Test
  void theThreadsOfARequestAreItsPartsAndCountOnce() throws Exception {
    String id = made("shop");
    append(
        Segments.segment("t", "root").at(T0, 100).operation("GET:/").build(),
        child("t", "unsampled", "root"),
        child("t", "grandchild", "unsampled"),
        child("t", "sibling", "root"));
    append(
        snapshot(id, "root", 0, "a.B.c:1"),
        snapshot(id, "grandchild", 0, "a.B.c:1"),
        snapshot(id, "sibling", 0, "a.B.c:1"),
        snapshot(id, "not arrived", 0, "a.B.c:1"),
        snapshot(id, "not arrived", 2, "a.B.c:1"));
    JsonNode answer = http.get("/api/profile/task?id=" + QueryFixture.encoded(id));
    JsonNode task = answer.get("task");
    assertThat(task.get("segments").asInt()).isEqualTo(4);
    assertThat(task.get("requests").asInt()).isEqualTo(2);
    assertThat(task.get("snapshots").asInt()).isEqualTo(5);
    for (JsonNode segment : answer.get("segments")) {
      boolean arrived = !segment.get("segmentId").asText().equals("not arrived");
      assertThat(segment.get("part").asBoolean())
          .isEqualTo(arrived && !segment.get("segmentId").asText().equals("root"));
      assertThat(segment.get("traceId").isNull()).isEqualTo(!arrived);
      assertThat(segment.get("durationMillis").isNull()).isEqualTo(!arrived);
      assertThat(segment.get("gaps").asInt()).isEqualTo(arrived ? 0 : 1);
      assertThat(segment.get("taskId").asText()).isEqualTo(id);
      assertThat(segment.get("periodMillis").asInt()).isEqualTo(10);
    }
    assertThat(http.get(TASKS).get("tasks").get(0).get("requests").asInt()).isEqualTo(2);
    // It arrives later, and what was remembered is not what is told.
    append(child("t", "not arrived", "root"));
    assertThat(http.get(TASKS).get("tasks").get(0).get("requests").asInt()).isEqualTo(1);
    assertThat(
            http.get("/api/profile/segments?traceId=t")
                .get("segments")
                .findValuesAsText("segmentId"))
        .containsExactlyInAnyOrder("root", "grandchild", "sibling", "not arrived");
    assertThat(http.get("/api/profile/segments?traceId=unknown").get("segments")).isEmpty();
    JsonNode analysis = http.get("/api/profile/analysis?task=" + QueryFixture.encoded(id));
    assertThat(analysis.get("requests").asInt()).isEqualTo(1);
    assertThat(analysis.get("segments").asInt()).isEqualTo(4);
  }

  @Test
  @Tag("capability-122")
  void columnsAndTreesSayTheSame() throws Exception {
    for (int i = 0; i < 4; i++) {
      append(snapshot(Snapshot.SLOW, "s", i, "a.Main.run:1", i < 3 ? "a.X.hot:2" : "a.Y.cold:3"));
    }
    JsonNode columns = http.get("/api/profile/analysis?segment=s");
    assertThat(columns.get("snapshots").asInt()).isEqualTo(4);
    assertThat(columns.get("found").asInt()).isEqualTo(4);
    assertThat(columns.get("millis").asInt()).isEqualTo(40);
    assertThat(columns.get("errorMillis").asInt()).isEqualTo(4);
    assertThat(columns.get("truncated").asBoolean()).isFalse();
    assertThat(columns.get("limit").asInt()).isEqualTo(12_000);
    assertThat(columns.get("states").toString())
        .isEqualTo("[\"running\",\"blocked\",\"waiting\",\"native\",\"unknown\"]");
    assertThat(columns.get("frames").toString())
        .isEqualTo("[\"a.Main.run:1\",\"a.X.hot:2\",\"a.Y.cold:3\"]");
    JsonNode nodes = columns.get("nodes");
    assertThat(nodes.get("parent").toString()).isEqualTo("[-1,0,0]");
    assertThat(nodes.get("frame").toString()).isEqualTo("[0,1,2]");
    assertThat(nodes.get("samples").toString()).isEqualTo("[0,3,1]");
    assertThat(nodes.get("selfMicros").toString())
        .isEqualTo("[[0,30000,10000],[0,0,0],[0,0,0],[0,0,0],[0,0,0]]");
    JsonNode trees = http.get("/api/profile/analysis?segment=s&form=trees");
    assertThat(trees.get("tip").isNull()).isTrue();
    assertThat(trees.get("trees").get(0).get("elements").toString())
        .isEqualTo(
            "[{\"id\":1,\"parentId\":0,\"codeSignature\":\"a.Main.run:1\",\"duration\":40,"
                + "\"durationChildExcluded\":0,\"count\":4},"
                + "{\"id\":2,\"parentId\":1,\"codeSignature\":\"a.X.hot:2\",\"duration\":30,"
                + "\"durationChildExcluded\":30,\"count\":3},"
                + "{\"id\":3,\"parentId\":1,\"codeSignature\":\"a.Y.cold:3\",\"duration\":10,"
                + "\"durationChildExcluded\":10,\"count\":1}]");
    JsonNode window =
        http.get("/api/profile/analysis?task=skein-slow&from=" + (T0 + 10) + "&to=" + (T0 + 20));
    assertThat(window.get("snapshots").asInt()).isEqualTo(2);
    assertThat(window.get("millis").asInt()).isEqualTo(20);
  }

  @Test
  void whatIsNotThereIsSaid() {
    JsonNode nothing = http.get("/api/profile/analysis?segment=unknown&form=trees");
    assertThat(nothing.get("tip").asText()).isEqualTo("Data not found");
    assertThat(nothing.get("trees")).isEmpty();
    JsonNode columns = http.get("/api/profile/analysis?segment=unknown");
    assertThat(columns.get("found").asInt()).isZero();
    assertThat(columns.get("nodes").get("parent")).isEmpty();
    assertThat(http.send("GET", "/api/profile/analysis?task=unknown").statusCode()).isEqualTo(404);
    assertThat(http.send("GET", "/api/profile/task?id=unknown").statusCode()).isEqualTo(404);
    assertThat(http.send("GET", "/api/profile/analysis").statusCode()).isEqualTo(400);
    assertThat(http.send("GET", "/api/profile/analysis?segment=a&task=b").statusCode())
        .isEqualTo(400);
    assertThat(http.send("GET", "/api/profile/analysis?segment=a&from=2&to=1").statusCode())
        .isEqualTo(400);
    assertThat(http.send("GET", "/api/profile/analysis?segment=a&form=x").statusCode())
        .isEqualTo(400);
  }
}
