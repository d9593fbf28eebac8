package io.skein.core.profile;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The machine's times and threads. */
final class RealMachine implements Machine {
  static final String THREAD_NAME = "skein-profiler";

  /** The default of the JVM's option {@code MaxJavaStackTraceDepth}. */
  private static final int JVM_LIMIT = 1024;

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

  /**
   * {@code Thread.getStackTrace}, because nothing else works for all threads: {@code StackWalker}
   * sees only its own, and {@code ThreadMXBean.getThreadInfo} no virtual ones; for platform threads
   * it costs the same processor time, and the depth it can be limited to saves nothing of it. Since
   * Java 19 the JVM cuts the stack of another thread to its innermost {@value #JVM_LIMIT} frames;
   * then management is asked for the whole, as far as it knows the thread.
   */
  @Override
  public StackTraceElement[] stackOf(Thread thread) {
    StackTraceElement[] stack = thread.getStackTrace();
    return stack.length == JVM_LIMIT ? Whole.stack(thread, stack) : stack;
  }

  /** Loaded when there is such a stack. */
  private static final class Whole {
    @SuppressWarnings("deprecation") // threadId() is not in Java 17, and getId() overridden by few
    static StackTraceElement[] stack(Thread thread, StackTraceElement[] cut) {
      try {
        ThreadInfo info =
            ManagementFactory.getThreadMXBean().getThreadInfo(thread.getId(), Integer.MAX_VALUE);
        return info == null || info.getStackTrace().length < cut.length
            ? cut
            : info.getStackTrace();
      } catch (RuntimeException | LinkageError e) { // a JVM without management
        return cut;
      }
    }
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
