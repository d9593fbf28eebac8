package io.skein.server.collector;

import io.skein.server.storage.InMemoryTraceStore;
import io.skein.server.storage.TraceStore;
import io.skein.testing.fuzz.Check;
import io.skein.testing.fuzz.Input;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * A connection to a real collector: HTTP/2 by the rules as far as a call's path and headers, then
 * data that are cut into frames anyhow; or, with the first byte odd, any bytes behind the preface.
 * A call that was ended is answered; nothing is left open or counted afterwards; and the next call
 * of somebody else is served.
 */
public final class CallFuzz {
  private static final String[] METHODS = {
    "skywalking.v3.TraceSegmentReportService/collect",
    "skywalking.v3.TraceSegmentReportService/collectInSync",
    "skywalking.v3.ManagementService/reportInstanceProperties",
    "skywalking.v3.ManagementService/keepAlive",
    "skywalking.v3.JVMMetricReportService/collect",
    "skywalking.v3.ConfigurationDiscoveryService/fetchConfigurations",
    "ManagementService/keepAlive",
    "nothing/atAll",
    "skywalking.v3.ProfileTask/getProfileTaskCommands",
    "skywalking.v3.ProfileTask/collectSnapshot",
    "ProfileTask/reportTaskFinish"
  };
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int GOAWAY = 7;
  private static final int END_STREAM = 1;
  private static final int END_HEADERS = 4;
  private static final Collector COLLECTOR = start();

  private static int round;

  private CallFuzz() {}

  /** Makes ready what all inputs share, before the first one is timed. */
  public static void fuzzerInitialize() {}

  private static Collector start() {
    Logger.getLogger("io.grpc").setLevel(Level.OFF);
    Logger.getLogger("io.skein").setLevel(Level.OFF);
    CollectorSettings settings =
        new CollectorSettings("127.0.0.1", 0, null, 1 << 20, 100, 16, 100, 8 << 20);
    Collector collector = new Collector(settings, forgetful(), InstantSource.system());
    try {
      collector.start();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    return collector;
  }

  public static void fuzzerTestOneInput(byte[] data) throws Exception {
    Input input = new Input(data);
    int kind = input.next();
    try (Socket socket = connect()) {
      if ((kind & 1) == 1) {
        send(socket, input.rest());
      } else {
        boolean ended = send(socket, call(input));
        Check.that(!ended || isAnswered(socket.getInputStream()), "a call without an answer");
      }
      // Reset, so that ports can be used again at once.
      socket.setSoLinger(true, 0);
    }
    if (++round % 50 == 0) {
      settles();
    }
  }

  private static Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), COLLECTOR.port());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(8_000);
    return socket;
  }

  /** Sends what is said, and whether it ends the call. */
  private static boolean send(Socket socket, byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(PREFACE);
    frame(out, SETTINGS, 0, 0, new byte[0]);
    out.write(bytes);
    try {
      socket.getOutputStream().write(out.toByteArray());
      socket.getOutputStream().flush();
    } catch (IOException closed) {
      return false; // It had seen enough.
    }
    int last = bytes.length;
    for (int at = 0; at + 9 <= bytes.length; ) {
      last = at;
      at += 9 + (ByteBuffer.wrap(bytes).getInt(at) >>> 8);
    }
    return last + 9 <= bytes.length && (bytes[last + 4] & END_STREAM) != 0;
  }

  private static byte[] call(Input input) throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    header(block, ":method", "POST");
    header(block, ":scheme", "http");
    header(block, ":path", "/" + METHODS[input.below(METHODS.length)]);
    header(block, "te", "trailers");
    header(block, "content-type", "application/grpc");
    String encoding = input.line();
    if (!encoding.isEmpty()) {
      header(block, "grpc-encoding", encoding);
    }
    for (String name : new String[] {"skein-account", "skein-service", "skein-instance"}) {
      String value = input.line();
      if (!value.isEmpty()) {
        header(block, name, value);
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    frame(out, HEADERS, END_HEADERS, 1, block.toByteArray());
    boolean end = input.flag();
    boolean framed = input.flag();
    int piece = 1 + input.below(256) * (1 + input.below(256));
    byte[] body = input.rest();
    if (framed) {
      body =
          ByteBuffer.allocate(5 + body.length)
              .put((byte) (encoding.isEmpty() ? 0 : 1))
              .putInt(body.length)
              .put(body)
              .array();
    }
    for (int at = 0; at < body.length; at += piece) {
      int to = Math.min(at + Math.min(piece, 16_384), body.length);
      frame(out, DATA, 0, 1, java.util.Arrays.copyOfRange(body, at, to));
      at = to - piece;
    }
    if (end) {
      frame(out, DATA, END_STREAM, 1, new byte[0]);
    }
    return out.toByteArray();
  }

  /** A literal that is not remembered, without Huffman's code: lengths, and the texts. */
  private static void header(ByteArrayOutputStream block, String name, String value)
      throws IOException {
    block.write(0);
    for (String text : new String[] {name, value}) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      int length = Math.min(bytes.length, 126);
      block.write(length);
      block.write(bytes, 0, length);
    }
  }

  private static void frame(
      ByteArrayOutputStream out, int type, int flags, int stream, byte[] payload) {
    out.writeBytes(
        ByteBuffer.allocate(9)
            .put((byte) (payload.length >> 16))
            .putShort((short) payload.length)
            .put((byte) type)
            .put((byte) flags)
            .putInt(stream)
            .array());
    out.writeBytes(payload);
  }

  /** Reads until the call or the connection has ended. */
  private static boolean isAnswered(InputStream in) throws IOException {
    try {
      while (true) {
        byte[] head = in.readNBytes(9);
        if (head.length < 9) {
          return true; // Closed: refused as a whole.
        }
        ByteBuffer frame = ByteBuffer.wrap(head);
        int length = frame.getInt(0) >>> 8;
        int type = head[3];
        boolean call = frame.getInt(5) == 1;
        in.readNBytes(length);
        boolean ends = (type == HEADERS || type == DATA) && (head[4] & END_STREAM) != 0;
        if (type == GOAWAY || (call && (ends || type == RST_STREAM))) {
          return true;
        }
      }
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }

  /** Nothing is kept of those who have gone, and somebody else is served. */
  private static void settles() throws Exception {
    long deadline = System.nanoTime() + 8_000_000_000L;
    while (COLLECTOR.openCalls() > 0 || COLLECTOR.arrivingBytes() > 0) {
      Check.that(
          System.nanoTime() < deadline,
          COLLECTOR.openCalls() + " calls and " + COLLECTOR.arrivingBytes() + " bytes are left");
      Thread.sleep(1);
    }
    ByteArrayOutputStream ping = new ByteArrayOutputStream();
    ping.write(6); // keepAlive
    ping.write("\n\n\n\n\1\1\0\0\n\1s\22\1i".getBytes(StandardCharsets.ISO_8859_1));
    try (Socket socket = connect()) {
      Check.that(send(socket, call(new Input(ping.toByteArray()))), "the ping has no end");
      Check.that(isAnswered(socket.getInputStream()), "nobody is served any more");
    }
  }

  /** A store that forgets, so that an hour of fuzzing needs no more memory than a minute. */
  private static TraceStore forgetful() {
    AtomicReference<TraceStore> store = new AtomicReference<>(new InMemoryTraceStore());
    AtomicInteger calls = new AtomicInteger();
    return (TraceStore)
        Proxy.newProxyInstance(
            CallFuzz.class.getClassLoader(),
            new Class<?>[] {TraceStore.class},
            (proxy, method, arguments) -> {
              if (calls.incrementAndGet() % 1_000 == 0) {
                store.set(new InMemoryTraceStore());
              }
              try {
                return method.invoke(store.get(), arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
