package io.skein.testing.profiling;

import io.skein.api.Tracing;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;

/**
 * An application whose requests take their time in places that are known. It has three threads for
 * requests, so that each of them does many different ones. Ends with its standard input.
 */
public final class Shop {
  private static final Logger TOMCATS = Logger.getLogger("org.apache");
  private static final ExecutorService POOL = Executors.newFixedThreadPool(2);

  private Shop() {}

  private interface Work {
    void run() throws Exception;
  }

  /** Listens on a free port of 127.0.0.1 and prints it; the argument is Tomcat's directory. */
  public static void main(String[] args) throws Exception {
    TOMCATS.setLevel(Level.OFF);
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(args[0]);
    tomcat.setPort(0);
    tomcat.getConnector().setProperty("address", "127.0.0.1");
    tomcat.getConnector().setProperty("maxThreads", "3");
    tomcat.getConnector().setProperty("minSpareThreads", "3");
    Context context = tomcat.addContext("", args[0]);
    add(context, "mixed", Shop::mixed);
    add(context, "quick", () -> {});
    add(context, "resting", () -> rest(1200));
    add(context, "other", Shop::elsewhere);
    add(context, "fan", Shop::fan);
    add(context, "renamed", Shop::renamed);
    add(context, "deep", () -> deep(800)); // a JVM tells the innermost 1,024 frames at most
    add(context, "virtual", Shop::virtual);
    tomcat.start();
    System.out.println("listening on port " + tomcat.getConnector().getLocalPort());
    while (System.in.read() >= 0) {
      // nobody says anything
    }
    POOL.shutdown();
    tomcat.stop();
    System.exit(0);
  }

  private static void add(Context context, String name, Work work) {
    HttpServlet servlet =
        new HttpServlet() {
          private static final long serialVersionUID = 1L;

          @Override
          protected void doGet(HttpServletRequest request, HttpServletResponse response)
              throws ServletException, IOException {
            try {
              if (request.getParameter("fast") == null) {
                work.run();
              }
            } catch (Exception e) {
              throw new ServletException(e);
            }
            response.getWriter().write(name);
          }
        };
    Tomcat.addServlet(context, name, servlet).addMapping("/" + name);
  }

  private static void mixed() throws InterruptedException {
    compute(150);
    rest(150);
  }

  private static void compute(long millis) {
    long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    while (System.nanoTime() - until < 0) {
      Thread.onSpinWait();
    }
  }

  private static void rest(long millis) throws InterruptedException {
    Thread.sleep(millis);
  }

  private static void elsewhere() {
    compute(30);
  }

  private static void fan() throws Exception {
    Callable<Void> part =
        () -> {
          Tracing.localSpan("part").run(Shop::partOfIt);
          return null;
        };
    Future<Void> one = POOL.submit(part);
    Future<Void> other = POOL.submit(part);
    one.get();
    other.get();
  }

  private static void partOfIt() {
    compute(150);
  }

  private static void renamed() throws InterruptedException {
    Tracing.activeSpan().operationName("checkout \u00e9\u4e2d");
    rest(200);
  }

  private static void deep(int levels) throws InterruptedException {
    if (levels == 0) {
      rest(200);
    } else {
      deep(levels - 1);
    }
  }

  /** Works in a virtual thread, which parks five times. Asked for on newer JDKs only. */
  private static void virtual() throws Exception {
    ExecutorService threads =
        (ExecutorService) Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null);
    try {
      threads
          .submit(
              () ->
                  Tracing.localSpan("parking")
                      .run(
                          () -> {
                            first();
                            second();
                            third();
                            fourth();
                            fifth();
                          }))
          .get();
    } finally {
      threads.shutdown();
    }
  }

  private static void park() {
    long until = System.nanoTime() + 80_000_000;
    for (long left = 80_000_000; left > 0; left = until - System.nanoTime()) {
      LockSupport.parkNanos(left);
    }
  }

  private static void first() {
    park();
  }

  private static void second() {
    park();
  }

  private static void third() {
    park();
  }

  private static void fourth() {
    park();
  }

  private static void fifth() {
    park();
  }
}
