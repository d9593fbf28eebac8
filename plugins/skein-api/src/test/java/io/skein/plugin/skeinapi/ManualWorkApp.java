package io.skein.plugin.skeinapi;

import io.skein.api.Carry;
import io.skein.api.Component;
import io.skein.api.Layer;
import io.skein.api.Scope;
import io.skein.api.Snapshot;
import io.skein.api.Span;
import io.skein.api.TagKey;
import io.skein.api.Tracing;
import io.skein.api.internal.AgentBridge;
import io.skein.api.spi.Providers;
import io.skein.api.spi.SpanKind;
import io.skein.api.spi.TracingProvider;
import io.skein.testing.app.Probe;
import io.skein.testing.servlet.EmbeddedTomcat;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;

/** Uses everything the API offers, as an application would. */
@SuppressWarnings("try") // what heads a block is used by its end
public final class ManualWorkApp implements ManualWork, AutoCloseable {
  private static final TagKey<Integer> PRICE = TagKey.of("price");
  private static final TagKey<String> STEP = TagKey.appending("step");

  private final ExecutorService pool = Executors.newFixedThreadPool(2);
  private EmbeddedTomcat tomcat;
  private int port;

  @Override
  public void close() throws LifecycleException, IOException {
    pool.shutdownNow();
    if (tomcat != null) {
      tomcat.close();
    }
  }

  @Override
  public boolean present() {
    return Tracing.present();
  }

  // ---- together with the agent's own spans

  @Override
  public String askTomcat() throws Exception {
    startTomcat();
    // By a socket, which nobody traces.
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket
          .getOutputStream()
          .write(
              "GET /priced HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return answer.substring(answer.indexOf("\r\n\r\n") + 4);
    }
  }

  private void startTomcat() throws IOException, LifecycleException {
    if (tomcat != null) {
      return;
    }
    tomcat = new EmbeddedTomcat();
    Context context = tomcat.add("");
    Tomcat.addServlet(context, "priced", new Priced()).addMapping("/priced");
    port = tomcat.start();
  }

  /** A handler that makes a span by hand, and describes the one it is in. */
  private static final class Priced extends HttpServlet {
    private static final long serialVersionUID = 1;

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      Tracing.activeSpan().tag("tenant", "blue");
      String traceId = Tracing.traceId();
      String text = Tracing.localSpan("price").call(() -> traceId);
      response.setContentLength(text.length());
      response.getWriter().write(text);
    }
  }

  @Override
  public void insideAProbe() throws Exception {
    Probe.entry(
        "request",
        () -> {
          try (Span outer = Tracing.localSpan("by hand").start()) {
            Probe.local("by the agent");
          }
          return "";
        });
  }

  @Override
  public void moreCopies() throws Exception {
    URL api = Tracing.class.getProtectionDomain().getCodeSource().getLocation();
    Tracing.entrySpan("request")
        .run(
            () -> {
              for (String name : List.of("first copy", "second copy")) {
                try (URLClassLoader loader =
                    new URLClassLoader(new URL[] {api}, ClassLoader.getPlatformClassLoader())) {
                  Class<?> tracing = loader.loadClass(Tracing.class.getName());
                  if (tracing == Tracing.class) {
                    throw new IllegalStateException("not a copy");
                  }
                  Object builder = tracing.getMethod("localSpan", String.class).invoke(null, name);
                  Object span = builder.getClass().getMethod("start").invoke(builder);
                  loader.loadClass(Span.class.getName()).getMethod("end").invoke(span);
                }
              }
            });
  }

  // ---- spans

  @Override
  public void blocks() {
    try (Span entry = Tracing.entrySpan("request").component(Component.GRPC).start()) {
      try (Span exit = Tracing.exitSpan("Stock/reserve", "stock:9090").start()) {
        exit.component(Component.GRPC).layer(Layer.RPC);
      }
      try (Span local = Tracing.localSpan("price").start()) {
        local.tag("article", "17");
      }
    }
  }

  @Override
  public void oneAfterTheOther() {
    for (String name : List.of("one", "two", "three")) {
      try (Span span = Tracing.entrySpan(name).start()) {
        span.layer(Layer.HTTP);
      }
    }
  }

  @Override
  public void describe() {
    try (Span span =
        Tracing.localSpan("first name")
            .layer(Layer.CACHE)
            .component(Component.byName("Caffeine"))
            .tag("from", "builder")
            .start()) {
      Tracing.activeSpan().operationName("second name");
    }
  }

  @Override
  public void tags() {
    try (Span span = Tracing.localSpan("tagged").tag(PRICE, 3).start()) {
      span.tag("Singer", "Nakajima").tag("Singer", "Teshima");
      span.tag(PRICE, 4).tag(STEP, "pick").tag(STEP, "pack");
    }
  }

  @Override
  public String failingRun() {
    try {
      Tracing.localSpan("fails")
          .run(
              () -> {
                throw new IOException("no ink");
              });
      return "nothing came out";
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  @Override
  public void failingBlock() {
    try (Span span = Tracing.localSpan("fails").start()) {
      span.log(new IllegalStateException("out of paper"));
    }
  }

  @Override
  public void logs() {
    try (Span span = Tracing.localSpan("logs").start()) {
      span.log("started").log(Map.of("event", "picked", "shelf", "7"));
    }
  }

  @Override
  public void neverStarted() {
    Tracing.localSpan("never").tag("a", "b");
    Tracing.localSpan("started").run(() -> {});
  }

  @Override
  public void sharedEntry() {
    try (Span outer = Tracing.entrySpan("outer").start();
        Span inner = Tracing.entrySpan("inner").start()) {
      inner.tag("who", "inner");
    }
  }

  // ---- between threads

  private static void inThread(Runnable work) throws InterruptedException {
    Thread thread = new Thread(work, "by hand");
    thread.start();
    thread.join();
  }

  private static void local(String name) {
    Tracing.localSpan(name).run(() -> {});
  }

  @Override
  public void captureAndContinue() throws Exception {
    Snapshot[] place = new Snapshot[1];
    try (Span entry = Tracing.entrySpan("request").start()) {
      place[0] = Tracing.capture();
    }
    inThread(
        () -> {
          try (Scope scope = place[0].continueTrace()) {
            local("continued");
          }
          local("afterwards");
        });
  }

  @Override
  public boolean snapshotKnowsItsTrace() {
    try (Span entry = Tracing.entrySpan("request").start()) {
      Snapshot place = Tracing.capture();
      return !place.isEmpty() && String.valueOf(Tracing.traceId()).equals(place.traceId());
    }
  }

  @Override
  public void emptySnapshot() throws Exception {
    Snapshot nothing = Tracing.capture();
    if (!nothing.isEmpty()) {
      throw new IllegalStateException("there is a trace: " + nothing);
    }
    inThread(
        () -> {
          try (Scope scope = nothing.continueTrace()) {
            local("root");
          }
        });
  }

  @Override
  public void wrappersInAThread() throws Exception {
    List<Runnable> works = new ArrayList<>();
    List<String> answers = new ArrayList<>();
    try (Span entry = Tracing.entrySpan("request").start()) {
      works.add(Carry.runnable(() -> local("runnable")));
      Callable<String> callable =
          Carry.callable(
              () -> {
                local("callable");
                return "";
              });
      works.add(
          () -> {
            try {
              callable.call();
            } catch (Exception e) {
              throw new IllegalStateException(e);
            }
          });
      var supplier =
          Carry.supplier(
              () -> {
                local("supplier");
                return "";
              });
      works.add(() -> answers.add(supplier.get()));
      var consumer = Carry.consumer((String value) -> local("consumer"));
      works.add(() -> consumer.accept(""));
      var function =
          Carry.function(
              (String value) -> {
                local("function");
                return "";
              });
      works.add(() -> answers.add(function.apply("")));
    }
    for (Runnable each : works) {
      inThread(each);
    }
  }

  @Override
  public void wrappersInAPool() throws Exception {
    Runnable[] works = new Runnable[1];
    try (Span entry = Tracing.entrySpan("request").start()) {
      works[0] = Carry.runnable(() -> local("work"));
    }
    pool.submit(works[0]).get();
  }

  @Override
  public void wrappersOfTheApiAndOfTheAgent() throws Exception {
    try (Span entry = Tracing.entrySpan("request").start()) {
      pool.submit(Carry.runnable(() -> local("in the pool"))).get();
      CompletableFuture.runAsync(Carry.runnable(() -> local("in the future"))).get();
    }
  }

  @Override
  public void wrapperIsOlderThanHandOver() throws Exception {
    Runnable[] works = new Runnable[1];
    try (Span entry = Tracing.entrySpan("makes").start()) {
      works[0] = Carry.runnable(() -> local("work"));
    }
    try (Span entry = Tracing.entrySpan("hands over").start()) {
      pool.submit(works[0]).get();
    }
  }

  @Override
  public void wrapperInVirtualThreads() throws Exception {
    Method start = Thread.class.getMethod("startVirtualThread", Runnable.class);
    try (Span entry = Tracing.entrySpan("request").start()) {
      ((Thread) start.invoke(null, Carry.runnable(() -> local("virtual")))).join();
    }
  }

  @Override
  public void wrapperInTheSameThread() {
    try (Span entry = Tracing.entrySpan("request").start()) {
      Carry.runnable(() -> local("work")).run();
    }
  }

  @Override
  public void wrapperWithAName() throws Exception {
    Runnable[] works = new Runnable[1];
    try (Span entry = Tracing.entrySpan("request").start()) {
      works[0] = Carry.runnable("Thread/pack", () -> local("work"));
    }
    inThread(works[0]);
  }

  @Override
  public void carryingExecutorService() throws Exception {
    ExecutorService carrying = Carry.executorService(pool);
    try (Span entry = Tracing.entrySpan("request").start()) {
      carrying.submit(() -> local("submitted")).get();
      carrying.invokeAll(List.of(Executors.callable(() -> local("invoked")))).get(0).get();
    }
  }

  @Override
  public void carriedFutures() throws Exception {
    try (Span entry = Tracing.entrySpan("request").start()) {
      Carry.supplyAsync(
              () -> {
                local("supplied");
                return 1;
              })
          .thenApply(
              Carry.function(
                  one -> {
                    local("applied");
                    return one;
                  }))
          .get();
    }
  }

  // ---- asynchronous

  @Override
  public void asyncEndedElsewhere() throws Exception {
    AtomicReference<Span> span = new AtomicReference<>();
    try (Span entry = Tracing.entrySpan("request").start()) {
      Span async = Tracing.exitSpan("Stock/reserve", "stock:9090").start().prepareForAsync();
      span.set(async);
      async.end();
    }
    inThread(() -> span.get().tag("answer", "yes").asyncEnd());
  }

  @Override
  public void stage() throws Exception {
    CompletableFuture<String> future = new CompletableFuture<>();
    try (Span entry = Tracing.entrySpan("request").start()) {
      CompletableFuture<String> same = Tracing.localSpan("stage").stage(() -> future);
      if (same != future) {
        throw new IllegalStateException("another future");
      }
    }
    inThread(
        () -> {
          try {
            TimeUnit.MILLISECONDS.sleep(200);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          future.complete("");
        });
  }

  @Override
  public void failingStage() throws Exception {
    CompletableFuture<String> future = new CompletableFuture<>();
    Tracing.localSpan("stage").stage(() -> future);
    inThread(() -> future.completeExceptionally(new IllegalStateException("no stock")));
  }

  // ---- correlation and headers

  @Override
  public List<String> correlation() throws Exception {
    List<String> found = new ArrayList<>();
    try (Span entry = Tracing.entrySpan("request").start()) {
      found.add(String.valueOf(Tracing.putCorrelation("tenant", "blue")));
      Runnable work = Carry.runnable(() -> found.add(Tracing.correlation("tenant")));
      inThread(work);
      Map<String, String> headers = new HashMap<>();
      try (Span exit = Tracing.exitSpan("call", "other:1").inject(headers::put).start()) {
        exit.tag("a", "b");
      }
      found.add(headers.get("sw8-correlation"));
    }
    found.add(String.valueOf(Tracing.correlation("tenant")));
    return found;
  }

  @Override
  public Map<String, String> inject() {
    Map<String, String> headers = new HashMap<>();
    try (Span entry = Tracing.entrySpan("request").start();
        Span exit = Tracing.exitSpan("call", "other:1").start()) {
      Tracing.inject(exit, headers::put);
    }
    return headers;
  }

  @Override
  public void continueHeaders(Map<String, String> headers) {
    try (Span entry = Tracing.entrySpan("continued").headers(headers::get).start()) {
      entry.tag("a", "b");
    }
  }

  @Override
  public void twoParents(Map<String, String> first, Map<String, String> second) {
    try (Span entry = Tracing.entrySpan("batch").headers(first::get).start()) {
      Tracing.extract(entry, second::get);
    }
  }

  @Override
  public List<String> ids() {
    List<String> ids = new ArrayList<>();
    try (Span entry = Tracing.entrySpan("request").start();
        Span local = Tracing.localSpan("inside").start()) {
      ids.add(Tracing.traceId());
      ids.add(Tracing.segmentId());
      ids.add(String.valueOf(Tracing.spanId()));
    }
    ids.add(String.valueOf(Tracing.traceId()));
    ids.add(String.valueOf(Tracing.segmentId()));
    ids.add(String.valueOf(Tracing.spanId()));
    return ids;
  }

  @Override
  public void link() throws Exception {
    Snapshot[] place = new Snapshot[1];
    inThread(
        () -> {
          try (Span entry = Tracing.entrySpan("producer").start()) {
            place[0] = Tracing.capture();
          }
        });
    try (Span entry = Tracing.entrySpan("waits").start()) {
      Tracing.link(entry, place[0]);
    }
  }

  // ---- detached spans, for bridges of other tracing APIs

  @Override
  public void detached() throws Exception {
    TracingProvider tracing = Providers.current();
    Span root = tracing.startDetached("root", SpanKind.ENTRY, 0, List.of());
    Span child = tracing.startDetached("child", SpanKind.LOCAL, 0, List.of(root));
    tracing.kind(child, SpanKind.EXIT);
    child.peer("other:1");
    inThread(
        () -> {
          try (Scope scope = tracing.activate(child)) {
            local("below");
          }
        });
    root.end();
    tracing.end(child, System.currentTimeMillis());
  }

  @Override
  public void detachedFromHeaders(Map<String, String> headers) {
    TracingProvider tracing = Providers.current();
    Object caller = tracing.extractContext(headers::get);
    tracing
        .startDetached("detached", SpanKind.ENTRY, 0, caller == null ? List.of() : List.of(caller))
        .end();
  }

  // ---- nonsense

  @Override
  public void nonsense() {
    Object stranger = new Object();
    for (Method each : AgentBridge.class.getMethods()) {
      if (each.getDeclaringClass() != AgentBridge.class) {
        continue;
      }
      call(each, null, null);
      call(each, stranger, null);
      Object ended = AgentBridge.startLocal("nonsense");
      AgentBridge.end(ended, null, 0);
      call(each, ended, null);
      // What was left open by starting or continuing with nonsense.
      for (Object open = AgentBridge.activeSpan(); open != null; open = AgentBridge.activeSpan()) {
        AgentBridge.end(open, null, 0);
      }
    }
  }

  private static void call(Method method, Object handle, Object unused) {
    Class<?>[] types = method.getParameterTypes();
    Object[] arguments = new Object[types.length];
    for (int i = 0; i < types.length; i++) {
      arguments[i] =
          types[i] == int.class
              ? (Object) 99
              : types[i] == long.class
                  ? (Object) Long.MIN_VALUE
                  : types[i] == Object.class ? handle : unused;
    }
    try {
      Object result = method.invoke(null, arguments);
      AgentBridge.closeScope(result);
      AgentBridge.end(result, null, 0);
    } catch (InvocationTargetException | IllegalAccessException e) {
      throw new IllegalStateException(method + " is not total", e);
    }
  }
}
