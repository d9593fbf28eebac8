package io.skein.core.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;

/** A machine whose time and stacks are in the test's hand, and whose sampler is the test itself. */
public final class StillMachine implements Machine {
  public final AtomicLong millis = new AtomicLong(1_700_000_000_000L);
  public final AtomicLong nanos = new AtomicLong(-5_000_000_000L); // also through zero
  public final AtomicLong cpu = new AtomicLong();
  public Function<Thread, StackTraceElement[]> stacks = thread -> stack("work", "handle");
  public Function<Thread, Thread.State> states = thread -> Thread.State.RUNNABLE;
  final List<Runnable> started = new ArrayList<>();

  /** Some frames in one class, the innermost first. */
  public static StackTraceElement[] stack(String... methods) {
    StackTraceElement[] stack = new StackTraceElement[methods.length];
    for (int i = 0; i < methods.length; i++) {
      stack[i] = new StackTraceElement("shop.Orders", methods[i], "Orders.java", 10);
    }
    return stack;
  }

  public void pass(long milliseconds) {
    millis.addAndGet(milliseconds);
    nanos.addAndGet(milliseconds * 1_000_000);
  }

  @Override
  public long millis() {
    return millis.get();
  }

  @Override
  public long nanos() {
    return nanos.get();
  }

  @Override
  public long cpuNanos() {
    return cpu.get();
  }

  @Override
  public StackTraceElement[] stackOf(Thread thread) {
    return stacks.apply(thread);
  }

  @Override
  public Thread.State stateOf(Thread thread) {
    return states.apply(thread);
  }

  @Override
  public Thread start(Runnable sampler) {
    started.add(sampler);
    return new Thread(sampler);
  }
}
