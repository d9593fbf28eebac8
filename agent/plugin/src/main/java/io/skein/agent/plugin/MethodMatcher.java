package io.skein.agent.plugin;

/** Decides whether a declared method is meant. Build one from {@link MethodMatchers}. */
@FunctionalInterface
public interface MethodMatcher {
  boolean matches(MethodShape method);

  default MethodMatcher and(MethodMatcher other) {
    return method -> matches(method) && other.matches(method);
  }

  default MethodMatcher or(MethodMatcher other) {
    return method -> matches(method) || other.matches(method);
  }

  default MethodMatcher negate() {
    return method -> !matches(method);
  }
}
