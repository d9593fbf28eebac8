package io.skein.plugin.jetty;

import io.skein.testing.servlet.ContractServlet;
import io.skein.testing.servlet.RefusingFilter;
import jakarta.servlet.DispatcherType;
import java.util.EnumSet;
import org.eclipse.jetty.ee10.servlet.ErrorPageErrorHandler;
import org.eclipse.jetty.ee10.servlet.FilterHolder;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;

/** Servlet 6.0. */
public final class JettyApp extends ServletJetty {
  @Override
  void deploy(Server server) {
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
  }
}
