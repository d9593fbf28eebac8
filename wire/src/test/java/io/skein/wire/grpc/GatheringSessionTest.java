package io.skein.wire.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.Command;
import org.apache.hc.core5.reactor.IOEventHandler;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class GatheringSessionTest {

  /** A socket that takes as many bytes as the test says, and remembers what was done with it. */
  private static final class Socket implements InvocationHandler {
    final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    final Deque<Object> commands = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();
    int room = Integer.MAX_VALUE;
    int writes;
    int mask = SelectionKey.OP_READ;
    int changes;
    boolean open = true;
    private @Nullable Object handler;

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) {
      Object[] given = arguments == null ? new Object[0] : arguments;
      return switch (method.getName()) {
        case "getLock" -> lock;
        case "getEventMask" -> mask;
        case "setEvent" -> change(mask | (int) given[0]);
        case "clearEvent" -> change(mask & ~(int) given[0]);
        case "write" -> write((ByteBuffer) given[0]);
        case "isOpen" -> open;
        case "enqueue" -> {
          assertThat(lock.isHeldByCurrentThread()).as("a command may want a call's lock").isFalse();
          commands.add(given[0]);
          yield change(mask | SelectionKey.OP_WRITE);
        }
        case "poll" -> commands.poll();
        case "upgrade" -> {
          handler = given[0];
          yield null;
        }
        case "getHandler" -> handler;
        case "close" -> {
          open = false;
          yield null;
        }
        default -> throw new UnsupportedOperationException(method.getName());
      };
    }

    private @Nullable Object change(int changed) {
      changes++;
      mask = changed;
      return null;
    }

    private int write(ByteBuffer source) {
      writes++;
      int taken = Math.min(room, source.remaining());
      for (int i = 0; i < taken; i++) {
        sent.write(source.get());
      }
      room -= taken;
      return taken;
    }

    boolean wantsToWrite() {
      return (mask & SelectionKey.OP_WRITE) != 0;
    }

    String text() {
      return sent.toString(StandardCharsets.US_ASCII);
    }
  }

  /** What a test does in an event. */
  private interface Doing {
    void now() throws IOException;
  }

  private final Socket socket = new Socket();
  private final IOSession session =
      GatheringSession.over(
          (IOSession)
              Proxy.newProxyInstance(
                  IOSession.class.getClassLoader(), new Class<?>[] {IOSession.class}, socket));
  private Doing onInput = () -> {};
  private Doing onOutput = () -> session.clearEvent(SelectionKey.OP_WRITE);

  GatheringSessionTest() {
    session.upgrade(
        new IOEventHandler() {
          @Override
          public void connected(IOSession session) {}

          @Override
          public void inputReady(IOSession session, ByteBuffer source) throws IOException {
            onInput.now();
          }

          @Override
          public void outputReady(IOSession session) throws IOException {
            onOutput.now();
          }

          @Override
          public void timeout(IOSession session, Timeout timeout) {}

          @Override
          public void exception(IOSession session, Exception cause) {}

          @Override
          public void disconnected(IOSession session) {}
        });
  }

  private void output() throws IOException {
    session.getHandler().outputReady(session);
  }

  private void input() throws IOException {
    session.getHandler().inputReady(session, null);
  }

  /** As the multiplexer does it: the frame, and the wish to go on. */
  private int frame(String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    int taken = session.write(bytes);
    assertThat(bytes.position()).isEqualTo(taken);
    session.setEvent(SelectionKey.OP_WRITE);
    return taken;
  }

  /** Writes these once, and in the next turn has nothing to say. */
  private Doing frames(String... texts) {
    Deque<String> left = new ArrayDeque<>(List.of(texts));
    return () -> {
      session.clearEvent(SelectionKey.OP_WRITE);
      while (!left.isEmpty()) {
        frame(left.remove());
      }
    };
  }

  @Test
  void theFramesOfOneEventGoOutInOnePiece() throws IOException {
    onOutput = frames("one ", "two ", "three");
    socket.mask |= SelectionKey.OP_WRITE;
    output();
    assertThat(socket.text()).isEqualTo("one two three");
    assertThat(socket.writes).isEqualTo(1);
    assertThat(socket.wantsToWrite()).isFalse();
    assertThat(socket.changes).as("the wish is taken back once").isEqualTo(1);
  }

  @Test
  void whatIsLargerThanTheBufferGoesOutInOrder() throws IOException {
    String large = "0123456789".repeat(30_000);
    onOutput = frames("a", large, "b", large, "c");
    output();
    assertThat(socket.text()).isEqualTo("a" + large + "b" + large + "c");
    assertThat(socket.writes).isEqualTo(10); // of 64 KB
  }

  @Test
  void anAnswerToInputGoesOutInTheSameEventAndWakesNobody() throws IOException {
    onInput = () -> frame("acknowledged");
    input();
    assertThat(socket.text()).isEqualTo("acknowledged");
    assertThat(socket.changes).isZero();
  }

  @Test
  void aFullSocketKeepsTheWishAndTheOrder() throws IOException {
    onOutput = frames("one two", " three");
    socket.room = 3;
    output();
    assertThat(socket.text()).isEqualTo("one");
    assertThat(socket.wantsToWrite()).isTrue();

    frame(" four"); // of another thread, between events
    onOutput = frames(" five");
    socket.room = 2;
    output();
    assertThat(socket.text()).isEqualTo("one t");
    assertThat(socket.wantsToWrite()).isTrue();

    socket.room = Integer.MAX_VALUE;
    output();
    assertThat(socket.text()).isEqualTo("one two three four five");
    assertThat(socket.wantsToWrite()).isFalse();
  }

  @Test
  void whatFindsNoRoomIsLeftToItsWriter() throws IOException {
    socket.room = 0;
    int[] taken = new int[2];
    onOutput =
        () -> {
          taken[0] = frame("x".repeat(60_000));
          taken[1] = frame("y".repeat(60_000));
        };
    output();
    assertThat(taken[0]).isEqualTo(60_000);
    assertThat(taken[1]).isEqualTo((64 << 10) - 60_000);
    assertThat(socket.wantsToWrite()).isTrue();
  }

  @Test
  void betweenEventsNothingIsHeld() throws IOException {
    frame("reset");
    assertThat(socket.text()).isEqualTo("reset");
    assertThat(socket.wantsToWrite()).isTrue();
  }

  @Test
  void aCommandThatComesDuringAnEventIsSeenInItOrKeepsTheWish() throws Exception {
    Command command = () -> true;
    onOutput =
        () -> {
          session.clearEvent(SelectionKey.OP_WRITE);
          Object found = session.poll();
          if (found == null && socket.sent.size() == 0) {
            fromAnotherThread(command); // after we have looked
          } else if (found != null) {
            frame("seen");
          }
        };
    output();
    assertThat(socket.text()).isEqualTo("seen");
    assertThat(socket.commands).isEmpty();

    onOutput =
        () -> {
          session.clearEvent(SelectionKey.OP_WRITE);
          fromAnotherThread(command); // in each turn
        };
    output();
    assertThat(socket.wantsToWrite()).isTrue();
  }

  private void fromAnotherThread(Command command) {
    Thread thread = new Thread(() -> session.enqueue(command, Command.Priority.NORMAL));
    thread.start();
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void commandsThatCannotBeServedNowDoNotKeepTheReactorTurning() throws IOException {
    socket.commands.add("waits for the other side's settings");
    socket.mask |= SelectionKey.OP_WRITE;
    output();
    assertThat(socket.wantsToWrite()).isFalse();
  }

  @Test
  void closingInOrderWritesWhatIsHeld() throws IOException {
    onOutput =
        () -> {
          frame("farewell");
          session.close();
        };
    output();
    assertThat(socket.text()).isEqualTo("farewell");
    assertThat(socket.open).isFalse();
  }

  @Test
  void closingAtOnceDoesNot() throws IOException {
    onOutput =
        () -> {
          frame("farewell");
          session.close(CloseMode.IMMEDIATE);
        };
    socket.room = 0;
    output();
    assertThat(socket.text()).isEmpty();
    assertThat(socket.open).isFalse();
  }
}
