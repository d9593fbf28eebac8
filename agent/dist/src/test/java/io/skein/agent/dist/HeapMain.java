package io.skein.agent.dist;

import com.sun.management.ThreadMXBean;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;

/**
 * A service that does nothing, one statement or one call in a request, asks itself, and prints how
 * many bytes of heap its threads take for each: {@code /nothing 1234}.
 */
public final class HeapMain {
  private static final int WARM_UP = 15_000;
  private static final int MEASURED = 4_000;
  private static final int ROUNDS = 3;
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final byte[] ANSWER =
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok".getBytes(StandardCharsets.US_ASCII);

  private HeapMain() {}

  public static void main(String[] arguments) throws Exception {
    try (ServerSocket called = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Connection database = DriverManager.getConnection("jdbc:h2:mem:heap")) {
      start("called", () -> answer(called.accept()));
      Tomcat tomcat = new Tomcat();
      tomcat.setBaseDir(Files.createTempDirectory("heap").toString());
      tomcat.setPort(0);
      tomcat.getConnector().setProperty("address", "127.0.0.1");
      tomcat.getConnector().setProperty("maxKeepAliveRequests", "-1");
      Context context = tomcat.addContext("", null);
      add(context, "/nothing", () -> {});
      add(context, "/statement", () -> query(database));
      HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
      URI price = URI.create("http://127.0.0.1:" + called.getLocalPort() + "/price?article=7");
      add(
          context,
          "/call",
          () -> client.send(HttpRequest.newBuilder(price).build(), BodyHandlers.discarding()));
      tomcat.start();
      for (String path : new String[] {"/nothing", "/statement", "/call"}) {
        System.out.println(
            path + " " + bytesPerRequest(tomcat.getConnector().getLocalPort(), path));
      }
    }
    System.exit(0); // Tomcat's threads are no daemons
  }

  private interface Work {
    void run() throws Exception;
  }

  private static void add(Context context, String path, Work work) {
    HttpServlet servlet =
        new HttpServlet() {
          @Override
          protected void doGet(HttpServletRequest request, HttpServletResponse response)
              throws IOException {
            try {
              work.run();
            } catch (Exception failed) {
              throw new IOException(failed);
            }
            response.setContentLength(0);
          }
        };
    Tomcat.addServlet(context, path, servlet).addMapping(path);
  }

  private static void query(Connection database) throws SQLException {
    try (PreparedStatement statement = database.prepareStatement("SELECT ? + 1")) {
      statement.setInt(1, 7);
      try (ResultSet result = statement.executeQuery()) {
        result.next();
      }
    }
  }

  /** The least of some rounds: whatever else happens in a JVM only adds. */
  private static long bytesPerRequest(int port, String path) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setTcpNoDelay(true);
      byte[] request =
          ("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII);
      ask(socket, request, WARM_UP);
      long least = Long.MAX_VALUE;
      for (int round = 0; round < ROUNDS; round++) {
        long before = allocated();
        ask(socket, request, MEASURED);
        least = Math.min(least, (allocated() - before) / MEASURED);
      }
      return least;
    }
  }

  private static void ask(Socket socket, byte[] request, int times) throws IOException {
    byte[] buffer = new byte[1024];
    for (int i = 0; i < times; i++) {
      socket.getOutputStream().write(request);
      readHead(socket.getInputStream(), buffer);
      if (buffer[9] != '2') {
        throw new IOException(new String(buffer, StandardCharsets.US_ASCII));
      }
    }
  }

  /** Reads to an empty line, or to the end; says whether there was any. */
  private static boolean readHead(InputStream in, byte[] buffer) throws IOException {
    int length = 0;
    while (length < 4
        || buffer[length - 1] != '\n'
        || buffer[length - 2] != '\r'
        || buffer[length - 3] != '\n') {
      int read = in.read(buffer, length, buffer.length - length);
      if (read < 0) {
        return false;
      }
      length += read;
    }
    return true;
  }

  private static void answer(Socket socket) throws IOException {
    try (socket) {
      byte[] buffer = new byte[4096];
      OutputStream out = socket.getOutputStream();
      while (readHead(socket.getInputStream(), buffer)) {
        out.write(ANSWER);
      }
    }
  }

  private static void start(String name, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Exception ended) {
                System.out.println(ended);
              }
            },
            name);
    thread.setDaemon(true);
    thread.start();
  }

  /** By all threads but this one, which asks, and the agent's own, which send. */
  private static long allocated() {
    long[] ids =
        Arrays.stream(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
            .filter(
                thread ->
                    thread != null
                        && thread.getThreadId() != Thread.currentThread().getId()
                        && !thread.getThreadName().startsWith("skein-"))
            .mapToLong(ThreadInfo::getThreadId)
            .toArray();
    return Arrays.stream(THREADS.getThreadAllocatedBytes(ids)).sum();
  }
}
