package io.skein.plugin.jetty;

import io.skein.testing.http.HttpServerApp;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** Jetty with servlets, of whichever environment, in the application under test. */
abstract class ServletJetty implements HttpServerApp {
  private final List<Server> running = new ArrayList<>();
  private int port = -1;
  private int virtualPort = -1;

  /** Maps the contract's servlet and filter to everything, and status 418 to its error page. */
  abstract void deploy(Server server);

  @Override
  public int start() {
    if (port < 0) {
      port = start(null);
    }
    return port;
  }

  @Override
  public int startWithVirtualThreads() {
    if (virtualPort < 0) {
      try {
        virtualPort =
            start(
                (Executor)
                    Executors.class.getMethod("newVirtualThreadPerTaskExecutor").invoke(null));
      } catch (NoSuchMethodException before21) {
        return -1;
      } catch (IllegalAccessException | InvocationTargetException e) {
        throw new IllegalStateException(e);
      }
    }
    return virtualPort;
  }

  private int start(Executor virtual) {
    QueuedThreadPool threads = new QueuedThreadPool(20);
    if (virtual != null) {
      threads.setVirtualThreadsExecutor(virtual);
    }
    Server server = new Server(threads);
    running.add(server);
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    connector.setPort(0);
    server.addConnector(connector);
    deploy(server);
    try {
      server.start();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
    return connector.getLocalPort();
  }

  @Override
  public void close() {
    for (Server each : running) {
      try {
        each.stop();
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
    }
  }
}
