package io.skein.testing.harness;

import io.skein.testing.TracedJvm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;

/** Makes the JVMs that a test class runs in, one after the other as JUnit asks for them. */
final class JvmProvider implements ArgumentsProvider {
  static final String AGENT = "skein.test.agent";

  @Override
  public Stream<? extends Arguments> provideArguments(
      ParameterDeclarations parameters, ExtensionContext context) {
    Class<?> test = context.getRequiredTestClass();
    InEveryJvm wanted = test.getAnnotation(InEveryJvm.class);
    List<String> libraries =
        wanted.libraries().length == 0 ? List.of("") : List.of(wanted.libraries());
    String agent = System.getProperty(AGENT, "");
    Map<String, String> settings = new LinkedHashMap<>();
    for (String each : wanted.settings()) {
      int equals = each.indexOf('=');
      settings.put(each.substring(0, equals), each.substring(equals + 1));
    }
    List<java.util.function.Supplier<TracedJvm>> jvms = new ArrayList<>();
    for (String library : libraries) {
      AppClassPath classPath = AppClassPath.of(test, library, wanted.alsoOnClassPath());
      if (agent.isEmpty()) {
        jvms.add(() -> new InProcessJvm(classPath, settings));
      } else {
        for (JavaHome home : JavaHome.all()) {
          jvms.add(() -> new ForkedJvm(classPath, home, Path.of(agent), settings));
        }
      }
    }
    return jvms.stream().map(each -> Arguments.of(each.get()));
  }
}
