package io.skein.benchmarks.overhead.measure;

import io.skein.benchmarks.overhead.load.Downstream;
import io.skein.benchmarks.overhead.process.Processors;
import io.skein.benchmarks.overhead.process.Receiver;
import io.skein.benchmarks.overhead.process.ServerProcess;
import io.skein.benchmarks.overhead.process.Service;
import io.skein.benchmarks.overhead.process.SinkProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What stays for all runs: the processors, the sinks, the process that the service calls. They are
 * warm from the first run on, so that they treat the last variant as the first.
 */
public final class Bench implements AutoCloseable {
  /** The same for all. On one processor the JVM would choose this collector by itself. */
  private static final List<String> JVM = List.of("-Xms512m", "-Xmx512m", "-XX:+UseSerialGC");

  private final Path home;
  private final Path java;
  private final String serviceProcessor;
  private final String loadProcessors;
  private final Path logs;
  private final Map<String, Receiver> receivers = new HashMap<>();
  private final Downstream downstream;

  /**
   * Binds this process, and starts what stays.
   *
   * @param jdk whose {@code java} runs the service
   */
  public Bench(Path home, Path jdk, String serviceProcessor, String loadProcessors, Path logs)
      throws IOException {
    this.home = home;
    this.java = jdk.resolve("bin/java");
    this.serviceProcessor = serviceProcessor;
    this.loadProcessors = loadProcessors;
    this.logs = logs;
    Processors.bind(ProcessHandle.current().pid(), loadProcessors);
    this.downstream = new Downstream();
  }

  public Service start(Variant variant, List<String> more, String log) throws IOException {
    return Service.start(
        serviceProcessor,
        java,
        options(variant, more),
        home.resolve("benchmarks/overhead/service/target/overhead-service.jar"),
        downstream.port(),
        logs.resolve(log + ".log"));
  }

  /** For a while on all processors. */
  void unbind(Service service) throws IOException {
    Processors.bind(service.pid(), serviceProcessor + "," + loadProcessors);
  }

  /** Back on its own. */
  void bind(Service service) throws IOException {
    Processors.bind(service.pid(), serviceProcessor);
  }

  List<String> options(Variant variant, List<String> more) throws IOException {
    List<String> options = new ArrayList<>(JVM);
    options.addAll(variant.jvmOptions(receiver(variant).ports()));
    options.addAll(more);
    return options;
  }

  /** Each variant's own, so that nobody counts what another has sent meanwhile. */
  Receiver receiver(Variant variant) throws IOException {
    Receiver receiver = receivers.get(variant.name());
    if (receiver == null) {
      Path log = logs.resolve("receiver-" + variant.name() + ".log");
      if (variant.toServer()) {
        Path data = Files.createTempDirectory(logs, "server");
        receiver = new ServerProcess(ownJava(), home, data, log);
      } else {
        receiver = new SinkProcess(ownJava(), log);
      }
      receivers.put(variant.name(), receiver);
    }
    return receiver;
  }

  private static Path ownJava() {
    return Path.of(System.getProperty("java.home"), "bin", "java");
  }

  Processors serviceProcessor() throws IOException {
    return Processors.of(serviceProcessor);
  }

  Processors loadProcessors() throws IOException {
    return Processors.of(loadProcessors);
  }

  @Override
  public void close() throws IOException {
    receivers.values().forEach(Receiver::close);
    downstream.close();
  }
}
