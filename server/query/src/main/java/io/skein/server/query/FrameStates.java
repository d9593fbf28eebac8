package io.skein.server.query;

import io.skein.server.storage.profile.ThreadState;
import java.util.List;

/**
 * What a thread did, as far as its innermost frames tell: for snapshots of agents that do not say.
 *
 * <p>Waiting for a monitor cannot be seen in a stack. So what is not known to wait is called
 * running, and may have been blocked. Stacks that are not a JVM's are unknown.
 */
final class FrameStates {
  private static final int LOOKED_AT = 4;

  /** Methods in which a thread waits for another, or for time to pass, by how they begin. */
  private static final List<String> WAITING =
      List.of(
          "java.lang.Object.wait",
          "java.lang.Thread.sleep",
          "java.lang.Thread.yield",
          "java.lang.Thread.onSpinWait",
          "jdk.internal.misc.Unsafe.park",
          "sun.misc.Unsafe.park",
          "java.util.concurrent.locks.LockSupport.park",
          "java.lang.VirtualThread.park",
          "java.lang.VirtualThread.yieldContinuation",
          "java.lang.VirtualThread.sleep",
          "jdk.internal.vm.Continuation.yield");

  /** Classes whose native methods wait for a socket, a file or a process, by how they begin. */
  private static final List<String> WAITS_OUTSIDE =
      List.of(
          "sun.nio.ch.",
          "sun.nio.fs.",
          "java.net.",
          "java.io.",
          "java.lang.Process",
          "jdk.internal.io.",
          "io.netty.channel.epoll.",
          "io.netty.channel.kqueue.",
          "io.netty.channel.uring.",
          "sun.security.pkcs11.",
          "org.apache.tomcat.jni.");

  private FrameStates() {}

  /** A stack, innermost frame first; null behind the outermost. */
  interface Stack {
    @org.jspecify.annotations.Nullable
    String frame(int fromInnermost);
  }

  static ThreadState of(Stack stack) {
    String innermost = stack.frame(0);
    if (innermost == null || !isJvm(innermost)) {
      return ThreadState.UNKNOWN;
    }
    boolean isNative = innermost.endsWith(":-2");
    for (int i = 0; i < LOOKED_AT; i++) {
      String frame = stack.frame(i);
      if (frame == null) {
        break;
      }
      if (beginsLikeOne(frame, WAITING)) {
        return ThreadState.WAITING;
      }
      if (isNative && i == 0 && beginsLikeOne(frame, WAITS_OUTSIDE)) {
        return ThreadState.NATIVE;
      }
      if (!frame.startsWith("java.lang.") && !frame.startsWith("jdk.internal.")) {
        break; // The JDK waits through some frames of its own; the program's end the search.
      }
    }
    return ThreadState.RUNNING;
  }

  /** {@code pkg.Class.method:line}; Python's agent writes {@code file.function: line}. */
  private static boolean isJvm(String frame) {
    int colon = frame.lastIndexOf(':');
    return colon > 0
        && colon + 1 < frame.length()
        && frame.charAt(colon + 1) != ' '
        && frame.lastIndexOf('.', colon) > 0;
  }

  private static boolean beginsLikeOne(String frame, List<String> beginnings) {
    for (String beginning : beginnings) {
      if (frame.startsWith(beginning)) {
        return true;
      }
    }
    return false;
  }
}
