package io.skein.testing.harness;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A child JVM that runs {@link io.skein.testing.app.AppMain}, and the line to it. */
final class ChildProcess implements AutoCloseable {
  private static final Duration START = Duration.ofSeconds(60);
  private static final Duration CALL = Duration.ofSeconds(60);
  private static final Duration END = Duration.ofSeconds(20);

  private final Process process;
  private final Path output;
  private final Socket socket;
  private final ObjectOutputStream out;
  private final ObjectInputStream in;

  private ChildProcess(Process process, Path output, Socket socket) throws IOException {
    this.process = process;
    this.output = output;
    this.socket = socket;
    socket.setSoTimeout((int) CALL.toMillis());
    this.out = new ObjectOutputStream(new BufferedOutputStream(socket.getOutputStream()));
    out.flush();
    this.in = new ObjectInputStream(new BufferedInputStream(socket.getInputStream()));
    try {
      in.readObject();
    } catch (ClassNotFoundException e) {
      throw new IOException(e);
    }
  }

  /** Starts the command with the port that the child has to call, and waits for its call. */
  static ChildProcess start(List<String> command) throws IOException {
    Path output = TemporaryFiles.directory("skein-child").resolve("output.txt");
    try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      List<String> complete = new ArrayList<>(command);
      complete.add(Integer.toString(listening.getLocalPort()));
      ProcessBuilder builder =
          new ProcessBuilder(complete).redirectErrorStream(true).redirectOutput(output.toFile());
      // What whoever runs the tests has set for Skein is not meant for the application under test.
      builder
          .environment()
          .keySet()
          .removeIf(name -> name.startsWith("SKEIN_") || name.startsWith("SW_"));
      builder.environment().put("SKEIN_SPOOL_SIZE", "0"); // the next test is the same service
      Process process = builder.start();
      Thread killer = new Thread(process::destroyForcibly, "end child " + process.pid());
      Runtime.getRuntime().addShutdownHook(killer);
      try {
        return new ChildProcess(process, output, accept(listening, process));
      } catch (IOException e) {
        process.destroyForcibly();
        throw new IOException(
            "the child JVM does not call back; its output:\n" + Files.readString(output), e);
      }
    }
  }

  private static Socket accept(ServerSocket listening, Process process) throws IOException {
    long deadline = System.nanoTime() + START.toNanos();
    listening.setSoTimeout(200);
    while (true) {
      try {
        return listening.accept();
      } catch (SocketTimeoutException notYet) {
        if (!process.isAlive() || System.nanoTime() > deadline) {
          throw notYet;
        }
      }
    }
  }

  synchronized @Nullable Object call(
      String implementation, String method, List<String> types, Object[] arguments)
      throws IOException {
    try {
      out.writeObject(implementation);
      out.writeObject(method);
      out.writeObject(new ArrayList<>(types));
      out.writeObject(arguments);
      out.flush();
      out.reset();
      String how = (String) in.readObject();
      Object result = in.readObject();
      if (how.equals("threw")) {
        throw new AssertionError(method + " failed in the application:\n" + result);
      }
      return result;
    } catch (ClassNotFoundException e) {
      throw new IOException(method + " returned what only the application knows", e);
    } catch (IOException e) {
      throw new IOException("lost the child JVM; its output:\n" + Files.readString(output), e);
    }
  }

  /** Standard output and error, as one file. */
  Path output() {
    return output;
  }

  /** Hangs up, which makes the child end by itself. */
  @Override
  public void close() throws IOException {
    socket.close();
    boolean ended = false;
    try {
      ended = process.waitFor(END.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    if (!ended) {
      process.destroyForcibly();
      throw new AssertionError(
          "the child JVM did not end within "
              + END.toSeconds()
              + " s; its output:\n"
              + Files.readString(output));
    }
  }
}
