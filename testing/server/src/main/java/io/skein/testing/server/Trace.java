package io.skein.testing.server;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A whole trace, as the query API tells it.
 *
 * @param json the answer
 */
public record Trace(JsonNode json) {

  /** A span and the segment it is in. */
  public record Span(JsonNode json, JsonNode segment) {
    public String operation() {
      return json.path("operation").asText();
    }

    public String type() {
      return json.path("type").asText();
    }

    public int id() {
      return json.path("id").asInt();
    }

    public int parentId() {
      return json.path("parentId").asInt();
    }

    public boolean error() {
      return json.path("error").asBoolean();
    }

    public String peer() {
      return json.path("peer").asText();
    }

    public String component() {
      return json.path("component").asText();
    }

    public String layer() {
      return json.path("layer").asText();
    }

    public long durationMillis() {
      return json.path("endMillis").asLong() - json.path("startMillis").asLong();
    }

    public String segmentId() {
      return segment.path("segmentId").asText();
    }

    public String service() {
      return segment.path("service").asText();
    }

    /** The value of a tag, empty where there is none. */
    public String tag(String key) {
      return value(json.path("tags"), key);
    }

    /** How many tags have this key. */
    public int tags(String key) {
      int count = 0;
      for (JsonNode tag : json.path("tags")) {
        count += tag.path("key").asText().equals(key) ? 1 : 0;
      }
      return count;
    }

    /** The value of the first log field with this key, empty where there is none. */
    public String logged(String key) {
      for (JsonNode log : json.path("logs")) {
        String value = value(log.path("data"), key);
        if (!value.isEmpty()) {
          return value;
        }
      }
      return "";
    }

    public List<JsonNode> refs() {
      List<JsonNode> refs = new ArrayList<>();
      json.path("refs").forEach(refs::add);
      return refs;
    }

    /** Whether this is a child of that one in the same segment. */
    public boolean isChildOf(Span parent) {
      return segmentId().equals(parent.segmentId()) && parentId() == parent.id();
    }

    /** Whether its only reference is to that one, of this type. */
    public boolean refersTo(Span parent, String type) {
      return refs().size() == 1
          && refs().get(0).path("type").asText().equals(type)
          && refs().get(0).path("segmentId").asText().equals(parent.segmentId())
          && refs().get(0).path("spanId").asInt() == parent.id();
    }

    private static String value(JsonNode pairs, String key) {
      for (JsonNode pair : pairs) {
        if (pair.path("key").asText().equals(key)) {
          return pair.path("value").asText();
        }
      }
      return "";
    }
  }

  public String id() {
    return json.path("traceId").asText();
  }

  public int segments() {
    return json.path("segments").size();
  }

  /** All spans, segment by segment. */
  public List<Span> spans() {
    List<Span> spans = new ArrayList<>();
    for (JsonNode segment : json.path("segments")) {
      for (JsonNode span : segment.path("spans")) {
        spans.add(new Span(span, segment));
      }
    }
    return spans;
  }

  /** The only span with this name. */
  public Span span(String operation) {
    return only(span -> span.operation().equals(operation), operation);
  }

  /** The only span of a service with this type and name. */
  public Span span(String service, String type, String operation) {
    return only(
        span ->
            span.service().equals(service)
                && span.type().equals(type)
                && span.operation().equals(operation),
        service + " " + type + " " + operation);
  }

  private Span only(Predicate<Span> wanted, String words) {
    List<Span> found = spans().stream().filter(wanted).toList();
    if (found.size() != 1) {
      throw new AssertionError(
          "not one but " + found.size() + " spans are " + words + " in " + json.toPrettyString());
    }
    return found.get(0);
  }
}
