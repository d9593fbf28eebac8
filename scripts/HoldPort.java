import java.net.InetAddress;
import java.net.ServerSocket;

/** Holds the port that its argument names, until it is ended. Run as a source file. */
final class HoldPort {
  private HoldPort() {}

  public static void main(String[] arguments) throws Exception {
    try (ServerSocket held =
        new ServerSocket(Integer.parseInt(arguments[0]), 1, InetAddress.getLoopbackAddress())) {
      while (true) {
        held.accept().close();
      }
    }
  }
}
