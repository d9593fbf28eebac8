package io.skein.testing.servlet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.webresources.TomcatURLStreamHandlerFactory;
import org.apache.coyote.AbstractProtocol;
import org.jspecify.annotations.Nullable;

/**
 * A Tomcat on a free port of the loopback address, in a directory that goes with it. It is compiled
 * once and runs on each version from 9 to 11 that is on the application's class path, so it uses
 * only what all of them have.
 */
public final class EmbeddedTomcat implements AutoCloseable {
  static {
    // It may be registered once in a JVM; the tests of this JVM load several Tomcats.
    TomcatURLStreamHandlerFactory.disable();
  }

  private final Path directory;
  private final Tomcat tomcat = new Tomcat();
  private final Connector connector = new Connector();

  public EmbeddedTomcat() throws IOException {
    this(null);
  }

  /**
   * @param threads what runs the requests; null for Tomcat's own threads
   */
  public EmbeddedTomcat(@Nullable Executor threads) throws IOException {
    directory = Files.createTempDirectory("skein-tomcat");
    // Where the first of a JVM is at home, so are all others, and make its directory once more.
    System.clearProperty("catalina.home");
    tomcat.setBaseDir(directory.toString());
    connector.setPort(0);
    connector.setProperty("address", "127.0.0.1");
    if (threads != null) {
      // The interface has no such method in the first releases of Tomcat 9.
      ((AbstractProtocol<?>) connector.getProtocolHandler()).setExecutor(threads);
    }
    tomcat.getService().addConnector(connector);
    tomcat.setConnector(connector);
  }

  /** Adds a web application below a path, which is empty for the whole server. */
  public Context add(String path) {
    return tomcat.addContext(path, directory.toString());
  }

  /** Starts it with what was added, and returns the port. */
  public int start() throws LifecycleException {
    tomcat.start();
    return connector.getLocalPort();
  }

  @Override
  public void close() throws LifecycleException, IOException {
    try {
      tomcat.stop();
      tomcat.destroy();
    } finally {
      deleteDirectory();
    }
  }

  private void deleteDirectory() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
