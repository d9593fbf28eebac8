package io.skein.core.profile;

import io.skein.core.profile.ThreadSnapshot.State;
import java.util.Map;
import java.util.Set;

/**
 * What a thread is at, told from its state and its innermost frames.
 *
 * <p>Neither is enough. {@code Thread.getState} says RUNNABLE of a thread that waits in a system
 * call for an answer, and waiting of a virtual thread that does the same; and it is asked a moment
 * after the stack was taken, when a thread that waited may have gone on. The frames do not tell a
 * thread that waits for a monitor from one that runs. So: what the innermost frames say plainly
 * counts, and the state decides where they say nothing. No state; any thread.
 */
final class ThreadActivity {
  /** So many frames lie at most between waiting and what is waited for. */
  private static final int LOOKED_AT = 8;

  /** Methods in which a thread waits for another or for time to pass, whatever calls them. */
  private static final Map<String, Set<String>> WAITS =
      Map.of(
          "java.lang.Object", Set.of("wait", "wait0"),
          "java.lang.Thread", Set.of("sleep", "sleep0", "sleepNanos", "sleepNanos0", "join"),
          "jdk.internal.misc.Unsafe", Set.of("park"),
          "sun.misc.Unsafe", Set.of("park"),
          "jdk.internal.vm.Continuation", Set.of("yield", "yield0", "doYield"),
          "java.lang.ref.Reference", Set.of("waitForReferencePendingList"));

  /** Classes of the JDK whose native methods ask the operating system for what may take long. */
  private static final Set<String> SYSTEM_CALLS =
      Set.of(
          "java.io.FileInputStream",
          "java.io.FileOutputStream",
          "java.io.RandomAccessFile",
          "java.io.FileDescriptor",
          "java.io.UnixFileSystem",
          "java.io.WinNTFileSystem",
          "java.io.Console",
          "java.lang.ProcessImpl",
          "java.lang.ProcessHandleImpl",
          "java.lang.UNIXProcess",
          "java.net.Inet4AddressImpl",
          "java.net.Inet6AddressImpl",
          "java.net.NetworkInterface",
          "java.net.PlainSocketImpl",
          "java.net.PlainDatagramSocketImpl",
          "java.net.SocketInputStream",
          "java.net.SocketOutputStream",
          "java.util.prefs.FileSystemPreferences");

  /** Of these packages all. */
  private static final String[] SYSTEM_PACKAGES = {"sun.nio.ch.", "sun.nio.fs."};

  /** Libraries that bring system calls of their own. */
  private static final String[] SYSTEM_LIBRARIES = {
    "io.netty.channel.epoll.Native",
    "io.netty.channel.unix.",
    "io.netty.channel.kqueue.Native",
    "io.netty.channel.uring.Native",
    "org.newsclub.net.unix.NativeUnixSocket"
  };

  private static final String LOCK_SUPPORT = "java.util.concurrent.locks.LockSupport";

  private ThreadActivity() {}

  static State of(Thread.State state, StackTraceElement[] stack) {
    StackTraceElement innermost = stack[0];
    if (state == Thread.State.BLOCKED) {
      return State.BLOCKED;
    }
    if (isWait(innermost) || isParkedVirtualThread(innermost)) {
      return waitsForTheSystem(stack) ? State.NATIVE : State.WAITING;
    }
    if (innermost.isNativeMethod()) {
      return ofNative(innermost.getClassName());
    }
    return switch (state) {
      case WAITING, TIMED_WAITING -> isInTheLibrary(innermost) ? State.WAITING : State.RUNNING;
      case RUNNABLE -> State.RUNNING;
      default -> State.UNKNOWN; // it has ended since
    };
  }

  private static State ofNative(String type) {
    if (isSystem(type)) {
      return State.NATIVE;
    }
    // What else is native in the JDK computes: copying, compressing, filling in stack traces.
    return isOfTheJdk(type) ? State.RUNNING : State.NATIVE;
  }

  private static boolean isWait(StackTraceElement frame) {
    Set<String> methods = WAITS.get(frame.getClassName());
    return methods != null && methods.contains(frame.getMethodName());
  }

  private static boolean isParkedVirtualThread(StackTraceElement frame) {
    String type = frame.getClassName();
    String method = frame.getMethodName();
    return (type.equals("java.lang.VirtualThread")
            || type.equals("java.lang.ThreadBuilders$BoundVirtualThread"))
        && (method.startsWith("park")
            || method.startsWith("yieldContinuation")
            || method.startsWith("sleep"));
  }

  /**
   * Whether a virtual thread waits for a socket: the JDK's channels have parked it. A wait for one
   * of their locks is one for another thread.
   */
  private static boolean waitsForTheSystem(StackTraceElement[] stack) {
    for (int i = 1; i < stack.length && i < LOOKED_AT; i++) {
      String type = stack[i].getClassName();
      if (isSystem(type)) {
        return true;
      }
      if (type.startsWith("java.util.concurrent.") && !type.equals(LOCK_SUPPORT)) {
        return false;
      }
    }
    return false;
  }

  private static boolean isSystem(String type) {
    return SYSTEM_CALLS.contains(type)
        || startsWithOne(SYSTEM_PACKAGES, type)
        || startsWithOne(SYSTEM_LIBRARIES, type);
  }

  private static boolean startsWithOne(String[] beginnings, String type) {
    for (String beginning : beginnings) {
      if (type.startsWith(beginning)) {
        return true;
      }
    }
    return false;
  }

  /** On the way into or out of a wait: the last frames before it are the library's. */
  private static boolean isInTheLibrary(StackTraceElement frame) {
    return frame.getClassName().startsWith("java.util.concurrent.locks.")
        || frame.getClassName().equals("java.lang.Thread")
        || frame.getClassName().equals("java.lang.Object");
  }

  private static boolean isOfTheJdk(String type) {
    return type.startsWith("java.") || type.startsWith("jdk.") || type.startsWith("sun.");
  }
}
