package io.skein.testing.bridges;

import io.opentracing.Scope;
import io.opentracing.Span;
import io.opentracing.Tracer;
import io.opentracing.tag.Tags;
import io.opentracing.util.GlobalTracer;
import io.skein.contextmanager.ContextManager;
import io.skein.contextmanager.SkyWalking;
import io.skein.opentracing.Requests;
import io.skein.opentracing.SkeinTracer;
import io.skein.opentracing.Spans;
import io.skein.testing.app.Probe;
import io.skein.testing.servlet.EmbeddedTomcat;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Method;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;

/** An application that was instrumented for OpenTracing, and runs with the agent. */
public final class BridgedWork implements BridgedApp, AutoCloseable {
  static {
    SkeinTracer.register();
  }

  private static final Tracer TRACER = GlobalTracer.get();

  private final ExecutorService pool = Executors.newSingleThreadExecutor();
  private final EmbeddedTomcat tomcat = new EmbeddedTomcat();
  private final int port;

  public BridgedWork() throws IOException, LifecycleException {
    Context context = tomcat.add("");
    Tomcat.addServlet(context, "orders", new Orders()).addMapping("/orders");
    Tomcat.addServlet(context, "filtered", new Filtered()).addMapping("/filtered");
    Tomcat.addServlet(context, "stock", new Stock()).addMapping("/stock");
    port = tomcat.start();
  }

  @Override
  public void close() throws LifecycleException, IOException {
    pool.shutdownNow();
    tomcat.close();
  }

  @Override
  public String get(String path) throws IOException {
    HttpURLConnection call =
        (HttpURLConnection) URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
    try (InputStream in = call.getInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Override
  public String getByHand(String path) throws IOException {
    Map<String, String> headers = new LinkedHashMap<>();
    Span call =
        Requests.outbound(TRACER, headers)
            .operationName("by hand " + path)
            .peer("127.0.0.1", port)
            .start();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      StringBuilder request = new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: test\r\n");
      headers.forEach((name, value) -> request.append(name + ": " + value + "\r\n"));
      OutputStream out = socket.getOutputStream();
      out.write(
          request
              .append("Connection: close\r\n\r\n")
              .toString()
              .getBytes(StandardCharsets.US_ASCII));
      out.flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    } finally {
      call.finish();
    }
  }

  /** Starts a span inside the container's and calls another page inside that. */
  private final class Orders extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      TRACER.activeSpan().setTag("tenant", "blue");
      Span work = TRACER.buildSpan("price").withTag("articles", 3).start();
      try (Scope scope = TRACER.activateSpan(work)) {
        response.getWriter().write(get("/stock"));
      } finally {
        work.finish();
      }
    }
  }

  /** Reads the request's headers again, as a filter for OpenTracing does. */
  private static final class Filtered extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      Map<String, String> headers = new LinkedHashMap<>();
      for (String name : Collections.list(request.getHeaderNames())) {
        headers.put(name, request.getHeader(name));
      }
      Span span =
          Requests.inbound(TRACER, headers)
              .operationName("filter")
              .method(request.getMethod())
              .start();
      try (Spans.ActiveSpan active = Spans.activate(TRACER, span)) {
        Tags.HTTP_STATUS.set(active.span(), 200);
        response.getWriter().write("filtered");
      }
    }
  }

  private static final class Stock extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      response.getWriter().write("7");
    }
  }

  @Override
  public void handOver() throws Exception {
    Span span = TRACER.buildSpan("request").start();
    try (Scope scope = TRACER.activateSpan(span)) {
      pool.submit(
              () -> {
                TRACER.buildSpan("opentracing in the pool").start().finish();
                return Probe.local("plugin in the pool", () -> "");
              })
          .get(30, TimeUnit.SECONDS);
    } finally {
      span.finish();
    }
  }

  @Override
  public int mixUpsInVirtualThreads() throws Exception {
    Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
    AtomicInteger mixUps = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      String name = "virtual " + i;
      Runnable work =
          () -> {
            if (TRACER.activeSpan() != null) {
              mixUps.incrementAndGet();
            }
            Span span = TRACER.buildSpan(name).start();
            try (Scope scope = TRACER.activateSpan(span)) {
              Thread.sleep(2); // unmounted, and mounted again on any carrier
              if (TRACER.activeSpan() != span) {
                mixUps.incrementAndGet();
              }
              Probe.local("inside " + name);
            } catch (Exception e) {
              mixUps.incrementAndGet();
            } finally {
              span.finish();
            }
          };
      threads.add((Thread) start.invoke(null, work));
    }
    for (Thread thread : threads) {
      thread.join(30_000);
    }
    return mixUps.get();
  }

  @Override
  public String facade(String path) throws IOException {
    SkyWalking.boot();
    io.skein.api.Span local = ContextManager.createLocalSpan("facade");
    try {
      get(path);
      return ContextManager.getGlobalTraceId();
    } finally {
      ContextManager.stopSpan(local);
    }
  }
}
