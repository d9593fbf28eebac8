package io.skein.plugin.jetty;

import io.skein.testing.http.HttpServerApp;
import io.skein.testing.servlet.ContractServlet;
import io.skein.testing.servlet.RefusingFilter;
import jakarta.servlet.DispatcherType;
import java.lang.reflect.InvocationTargetException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import org.eclipse.jetty.ee10.servlet.ErrorPageErrorHandler;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** Jetty with servlets (ee10) in the application under test. */
public final class JettyApp implements HttpServerApp {
  private final List<Server> running = new ArrayList<>();
  private int port = -1;
  private int virtualPort = -1;

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
    ServletContextHandler context = new ServletContextHandler("/");
    ServletHolder servlet = new ServletHolder("contract", new ContractServlet());
    servlet.setAsyncSupported(true);
    context.addServlet(servlet, "/*");
    FilterHolder filter = new FilterHolder(new RefusingFilter());
    filter.setAsyncSupported(true);
    context.addFilter(filter, "/*", EnumSet.of(DispatcherType.REQUEST));
    ErrorPageErrorHandler errors = new ErrorPageErrorHandler();
    errors.addErrorPage(418, "/error-page");
    context.setErrorHandler(errors);
    server.setHandler(context);
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
