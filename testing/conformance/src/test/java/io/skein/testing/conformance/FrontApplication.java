package io.skein.testing.conformance;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.apache.catalina.Context;
import org.apache.catalina.startup.Tomcat;

/**
 * An application that knows nothing of tracing: {@code /front?next=URL} asks somebody else, {@code
 * /back} answers by itself, {@code /slow} takes its time. Ends with its standard input.
 */
public final class FrontApplication {

  private FrontApplication() {}

  /** Listens on a free port of 127.0.0.1 and prints it; the argument is Tomcat's directory. */
  public static void main(String[] args) throws Exception {
    Tomcat tomcat = new Tomcat();
    tomcat.setBaseDir(args[0]);
    tomcat.setPort(0);
    tomcat.getConnector().setProperty("address", "127.0.0.1");
    Context context = tomcat.addContext("", args[0]);
    Tomcat.addServlet(context, "front", new Front()).addMapping("/front");
    Tomcat.addServlet(context, "back", new Back()).addMapping("/back");
    Tomcat.addServlet(context, "slow", new Slow()).addMapping("/slow");
    tomcat.start();
    System.out.println("listening on port " + tomcat.getConnector().getLocalPort());
    while (System.in.read() >= 0) {
      // nobody says anything
    }
    tomcat.stop();
    System.exit(0);
  }

  private static final class Front extends HttpServlet {
    private static final long serialVersionUID = 1L;
    private static final HttpClient CLIENT =
        HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws ServletException, IOException {
      HttpRequest next = HttpRequest.newBuilder(URI.create(request.getParameter("next"))).build();
      try {
        response
            .getWriter()
            .write("front>" + CLIENT.send(next, HttpResponse.BodyHandlers.ofString()).body());
      } catch (InterruptedException e) {
        throw new ServletException(e);
      }
    }
  }

  private static final class Back extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      response.getWriter().write("back");
    }
  }

  /** Half a second, of which one part is work and the other is not. */
  private static final class Slow extends HttpServlet {
    private static final long serialVersionUID = 1L;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws ServletException, IOException {
      work(System.nanoTime() + 250_000_000);
      try {
        rest();
      } catch (InterruptedException e) {
        throw new ServletException(e);
      }
      response.getWriter().write("slow");
    }

    private static void work(long untilNanos) {
      while (System.nanoTime() - untilNanos < 0) {
        Thread.onSpinWait();
      }
    }

    private static void rest() throws InterruptedException {
      Thread.sleep(250);
    }
  }
}
