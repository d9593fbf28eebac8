package io.skein.benchmarks.overhead.report;

import io.skein.benchmarks.overhead.measure.Load;
import io.skein.benchmarks.overhead.measure.Run;
import io.skein.benchmarks.overhead.measure.Variant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Threads that an agent brings: those of a kind that the service alone never has. */
final class OwnThreads {
  private final Set<String> kindsWithoutAgent = new HashSet<>();

  OwnThreads(Collection<Run> runs) {
    for (Run run : runs) {
      if (run.variant().equals(Variant.NONE) || run.variant().equals(Variant.AGAIN)) {
        run.loads().values().forEach(load -> kindsWithoutAgent.addAll(load.threads().keySet()));
      }
    }
  }

  Map<String, Long> in(Load load) {
    Map<String, Long> own = new TreeMap<>(load.threads());
    own.keySet().removeAll(kindsWithoutAgent);
    return own;
  }

  double microsPerRequest(Load load) {
    return in(load).values().stream().mapToLong(Long::longValue).sum() / 1e3 / load.requests();
  }
}
