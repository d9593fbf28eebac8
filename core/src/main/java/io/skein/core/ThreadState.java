package io.skein.core;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * What the tracer knows of one thread. It stays with the thread when the last span has ended, so
 * that the next request of a pooled thread finds it without a new entry in the thread's map;
 * everything that could keep a finished trace alive is cleared by then.
 */
final class ThreadState {
  /** Home of contexts that have left their thread: no thread is their owner any more. */
  static final ThreadState NOWHERE = new ThreadState();

  /**
   * {@code Thread.threadId()} exists since JDK 19 and, unlike {@code getId()}, cannot be overridden
   * by a subclass with a number that is not unique. Virtual threads have numbers of the same
   * sequence.
   */
  private static final MethodHandle THREAD_ID = threadIdMethod();

  private static final int MAX_SCRATCH_KEPT = 4096;

  final @Nullable Thread thread;
  final long threadId;
  @Nullable Context active;

  /** What was handed over to this thread and waits for the first span. */
  @Nullable Snapshot handedOver;

  @Nullable Handover handover;

  /** Above zero, nothing that starts in this thread is recorded. */
  int silenced;

  private long lastNumber;
  private byte[] scratch = {};
  private @Nullable IdText idText;

  private ThreadState() {
    thread = null;
    threadId = 0;
  }

  ThreadState(Thread thread) {
    this.thread = thread;
    this.threadId = idOf(thread);
  }

  /**
   * A segment that was this thread's alone has become shared: its stack is a branch from now on.
   */
  void replace(Segment plain, Branch branch) {
    if (active == plain) {
      active = branch;
    }
    for (Handover each = handover; each != null; each = each.outer) {
      if (each.activeBefore == plain) {
        each.activeBefore = branch;
      }
    }
  }

  /** Whether this thread is at work in a segment, or has set it aside and will come back to it. */
  boolean isIn(Segment segment) {
    if (isOf(active, segment)) {
      return true;
    }
    for (Handover each = handover; each != null; each = each.outer) {
      if (isOf(each.activeBefore, segment)) {
        return true;
      }
    }
    return false;
  }

  private boolean isOf(@Nullable Context context, Segment segment) {
    return context != null
        && context.home == this
        && (context == segment || (context instanceof Branch branch && branch.segment == segment));
  }

  /**
   * A context has ended that was not the active one. If that is so because of spans that were
   * activated in it and whose scopes nobody has closed, they are closed now: the next request of a
   * pooled thread must not become a part of this one. Hand-overs are left alone, those who open
   * them close them.
   */
  void closeActivationsIn(Context ended) {
    Handover last = handover;
    while (last instanceof Activation && last.activeBefore != ended) {
      last = last.outer;
    }
    if (last instanceof Activation activation) {
      while (!activation.closed && handover != null) {
        handover.restore();
      }
      activation.closeWhatWasClosedTooEarly();
    }
  }

  /**
   * Takes consecutive numbers for ids and returns the first: {@code millis * 10000 + sequence}, as
   * SkyWalking's Java agent has it.
   *
   * <p>Its sequence wraps after 10000 within one millisecond, and when the clock is set back it
   * takes random numbers. Here a number is simply never lower than the one before: it stays unique
   * in the thread through both, and the text still tells the time except in those two cases.
   */
  long takeNumbers(long millis, int count) {
    long first = Math.max(millis * 10_000, lastNumber + 1);
    lastNumber = first + count - 1;
    return first;
  }

  /** How this thread writes its ids; made with the first header, since most threads write none. */
  IdText idText() {
    IdText present = idText;
    if (present == null) {
      present = new IdText(threadId);
      idText = present;
    }
    return present;
  }

  /** Room to write a header in, kept for the next one unless it got unusually big. */
  byte[] scratch(int length) {
    if (scratch.length < length || scratch.length > MAX_SCRATCH_KEPT) {
      scratch = new byte[Math.max(512, length)];
    }
    return scratch;
  }

  /** What was last written into {@link #scratch}. */
  byte[] written() {
    return scratch;
  }

  private static long idOf(Thread thread) {
    try {
      return (long) THREAD_ID.invokeExact(thread);
    } catch (Throwable e) {
      // Neither method throws; a subclass that overrides getId() on JDK 17 might.
      return System.identityHashCode(thread);
    }
  }

  private static MethodHandle threadIdMethod() {
    MethodHandles.Lookup lookup = MethodHandles.publicLookup();
    MethodType type = MethodType.methodType(long.class);
    try {
      return lookup.findVirtual(Thread.class, "threadId", type);
    } catch (ReflectiveOperationException before19) {
      try {
        return lookup.findVirtual(Thread.class, "getId", type);
      } catch (ReflectiveOperationException e) {
        throw new LinkageError("Thread has no id", e);
      }
    }
  }
}
