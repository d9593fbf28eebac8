package io.skein.benchmarks.woven;

import com.sun.tools.attach.VirtualMachine;
import io.skein.agent.engine.AgentLog;
import io.skein.agent.engine.Engine;
import io.skein.agent.engine.EngineOptions;
import io.skein.benchmarks.nothing.NothingPlugin;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.CompilerControl;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What a woven call costs whose advice does nothing, beside the same call not woven. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 3,
    jvmArgsAppend = {"-Djdk.attach.allowAttachSelf=true", "-XX:+EnableDynamicAgentLoading"})
public class WovenCallBenchmark {
  private static volatile Instrumentation instrumentation;

  private Work work = new Work();
  private Integer question = 1;

  /** Called by the JVM when it attaches to itself. */
  public static void agentmain(String arguments, Instrumentation given) {
    instrumentation = given;
  }

  @Setup
  public void weave() throws Exception {
    if (instrumentation == null) {
      attach();
      Engine.install(
          instrumentation,
          new EngineOptions(
              List.of(new NothingPlugin()),
              new AgentLog(System.err, AgentLog.Level.WARN),
              (plugin, advice, failure) -> failure.printStackTrace()));
    }
  }

  private static void attach() throws Exception {
    Manifest manifest = new Manifest();
    Attributes main = manifest.getMainAttributes();
    main.put(Attributes.Name.MANIFEST_VERSION, "1.0");
    main.putValue("Agent-Class", WovenCallBenchmark.class.getName());
    main.putValue("Can-Retransform-Classes", "true");
    Path jar = Files.createTempFile("skein-benchmark", ".jar");
    new JarOutputStream(Files.newOutputStream(jar), manifest).close();
    VirtualMachine self = VirtualMachine.attach(Long.toString(ProcessHandle.current().pid()));
    try {
      self.loadAgent(jar.toString());
    } finally {
      self.detach();
      Files.delete(jar);
    }
  }

  @Benchmark
  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  public Integer notWoven() {
    return work.plain(question);
  }

  @Benchmark
  @CompilerControl(CompilerControl.Mode.DONT_INLINE)
  public Integer woven() {
    return work.woven(question);
  }
}
