package io.skein.agent.plugin;

import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Set;

/**
 * The vocabulary of {@link MethodMatcher}: read {@code named("service").and(takesArgument(0,
 * "...Request"))}.
 */
public final class MethodMatchers {
  private MethodMatchers() {}

  public static MethodMatcher named(String name) {
    return method -> method.name().equals(name);
  }

  public static MethodMatcher namedOneOf(String... names) {
    Set<String> wanted = Set.of(names);
    return method -> wanted.contains(method.name());
  }

  public static MethodMatcher isConstructor() {
    return named("<init>");
  }

  /** Exactly this many arguments. */
  public static MethodMatcher takesArguments(int count) {
    return method -> method.argumentTypes().size() == count;
  }

  /** Exactly these declared argument types, in order. */
  public static MethodMatcher takesArguments(String... types) {
    List<String> wanted = List.of(types);
    return method -> method.argumentTypes().equals(wanted);
  }

  /** The argument at this index, counted from 0, is declared as this type. */
  public static MethodMatcher takesArgument(int index, String type) {
    return method ->
        index < method.argumentTypes().size() && method.argumentTypes().get(index).equals(type);
  }

  public static MethodMatcher returns(String type) {
    return method -> method.returnType().equals(type);
  }

  /** Carries one of these annotations; for rules that begin with an annotation. */
  public static MethodMatcher annotatedWith(String... annotationTypes) {
    List<String> wanted = List.of(annotationTypes);
    return method -> wanted.stream().anyMatch(method.annotations()::contains);
  }

  public static MethodMatcher isPublic() {
    return method -> Modifier.isPublic(method.access());
  }

  public static MethodMatcher isStatic() {
    return method -> Modifier.isStatic(method.access());
  }

  public static MethodMatcher not(MethodMatcher matcher) {
    return matcher.negate();
  }
}
