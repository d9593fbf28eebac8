package io.skein.agent.plugin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An annotation as the class file has it, read without loading its class: what was left to a
 * default is not here.
 *
 * @param type its type, as {@link Class#getName()} writes it
 * @param values by name: a String (of any simple value; of an enum constant its name, of a class
 *     its descriptor), an {@link AnnotationValues}, or a List of these
 */
public record AnnotationValues(String type, Map<String, Object> values) {
  public AnnotationValues {
    values = Map.copyOf(values);
  }

  /** A simple value as text, or null. */
  public @Nullable String text(String name) {
    return values.get(name) instanceof String text ? text : null;
  }

  /** The annotations inside of an annotation, none if there are none. */
  public List<AnnotationValues> nested(String name) {
    List<AnnotationValues> nested = new ArrayList<>();
    Object value = values.get(name);
    if (value instanceof AnnotationValues one) {
      nested.add(one);
    } else if (value instanceof List<?> several) {
      for (Object each : several) {
        if (each instanceof AnnotationValues annotation) {
          nested.add(annotation);
        }
      }
    }
    return nested;
  }
}
