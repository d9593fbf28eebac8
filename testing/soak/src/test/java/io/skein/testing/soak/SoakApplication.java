package io.skein.testing.soak;

import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.net.http.HttpClient;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;

/**
 * A Tomcat that serves requests at a steady rate, which it makes itself, and deploys its
 * application anew every few seconds. Knows nothing of tracing. Ends with its standard input.
 */
public final class SoakApplication {
  private static final String[] PATHS = {"/buy", "/buy", "/buy", "/old", "/stock", "/fail"};
  private static final Logger TOMCATS = Logger.getLogger("org.apache");

  private final Tomcat tomcat = new Tomcat();
  private final HttpClient client = HttpClient.newHttpClient();
  private final String directory;
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong failures = new AtomicLong();
  private volatile String lastFailure = "";
  private int deployments;
  private volatile Deployment current = new Deployment("");
  private Context deployed;

  /** The application at one path, and how many requests are on their way to it or in it. */
  private static final class Deployment {
    private final String path;
    private final AtomicInteger underWay = new AtomicInteger();

    Deployment(String path) {
      this.path = path;
    }

    /**
     * Requests that have not been answered when it goes would fail, and that is not the agent's.
     */
    void awaitNone() throws InterruptedException {
      long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
      while (underWay.get() > 0 && System.nanoTime() < end) {
        TimeUnit.MILLISECONDS.sleep(10);
      }
    }
  }

  private SoakApplication(String directory) {
    this.directory = directory;
  }

  /** Arguments: Tomcat's directory, requests in a second, seconds between two deployments. */
  public static void main(String[] args) throws Exception {
    TOMCATS.setLevel(Level.OFF);
    new SoakApplication(args[0]).run(Double.parseDouble(args[1]), Long.parseLong(args[2]));
  }

  private void run(double rate, long redeploySeconds) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:shop;DB_CLOSE_DELAY=-1");
        Statement statement = connection.createStatement()) {
      statement.execute("create table stock (id int primary key, name varchar)");
    }
    tomcat.setBaseDir(directory);
    tomcat.setPort(0);
    tomcat.getConnector().setProperty("address", "127.0.0.1");
    tomcat.start();
    redeploy();
    ScheduledExecutorService load = Executors.newScheduledThreadPool(6);
    long micros = Math.round(1_000_000 / rate);
    ScheduledFuture<?> requesting =
        load.scheduleAtFixedRate(
            () -> load.execute(this::request), micros, micros, TimeUnit.MICROSECONDS);
    ScheduledExecutorService upkeep = Executors.newScheduledThreadPool(1);
    ScheduledFuture<?> redeploying =
        upkeep.scheduleWithFixedDelay(
            this::redeploy, redeploySeconds, redeploySeconds, TimeUnit.SECONDS);
    ScheduledFuture<?> telling = upkeep.scheduleAtFixedRate(this::tell, 1, 1, TimeUnit.SECONDS);
    System.out.println("listening on port " + tomcat.getConnector().getLocalPort());
    while (System.in.read() >= 0) {
      // nobody says anything
    }
    requesting.cancel(false);
    redeploying.cancel(false);
    telling.cancel(false);
    upkeep.shutdownNow();
    load.shutdownNow();
    load.awaitTermination(20, TimeUnit.SECONDS);
    System.exit(0);
  }

  private void tell() {
    System.out.printf(
        Locale.ROOT,
        "requests %d failures %d deployments %d%s%n",
        requests.get(),
        failures.get(),
        deployments,
        lastFailure);
  }

  /** The one that is there, which stays until this request has left it. */
  private Deployment enter() {
    while (true) {
      Deployment deployment = current;
      deployment.underWay.incrementAndGet();
      if (deployment == current) {
        return deployment;
      }
      deployment.underWay.decrementAndGet();
    }
  }

  private void request() {
    Deployment deployment = enter();
    try {
      request(deployment.path);
    } finally {
      deployment.underWay.decrementAndGet();
    }
  }

  private void request(String deployed) {
    long number = requests.incrementAndGet();
    String path = PATHS[(int) (number % PATHS.length)];
    try {
      URL url =
          URI.create("http://127.0.0.1:" + tomcat.getConnector().getLocalPort() + deployed + path)
              .toURL();
      HttpURLConnection connection = (HttpURLConnection) url.openConnection();
      connection.setReadTimeout(30_000);
      int expected = path.equals("/fail") ? 500 : 200;
      int status = connection.getResponseCode();
      try (InputStream in =
          status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
        if (in != null) {
          in.readAllBytes();
        }
      }
      if (status != expected) {
        failed(path, "status " + status);
      }
    } catch (IOException e) {
      failed(path, e.toString());
    }
  }

  private void failed(String path, String how) {
    failures.incrementAndGet();
    lastFailure = ", last failure: " + path + ", " + how;
  }

  /** The next one is there before the last one goes, and that finishes its requests. */
  private void redeploy() {
    try {
      Context before = deployed;
      String path = "/shop" + deployments++ % 2;
      Context context = tomcat.addContext(path, directory);
      ClassLoader loader = new AppLoader();
      context.setParentClassLoader(loader);
      context.getServletContext().setAttribute("client", client);
      Tomcat.addServlet(
              context,
              "shop",
              (jakarta.servlet.Servlet)
                  loader
                      .loadClass("io.skein.testing.soak.app.Shop")
                      .getDeclaredConstructor()
                      .newInstance())
          .addMapping("/*");
      deployed = context;
      Deployment last = current;
      current = new Deployment(path);
      if (before != null) {
        last.awaitNone();
        before.stop();
        tomcat.getHost().removeChild(before);
        before.destroy();
      }
    } catch (Exception e) {
      System.out.println("the deployment failed: " + e);
    }
  }

  /** Loads the application's classes itself, each time anew. */
  private static final class AppLoader extends URLClassLoader {
    AppLoader() {
      super(
          new URL[] {SoakApplication.class.getProtectionDomain().getCodeSource().getLocation()},
          SoakApplication.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith("io.skein.testing.soak.app.")) {
        return super.loadClass(name, resolve);
      }
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded == null ? findClass(name) : loaded;
      }
    }
  }
}
