package io.skein.core.profile;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The machine's times and threads. */
final class RealMachine implements Machine {
  static final String THREAD_NAME = "skein-profiler";

  private volatile LongSupplier millis = System::currentTimeMillis;

  void millis(LongSupplier clock) {
    millis = clock;
  }

  @Override
  public long millis() {
    return millis.getAsLong();
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public long cpuNanos() {
    ThreadMXBean bean = Processor.BEAN;
    return bean == null ? System.nanoTime() : bean.getCurrentThreadCpuTime();
  }

  /** Loaded by those only who need it: management is a large part of the JDK. */
  private static final class Processor {
    static final @Nullable ThreadMXBean BEAN = bean();

    private static @Nullable ThreadMXBean bean() {
      try {
        ThreadMXBean bean = ManagementFactory.getThreadMXBean();
        return bean.isCurrentThreadCpuTimeSupported() && bean.isThreadCpuTimeEnabled()
            ? bean
            : null;
      } catch (RuntimeException | LinkageError e) { // a JVM without it
        return null;
      }
    }
  }

  @Override
  public StackTraceElement[] stackOf(Thread thread) {
    return thread.getStackTrace();
  }

  @Override
  public Thread.State stateOf(Thread thread) {
    return thread.getState();
  }

  @Override
  public Thread start(Runnable sampler) {
    // No inherited thread locals and no application class loader: both would be kept alive.
    Thread thread = new Thread(null, sampler, THREAD_NAME, 0, false);
    thread.setDaemon(true);
    thread.setContextClassLoader(Profiler.class.getClassLoader());
    thread.start();
    return thread;
  }
}
