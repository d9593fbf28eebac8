package io.skein.agent.engine;

import io.skein.start.InstanceFacts;
import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The arguments this JVM was started with. */
final class JvmArguments {
  private JvmArguments() {}

  /**
   * As ManagementFactory tells them, without loading it; values that look like secrets are left
   * out.
   */
  static List<String> of(Instrumentation instrumentation) {
    List<String> shown = new ArrayList<>();
    try {
      instrumentation.redefineModule(
          Object.class.getModule(),
          Set.of(),
          Map.of("jdk.internal.misc", Set.of(JvmArguments.class.getModule())),
          Map.of(),
          Set.of(),
          Map.of());
      Class<?> vm = Class.forName("jdk.internal.misc.VM");
      Object arguments =
          MethodHandles.lookup()
              .findStatic(vm, "getRuntimeArguments", MethodType.methodType(String[].class))
              .invoke();
      if (arguments instanceof String[] texts) {
        for (@Nullable String text : texts) {
          shown.add(InstanceFacts.withoutSecret(text == null ? "" : text));
        }
      }
    } catch (Throwable otherJvm) {
      return shown;
    }
    return shown;
  }
}
