package io.skein.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.skein.api.Carry;
import io.skein.api.Tracing;
import io.skein.sdk.Skein;
import io.skein.testing.server.Child;
import io.skein.testing.server.RunningServer;
import io.skein.testing.server.Trace;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The trace goes along with the subtasks of a scope, by hand and with the agent. */
@Timeout(300)
class StructuredConcurrencyTest {
  private static final String NONE = "no structured concurrency here";

  @TempDir Path data;

  /**
   * A request with two subtasks. {@code StructuredTaskScope} is a preview of JDK 25 and another one
   * in each JDK before, so it is reached without compiling against it.
   */
  static final class Subtasks {
    private Subtasks() {}

    public static void main(String[] args) throws Exception {
      if (Runtime.version().feature() < 25) {
        System.out.println(NONE);
        return;
      }
      boolean byHand = args.length > 0;
      try (Skein skein = Skein.start()) {
        Class<?> type = Class.forName("java.util.concurrent.StructuredTaskScope");
        Method fork = type.getMethod("fork", Callable.class);
        Tracing.entrySpan("request")
            .run(
                () -> {
                  try (AutoCloseable scope = (AutoCloseable) type.getMethod("open").invoke(null)) {
                    for (String name : List.of("first", "second")) {
                      Callable<String> task = () -> work(name);
                      fork.invoke(scope, byHand ? Carry.callable(task) : task);
                    }
                    type.getMethod("join").invoke(scope);
                  }
                });
      }
    }

    private static String work(String name) throws Exception {
      return Tracing.localSpan(name).call(() -> name);
    }
  }

  @Test
  void subtasksThatAreCarriedAreInTheTrace() throws Exception {
    assertSubtasks(List.of("by hand"));
  }

  @Test
  void withTheAgentSubtasksAreInTheTraceByThemselves() throws Exception {
    assertSubtasks(
        List.of(), "-javaagent:" + RunningServer.built("agent/dist/target/skein-agent.jar"));
  }

  private void assertSubtasks(List<String> arguments, String... jvm) throws Exception {
    try (RunningServer server = RunningServer.start(data)) {
      List<String> preview = new ArrayList<>(List.of("--enable-preview"));
      preview.addAll(List.of(jvm));
      Example example =
          Example.run(
              server, Child.newestJdk(), Subtasks.class, arguments, preview.toArray(String[]::new));
      assumeTrue(!example.lines().contains(NONE), "StructuredTaskScope.open came with JDK 25");
      Trace trace = server.trace(example.traces(1).get(0).id(), 3);
      Trace.Span request = trace.span("request");
      assertThat(trace.span("first").refersTo(request, "CrossThread")).isTrue();
      assertThat(trace.span("second").refersTo(request, "CrossThread")).isTrue();
    }
  }
}
