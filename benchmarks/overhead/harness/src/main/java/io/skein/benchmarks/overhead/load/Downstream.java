package io.skein.benchmarks.overhead.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The process that the service calls: answers each GET at once with the same price. It has no agent
 * and does next to nothing, so that it never is what the load waits for.
 */
public final class Downstream implements AutoCloseable {
  private static final byte[] ANSWER =
      """
      HTTP/1.1 200 OK\r
      Content-Type: application/json\r
      Content-Length: 31\r
      \r
      {"currency":"EUR","cents":1990}"""
          .getBytes(StandardCharsets.US_ASCII);

  private final Selector selector;
  private final ServerSocketChannel listening;
  private final Thread thread;
  private volatile boolean closing;
  private final AtomicLong answered = new AtomicLong();

  public Downstream() throws IOException {
    selector = Selector.open();
    listening = ServerSocketChannel.open();
    listening.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 128);
    listening.configureBlocking(false);
    listening.register(selector, SelectionKey.OP_ACCEPT);
    thread = new Thread(this::serve, "downstream");
    thread.setDaemon(true);
    thread.start();
  }

  public int port() {
    return listening.socket().getLocalPort();
  }

  public long answered() {
    return answered.get();
  }

  @Override
  public void close() throws IOException {
    closing = true;
    selector.wakeup();
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
    selector.close();
  }

  private void serve() {
    try {
      while (!closing) {
        selector.select(this::serve);
      }
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
  }

  private void serve(SelectionKey key) {
    try {
      if (key.isAcceptable()) {
        SocketChannel accepted = listening.accept();
        accepted.setOption(StandardSocketOptions.TCP_NODELAY, true);
        accepted.configureBlocking(false);
        accepted.register(selector, SelectionKey.OP_READ, new Caller());
      } else if (!((Caller) key.attachment()).answer((SocketChannel) key.channel())) {
        key.channel().close();
      }
    } catch (IOException gone) {
      closeQuietly(key);
    }
  }

  private static void closeQuietly(SelectionKey key) {
    try {
      key.channel().close();
    } catch (IOException alreadyBroken) {
      // The caller is gone either way.
    }
  }

  private final class Caller {
    private static final byte[] END = {'\r', '\n', '\r', '\n'};
    private final ByteBuffer input = ByteBuffer.allocateDirect(16 * 1024);
    private final ByteBuffer output = ByteBuffer.allocateDirect(ANSWER.length).put(ANSWER);
    private int matched;

    /** False at the end of the connection. */
    boolean answer(SocketChannel channel) throws IOException {
      input.clear();
      if (channel.read(input) < 0) {
        return false;
      }
      input.flip();
      while (input.hasRemaining()) {
        byte next = input.get();
        matched = next == END[matched] ? matched + 1 : next == END[0] ? 1 : 0;
        if (matched == END.length) {
          matched = 0;
          answered.incrementAndGet();
          output.flip();
          channel.write(output);
        }
      }
      return true;
    }
  }
}
