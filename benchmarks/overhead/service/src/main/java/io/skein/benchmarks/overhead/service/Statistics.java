package io.skein.benchmarks.overhead.service;

import com.sun.management.ThreadMXBean;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ClassLoadingMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * What only this JVM knows about itself, for the harness: for each line on the standard input one
 * on the standard output. Not an endpoint, because asking one would be a request with spans of its
 * own.
 */
final class Statistics {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Statistics() {}

  /** Ends this JVM when the harness is gone: however it dies, its end of the pipe closes. */
  static void answerTheHarness() {
    Thread control =
        new Thread(
            () -> {
              try (BufferedReader questions =
                  new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
                while (questions.readLine() != null) {
                  System.out.println(line());
                  System.out.flush();
                }
              } catch (IOException cut) {
                // A broken pipe is an end, too.
              }
              System.exit(0);
            },
            "statistics");
    control.setDaemon(true);
    control.start();
  }

  private static String line() {
    ClassLoadingMXBean classes = ManagementFactory.getClassLoadingMXBean();
    long collections = 0;
    for (GarbageCollectorMXBean collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      collections += collector.getCollectionCount();
    }
    OptionalLong ofAll = allocatedByAllThreads();
    return String.format(
        Locale.ROOT,
        "overhead-statistics: {\"allocatedBytes\": %d, \"allocationOfEndedThreads\": %b,"
            + " \"loadedClasses\": %d, \"collections\": %d, \"compilationMillis\": %d}",
        ofAll.orElseGet(Statistics::allocatedByLivingThreads),
        ofAll.isPresent(),
        classes.getLoadedClassCount(),
        collections,
        ManagementFactory.getCompilationMXBean().getTotalCompilationTime());
  }

  /** Java 21's; this is compiled for 17. */
  private static OptionalLong allocatedByAllThreads() {
    try {
      Method total = ThreadMXBean.class.getMethod("getTotalThreadAllocatedBytes");
      return OptionalLong.of((long) total.invoke(THREADS));
    } catch (NoSuchMethodException older) {
      return OptionalLong.empty();
    } catch (ReflectiveOperationException unexpected) {
      throw new IllegalStateException(unexpected);
    }
  }

  private static long allocatedByLivingThreads() {
    long sum = 0;
    for (long bytes : THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds())) {
      sum += Math.max(bytes, 0);
    }
    return sum;
  }
}
