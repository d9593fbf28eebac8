package io.skein.wire.model;

import java.util.List;

/**
 * A {@code SpanObject}.
 *
 * <p>{@code parentId} is -1 for a span without a parent in its segment; several spans of one
 * segment may say so (the Python agent's API produces it).
 */
public record TraceSpan(
    int id,
    int parentId,
    long startMillis,
    long endMillis,
    List<SpanReference> refs,
    String operationName,
    String peer,
    int type,
    int layer,
    int componentId,
    boolean error,
    List<KeyValue> tags,
    List<SpanLog> logs,
    boolean skipAnalysis) {

  public static final int ENTRY = 0;
  public static final int EXIT = 1;
  public static final int LOCAL = 2;

  private static final String[] LAYERS = {
    "Unknown", "Database", "RPCFramework", "Http", "MQ", "Cache", "FAAS", "GenAI"
  };

  public TraceSpan {
    refs = List.copyOf(refs);
    tags = List.copyOf(tags);
    logs = List.copyOf(logs);
  }

  /** The protocol's word, or the number as text when it is not one that we know. */
  public String typeName() {
    return switch (type) {
      case ENTRY -> "Entry";
      case EXIT -> "Exit";
      case LOCAL -> "Local";
      default -> Integer.toString(type);
    };
  }

  /** The protocol's word, or the number as text when it is not one that we know. */
  public String layerName() {
    return layer >= 0 && layer < LAYERS.length ? LAYERS[layer] : Integer.toString(layer);
  }
}
