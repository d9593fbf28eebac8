package io.skein.demo.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Checks that each request became one whole trace.
 *
 * <p>Whole means: one segment begins it, in the storefront; every other segment refers to a span
 * that is in the same trace; every span's parent is there; and the services in it are exactly those
 * that the request must touch. A trace cut in two shows as a second beginning or as a request with
 * two traces; a lost segment as a missing service or a reference into nowhere.
 */
final class TraceAudit {
  private final Map<String, Driver.Sent> expected = new HashMap<>();
  private final Set<String> seen = new HashSet<>();
  private final List<String> problems = new ArrayList<>();

  TraceAudit(List<Driver.Sent> requests) {
    for (Driver.Sent request : requests) {
      if (!request.problem().isEmpty()) {
        problems.add(request.key() + " " + request.problem());
      }
      if (expected.put(request.key(), request) != null) {
        throw new IllegalArgumentException("sent twice: " + request.key());
      }
    }
  }

  /** Takes one trace as {@code /api/trace} tells it. */
  void add(JsonNode trace) {
    String id = "trace " + trace.path("traceId").asText();
    Map<String, Set<Integer>> spanIds = new HashMap<>();
    Set<String> services = new TreeSet<>();
    boolean error = false;
    for (JsonNode segment : trace.path("segments")) {
      services.add(segment.path("service").asText());
      Set<Integer> ids =
          spanIds.computeIfAbsent(segment.path("segmentId").asText(), key -> new HashSet<>());
      for (JsonNode span : segment.path("spans")) {
        ids.add(span.path("id").asInt());
        error |= span.path("error").asBoolean();
      }
    }
    List<JsonNode> beginnings = new ArrayList<>();
    for (JsonNode segment : trace.path("segments")) {
      if (!checkReferences(id, segment, spanIds)) {
        beginnings.add(segment);
      }
    }
    if (beginnings.size() != 1) {
      problems.add(id + " has " + beginnings.size() + " beginnings, not one: " + names(beginnings));
      return;
    }
    JsonNode root = firstSpan(beginnings.get(0));
    String key = tag(root, "http.method") + " " + path(tag(root, "url"));
    Driver.Sent request = expected.get(key);
    if (request == null) {
      problems.add(
          id
              + " begins with "
              + root.path("operation").asText()
              + " of "
              + beginnings.get(0).path("service").asText()
              + ", which no request asked for");
      return;
    }
    if (!seen.add(key)) {
      problems.add(key + " has more than one trace; one of them is " + id);
    }
    if (!services.equals(request.kind().services())) {
      problems.add(
          key
              + " touched "
              + new TreeSet<>(request.kind().services())
              + ", but "
              + id
              + " shows "
              + services);
    }
    if (!tag(root, "http.status_code").equals(String.valueOf(request.status()))) {
      problems.add(
          key
              + " was answered with "
              + request.status()
              + ", but "
              + id
              + " says \""
              + tag(root, "http.status_code")
              + "\"");
    }
    if (error != request.kind().expectsError) {
      problems.add(key + (error ? " went well, but " : " failed, but ") + id + " says otherwise");
    }
  }

  /** True if the segment refers to another. */
  private boolean checkReferences(String id, JsonNode segment, Map<String, Set<Integer>> spanIds) {
    String segmentId = segment.path("segmentId").asText();
    String where = id + ", segment " + segmentId + " of " + segment.path("service").asText();
    boolean refers = false;
    for (JsonNode span : segment.path("spans")) {
      int parent = span.path("parentId").asInt();
      Set<Integer> siblings = spanIds.getOrDefault(segmentId, Set.of());
      if (parent >= 0 && !siblings.contains(parent)) {
        problems.add(where + ": span " + span.path("id") + " has no parent " + parent);
      }
      for (JsonNode ref : span.path("refs")) {
        refers = true;
        Set<Integer> target = spanIds.get(ref.path("segmentId").asText());
        if (target == null || !target.contains(ref.path("spanId").asInt())) {
          problems.add(
              where
                  + " refers to span "
                  + ref.path("spanId")
                  + " of segment "
                  + ref.path("segmentId").asText()
                  + ", which is not in the trace");
        }
      }
    }
    return refers;
  }

  /** All that is wrong, the requests without any trace included. */
  List<String> problems() {
    List<String> all = new ArrayList<>(problems);
    for (Driver.Sent request : expected.values()) {
      if (!seen.contains(request.key())) {
        all.add(request.key() + " has no whole trace");
      }
    }
    return all;
  }

  private static JsonNode firstSpan(JsonNode segment) {
    for (JsonNode span : segment.path("spans")) {
      if (span.path("parentId").asInt() < 0) {
        return span;
      }
    }
    return segment.path("no span without parent");
  }

  private static String tag(JsonNode span, String key) {
    for (JsonNode tag : span.path("tags")) {
      if (tag.path("key").asText().equals(key)) {
        return tag.path("value").asText();
      }
    }
    return "";
  }

  private static String path(String url) {
    try {
      String path = URI.create(url).getPath();
      return path == null ? "" : path;
    } catch (IllegalArgumentException notAnUrl) {
      return url;
    }
  }

  private static String names(List<JsonNode> segments) {
    List<String> names = new ArrayList<>();
    for (JsonNode segment : segments) {
      names.add(
          segment.path("service").asText() + " " + firstSpan(segment).path("operation").asText());
    }
    return names.toString();
  }
}
