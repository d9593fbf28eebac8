package io.skein.plugin.jdkhttp;

import io.skein.testing.http.CalledServer.Received;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.Wrapper;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.jspecify.annotations.Nullable;

/**
 * The other side over HTTP/2: a Tomcat in the test's JVM, reached by an upgrade in the clear or,
 * over TLS, by ALPN. It answers {@code /redirect} with a redirect to {@code /end}, {@code
 * /together/N} when N such requests are in, all others at once; the body is what was sent.
 */
final class Http2Server implements AutoCloseable {
  /** A request with the connection it came by. */
  record Arrived(String protocol, int clientPort, Received request) {}

  private static final long PATIENCE_SECONDS = 20;

  private final String scheme;
  private final Tomcat tomcat = new Tomcat();
  private final BlockingQueue<Arrived> arrived = new LinkedBlockingQueue<>();
  private final Object together = new Object();
  private int waiting;

  /**
   * @param keys what makes it speak TLS, with the password "password"; null for none
   */
  Http2Server(Path directory, @Nullable KeyStore keys) throws LifecycleException {
    scheme = keys == null ? "http" : "https";
    Connector connector = new Connector();
    connector.setProperty("address", "127.0.0.1");
    connector.setPort(0);
    connector.addUpgradeProtocol(new Http2Protocol());
    if (keys != null) {
      connector.setScheme("https");
      connector.setSecure(true);
      connector.setProperty("SSLEnabled", "true");
      SSLHostConfig host = new SSLHostConfig();
      SSLHostConfigCertificate certificate =
          new SSLHostConfigCertificate(host, SSLHostConfigCertificate.Type.UNDEFINED);
      certificate.setCertificateKeystore(keys);
      certificate.setCertificateKeystorePassword("password");
      host.addCertificate(certificate);
      connector.addSslHostConfig(host);
    }
    tomcat.setBaseDir(directory.toString());
    tomcat.setConnector(connector);
    var context = tomcat.addContext("", new File(directory.toString()).getAbsolutePath());
    Wrapper servlet = Tomcat.addServlet(context, "answers", new Answers());
    servlet.addMapping("/*");
    tomcat.start();
  }

  private final class Answers extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      byte[] body = request.getInputStream().readAllBytes();
      List<String> headers = new ArrayList<>();
      for (String name : Collections.list(request.getHeaderNames())) {
        for (String value : Collections.list(request.getHeaders(name))) {
          headers.add(name.toLowerCase(Locale.ROOT) + ": " + value);
        }
      }
      String path = request.getRequestURI();
      arrived.add(
          new Arrived(
              request.getProtocol(),
              request.getRemotePort(),
              new Received(
                  request.getMethod(), path, headers, new String(body, StandardCharsets.UTF_8))));
      if (path.equals("/redirect")) {
        response.sendRedirect("/end");
      } else {
        if (path.startsWith("/together/")) {
          waitForOthers(Integer.parseInt(path.substring("/together/".length())));
        }
        response.getOutputStream().write(body);
      }
    }
  }

  private void waitForOthers(int count) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    synchronized (together) {
      waiting++;
      together.notifyAll();
      while (waiting % count != 0) {
        long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (millis <= 0) {
          throw new IOException("only " + waiting + " requests came");
        }
        try {
          together.wait(millis);
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
    }
  }

  String address() {
    return "127.0.0.1:" + tomcat.getConnector().getLocalPort();
  }

  String url(String path) {
    return scheme + "://" + address() + path;
  }

  /** Waits for the next request and takes it. */
  Arrived take() throws InterruptedException {
    Arrived next = arrived.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("no request arrived");
    }
    return next;
  }

  boolean hasMore() {
    return !arrived.isEmpty();
  }

  @Override
  public void close() throws LifecycleException {
    tomcat.stop();
    tomcat.destroy();
  }
}
