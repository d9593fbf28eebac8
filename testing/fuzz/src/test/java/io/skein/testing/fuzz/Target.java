package io.skein.testing.fuzz;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * One thing that reads what others wrote.
 *
 * @param className has the method {@code fuzzerTestOneInput(byte[])}
 * @param longest how many bytes an input may have
 */
record Target(String name, String className, int longest) {
  static final List<Target> ALL =
      List.of(
          of("headers", "core.HeaderFuzz", 8192),
          of("correlation", "core.CorrelationFuzz", 2048),
          of("spool", "core.report.spool.SpoolFuzz", 512),
          of("path-pattern", "core.PathPatternFuzz", 512),
          of("jdbc-url", "core.db.JdbcUrlFuzz", 1024),
          of("context-carrier", "contextmanager.CarrierFuzz", 8192),
          of("opentracing", "opentracing.ExtractFuzz", 16_384),
          of("settings", "start.SettingsFuzz", 2048),
          of("segment", "wire.decode.SegmentFuzz", 8192),
          of("management", "wire.decode.ManagementFuzz", 4096),
          of("profile-messages", "wire.decode.ProfileFuzz", 8192),
          of("orders", "wire.grpc.OrdersFuzz", 4096),
          of("writer", "wire.encode.WriterFuzz", 2048),
          of("account-header", "server.collector.AccountHeaderFuzz", 6000),
          of("call", "server.collector.CallFuzz", 8192),
          of("account-book", "server.storage.AccountBookFuzz", 4096),
          of("profile-files", "server.storage.profile.ProfileFilesFuzz", 2048),
          of("cursor", "server.storage.lucene.CursorFuzz", 128),
          of("log", "server.storage.lucene.LogFuzz", 2048),
          of("store", "server.storage.lucene.StoreFuzz", 256),
          of("query", "server.query.QueryFuzz", 4096),
          of("profile", "server.query.ProfileFuzz", 2048),
          of("options", "server.OptionsFuzz", 512));

  private static final Path SEEDS = Path.of("src/test/resources/seeds");

  private static Target of(String name, String className, int longest) {
    return new Target(name, "io.skein." + className, longest);
  }

  /** Inputs that show what it reads, and those that once showed a fault. */
  Path seeds() {
    return SEEDS.resolve(name);
  }

  List<Path> seedFiles() throws IOException {
    if (!Files.isDirectory(seeds())) {
      return List.of();
    }
    try (Stream<Path> files = Files.list(seeds())) {
      return files.sorted().toList();
    }
  }

  void run(byte[] input) throws Exception {
    Method method = Class.forName(className).getMethod("fuzzerTestOneInput", byte[].class);
    try {
      method.invoke(null, (Object) input);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof Exception failure) {
        throw failure;
      }
      throw (Error) e.getCause();
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
