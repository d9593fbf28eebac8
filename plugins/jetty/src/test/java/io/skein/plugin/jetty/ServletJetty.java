package io.skein.plugin.jetty;

import io.skein.testing.http.StartedOnce;
import java.util.concurrent.Executor;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;

/** Jetty with servlets, of whichever environment, in the application under test. */
abstract class ServletJetty extends StartedOnce {
  /** Maps the contract's servlet and filter to everything, and status 418 to its error page. */
  abstract void deploy(Server server);

  @Override
  protected int start(Executor virtual) throws Exception {
    QueuedThreadPool threads = new QueuedThreadPool(20);
    if (virtual != null) {
      threads.setVirtualThreadsExecutor(virtual);
    }
    Server server = new Server(threads);
    atEnd(server::stop);
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    connector.setPort(0);
    server.addConnector(connector);
    deploy(server);
    server.start();
    return connector.getLocalPort();
  }
}
