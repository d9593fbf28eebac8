package io.skein.wire.grpc;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server of bytes: for all that a well-behaved gRPC server never does. */
final class RawServer implements AutoCloseable {

  /** What to do with one connection; it is closed afterwards. */
  interface Conversation {
    void hold(DataInputStream in, DataOutputStream out) throws IOException;
  }

  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int GOAWAY = 7;

  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final Thread thread;

  RawServer(Conversation conversation) throws IOException {
    thread =
        new Thread(
            () -> {
              while (true) {
                try {
                  Socket socket = listener.accept();
                  sockets.add(socket);
                  Thread connection =
                      new Thread(() -> talk(socket, conversation), "raw-connection");
                  connection.setDaemon(true);
                  connection.start();
                } catch (IOException e) {
                  return; // closed
                }
              }
            },
            "raw-server");
    thread.setDaemon(true);
    thread.start();
  }

  private static void talk(Socket socket, Conversation conversation) {
    try (socket) {
      conversation.hold(
          new DataInputStream(socket.getInputStream()),
          new DataOutputStream(socket.getOutputStream()));
    } catch (IOException e) {
      // the client went away, or the test is over
    }
  }

  int connections() {
    return sockets.size();
  }

  String address() {
    return "127.0.0.1:" + listener.getLocalPort();
  }

  /** Greets as HTTP/2 demands and returns the id of the first stream, its headers read. */
  static int greetAndAwaitStream(DataInputStream in, DataOutputStream out) throws IOException {
    in.readNBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII).length);
    frame(out, SETTINGS, 0, 0, new byte[0]);
    frame(out, SETTINGS, 1, 0, new byte[0]); // we have taken note of the client's
    while (true) {
      int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
      int type = in.readUnsignedByte();
      in.readUnsignedByte();
      int stream = in.readInt();
      in.readNBytes(length);
      if (type == HEADERS) {
        return stream;
      }
    }
  }

  static void reset(DataOutputStream out, int stream, int code) throws IOException {
    frame(out, RST_STREAM, 0, stream, new byte[] {0, 0, 0, (byte) code});
  }

  static void goAway(DataOutputStream out, int lastStream) throws IOException {
    frame(out, GOAWAY, 0, 0, new byte[] {0, 0, 0, (byte) lastStream, 0, 0, 0, 0});
  }

  private static void frame(DataOutputStream out, int type, int flags, int stream, byte[] payload)
      throws IOException {
    out.writeByte(payload.length >> 16);
    out.writeShort(payload.length);
    out.writeByte(type);
    out.writeByte(flags);
    out.writeInt(stream);
    out.write(payload);
    out.flush();
  }

  /** Reads until the client goes away. */
  static void drain(DataInputStream in) throws IOException {
    in.transferTo(java.io.OutputStream.nullOutputStream());
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
    try {
      thread.join(10_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
