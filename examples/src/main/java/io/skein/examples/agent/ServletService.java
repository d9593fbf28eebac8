package io.skein.examples.agent;

import io.skein.api.Span;
import io.skein.api.Tracing;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;

/**
 * A service whose requests and calls the agent traces by itself; what it adds by hand is in the
 * same segments.
 */
public final class ServletService {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private ServletService() {}

  public static void main(String[] args) throws Exception {
    Path directory = Files.createTempDirectory("skein-example");
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(directory.toString());
    tomcat.setPort(0);
    tomcat.getConnector().setProperty("address", "127.0.0.1");
    Context context = tomcat.addContext("", directory.toString());
    Tomcat.addServlet(context, "orders", new Orders()).addMapping("/orders");
    Tomcat.addServlet(context, "stock", new Stock()).addMapping("/stock");
    tomcat.start();
    String address = "http://127.0.0.1:" + tomcat.getConnector().getLocalPort();
    System.out.println(get(address + "/orders?article=7"));
    try (Stream<Path> files = Files.walk(directory)) {
      files.sorted(Comparator.reverseOrder()).forEach(ServletService::delete);
    }
    System.exit(0);
  }

  private static String get(String url) throws IOException, InterruptedException {
    return CLIENT
        .send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private static void delete(Path path) {
    try {
      Files.delete(path);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class Orders extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws ServletException, IOException {
      String article = request.getParameter("article");
      // The request's own span, which the agent has started.
      Tracing.activeSpan().tag("article", article);
      String host = request.getServerName() + ":" + request.getServerPort();
      try (Span price = Tracing.localSpan("price").start()) {
        price.tag("currency", "EUR");
        response.getWriter().write("stock of " + article + ": " + get("http://" + host + "/stock"));
      } catch (InterruptedException e) {
        throw new ServletException(e);
      }
    }
  }

  private static final class Stock extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      response.getWriter().write("3");
    }
  }
}
