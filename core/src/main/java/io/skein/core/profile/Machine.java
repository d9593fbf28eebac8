package io.skein.core.profile;

/** What the profiler has from outside: times, stacks, its thread. Tests have it all in the hand. */
interface Machine {
  /** Milliseconds since 1970, by the clock of the spans. */
  long millis();

  /** Nanoseconds of no particular origin, which never go back. */
  long nanos();

  /** What this thread has used of a processor, in nanoseconds; what it took, if that is unknown. */
  long cpuNanos();

  /** The frames of a thread, the innermost first; may throw anything. */
  StackTraceElement[] stackOf(Thread thread);

  /** What the JVM says the thread is at; may throw anything. */
  Thread.State stateOf(Thread thread);

  /** Starts the sampler's thread. */
  Thread start(Runnable sampler);
}
