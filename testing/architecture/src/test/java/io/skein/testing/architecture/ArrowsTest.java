package io.skein.testing.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Arrows point one way.
 *
 * <pre>
 *   plugins/* --> agent/plugin --> core --> api        server/app --> collector, query, storage-lucene
 *                      ^             ^                                       |         |
 *   agent/engine ------+--> start --> wire                                   +-> storage --> wire (model, decode)
 *        +--> agent/boot      ^
 *   sdk ----------------------+               opentracing, compat --> api
 * </pre>
 */
class ArrowsTest {
  /** Whom a module may use, transitively spelled out: what is not listed here is a wrong arrow. */
  private static final Map<String, Set<String>> ARROWS =
      Map.ofEntries(
          Map.entry("api", Set.of()),
          Map.entry("core", Set.of("api")),
          Map.entry("opentracing", Set.of("api")),
          Map.entry("compat", Set.of("api")),
          Map.entry("wire", Set.of("api", "core")),
          Map.entry("agent/premain", Set.of()),
          Map.entry("agent/boot", Set.of()),
          Map.entry("agent/plugin", Set.of("api", "core")),
          Map.entry("start", Set.of("api", "core", "wire")),
          Map.entry("sdk", Set.of("api", "core", "wire", "start")),
          Map.entry(
              "agent/engine", Set.of("api", "core", "wire", "start", "agent/plugin", "agent/boot")),
          Map.entry("server/storage", Set.of("wire", "core")),
          Map.entry("server/storage-lucene", Set.of("server/storage", "wire", "core")),
          Map.entry("server/collector", Set.of("server/storage", "wire", "core")),
          Map.entry("server/query", Set.of("server/storage", "wire", "core")),
          Map.entry(
              "server/app",
              Set.of(
                  "server/storage",
                  "server/storage-lucene",
                  "server/collector",
                  "server/query",
                  "wire")),
          Map.entry("demo/shop", Set.of()),
          Map.entry("demo/launcher", Set.of()),
          Map.entry("benchmarks/overhead/service", Set.of()),
          Map.entry("benchmarks/overhead/harness", Set.of()),
          Map.entry("testing/kit", Set.of("api", "core")));

  /** A plugin sees the plugin contract and the handlers; never the engine, wire, another plugin. */
  private static final Set<String> PLUGIN_ARROWS = Set.of("api", "core", "agent/plugin");

  /** May use anything: they measure and test the others, or only pack them. */
  private static final Set<String> FREE =
      Set.of(
          "agent/dist",
          "benchmarks",
          "testing/harness",
          "testing/server",
          "testing/conformance",
          "testing/durability",
          "testing/delivery",
          "examples");

  private static final List<String> JDK = List.of("java.", "org.jspecify.annotations.");

  /** These live inside other people's programs, or are the one thing that woven code names. */
  private static final List<String> WITHOUT_DEPENDENCIES =
      List.of("api", "core", "agent/plugin", "agent/boot", "agent/premain");

  private static Modules modules;

  @BeforeAll
  static void readClasses() throws Exception {
    modules = Modules.below(Path.of("../..").toAbsolutePath().normalize());
  }

  private static Set<String> arrowsOf(String module) {
    return module.startsWith("plugins/") ? PLUGIN_ARROWS : ARROWS.getOrDefault(module, Set.of());
  }

  private static boolean mayUse(String module, Set<String> arrows, String used, JavaClass type) {
    if (!arrows.contains(used)) {
      return false;
    }
    if (module.startsWith("server/") && used.equals("core")) {
      // What a task may be is said once, for server and agent.
      return type.getName().startsWith("io.skein.core.profile.ProfileTask");
    }
    // One model, the protocol's, from the socket to the disk; the agent's side of wire is not it.
    return !module.startsWith("server/")
        || !used.equals("wire")
        || type.getPackageName().startsWith("io.skein.wire.model")
        || type.getPackageName().startsWith("io.skein.wire.decode");
  }

  @TestFactory
  Stream<DynamicTest> everyModuleUsesOnlyWhatItMay() {
    return modules.names().stream()
        .filter(module -> !FREE.contains(module))
        .map(
            module ->
                DynamicTest.dynamicTest(
                    module + " uses only " + arrowsOf(module),
                    () ->
                        assertThat(
                                modules.usesWithin(
                                    module,
                                    (used, type) -> mayUse(module, arrowsOf(module), used, type)))
                            .isEmpty()));
  }

  @TestFactory
  Stream<DynamicTest> whatLivesInOthersProgramsNeedsOnlyTheJdk() {
    return WITHOUT_DEPENDENCIES.stream()
        .map(
            module ->
                DynamicTest.dynamicTest(
                    module, () -> assertThat(modules.usesOutside(module, JDK)).isEmpty()));
  }

  @Test
  void everyModuleIsKnownHere() {
    Set<String> unknown = new HashSet<>(modules.names());
    unknown.removeAll(ARROWS.keySet());
    unknown.removeAll(FREE);
    unknown.removeIf(module -> module.startsWith("plugins/"));
    assertThat(unknown).as("modules whose arrows nobody has drawn in this test").isEmpty();
  }

  @Test
  void allModulesWereCompiledBeforeThisTest() {
    assertThat(modules.names()).containsAll(ARROWS.keySet());
  }

  @Test
  void arrowThatIsNotDrawnIsFound() {
    assertThat(modules.usesWithin("wire", (used, type) -> !used.equals("core"))).isNotEmpty();
    assertThat(modules.usesOutside("demo/launcher", JDK)).anyMatch(use -> use.contains("picocli"));
  }
}
