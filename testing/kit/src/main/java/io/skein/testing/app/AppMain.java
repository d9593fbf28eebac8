package io.skein.testing.app;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.Socket;
import java.util.List;

/**
 * The {@code main} of a child JVM. It connects to the test and serves its calls one after the other
 * until the test hangs up, so a child never outlives its test.
 *
 * <p>It uses a plain socket and serialization because no plugin weaves those.
 */
public final class AppMain {
  private AppMain() {}

  @SuppressWarnings("unchecked") // the other end is our own test
  public static void main(String[] arguments) throws Exception {
    AppHost host = new AppHost();
    try (Socket socket =
            new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0]));
        ObjectOutputStream out =
            new ObjectOutputStream(new BufferedOutputStream(socket.getOutputStream()))) {
      out.writeObject(System.getProperty("java.specification.version"));
      out.flush();
      ObjectInputStream in =
          new ObjectInputStream(new BufferedInputStream(socket.getInputStream()));
      while (true) {
        String implementation = (String) in.readObject();
        String method = (String) in.readObject();
        List<String> types = (List<String>) in.readObject();
        Object[] values = (Object[]) in.readObject();
        try {
          Object result = host.call(implementation, method, types, values);
          out.writeObject("returned");
          out.writeObject(result);
        } catch (Throwable thrown) {
          StringWriter stack = new StringWriter();
          thrown.printStackTrace(new PrintWriter(stack));
          out.writeObject("threw");
          out.writeObject(stack.toString());
        }
        out.flush();
        out.reset();
      }
    } catch (EOFException theTestHungUp) {
      host.close();
    }
    // Libraries leave threads that are no daemons; the agent's shutdown hook runs either way.
    System.exit(0);
  }
}
