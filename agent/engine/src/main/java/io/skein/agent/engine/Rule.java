package io.skein.agent.engine;

import io.skein.agent.plugin.MethodMatcher;
import io.skein.agent.plugin.Plugin;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One {@code advise} line of a plugin: which methods, which advice, and for a call inside the
 * method, which call.
 */
final class Rule {
  final Plugin plugin;
  final PluginState state;
  final MethodMatcher where;
  final String advice;

  /**
   * Internal name of the class whose method is called; null when the method as a whole is advised.
   */
  final @Nullable String calledOwner;

  final @Nullable String calledName;

  /** Types, one of which the method must carry; empty when it need not. */
  final List<String> methodAnnotations;

  /** Types, one of which the class must carry; empty when it need not. */
  final List<String> typeAnnotations;

  private @Nullable AdviceClass adviceClass;
  private int @Nullable [] numbers;

  Rule(
      Plugin plugin,
      PluginState state,
      MethodMatcher where,
      String advice,
      @Nullable String calledOwner,
      @Nullable String calledName,
      List<String> methodAnnotations,
      List<String> typeAnnotations) {
    this.plugin = plugin;
    this.state = state;
    this.where = where;
    this.advice = advice;
    this.calledOwner = calledOwner;
    this.calledName = calledName;
    this.methodAnnotations = methodAnnotations;
    this.typeAnnotations = typeAnnotations;
  }

  boolean isCall() {
    return calledOwner != null;
  }

  boolean isAboutAnnotations() {
    return !methodAnnotations.isEmpty() || !typeAnnotations.isEmpty();
  }

  /** Reads the advice on first use: a library that is absent costs nothing. */
  synchronized AdviceClass adviceClass() throws IOException {
    if (adviceClass == null) {
      adviceClass = AdviceClass.read(plugin.getClass(), advice);
    }
    return adviceClass;
  }

  /**
   * The numbers by which call sites name the advice methods, in the order of {@link
   * AdviceClass#methods()}.
   */
  synchronized int number(AdviceMethod method, Linker linker) throws IOException {
    AdviceClass read = adviceClass();
    if (numbers == null) {
      numbers = read.methods().stream().mapToInt(each -> linker.register(this, each)).toArray();
    }
    return numbers[read.methods().indexOf(method)];
  }

  @Override
  public String toString() {
    return plugin.getClass().getSimpleName() + "." + advice;
  }
}
