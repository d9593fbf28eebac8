package io.skein.agent.dist;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An application that does what it is told, without knowing of any agent. */
public final class SampleMain {
  private SampleMain() {}

  public static void main(String[] args) throws Exception {
    switch (args.length == 0 ? "" : args[0]) {
      case "look" -> {
        for (String name :
            new String[] {
              "io.skein.core.Tracer",
              "io.skein.agent.engine.Engine",
              "org.objectweb.asm.ClassReader",
              "org.apache.hc.core5.http.HttpRequest"
            }) {
          System.out.println(name + " " + canSee(name));
        }
      }
      case "exit" -> System.exit(3);
      case "unanswered" -> {
        // Never accepted: the system connects, takes the request, and nobody reads it.
        ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        boolean answered =
            HttpClient.newHttpClient()
                .sendAsync(
                    HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/silent"))
                        .build(),
                    BodyHandlers.ofString())
                .isDone();
        System.out.println("answered: " + answered);
      }
      case "throw" -> throw new IllegalStateException("uncaught");
      default -> {
        ExecutorService pool = Executors.newFixedThreadPool(2);
        pool.submit(() -> System.out.println("task ran")).get();
        pool.shutdown();
      }
    }
    System.out.println("main ended");
  }

  private static boolean canSee(String name) {
    try {
      Class.forName(name);
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }
}
