package io.skein.core.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.core.profile.ThreadSnapshot.State;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a thread is at, from its state and its innermost frames, as JDK 17 to 25 have them. */
class ThreadActivityTest {
  /** A frame is {@code class.method}, a native one with an exclamation mark; innermost first. */
  @ParameterizedTest
  @CsvSource({
    "RUNNABLE, RUNNING, app.Work.compute",
    "BLOCKED, BLOCKED, app.Work.enter",
    "BLOCKED, BLOCKED, java.lang.Object.wait!",
    "WAITING, WAITING, java.lang.Object.wait! app.Work.x",
    "TIMED_WAITING, WAITING, java.lang.Object.wait0! java.lang.Object.wait",
    "TIMED_WAITING, WAITING, java.lang.Thread.sleep! app.Work.x",
    "TIMED_WAITING, WAITING, java.lang.Thread.sleepNanos0! java.lang.Thread.sleepNanos",
    "WAITING, WAITING, jdk.internal.misc.Unsafe.park! java.util.concurrent.locks.LockSupport.park",
    // It has gone on since the stack was fetched: the stack counts.
    "RUNNABLE, WAITING, jdk.internal.misc.Unsafe.park! java.util.concurrent.locks.LockSupport.park",
    "WAITING, RUNNING, app.Work.compute",
    "WAITING, WAITING, java.util.concurrent.locks.LockSupport.park app.Work.x",
    "RUNNABLE, NATIVE, sun.nio.ch.SocketDispatcher.read0! sun.nio.ch.NioSocketImpl.tryRead",
    "RUNNABLE, NATIVE, sun.nio.ch.EPoll.wait! sun.nio.ch.EPollSelectorImpl.doSelect",
    "RUNNABLE, NATIVE, java.net.SocketInputStream.socketRead0! java.net.SocketInputStream.read",
    "RUNNABLE, NATIVE, java.io.FileInputStream.readBytes! java.io.FileInputStream.read",
    "RUNNABLE, NATIVE, java.lang.ProcessHandleImpl.waitForProcessExit0! app.Work.x",
    "RUNNABLE, NATIVE, java.net.Inet4AddressImpl.lookupAllHostAddr! app.Work.x",
    "RUNNABLE, NATIVE, sun.nio.fs.UnixNativeDispatcher.stat0! app.Work.x",
    "RUNNABLE, NATIVE, io.netty.channel.epoll.Native.epollWait! app.Work.x",
    "RUNNABLE, NATIVE, org.rocksdb.RocksDB.get! app.Work.x",
    "RUNNABLE, RUNNING, java.util.zip.Inflater.inflateBytesBytes! app.Work.x",
    "RUNNABLE, RUNNING, java.lang.Throwable.fillInStackTrace! app.Work.x",
    "RUNNABLE, RUNNING, java.lang.System.arraycopy! app.Work.x",
    // A socket's Java code, not in a call of the system.
    "RUNNABLE, RUNNING, sun.nio.ch.NioSocketImpl.beginRead app.Work.x",
    // Virtual threads.
    "WAITING, WAITING, java.lang.VirtualThread.park java.lang.System$2.parkVirtualThread",
    "TIMED_WAITING, WAITING, java.lang.VirtualThread.parkNanos java.lang.VirtualThread.sleepNanos",
    "WAITING, WAITING, jdk.internal.vm.Continuation.yield java.lang.VirtualThread.yieldContinuation",
    "WAITING, NATIVE, java.lang.VirtualThread.park java.util.concurrent.locks.LockSupport.park sun.nio.ch.Poller.poll sun.nio.ch.NioSocketImpl.park",
    "WAITING, WAITING, java.lang.VirtualThread.park java.util.concurrent.locks.LockSupport.park java.util.concurrent.locks.AbstractQueuedSynchronizer.acquire sun.nio.ch.NioSocketImpl.read",
    "TERMINATED, UNKNOWN, app.Work.compute",
    "NEW, UNKNOWN, app.Work.compute"
  })
  void isToldFromStateAndFrames(Thread.State state, State expected, String frames) {
    String[] each = frames.split(" ", -1);
    StackTraceElement[] stack = new StackTraceElement[each.length];
    for (int i = 0; i < each.length; i++) {
      boolean isNative = each[i].endsWith("!");
      String name = isNative ? each[i].substring(0, each[i].length() - 1) : each[i];
      int dot = name.lastIndexOf('.');
      stack[i] =
          new StackTraceElement(
              name.substring(0, dot), name.substring(dot + 1), null, isNative ? -2 : 7);
    }
    assertThat(ThreadActivity.of(state, stack)).isEqualTo(expected);
  }
}
