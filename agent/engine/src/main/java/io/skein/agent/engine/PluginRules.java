package io.skein.agent.engine;

import io.skein.agent.plugin.MethodMatcher;
import io.skein.agent.plugin.Plugin;
import io.skein.agent.plugin.SubtypeWeaver;
import io.skein.agent.plugin.TypeWeaver;
import io.skein.agent.plugin.Weaver;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All that the plugins asked for, arranged so that a class of no interest is passed over after one
 * look at its name.
 */
final class PluginRules {
  /** Rules for the subtypes of one type; the simple name is compared first. */
  static final class Subtypes {
    final String target;
    final List<String> nameParts;
    final List<String> passedOver = new ArrayList<>();
    final List<Rule> rules = new ArrayList<>();

    Subtypes(String target, List<String> nameParts) {
      this.target = target;
      this.nameParts = nameParts;
    }

    boolean couldBe(String internalName) {
      int simple = internalName.lastIndexOf('/') + 1;
      for (String part : nameParts) {
        if (internalName.indexOf(part, simple) >= 0) {
          return !isPassedOver(internalName);
        }
      }
      return false;
    }

    private boolean isPassedOver(String internalName) {
      for (String prefix : passedOver) {
        if (internalName.startsWith(prefix)) {
          return true;
        }
      }
      return false;
    }
  }

  /** Rules for what carries an annotation. */
  static final class Annotated {
    final List<String> types;
    final List<Rule> rules = new ArrayList<>();

    Annotated(List<String> types) {
      this.types = types;
    }
  }

  /** By internal name. */
  private final Map<String, List<Rule>> exact = new HashMap<>();

  private final List<Subtypes> subtypes = new ArrayList<>();
  private final List<Annotated> annotated = new ArrayList<>();
  private @Nullable ConstantNames descriptors;

  void collect(Plugin plugin, PluginState state) {
    plugin.weave(
        new Weaver() {
          @Override
          public TypeWeaver type(String className) {
            return new Collector(
                plugin,
                state,
                exact.computeIfAbsent(className.replace('.', '/'), name -> new ArrayList<>()),
                List.of(),
                List.of());
          }

          @Override
          public SubtypeWeaver subtypesOf(String typeName, String... simpleNameContains) {
            if (simpleNameContains.length == 0) {
              throw new IllegalArgumentException(
                  "subtypesOf(" + typeName + ") needs a filter on the simple name");
            }
            Subtypes each = new Subtypes(typeName.replace('.', '/'), List.of(simpleNameContains));
            subtypes.add(each);
            return new SubtypeCollector(
                new Collector(plugin, state, each.rules, List.of(), List.of()), each);
          }

          @Override
          public TypeWeaver annotatedMethods(String... annotationTypes) {
            Annotated each = new Annotated(required(annotationTypes));
            annotated.add(each);
            return new Collector(plugin, state, each.rules, each.types, List.of());
          }

          @Override
          public TypeWeaver annotatedTypes(String... annotationTypes) {
            Annotated each = new Annotated(required(annotationTypes));
            annotated.add(each);
            return new Collector(plugin, state, each.rules, List.of(), each.types);
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

  private static List<String> required(String... annotationTypes) {
    if (annotationTypes.length == 0) {
      throw new IllegalArgumentException("no annotation");
    }
    return List.of(annotationTypes);
  }

  /** To be called when all are collected. */
  void complete() {
    descriptors =
        new ConstantNames(annotationTypes().stream().map(PluginRules::descriptor).toList());
  }

  /** The annotations that any rule is about, in the order of {@link #annotationsIn}'s bits. */
  List<String> annotationTypes() {
    return annotated.stream().flatMap(each -> each.types.stream()).distinct().toList();
  }

  private static String descriptor(String type) {
    return "L" + type.replace('.', '/') + ";";
  }

  /** Whether a class file names an annotation that a rule is about; a set of bits, 0 for none. */
  long annotationsIn(byte[] classFile) {
    ConstantNames known = descriptors;
    return known == null ? 0 : known.in(classFile);
  }

  /** The rules that may apply to a class that names these annotations. */
  List<Rule> annotated(long bits) {
    List<String> types = annotationTypes();
    List<Rule> found = new ArrayList<>();
    for (Annotated each : annotated) {
      if (each.types.stream().anyMatch(type -> (bits & 1L << types.indexOf(type)) != 0)) {
        found.addAll(each.rules);
      }
    }
    return found;
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

  private record Collector(
      Plugin plugin,
      PluginState state,
      List<Rule> rules,
      List<String> methodAnnotations,
      List<String> typeAnnotations)
      implements TypeWeaver {
    @Override
    public TypeWeaver advise(MethodMatcher where, String advice) {
      rules.add(
          new Rule(plugin, state, where, advice, null, null, methodAnnotations, typeAnnotations));
      return this;
    }

    @Override
    public TypeWeaver adviseCall(
        MethodMatcher where, String calledOwner, String calledName, String advice) {
      rules.add(
          new Rule(
              plugin,
              state,
              where,
              advice,
              calledOwner.replace('.', '/'),
              calledName,
              methodAnnotations,
              typeAnnotations));
      return this;
    }
  }

  private record SubtypeCollector(Collector collector, Subtypes subtypes) implements SubtypeWeaver {
    @Override
    public SubtypeWeaver except(String... namePrefixes) {
      for (String each : namePrefixes) {
        subtypes.passedOver.add(each.replace('.', '/'));
      }
      return this;
    }

    @Override
    public TypeWeaver advise(MethodMatcher where, String advice) {
      return collector.advise(where, advice);
    }

    @Override
    public TypeWeaver adviseCall(
        MethodMatcher where, String calledOwner, String calledName, String advice) {
      return collector.adviseCall(where, calledOwner, calledName, advice);
    }
  }
}
