package io.skein.server.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.skein.server.storage.profile.ThreadState;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the innermost frames of real stacks of JDK 17 and 25 say, the innermost first. */
class FrameStatesTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "WAITING | java.lang.Thread.sleep:-2 a.B.c:1",
        "WAITING | java.lang.Thread.sleep0:-2 java.lang.Thread.sleepNanos0:496 a.B.c:1",
        "WAITING | java.lang.Object.wait:-2 java.lang.Object.wait:338 a.B.c:1",
        "WAITING | java.lang.Object.wait0:-2 java.lang.Object.wait:375 a.B.c:1",
        "WAITING | jdk.internal.misc.Unsafe.park:-2 java.util.concurrent.locks.LockSupport.park:341",
        "WAITING | java.lang.VirtualThread.park:596 java.lang.System$2.parkVirtualThread:2648",
        "WAITING | java.lang.VirtualThread.parkNanos:631 java.lang.VirtualThread.sleepNanos:803",
        "WAITING | jdk.internal.vm.Continuation.yield:357 java.lang.VirtualThread.yieldContinuation:1",
        "NATIVE | sun.nio.ch.SocketDispatcher.read0:-2 sun.nio.ch.SocketDispatcher.read:46",
        "NATIVE | sun.nio.ch.Net.poll:-2 sun.nio.ch.NioSocketImpl.park:186 a.B.c:1",
        "NATIVE | sun.nio.ch.EPoll.wait:-2 sun.nio.ch.EPollSelectorImpl.doSelect:118",
        "NATIVE | java.io.FileInputStream.readBytes:-2 java.io.FileInputStream.read:276",
        "NATIVE | sun.nio.ch.UnixFileDispatcherImpl.pread0:-2 a.B.c:1",
        "NATIVE | io.netty.channel.epoll.Native.epollWait:-2 io.netty.channel.epoll.Native.epollWait:1",
        "RUNNING | java.lang.System.arraycopy:-2 a.B.c:1",
        "RUNNING | a.B.c:12 java.lang.Object.wait:-2",
        "RUNNING | java.util.HashMap.get:556 a.B.c:1",
        "RUNNING | java.io.BufferedReader.readLine:100 a.B.c:1",
        "RUNNING | sun.nio.ch.IOUtil.read:200 a.B.c:1",
        "UNKNOWN | /app/server.py.handle:_12",
        "UNKNOWN | nothing",
      })
  void framesTell(ThreadState state, String stack) {
    List<String> frames =
        List.of(stack.split(" ", -1)).stream().map(each -> each.replace('_', ' ')).toList();
    assertThat(FrameStates.of(up -> up < frames.size() ? frames.get(up) : null)).isEqualTo(state);
  }
}
