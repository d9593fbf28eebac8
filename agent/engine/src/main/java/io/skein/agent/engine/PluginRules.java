package io.skein.agent.engine;

import io.skein.agent.plugin.MethodMatcher;
import io.skein.agent.plugin.Plugin;
import io.skein.agent.plugin.TypeWeaver;
import io.skein.agent.plugin.Weaver;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * All that the plugins asked for, arranged so that a class of no interest is passed over after one
 * look at its name.
 */
final class PluginRules {
  /** Rules for the subtypes of one type; the simple name is compared first. */
  static final class Subtypes {
    final String target;
    final List<String> nameParts;
    final List<Rule> rules = new ArrayList<>();

    Subtypes(String target, List<String> nameParts) {
      this.target = target;
      this.nameParts = nameParts;
    }

    boolean couldBe(String internalName) {
      int simple = internalName.lastIndexOf('/') + 1;
      for (String part : nameParts) {
        if (internalName.indexOf(part, simple) >= 0) {
          return true;
        }
      }
      return false;
    }
  }

  /** By internal name. */
  private final Map<String, List<Rule>> exact = new HashMap<>();

  private final List<Subtypes> subtypes = new ArrayList<>();

  void collect(Plugin plugin, PluginState state) {
    plugin.weave(
        new Weaver() {
          @Override
          public TypeWeaver type(String className) {
            return new Collector(
                plugin,
                state,
                exact.computeIfAbsent(className.replace('.', '/'), name -> new ArrayList<>()));
          }

          @Override
          public TypeWeaver subtypesOf(String typeName, String... simpleNameContains) {
            if (simpleNameContains.length == 0) {
              throw new IllegalArgumentException(
                  "subtypesOf(" + typeName + ") needs a filter on the simple name");
            }
            Subtypes each = new Subtypes(typeName.replace('.', '/'), List.of(simpleNameContains));
            subtypes.add(each);
            return new Collector(plugin, state, each.rules);
          }
        });
  }

  /** Internal names of the types that are woven by exact name. */
  Collection<String> exactNames() {
    return exact.keySet();
  }

  List<Rule> exactly(String internalName) {
    return exact.getOrDefault(internalName, List.of());
  }

  List<Subtypes> subtypes() {
    return subtypes;
  }

  boolean couldMatch(String internalName) {
    if (exact.containsKey(internalName)) {
      return true;
    }
    for (Subtypes each : subtypes) {
      if (each.couldBe(internalName)) {
        return true;
      }
    }
    return false;
  }

  private record Collector(Plugin plugin, PluginState state, List<Rule> rules)
      implements TypeWeaver {
    @Override
    public TypeWeaver advise(MethodMatcher where, String advice) {
      rules.add(new Rule(plugin, state, where, advice, null, null));
      return this;
    }

    @Override
    public TypeWeaver adviseCall(
        MethodMatcher where, String calledOwner, String calledName, String advice) {
      rules.add(new Rule(plugin, state, where, advice, calledOwner.replace('.', '/'), calledName));
      return this;
    }
  }
}
