package io.skein.demo.launcher;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

final class Ports {
  private static final int CONNECT_MILLIS = 500;

  private Ports() {}

  /** Says before anything is started which port is taken, and which option takes another. */
  static void requireFree(int port, String option, String what) {
    if (isTaken(port)) {
      throw new DemoFailure(
          "port "
              + port
              + " on 127.0.0.1, where the server's "
              + what
              + " would listen, is taken by another program; end that program, or choose another"
              + " port with "
              + option
              + "=PORT");
    }
  }

  static boolean isTaken(int port) {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    // On macOS one can bind 127.0.0.1 although somebody listens on all addresses: so ask, too.
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(loopback, port), CONNECT_MILLIS);
      return true;
    } catch (IOException nobodyAnswers) {
      // Binding decides.
    }
    try (ServerSocket socket = new ServerSocket(port, 1, loopback)) {
      return socket.getLocalPort() != port;
    } catch (IOException taken) {
      return true;
    }
  }

  /**
   * As many free ports as asked for, all different.
   *
   * <p>Between this answer and the service's own bind somebody else may take one: the window is the
   * start of a JVM, and the chance one in the tens of thousands of ports that systems hand out. The
   * alternative, letting each service choose and telling the others afterwards, would start the
   * three one after the other.
   */
  static List<Integer> free(int count) {
    List<ServerSocket> held = new ArrayList<>();
    try {
      List<Integer> ports = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        held.add(socket);
        ports.add(socket.getLocalPort());
      }
      return ports;
    } catch (IOException exhausted) {
      throw new DemoFailure("no free port on 127.0.0.1 (" + exhausted.getMessage() + ")");
    } finally {
      for (ServerSocket socket : held) {
        try {
          socket.close();
        } catch (IOException ignored) {
          // It was never connected; there is nothing to lose.
        }
      }
    }
  }
}
