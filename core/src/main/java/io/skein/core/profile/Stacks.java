package io.skein.core.profile;

import org.jspecify.annotations.Nullable;

/** Stacks of threads: too deep ones cut, equal parts of neighbours shared. No state. */
final class Stacks {
  static final StackTraceElement[] NONE = {};

  /** So many of the outermost frames of a stack that is cut tell whose it is. */
  private static final int OUTERMOST = 24;

  /*
   * Bytes, with compressed references: an array's header and one reference for each frame; a frame
   * is an object with eight fields (its texts are the class's own, and shared anyway); a snapshot
   * with its place in the queue.
   */
  private static final int ARRAY_BYTES = 16;
  private static final int REFERENCE_BYTES = 4;
  private static final int FRAME_BYTES = 48;
  private static final int SNAPSHOT_BYTES = 72;

  private Stacks() {}

  /** Whether there are no frames, or any is missing. */
  static boolean isBroken(StackTraceElement @Nullable [] stack) {
    if (stack == null || stack.length == 0) {
      return true;
    }
    for (StackTraceElement frame : stack) {
      if (frame == null) {
        return true;
      }
    }
    return false;
  }

  /**
   * Returns a stack of at most so many frames: the innermost, a {@linkplain ThreadSnapshot#cut
   * marker}, and a few of the outermost. The innermost are where the time goes; the outermost say
   * which thread and which request it is; what is between, in a stack that deep, is recursion.
   */
  static StackTraceElement[] cut(StackTraceElement[] stack, int depth) {
    if (stack.length <= depth) {
      return stack;
    }
    int outer = Math.min(OUTERMOST, depth / 4);
    int inner = depth - outer - 1;
    StackTraceElement[] kept = new StackTraceElement[depth];
    System.arraycopy(stack, 0, kept, 0, inner);
    kept[inner] = ThreadSnapshot.cut(missing(stack.length, depth));
    System.arraycopy(stack, stack.length - outer, kept, inner + 1, outer);
    return kept;
  }

  /** How many frames {@link #cut} leaves out. */
  static int missing(int length, int depth) {
    return length <= depth ? 0 : length - depth + 1;
  }

  /**
   * Takes over from the stack before what is equal in this one, from the outermost frame inwards,
   * and returns how many frames are new. Two snapshots of one thread, some milliseconds apart, have
   * most of their frames in common, and while they wait to be sent these need to be there once.
   */
  static int share(StackTraceElement[] before, StackTraceElement[] stack) {
    int left = stack.length;
    int there = before.length;
    while (left > 0 && there > 0 && isSame(stack[left - 1], before[there - 1])) {
      left--;
      there--;
      stack[left] = before[there];
    }
    return left;
  }

  /**
   * Whether two frames have the same text. The JVM gives equal names as one object, so that there
   * is no need for {@code equals}, which compares eight fields and is most of what sampling would
   * cost besides the fetch; if another JVM does not, frames are there twice.
   */
  @SuppressWarnings("ReferenceEquality")
  private static boolean isSame(StackTraceElement one, StackTraceElement other) {
    return one.getLineNumber() == other.getLineNumber()
        && one.getMethodName() == other.getMethodName()
        && one.getClassName() == other.getClassName();
  }

  /** What a snapshot takes in memory: an estimate. */
  static int bytes(int frames, int own) {
    return SNAPSHOT_BYTES + ARRAY_BYTES + REFERENCE_BYTES * frames + FRAME_BYTES * own;
  }
}
