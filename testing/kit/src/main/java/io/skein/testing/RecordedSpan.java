package io.skein.testing;

import io.skein.api.Layer;
import io.skein.core.SpanType;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A finished span with the names of the segment it was in. A peer that is absent is empty, as on
 * the wire. Tags and log fields keep their order and may repeat a key.
 */
public record RecordedSpan(
    String service,
    String traceId,
    String segmentId,
    int id,
    int parentId,
    SpanType type,
    Layer layer,
    int componentId,
    String operationName,
    String peer,
    long startMillis,
    long endMillis,
    boolean error,
    List<Map.Entry<String, String>> tags,
    List<Ref> refs,
    List<Log> logs) {

  /** The span of another segment that this one continues. */
  public record Ref(
      Kind kind,
      String traceId,
      String segmentId,
      int spanId,
      String service,
      String instance,
      String endpoint,
      String address) {
    /** How the parent is connected. */
    public enum Kind {
      CROSS_PROCESS,
      CROSS_THREAD
    }
  }

  /** What was noted at one moment. */
  public record Log(long millis, List<Map.Entry<String, String>> fields) {
    public Log {
      fields = List.copyOf(fields);
    }

    public @Nullable String field(String key) {
      return first(fields, key);
    }
  }

  public RecordedSpan {
    tags = List.copyOf(tags);
    refs = List.copyOf(refs);
    logs = List.copyOf(logs);
  }

  /** Returns the first value of a tag, or null. */
  public @Nullable String tag(String key) {
    return first(tags, key);
  }

  public long durationMillis() {
    return endMillis - startMillis;
  }

  private static @Nullable String first(List<Map.Entry<String, String>> pairs, String key) {
    for (Map.Entry<String, String> each : pairs) {
      if (each.getKey().equals(key)) {
        return each.getValue();
      }
    }
    return null;
  }

  /** One line, for messages of failed assertions. */
  @Override
  public String toString() {
    return type
        + (error ? " with error \"" : " \"")
        + operationName
        + "\" "
        + id
        + "<"
        + parentId
        + " component "
        + componentId
        + (peer.isEmpty() ? "" : " peer " + peer)
        + tags.stream()
            .map(tag -> tag.getKey() + "=" + tag.getValue())
            .collect(Collectors.joining(", ", " {", "}"))
        + (refs.isEmpty() ? "" : " " + refs)
        + (logs.isEmpty() ? "" : " " + logs.size() + " logs")
        + " segment "
        + segmentId;
  }
}
