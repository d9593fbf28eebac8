package io.skein.testing.servlet;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.testing.app.Probe;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** The servlet that containers are asked through; mapped to {@code /*}, with async support. */
public final class ContractServlet extends HttpServlet {
  private static final long serialVersionUID = 1;

  /** How long an asynchronous answer takes; a test sees it in the span's duration. */
  static final int WORK_MILLIS = 300;

  private static final int TIMEOUT_MILLIS = 200;
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(20);

  private final transient Object together = new Object();
  private transient int arrived;

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws ServletException, IOException {
    String path = path(request);
    String last = path.substring(path.lastIndexOf('/') + 1);
    if (path.startsWith("/async/")) {
      async(last, request, response);
      return;
    }
    switch (path.substring(0, path.indexOf('/', 1) < 0 ? path.length() : path.indexOf('/', 1))) {
      case "/status" -> response.setStatus(Integer.parseInt(last));
      case "/send-error" -> response.sendError(Integer.parseInt(last), "on purpose");
      case "/error-page" -> answer(response, "error page for " + request.getDispatcherType());
      case "/fail" -> throw new IllegalStateException("broken on purpose");
      case "/local" -> answer(response, probe(() -> Probe.local("inside", () -> "local")));
      case "/exit" -> answer(response, Probe.exit("away", "far:1"));
      case "/together" -> answer(response, waitFor(Integer.parseInt(last)));
      case "/stream" -> stream(response);
      case "/virtual" -> answer(response, Boolean.toString(isVirtual()));
      case "/forward" -> request.getRequestDispatcher("/local").forward(request, response);
      case "/include" -> request.getRequestDispatcher("/local").include(request, response);
      default -> {
        request.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
        answer(response, "hello");
      }
    }
  }

  private static String path(HttpServletRequest request) {
    boolean included = request.getDispatcherType() == DispatcherType.INCLUDE;
    Object servletPath =
        included
            ? request.getAttribute(RequestDispatcher.INCLUDE_SERVLET_PATH)
            : request.getServletPath();
    Object rest =
        included
            ? request.getAttribute(RequestDispatcher.INCLUDE_PATH_INFO)
            : request.getPathInfo();
    return servletPath + (rest == null ? "" : rest.toString());
  }

  private void async(String how, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    boolean dispatched = request.getDispatcherType() == DispatcherType.ASYNC;
    if (how.equals("dispatched")) {
      answer(response, probe(() -> Probe.local("in the dispatch", () -> "dispatched")));
      return;
    }
    AsyncContext async = request.startAsync();
    async.setTimeout(30_000);
    switch (how) {
      case "complete" -> later(() -> complete(async, 200));
      case "status" -> later(() -> complete(async, 503));
      case "at-once" -> complete(async, 200);
      case "dispatch" -> later(() -> async.dispatch("/async/dispatched"));
      case "dispatch-to-failure" -> later(() -> async.dispatch("/fail"));
      case "twice" -> {
        if (dispatched) {
          later(() -> complete(async, 200));
        } else {
          later(async::dispatch);
        }
      }
      case "timeout" -> async.setTimeout(TIMEOUT_MILLIS);
      case "timeout-answered" -> {
        async.setTimeout(TIMEOUT_MILLIS);
        async.addListener(new AnswerAtTimeout());
      }
      default -> throw new IllegalArgumentException(how);
    }
  }

  private void later(Runnable task) {
    CompletableFuture.delayedExecutor(WORK_MILLIS, TimeUnit.MILLISECONDS).execute(task);
  }

  private static void complete(AsyncContext async, int status) {
    try {
      HttpServletResponse response = (HttpServletResponse) async.getResponse();
      response.setStatus(status);
      answer(response, "async");
    } catch (IOException gone) {
      throw new IllegalStateException(gone);
    } finally {
      async.complete();
    }
  }

  private static void answer(HttpServletResponse response, String text) throws IOException {
    response.getOutputStream().write(text.getBytes(UTF_8));
  }

  private interface Work {
    String run() throws Exception;
  }

  private static String probe(Work work) throws IOException {
    try {
      return work.run();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  private String waitFor(int count) throws IOException {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    synchronized (together) {
      arrived++;
      together.notifyAll();
      while (arrived % count != 0) {
        long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (millis <= 0) {
          throw new IOException("only " + arrived + " requests came");
        }
        try {
          together.wait(millis);
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
    }
    return "together";
  }

  /** Far more than any buffer holds, so that a client that vanished is noticed. */
  private static void stream(HttpServletResponse response) throws IOException {
    ServletOutputStream out = response.getOutputStream();
    byte[] chunk = new byte[64 * 1024];
    for (int i = 0; i < 4096; i++) {
      out.write(chunk);
      out.flush();
    }
  }

  private static boolean isVirtual() {
    try {
      return (boolean) Thread.class.getMethod("isVirtual").invoke(Thread.currentThread());
    } catch (NoSuchMethodException before21) {
      return false;
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(e);
    }
  }

  private static final class AnswerAtTimeout implements AsyncListener {
    @Override
    public void onTimeout(AsyncEvent event) {
      complete(event.getAsyncContext(), 504);
    }

    @Override
    public void onComplete(AsyncEvent event) {}

    @Override
    public void onError(AsyncEvent event) {}

    @Override
    public void onStartAsync(AsyncEvent event) {}
  }
}
