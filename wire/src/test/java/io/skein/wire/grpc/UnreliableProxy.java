package io.skein.wire.grpc;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Stands between a client and a collector and resets connections: after some bytes of what is sent,
 * so that a batch arrives in part, or after some bytes of what is answered, so that it arrives and
 * nobody hears of it.
 */
final class UnreliableProxy implements AutoCloseable {
  private final ServerSocket listening;
  private final int target;
  private final Random random;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  volatile boolean unreliable = true;

  UnreliableProxy(int target, long seed) throws IOException {
    this.target = target;
    this.random = new Random(seed);
    this.listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    thread("proxy", this::accept);
  }

  String address() {
    return "127.0.0.1:" + listening.getLocalPort();
  }

  private static void thread(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        Socket client = listening.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        open.add(client);
        open.add(server);
        boolean inTheBody = random.nextBoolean();
        long sent = inTheBody ? 400 + random.nextInt(40_000) : Long.MAX_VALUE;
        long answered = inTheBody ? Long.MAX_VALUE : 120 + random.nextInt(300);
        thread("proxy-out", () -> copy(client, server, sent, client, server));
        thread("proxy-back", () -> copy(server, client, answered, client, server));
      } catch (IOException e) {
        // closed, or the collector is away
      }
    }
  }

  private void copy(Socket from, Socket to, long limit, Socket client, Socket server) {
    byte[] piece = new byte[4096];
    long left = limit;
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(piece); read >= 0; read = in.read(piece)) {
        int some = unreliable ? (int) Math.min(left, read) : read;
        out.write(piece, 0, some);
        out.flush();
        left -= some;
        if (some < read) {
          break;
        }
      }
    } catch (IOException e) {
      // one side is gone, and so is the other
    }
    reset(client);
    reset(server);
  }

  private void reset(Socket socket) {
    open.remove(socket);
    try {
      socket.setSoLinger(true, 0);
      socket.close();
    } catch (IOException e) {
      // it was closed before
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    open.forEach(this::reset);
  }
}
