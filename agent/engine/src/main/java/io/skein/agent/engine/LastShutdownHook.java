package io.skein.agent.engine;

import java.lang.instrument.Instrumentation;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.Map;
import java.util.Set;

/**
 * Runs something when the JVM ends, after the application's own shutdown hooks.
 *
 * <p>The hooks of {@link Runtime#addShutdownHook} run all at once. A server that finishes its
 * requests in such a hook would end spans after our queue was flushed. The JDK itself has a
 * sequence of three steps (console, the application's hooks, files to delete) with room for more;
 * one of the free places is taken. A JVM that does not let us falls back to an ordinary hook.
 */
final class LastShutdownHook {
  /** The JDK uses 0 to 2 of 10. */
  private static final int FREE_SLOT = 5;

  private LastShutdownHook() {}

  static void add(Instrumentation instrumentation, Runnable last, AgentLog log) {
    Runnable guarded =
        () -> {
          try {
            last.run();
          } catch (Throwable e) {
            log.warn("the last traces could not be sent", e);
          }
        };
    try {
      instrumentation.redefineModule(
          Object.class.getModule(),
          Set.of(),
          Map.of(),
          Map.of("java.lang", Set.of(LastShutdownHook.class.getModule())),
          Set.of(),
          Map.of());
      Class<?> shutdown = Class.forName("java.lang.Shutdown");
      MethodHandles.privateLookupIn(shutdown, MethodHandles.lookup())
          .findStatic(
              shutdown,
              "add",
              MethodType.methodType(void.class, int.class, boolean.class, Runnable.class))
          .invoke(FREE_SLOT, false, guarded);
    } catch (Throwable otherJvm) {
      log.debug("an ordinary shutdown hook takes the last one's place: " + otherJvm);
      Runtime.getRuntime().addShutdownHook(new Thread(guarded, "skein-shutdown"));
    }
  }
}
