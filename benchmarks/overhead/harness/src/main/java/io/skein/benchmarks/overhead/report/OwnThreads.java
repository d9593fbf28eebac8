package io.skein.benchmarks.overhead.report;

import io.skein.benchmarks.overhead.measure.Load;
import io.skein.benchmarks.overhead.measure.Run;
import io.skein.benchmarks.overhead.measure.Variant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Threads that an agent brings: those of a kind that the service alone never has. */
final class OwnThreads {
  /**
   * The service's own, which come and go: in a short measurement without agent they may be absent.
   */
  private static final Pattern OF_THE_SERVICE =
      Pattern.compile(
          "(http-nio|HttpClient|HikariPool|CompletableFutu|Catalina|container|statistics).*");

  private final Set<String> kindsWithoutAgent = new HashSet<>();

  OwnThreads(Collection<Run> runs) {
    for (Run run : runs) {
      if (run.variant().equals(Variant.NONE) || run.variant().equals(Variant.AGAIN)) {
        run.turns().values().stream()
            .flatMap(List::stream)
            .forEach(load -> kindsWithoutAgent.addAll(load.threads().keySet()));
      }
    }
  }

  Map<String, Long> in(Load load) {
    Map<String, Long> own = new TreeMap<>(load.threads());
    own.keySet().removeAll(kindsWithoutAgent);
    own.keySet().removeIf(kind -> OF_THE_SERVICE.matcher(kind).matches());
    return own;
  }

  double microsPerRequest(Load load) {
    return in(load).values().stream().mapToLong(Long::longValue).sum() / 1e3 / load.requests();
  }
}
