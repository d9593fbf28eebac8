package io.skein.benchmarks.overhead.load;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One thread that sends GET requests over connections that stay open.
 *
 * <p>In a closed loop each connection sends its next request when the last was answered: the
 * service is as busy as it can be. At a rate, requests are due at fixed times whether or not
 * earlier ones were answered, and durations count from when a request was due; so a service that
 * falls behind does not slow the load down.
 */
public final class LoadGenerator {
  /** How long to wait, after the end, for what was asked before. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final int CONNECTIONS_AT_A_RATE = 64;

  private final int port;
  private final AtomicLong answered = new AtomicLong();

  public LoadGenerator(int port) {
    this.port = port;
  }

  /**
   * What became of the requests.
   *
   * @param answered all requests that were answered with 200, also those answered after the end
   * @param failed answered with something else, or not at all
   */
  public record Outcome(long answered, long failed, double medianMicros, double p99Micros) {}

  /** Requests answered with 200 by now; may be asked from any thread while a load runs. */
  public long answered() {
    return answered.get();
  }

  public Outcome saturate(String path, int connections, Duration duration) throws IOException {
    return new Run(path, connections, 0, duration).go();
  }

  public Outcome atRate(String path, double perSecond, Duration duration) throws IOException {
    return new Run(path, CONNECTIONS_AT_A_RATE, perSecond, duration).go();
  }

  private final class Run {
    private final byte[] request;
    private final int connections;
    private final double perSecond;
    private final Duration duration;
    private final ArrayDeque<Connection> idle = new ArrayDeque<>();
    private final Latencies latencies = new Latencies();
    private int underWay;
    private long issued;
    private long failed;
    private long end;

    Run(String path, int connections, double perSecond, Duration duration) {
      this.request =
          ("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nAccept: */*\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII);
      this.connections = connections;
      this.perSecond = perSecond;
      this.duration = duration;
    }

    Outcome go() throws IOException {
      try (Selector selector = Selector.open()) {
        for (int i = 0; i < connections; i++) {
          idle.add(new Connection(selector));
        }
        long answeredBefore = answered.get();
        long began = System.nanoTime();
        end = began + duration.toNanos();
        long giveUp = end + PATIENCE.toNanos();
        while (true) {
          long now = System.nanoTime();
          if (now >= end && underWay == 0) {
            break;
          }
          if (now >= giveUp) {
            failed += underWay;
            break;
          }
          long pause = now < end ? issue(began, now) : TimeUnit.MILLISECONDS.toNanos(100);
          selector.select(
              key -> ((Connection) key.attachment()).readable(),
              Math.max(1, TimeUnit.NANOSECONDS.toMillis(pause)));
        }
        for (SelectionKey key : selector.keys()) {
          key.channel().close();
        }
        return new Outcome(
            answered.get() - answeredBefore,
            failed,
            latencies.quantile(0.5),
            latencies.quantile(0.99));
      }
    }

    /** Sends what is due, and tells how many nanoseconds from now the next is. */
    private long issue(long began, long now) {
      while (!idle.isEmpty()) {
        long due = perSecond == 0 ? now : began + (long) (issued * 1e9 / perSecond);
        if (due > now) {
          return due - now;
        }
        idle.poll().send(due);
      }
      return end - now;
    }

    private final class Connection {
      private final Selector selector;
      private final ByteBuffer input = ByteBuffer.allocateDirect(16 * 1024);
      private final ByteBuffer output = ByteBuffer.allocateDirect(request.length).put(request);
      private AnswerReader answer = new AnswerReader();
      private SocketChannel channel;
      private long due;
      private boolean asked;

      Connection(Selector selector) throws IOException {
        this.selector = selector;
        this.channel = connect();
      }

      private SocketChannel connect() throws IOException {
        SocketChannel opened =
            SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
        opened.configureBlocking(false);
        opened.register(selector, SelectionKey.OP_READ, this);
        return opened;
      }

      void send(long dueAt) {
        due = dueAt;
        asked = true;
        issued++;
        underWay++;
        output.clear();
        try {
          // A request of a hundred bytes on a connection without another one fits into its buffer.
          if (channel.write(output) != request.length) {
            throw new IOException("the connection takes no request");
          }
        } catch (IOException reset) {
          lost();
        }
      }

      void readable() {
        try {
          input.clear();
          int count = channel.read(input);
          if (count < 0) {
            throw new IOException("the service closed a connection");
          }
          input.flip();
          if (answer.read(input)) {
            done();
          }
        } catch (IOException broken) {
          lost();
        }
      }

      private void done() {
        long now = System.nanoTime();
        asked = false;
        underWay--;
        if (answer.status() == 200) {
          answered.lazySet(answered.get() + 1);
          latencies.record(now - due);
        } else {
          failed++;
        }
        idle.add(this);
      }

      /** Another connection takes its place. If that cannot be had either, the others go on. */
      private void lost() {
        if (asked) {
          failed++;
          underWay--;
        } else {
          idle.remove(this);
        }
        asked = false;
        answer = new AnswerReader();
        try {
          channel.close();
          channel = connect();
          idle.add(this);
        } catch (IOException gone) {
          // Counted above; when all are gone the end comes without a request under way.
        }
      }
    }
  }
}
