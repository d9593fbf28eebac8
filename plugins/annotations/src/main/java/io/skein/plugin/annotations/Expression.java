package io.skein.plugin.annotations;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The value of a tag: {@code arg[0]} or {@code returnedObj} with steps, or a text that stands for
 * itself.
 *
 * <p>Steps are {@code .field}, {@code .method()}, {@code ['key']} and {@code [2]}; a point before a
 * bracket is allowed, because SkyWalking writes it so. Fields and methods of any visibility are
 * found, those of super classes too. What leads nowhere, throws or is not accessible is the text
 * {@code null}: the code that is called is the application's, and nothing of it may come out of a
 * method that it was never part of.
 */
final class Expression {
  private static final String NOTHING = "null";

  private enum Kind {
    FIELD,
    METHOD,
    KEY,
    INDEX
  }

  private record Step(Kind kind, String name, int index) {}

  private final @Nullable String constant;
  private final int argument;
  private final List<Step> steps;

  private Expression(@Nullable String constant, int argument, List<Step> steps) {
    this.constant = constant;
    this.argument = argument;
    this.steps = List.copyOf(steps);
  }

  /** Whether it speaks of what the method returns. */
  boolean ofReturned() {
    return constant == null && argument < 0;
  }

  static Expression parse(String text) {
    try {
      Parser parser = new Parser(text.trim());
      int argument;
      if (parser.skip("returnedObj")) {
        argument = -1;
      } else if (parser.skip("arg[")) {
        argument = parser.number();
        parser.require("]");
      } else {
        return new Expression(text, 0, List.of());
      }
      List<Step> steps = new ArrayList<>();
      while (!parser.atEnd()) {
        steps.add(parser.step());
      }
      return new Expression(null, argument, steps);
    } catch (IllegalArgumentException noExpression) {
      return new Expression(text, 0, List.of());
    }
  }

  /** Null stands for what is not known at this moment. */
  String value(@Nullable Object @Nullable [] arguments, @Nullable Object returned) {
    if (constant != null) {
      return constant;
    }
    try {
      Object value = returned;
      if (argument >= 0) {
        value = arguments == null || argument >= arguments.length ? null : arguments[argument];
      }
      for (Step each : steps) {
        if (value == null) {
          return NOTHING;
        }
        value = follow(each, value);
      }
      return ValueText.of(value);
    } catch (Throwable ofTheApplicationsObjects) {
      return NOTHING; // also when their recursion has no end
    }
  }

  private static @Nullable Object follow(Step step, Object value)
      throws ReflectiveOperationException {
    return switch (step.kind()) {
      case KEY -> value instanceof Map<?, ?> map ? map.get(step.name()) : null;
      case INDEX ->
          value instanceof List<?> list
              ? list.get(step.index())
              : value.getClass().isArray() ? Array.get(value, step.index()) : null;
      case FIELD -> field(value, step.name());
      case METHOD -> call(value, step.name());
    };
  }

  private static @Nullable Object field(Object value, String name)
      throws ReflectiveOperationException {
    if (value.getClass().isArray() && name.equals("length")) {
      return Array.getLength(value);
    }
    for (Class<?> type = value.getClass(); type != null; type = type.getSuperclass()) {
      for (Field each : type.getDeclaredFields()) {
        if (each.getName().equals(name)) {
          return each.trySetAccessible() ? each.get(value) : null;
        }
      }
    }
    return null;
  }

  private static @Nullable Object call(Object value, String name)
      throws ReflectiveOperationException {
    Method method = find(value.getClass(), name);
    if (method == null) {
      return null;
    }
    try {
      return method.invoke(value);
    } catch (InvocationTargetException thrown) {
      return null;
    }
  }

  /**
   * A method that may be called: the class itself may be hidden in a module, as the JDK's lists
   * are, while the interface is open to all.
   */
  private static @Nullable Method find(@Nullable Class<?> type, String name) {
    if (type == null) {
      return null;
    }
    try {
      Method method = type.getDeclaredMethod(name);
      if (method.trySetAccessible()) {
        return method;
      }
    } catch (NoSuchMethodException elsewhere) {
      // a super class or an interface may have it
    }
    Method inherited = find(type.getSuperclass(), name);
    for (Class<?> each : type.getInterfaces()) {
      inherited = inherited == null ? find(each, name) : inherited;
    }
    return inherited;
  }

  private static final class Parser {
    private final String text;
    private int at;

    Parser(String text) {
      this.text = text;
    }

    boolean atEnd() {
      return at == text.length();
    }

    boolean skip(String expected) {
      boolean there = text.startsWith(expected, at);
      at += there ? expected.length() : 0;
      return there;
    }

    void require(String expected) {
      if (!skip(expected)) {
        throw new IllegalArgumentException(text);
      }
    }

    int number() {
      int from = at;
      while (at < text.length() && Character.isDigit(text.charAt(at))) {
        at++;
      }
      return Integer.parseInt(text.substring(from, at)); // no digits: a NumberFormatException
    }

    Step step() {
      boolean point = skip(".");
      if (skip("['")) {
        int end = text.indexOf("']", at);
        if (end < 0) {
          throw new IllegalArgumentException(text);
        }
        Step step = new Step(Kind.KEY, text.substring(at, end), 0);
        at = end + 2;
        return step;
      }
      if (skip("[")) {
        Step step = new Step(Kind.INDEX, "", number());
        require("]");
        return step;
      }
      int from = at;
      while (at < text.length() && Character.isJavaIdentifierPart(text.charAt(at))) {
        at++;
      }
      if (!point || at == from) {
        throw new IllegalArgumentException(text);
      }
      String name = text.substring(from, at);
      return skip("()") ? new Step(Kind.METHOD, name, 0) : new Step(Kind.FIELD, name, 0);
    }
  }
}
