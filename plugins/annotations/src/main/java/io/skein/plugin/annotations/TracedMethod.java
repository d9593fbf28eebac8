package io.skein.plugin.annotations;

import io.skein.agent.plugin.AnnotationValues;
import io.skein.agent.plugin.Tracing;
import io.skein.agent.plugin.WovenMethod;
import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.api.Span;
import io.skein.core.Tracer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the annotations of one method say, worked out once. */
final class TracedMethod {
  static final Tracer TRACER = Tracing.tracer();

  /**
   * SkyWalking's setting, under its name: the qualified name for every method, also for those that
   * were given one.
   */
  private static final boolean QUALIFIED_NAMES =
      Tracing.settings().enabled("plugin.toolkit.use_qualified_name_as_operation_name", false);

  private record TagOf(String key, Expression value) {}

  private final String operationName;
  private final @Nullable Layer layer;
  private final @Nullable Component component;
  private final List<TagOf> before = new ArrayList<>();
  private final List<TagOf> after = new ArrayList<>();

  private TracedMethod(WovenMethod method) {
    String name = "";
    Layer foundLayer = null;
    Component foundComponent = null;
    boolean skyWalkings = false;
    for (AnnotationValues each : method.annotations()) {
      switch (each.type()) {
        case AnnotationsPlugin.TRACE -> {
          name = text(each, "operationName");
          foundLayer = layer(text(each, "layer"));
          foundComponent = component(text(each, "component"));
        }
        case AnnotationsPlugin.SKYWALKING_TRACE -> {
          skyWalkings = true;
          name = name.isEmpty() ? text(each, "operationName") : name;
        }
        case AnnotationsPlugin.TAG, AnnotationsPlugin.SKYWALKING_TAG -> add(each);
        case AnnotationsPlugin.TAGS, AnnotationsPlugin.SKYWALKING_TAGS ->
            each.nested("value").forEach(this::add);
        default -> {}
      }
    }
    // Each annotation's users expect the default that its documentation has told them.
    boolean qualified = QUALIFIED_NAMES || (name.isEmpty() && skyWalkings);
    this.operationName = qualified ? qualifiedName(method) : name.isEmpty() ? method.name() : name;
    this.layer = foundLayer;
    this.component = foundComponent;
  }

  static TracedMethod of(WovenMethod method) {
    return method.derived(TracedMethod::new);
  }

  private void add(AnnotationValues tag) {
    String key = text(tag, "key");
    if (!key.isEmpty()) {
      Expression value = Expression.parse(text(tag, "value"));
      (value.ofReturned() ? after : before).add(new TagOf(key, value));
    }
  }

  private static String text(AnnotationValues annotation, String name) {
    String text = annotation.text(name);
    return text == null ? "" : text;
  }

  private static @Nullable Layer layer(String name) {
    for (Layer each : Layer.values()) {
      if (each.name().equals(name) && each != Layer.UNKNOWN) {
        return each;
      }
    }
    return null;
  }

  private static @Nullable Component component(String numberOrName) {
    String text = numberOrName.trim();
    if (text.isEmpty()) {
      return null;
    }
    try {
      int number = Integer.parseInt(text);
      Component known = Component.byId(number);
      return known == null ? Component.of(number, text) : known;
    } catch (NumberFormatException aName) {
      return Component.byName(text);
    }
  }

  /** As SkyWalking's agent writes it: {@code com.example.Shop.price(java.lang.String,[I)}. */
  private static String qualifiedName(WovenMethod method) {
    return method.className()
        + "."
        + method.name()
        + method.argumentTypes().stream()
            .map(TracedMethod::className)
            .collect(Collectors.joining(",", "(", ")"));
  }

  /** A type name as {@link Class#getName()} has it, which differs for arrays. */
  private static String className(String typeName) {
    if (!typeName.endsWith("[]")) {
      return typeName;
    }
    String element = typeName.substring(0, typeName.length() - 2);
    String inside =
        switch (element) {
          case "boolean" -> "Z";
          case "byte" -> "B";
          case "char" -> "C";
          case "short" -> "S";
          case "int" -> "I";
          case "long" -> "J";
          case "float" -> "F";
          case "double" -> "D";
          default -> element.endsWith("[]") ? className(element) : "L" + element + ";";
        };
    return "[" + inside;
  }

  Span start() {
    Span span = TRACER.startLocal(operationName);
    if (layer != null) {
      span.layer(layer);
    }
    if (component != null) {
      span.component(component);
    }
    return span;
  }

  /** The tags that are known when the method is called, key and value alternating. */
  String @Nullable [] tagsBefore(@Nullable Object @Nullable [] arguments) {
    if (before.isEmpty()) {
      return null;
    }
    String[] tags = new String[2 * before.size()];
    for (int i = 0; i < before.size(); i++) {
      tags[2 * i] = before.get(i).key();
      tags[2 * i + 1] = before.get(i).value().value(arguments, null);
    }
    return tags;
  }

  static void tag(Span span, String @Nullable [] tags) {
    if (tags != null) {
      for (int i = 0; i < tags.length; i += 2) {
        span.tag(tags[i], tags[i + 1]);
      }
    }
  }

  boolean wantsReturned() {
    return !after.isEmpty();
  }

  void tagReturned(Span span, @Nullable Object returned) {
    for (TagOf each : after) {
      span.tag(each.key(), each.value().value(null, returned));
    }
  }
}
