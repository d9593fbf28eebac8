package io.skein.agent.engine;

import java.util.List;

/**
 * One static method of an advice class as its class file describes it, so that weaving needs not
 * load it.
 *
 * @param kind when it is called
 * @param name its name
 * @param descriptor its descriptor
 * @param replaced for {@link Kind#REPLACE} the index of the argument, else -1
 * @param sources where each of its parameters comes from
 */
record AdviceMethod(Kind kind, String name, String descriptor, int replaced, List<Source> sources) {
  enum Kind {
    ENTER,
    REPLACE,
    EXIT,
    REPLACE_RETURNED
  }

  /**
   * Where a parameter's value comes from.
   *
   * @param argument the argument's index for {@link From#ARGUMENT}, else -1
   */
  record Source(From from, int argument) {}

  enum From {
    THIS,
    ARGUMENT,
    ARGUMENTS,
    ENTERED,
    RETURNED,
    THROWN,
    METHOD_NAME,
    METHOD
  }

  AdviceMethod {
    sources = List.copyOf(sources);
  }

  boolean takes(From from) {
    return sources.stream().anyMatch(source -> source.from() == from);
  }

  boolean returnsNothing() {
    return descriptor.endsWith(")V");
  }
}
