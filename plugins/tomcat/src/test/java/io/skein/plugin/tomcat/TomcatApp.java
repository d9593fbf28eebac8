package io.skein.plugin.tomcat;

import io.skein.testing.http.HttpServerApp;
import io.skein.testing.servlet.ContractServlet;
import io.skein.testing.servlet.RefusingFilter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Wrapper;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.webresources.TomcatURLStreamHandlerFactory;
import org.apache.coyote.AbstractProtocol;
import org.apache.tomcat.util.descriptor.web.ErrorPage;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;

/** Tomcat in the application under test. */
public final class TomcatApp implements HttpServerApp {
  static {
    // It may be registered once in a JVM; the tests of this JVM load several Tomcats.
    TomcatURLStreamHandlerFactory.disable();
  }

  private final List<Tomcat> running = new ArrayList<>();
  private final List<Path> directories = new ArrayList<>();
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

  private int start(Executor executor) {
    try {
      Path directory = Files.createTempDirectory("skein-tomcat");
      directories.add(directory);
      Tomcat tomcat = new Tomcat();
      running.add(tomcat);
      tomcat.setBaseDir(directory.toString());
      Connector connector = new Connector();
      connector.setPort(0);
      connector.setProperty("address", "127.0.0.1");
      if (executor != null) {
        ((AbstractProtocol<?>) connector.getProtocolHandler()).setExecutor(executor);
      }
      tomcat.getService().addConnector(connector);
      tomcat.setConnector(connector);
      Context context = tomcat.addContext("", directory.toString());
      Wrapper servlet = Tomcat.addServlet(context, "contract", new ContractServlet());
      servlet.setAsyncSupported(true);
      context.addServletMappingDecoded("/*", "contract");
      context.addErrorPage(errorPage());
      addFilter(context);
      tomcat.start();
      return connector.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (LifecycleException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ErrorPage errorPage() {
    ErrorPage page = new ErrorPage();
    page.setErrorCode(418);
    page.setLocation("/error-page");
    return page;
  }

  private static void addFilter(Context context) {
    FilterDef filter = new FilterDef();
    filter.setFilterName("refusing");
    filter.setFilter(new RefusingFilter());
    filter.setAsyncSupported("true");
    context.addFilterDef(filter);
    FilterMap everything = new FilterMap();
    everything.setFilterName("refusing");
    everything.addURLPattern("/*");
    context.addFilterMap(everything);
  }

  @Override
  public void close() {
    try {
      for (Tomcat each : running) {
        each.stop();
        each.destroy();
      }
    } catch (LifecycleException e) {
      throw new IllegalStateException(e);
    } finally {
      directories.forEach(TomcatApp::delete);
    }
  }

  private static void delete(Path directory) {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
