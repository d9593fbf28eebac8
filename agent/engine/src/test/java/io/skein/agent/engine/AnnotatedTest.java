package io.skein.agent.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.agent.engine.sampleplugin.AnnotatedPlugin;
import io.skein.agent.plugin.AnnotationValues;
import io.skein.agent.plugin.WovenMethod;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import sampleapp.Mark;
import sampleapp.MarkedSample;

/** Rules that begin with an annotation. */
class AnnotatedTest {
  private final ByteArrayOutputStream logged = new ByteArrayOutputStream();
  private final List<Throwable> failures = new ArrayList<>();

  private Engine install() throws Exception {
    return Engine.install(
        SelfAttach.instrumentation(),
        new EngineOptions(
            List.of(new AnnotatedPlugin()),
            new AgentLog(
                new PrintStream(logged, true, StandardCharsets.UTF_8), AgentLog.Level.INFO),
            (plugin, advice, failure) -> failures.add(failure)));
  }

  @Test
  void whatIsMarkedIsWovenWheneverItWasLoadedAndNothingElse() throws Exception {
    // Loaded before: as by attaching to a running application.
    MarkedSample sample = new MarkedSample();
    MarkedSample.Whole whole = new MarkedSample.Whole();
    Events.SEEN.clear();
    try (Engine engine = install()) {
      assertThat(engine.plugins()).containsExactly("annotated");
      assertThat(sample.marked((byte) 1, 2, "c", new double[] {3.5}, true)).isEqualTo(43);
      assertThat(MarkedSample.callAlsoMarked()).isEqualTo(42);
      assertThat(sample.notMarked()).isEqualTo(1);
      assertThat(whole.method()).isTrue();
      assertThat(new MarkedSample.Reader().method()).isTrue();
    }
    assertThat(failures).isEmpty();
    assertThat(Events.SEEN).hasSize(4);
    assertThat(Events.SEEN.get(0))
        .isEqualTo(
            "sampleapp.MarkedSample.marked[byte, long, java.lang.String, double[], boolean]int"
                + " [1, 2, c, [3.5], true]");
    assertThat(Events.SEEN.get(1)).startsWith("true 1 [AnnotationValues[type=sampleapp.Mark");
    assertThat(Events.SEEN.get(2)).isEqualTo("sampleapp.MarkedSample.alsoMarked[]long []");
    assertThat(MarkedSample.callAlsoMarked()).as("taken out again").isEqualTo(1);
    assertThat(whole.method()).isFalse();
    assertThat(logged.toString(StandardCharsets.UTF_8)).doesNotContain("WARN");
  }

  @Test
  void aMethodIsWrittenAndReadBack() {
    WovenMethod method =
        new WovenMethod(
            "a.B",
            "name",
            List.of("int", "a.C[]"),
            "void",
            List.of(
                new AnnotationValues(
                    "a.Mark",
                    Map.of(
                        "text",
                        "3:\n\u20ac",
                        "nested",
                        new AnnotationValues("a.Inner", Map.of()),
                        "list",
                        List.of("1", new AnnotationValues("a.Inner", Map.of("value", "x")))))));
    WovenMethod read = MethodText.read(MethodText.of(method));
    assertThat(read.className()).isEqualTo("a.B");
    assertThat(read.name()).isEqualTo("name");
    assertThat(read.argumentTypes()).isEqualTo(method.argumentTypes());
    assertThat(read.returnType()).isEqualTo("void");
    assertThat(read.annotations()).isEqualTo(method.annotations());
    AnnotationValues annotation = read.annotations().get(0);
    assertThat(annotation.text("text")).isEqualTo("3:\n\u20ac");
    assertThat(annotation.text("list")).isNull();
    assertThat(annotation.nested("nested")).hasSize(1);
    assertThat(annotation.nested("list"))
        .extracting(each -> each.text("value"))
        .containsExactly("x");
    assertThat(annotation.nested("nothing")).isEmpty();
  }

  private static byte[] bytes(Class<?> type) throws IOException {
    try (InputStream in =
        type.getResourceAsStream("/" + type.getName().replace('.', '/') + ".class")) {
      return java.util.Objects.requireNonNull(in).readAllBytes();
    }
  }

  @Test
  void aClassFileTellsWhatItNames() throws IOException {
    ConstantNames names =
        new ConstantNames(
            List.of("Lsampleapp/Mark;", "Lsampleapp/Mork;", "Lsampleapp/Mark$Inner;"));
    assertThat(names.in(bytes(MarkedSample.class))).isEqualTo(0b101);
    assertThat(names.in(bytes(MarkedSample.Whole.class))).isEqualTo(0b001);
    assertThat(names.in(bytes(EngineTest.class))).isZero();
    // Every kind of constant, and long ones, which take two places.
    assertThat(new ConstantNames(List.of("Ljava/lang/Integer;")).in(bytes(ConstantNames.class)))
        .isZero();
    assertThat(new ConstantNames(List.of("hugeCapacity")).in(bytes(Math.class))).isZero();
    assertThat(new ConstantNames(List.of("floorMod")).in(bytes(Math.class))).isOne();
    assertThat(new ConstantNames(List.of()).in(bytes(Math.class))).isZero();
    assertThat(Mark.class).isAnnotation();
  }

  @Test
  void whatIsNoClassFileNamesNothing() throws IOException {
    ConstantNames names = new ConstantNames(List.of("Lsampleapp/Mark;"));
    byte[] whole = bytes(MarkedSample.class);
    for (int length = 0; length < whole.length; length++) {
      assertThat(names.in(Arrays.copyOf(whole, length))).isBetween(0L, 1L);
    }
    Random random = new Random(1);
    for (int i = 0; i < 20_000; i++) {
      byte[] broken = whole.clone();
      for (int k = 0; k < 8; k++) {
        broken[random.nextInt(broken.length)] = (byte) random.nextInt();
      }
      assertThat(names.in(broken)).isBetween(0L, 1L);
    }
  }
}
