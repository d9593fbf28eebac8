package io.skein.agent.engine;

import io.skein.agent.plugin.AnnotationValues;
import io.skein.agent.plugin.WovenMethod;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A {@link WovenMethod} as one text, which the weaver writes into the woven class beside the call
 * of the advice and the linker reads back. So nothing about a woven class is kept anywhere else,
 * and it is gone when the class is.
 *
 * <p>Each item is preceded by its length, or a list by the number of its items; nothing needs to be
 * escaped.
 */
final class MethodText {
  /** What fits into a constant of a class file, also when each character takes three bytes. */
  private static final int MAX = 65_535 / 3;

  private static final char TEXT = 's';
  private static final char LIST = 'l';
  private static final char ANNOTATION = 'a';

  private MethodText() {}

  static String of(WovenMethod method) {
    StringBuilder text = new StringBuilder();
    writeText(text, method.className());
    writeText(text, method.name());
    writeValue(text, method.argumentTypes());
    writeText(text, method.returnType());
    writeValue(text, method.annotations());
    if (text.length() > MAX) {
      throw new ClassWeaver.CannotWeave(method.name() + ": its annotations are too long");
    }
    return text.toString();
  }

  private static void writeText(StringBuilder out, String text) {
    out.append(text.length()).append(':').append(text);
  }

  private static void writeValue(StringBuilder out, Object value) {
    if (value instanceof AnnotationValues annotation) {
      out.append(ANNOTATION);
      writeText(out, annotation.type());
      out.append(annotation.values().size()).append(':');
      annotation
          .values()
          .forEach(
              (name, each) -> {
                writeText(out, name);
                writeValue(out, each);
              });
    } else if (value instanceof List<?> list) {
      out.append(LIST).append(list.size()).append(':');
      for (Object each : list) {
        writeValue(out, each);
      }
    } else {
      out.append(TEXT);
      writeText(out, String.valueOf(value));
    }
  }

  static WovenMethod read(String text) {
    Reader reader = new Reader(text);
    String className = reader.text();
    String name = reader.text();
    List<String> arguments = reader.list(String.class);
    String returned = reader.text();
    return new WovenMethod(
        className, name, arguments, returned, reader.list(AnnotationValues.class));
  }

  private static final class Reader {
    private final String text;
    private int at;

    Reader(String text) {
      this.text = text;
    }

    private int number() {
      int end = text.indexOf(':', at);
      int number = Integer.parseInt(text, at, end, 10);
      at = end + 1;
      return number;
    }

    String text() {
      int length = number();
      at += length;
      return text.substring(at - length, at);
    }

    <T> List<T> list(Class<T> of) {
      return ((List<?>) value()).stream().map(of::cast).toList();
    }

    private Object value() {
      char kind = text.charAt(at++);
      switch (kind) {
        case TEXT -> {
          return text();
        }
        case LIST -> {
          List<Object> list = new ArrayList<>();
          for (int i = number(); i > 0; i--) {
            list.add(value());
          }
          return list;
        }
        case ANNOTATION -> {
          String type = text();
          Map<String, Object> values = new LinkedHashMap<>();
          for (int i = number(); i > 0; i--) {
            String name = text();
            values.put(name, value());
          }
          return new AnnotationValues(type, values);
        }
        default -> throw new IllegalArgumentException("not written by us: " + kind);
      }
    }
  }
}
