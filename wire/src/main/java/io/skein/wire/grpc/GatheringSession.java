package io.skein.wire.grpc;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.SelectionKey;
import java.util.concurrent.locks.Lock;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.reactor.Command;
import org.apache.hc.core5.reactor.IOEventHandler;
import org.apache.hc.core5.reactor.IOSession;
import org.apache.hc.core5.reactor.ssl.SSLIOSession;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * A socket that gathers what is written to it while the reactor serves one event, and then gives it
 * to the system at once. Safe for use by several threads.
 */
final class GatheringSession implements IOSession {

  /*
   * HttpCore writes each frame by itself, 16 KB with gRPC's servers, and for each says that it wants
   * to write more, which wakes the very thread that says it. A batch of half a second was 30 calls of
   * the system to write and seven rounds of the reactor, all for half a megabyte. Here frames are
   * copied into one buffer (instead of the one that the JDK would copy them into), and the wish to
   * write is passed on at the end of the event, if it is still one.
   *
   * What holds for HttpCore's own session holds here:
   *
   *   order     what is held goes before what comes later, whoever writes it
   *   no loss   as long as something is held, the wish to write stays; closing in order writes it
   *   wake-ups  a command that another thread enqueues during an event is seen in that event or
   *             leaves the wish to write standing
   *
   * Outside of events nothing is held, but for what a full socket has left over.
   *
   * The lock is the session's own, which the multiplexer takes around each frame, too. No command is
   * cancelled and no handler called under it by us: both may want the lock of a call.
   */

  private static final int CAPACITY = 64 * 1024; // what the system takes in one piece

  /** The second turn finds that there is no more to write. */
  private static final int TURNS = 2;

  private final IOSession socket;
  private final Events events = new Events();
  private volatile @Nullable IOEventHandler handler;

  // guarded by the socket's lock
  private @Nullable ByteBuffer held;
  private boolean serving;
  private boolean wantsToWrite;
  private int enqueuing;

  private GatheringSession(IOSession socket) {
    this.socket = socket;
  }

  /** Returns a session that gathers; for one with TLS, which makes records of its own, that one. */
  static IOSession over(IOSession session) {
    return session instanceof SSLIOSession ? session : new GatheringSession(session);
  }

  /** What the reactor calls. */
  private final class Events implements IOEventHandler {
    @Override
    public void connected(IOSession session) throws IOException {
      current().connected(session);
    }

    @Override
    public void inputReady(IOSession session, @Nullable ByteBuffer source) throws IOException {
      begin();
      try {
        current().inputReady(session, source);
        write(session);
      } finally {
        end();
      }
    }

    @Override
    public void outputReady(IOSession session) throws IOException {
      begin();
      try {
        current().outputReady(session);
        write(session);
      } finally {
        end();
      }
    }

    private void write(IOSession session) throws IOException {
      for (int turn = 0; flush() && turn < TURNS && wantsToWrite(); turn++) {
        current().outputReady(session);
      }
      flush();
    }

    @Override
    public void timeout(IOSession session, Timeout timeout) throws IOException {
      current().timeout(session, timeout);
    }

    @Override
    public void exception(IOSession session, Exception cause) {
      IOEventHandler current = handler;
      if (current != null) {
        current.exception(session, cause);
      }
    }

    @Override
    public void disconnected(IOSession session) {
      IOEventHandler current = handler;
      if (current != null) {
        current.disconnected(session);
      }
    }

    private IOEventHandler current() throws IOException {
      IOEventHandler current = handler;
      if (current == null) {
        throw new IOException("nobody to speak to");
      }
      return current;
    }
  }

  private void begin() {
    getLock().lock();
    try {
      wantsToWrite = (socket.getEventMask() & SelectionKey.OP_WRITE) != 0;
      serving = true;
    } finally {
      getLock().unlock();
    }
  }

  private void end() {
    getLock().lock();
    try {
      serving = false;
      if (!socket.isOpen()) {
        return;
      }
      boolean wanted = wantsToWrite || enqueuing > 0 || holdsSomething();
      if (wanted != ((socket.getEventMask() & SelectionKey.OP_WRITE) != 0)) {
        if (wanted) {
          socket.setEvent(SelectionKey.OP_WRITE);
        } else {
          socket.clearEvent(SelectionKey.OP_WRITE);
        }
      }
    } finally {
      getLock().unlock();
    }
  }

  private boolean wantsToWrite() {
    getLock().lock();
    try {
      return wantsToWrite && socket.isOpen();
    } finally {
      getLock().unlock();
    }
  }

  private boolean holdsSomething() {
    ByteBuffer held = this.held;
    return held != null && held.position() > 0;
  }

  /** Writes what is held; says whether the socket has taken all of it. */
  private boolean flush() throws IOException {
    getLock().lock();
    try {
      ByteBuffer held = this.held;
      if (held == null || held.position() == 0) {
        return true;
      }
      if (!socket.isOpen()) {
        held.clear(); // nobody is there to take it
        return true;
      }
      held.flip();
      try {
        while (held.hasRemaining()) {
          if (socket.write(held) <= 0) {
            break;
          }
        }
      } finally {
        held.compact();
      }
      return held.position() == 0;
    } finally {
      getLock().unlock();
    }
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    getLock().lock();
    try {
      if (!serving && !holdsSomething()) {
        return socket.write(source);
      }
      return hold(source);
    } finally {
      getLock().unlock();
    }
  }

  private int hold(ByteBuffer source) throws IOException {
    ByteBuffer held = this.held;
    if (held == null) {
      held = ByteBuffer.allocateDirect(CAPACITY);
      this.held = held;
    }
    int before = source.remaining();
    while (source.hasRemaining()) {
      if (!held.hasRemaining()) {
        flush();
        if (!held.hasRemaining()) {
          break; // the socket is full
        }
      }
      int limit = source.limit();
      source.limit(Math.min(limit, source.position() + held.remaining()));
      held.put(source);
      source.limit(limit);
    }
    return before - source.remaining();
  }

  @Override
  public void setEvent(int operation) {
    if (!noted(operation, true)) {
      socket.setEvent(operation);
    }
  }

  @Override
  public void clearEvent(int operation) {
    if (!noted(operation, false)) {
      socket.clearEvent(operation);
    }
  }

  /** During an event the wish to write is ours to keep. */
  private boolean noted(int operation, boolean wanted) {
    if (operation != SelectionKey.OP_WRITE) {
      return false;
    }
    getLock().lock();
    try {
      if (serving) {
        wantsToWrite = wanted;
      }
      return serving;
    } finally {
      getLock().unlock();
    }
  }

  @Override
  public void enqueue(Command command, Command.Priority priority) {
    enqueuing(1);
    try {
      socket.enqueue(command, priority);
    } finally {
      enqueuing(-1);
    }
  }

  private void enqueuing(int more) {
    getLock().lock();
    try {
      enqueuing += more;
      wantsToWrite = true; // means nothing between events
    } finally {
      getLock().unlock();
    }
  }

  @Override
  public void close() {
    close(CloseMode.GRACEFUL);
  }

  @Override
  public void close(CloseMode mode) {
    if (mode != CloseMode.IMMEDIATE) {
      try {
        flush();
      } catch (IOException e) {
        // It is being closed, perhaps because of this.
      }
    }
    socket.close(mode);
  }

  @Override
  public void upgrade(IOEventHandler handler) {
    this.handler = handler;
    socket.upgrade(events);
  }

  @Override
  public IOEventHandler getHandler() {
    return socket.getHandler();
  }

  // --- as it is ---

  @Override
  public Lock getLock() {
    return socket.getLock();
  }

  @Override
  public String getId() {
    return socket.getId();
  }

  @Override
  public boolean hasCommands() {
    return socket.hasCommands();
  }

  @Override
  public Command poll() {
    return socket.poll();
  }

  @Override
  public ByteChannel channel() {
    return socket.channel();
  }

  @Override
  public SocketAddress getRemoteAddress() {
    return socket.getRemoteAddress();
  }

  @Override
  public SocketAddress getLocalAddress() {
    return socket.getLocalAddress();
  }

  @Override
  public int getEventMask() {
    return socket.getEventMask();
  }

  @Override
  public void setEventMask(int operations) {
    socket.setEventMask(operations);
  }

  @Override
  public Status getStatus() {
    return socket.getStatus();
  }

  @Override
  public boolean isOpen() {
    return socket.isOpen();
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    return socket.read(target);
  }

  @Override
  public Timeout getSocketTimeout() {
    return socket.getSocketTimeout();
  }

  @Override
  public void setSocketTimeout(Timeout timeout) {
    socket.setSocketTimeout(timeout);
  }

  @Override
  public long getLastReadTime() {
    return socket.getLastReadTime();
  }

  @Override
  public long getLastWriteTime() {
    return socket.getLastWriteTime();
  }

  @Override
  public long getLastEventTime() {
    return socket.getLastEventTime();
  }

  @Override
  public void updateReadTime() {
    socket.updateReadTime();
  }

  @Override
  public void updateWriteTime() {
    socket.updateWriteTime();
  }
}
