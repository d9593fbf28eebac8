package io.skein.plugin.annotations;

import io.skein.api.Layer;
import io.skein.api.Tag;
import io.skein.api.Trace;
import io.skein.api.TraceCrossThread;
import io.skein.testing.app.Probe;
import java.io.IOException;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.skywalking.apm.toolkit.trace.CallableWrapper;
import org.apache.skywalking.apm.toolkit.trace.RunnableWrapper;
import org.apache.skywalking.apm.toolkit.trace.SupplierWrapper;

/** An application that marks its methods and classes. */
@SuppressWarnings({
  "unused", // parameters are there for the expressions
  "UnusedMethod",
  "UnusedVariable",
  "EffectivelyPrivate",
  "ArrayRecordComponent", // an array is what an expression steps into
  "FutureReturnValueIgnored", // the tests look at the span
  "ReferenceEquality" // the same object is what is asked for
})
public final class MarkedApp implements Marked, AutoCloseable {
  private final ExecutorService pool = Executors.newFixedThreadPool(2);
  private final Shop shop = new Shop();

  @Override
  public void close() {
    pool.shutdownNow();
  }

  /** A value with a private field, a method, and things to step into. */
  record Order(String id, List<String> lines, Map<String, String> notes, int[] prices) {
    static final Order ONE =
        new Order("o-1", List.of("pen", "ink"), Map.of("gift", "yes"), new int[] {3, 4});

    private String secret() {
      return "hidden " + id;
    }
  }

  /** Inherits what it is asked for. */
  static class Base {
    private final String inherited = "from the base";
  }

  static final class Derived extends Base {}

  /** The marked methods. */
  static class Shop {
    @Trace
    void plain() {}

    @Trace(operationName = "awesome")
    void named() throws Exception {
      other();
    }

    @Trace
    private void other() throws Exception {
      Probe.local("inside");
    }

    @Trace
    static String fixed() {
      return "";
    }

    @Trace
    private static int hidden(long a, double b, byte[] c) {
      return (int) (a + b) + c.length;
    }

    @Trace
    protected final boolean yes() {
      return true;
    }

    @Trace
    double half(float of) {
      return of / 2;
    }

    @Trace
    synchronized long count() {
      return 1L;
    }

    @Trace
    String failing() throws IOException {
      throw new IOException("no ink");
    }

    @Trace(layer = Layer.CACHE, component = "Caffeine")
    void described() {}

    @Trace(component = "7001")
    void numbered() {}

    @Trace(operationName = "tagged")
    @Tag(key = "first", value = "arg[0]")
    @Tag(key = "second", value = "arg[1]")
    @Tag(key = "result", value = "returnedObj")
    @Tag(key = "fixed", value = "a text")
    @Tag(key = "beyond", value = "arg[7]")
    long tagged(String first, int second) {
      return second + 1L;
    }

    @Trace(operationName = "steps")
    @Tag(key = "field", value = "arg[0].id")
    @Tag(key = "private", value = "arg[0].secret()")
    @Tag(key = "index", value = "arg[0].lines[1]")
    @Tag(key = "size", value = "arg[0].lines().size()")
    @Tag(key = "key", value = "arg[0].notes['gift']")
    @Tag(key = "skywalkings way", value = "arg[0].notes.['gift']")
    @Tag(key = "array", value = "arg[0].prices[0]")
    @Tag(key = "whole array", value = "arg[0].prices")
    @Tag(key = "inherited", value = "arg[1].inherited")
    @Tag(key = "nowhere", value = "arg[0].id.nothing.more")
    @Tag(key = "too far", value = "arg[0].lines[9]")
    @Tag(key = "returned", value = "returnedObj.id")
    @Tag(key = "broken", value = "arg[0")
    Order steps(Order order, Derived derived) {
      return order;
    }

    @Trace(operationName = "hostile")
    @Tag(key = "throws", value = "arg[0]")
    @Tag(key = "method throws", value = "arg[0].fails()")
    @Tag(key = "itself", value = "arg[1]")
    @Tag(key = "endless", value = "arg[2]")
    @Tag(key = "null", value = "arg[3]")
    @Tag(key = "long", value = "arg[4]")
    @Tag(key = "recursion", value = "arg[5]")
    void hostileOnes(
        Object throwing, Object itself, Object endless, Object nothing, String text, Object deep) {}

    @Tag(key = "who", value = "arg[0]")
    @Tag(key = "answer", value = "returnedObj")
    int tagsOnly(String who) {
      return 42;
    }

    @Trace(operationName = "future")
    @Tag(key = "value", value = "returnedObj")
    CompletableFuture<String> future(CompletableFuture<String> future) {
      return future;
    }

    @Trace
    CompletionStage<String> stage(CompletionStage<String> stage) {
      return stage;
    }

    @Trace
    CompletableFuture<Integer> outer(ExecutorService pool) {
      return CompletableFuture.supplyAsync(this::inner, pool).thenCompose(this::second);
    }

    @Trace
    int inner() {
      return 1;
    }

    @Trace
    CompletableFuture<Integer> second(int value) {
      return CompletableFuture.completedFuture(value);
    }

    @Trace
    CompletableFuture<Integer> atOnce() {
      return CompletableFuture.completedFuture(inner());
    }

    @Trace(operationName = "flow")
    @Tag(key = "argument", value = "arg[0].getMaxBufferCapacity()")
    Flow.Publisher<String> flow(SubmissionPublisher<String> publisher) {
      return publisher;
    }

    @Trace
    Flow.Publisher<String> failingFlow() {
      throw new IllegalStateException("no flow");
    }
  }

  /** A marked default method. */
  interface Greeter {
    @Trace
    default String greet() {
      return "hello";
    }
  }

  private interface Body {
    void run() throws Exception;
  }

  private static void inRequest(Body body) throws Exception {
    Probe.entry(
        "request",
        () -> {
          body.run();
          return "";
        });
  }

  private static void inThread(Runnable work) throws InterruptedException {
    Thread thread = new Thread(work, "by hand");
    thread.start();
    thread.join();
  }

  @Override
  public void plain() throws Exception {
    inRequest(shop::plain);
  }

  @Override
  public void named() throws Exception {
    shop.named();
  }

  @Override
  public void nested() throws Exception {
    inRequest(shop::named);
  }

  @Override
  public void ofEveryKind() throws Exception {
    inRequest(
        () -> {
          Shop.fixed();
          Shop.hidden(1, 2, new byte[3]);
          shop.yes();
          shop.half(3);
          shop.count();
        });
  }

  @Override
  public String failing() throws Exception {
    try {
      return shop.failing();
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  @Override
  public void described() {
    shop.described();
    shop.numbered();
  }

  @Override
  public void tagged() {
    shop.tagged("one", 2);
  }

  @Override
  public void steps() {
    shop.steps(Order.ONE, new Derived());
  }

  /** An object that does whatever it can. */
  static final class Throwing {
    String fails() {
      throw new IllegalStateException("not you");
    }

    @Override
    public String toString() {
      throw new IllegalStateException("not you");
    }
  }

  /** A text without an end, but for the patience of the stack. */
  static final class Recursive {
    @Override
    public String toString() {
      return "x" + this;
    }
  }

  @Override
  public void hostile() {
    List<Object> itself = new ArrayList<>();
    itself.add(itself);
    List<Object> endless =
        new AbstractList<>() {
          @Override
          public Object get(int index) {
            return "element";
          }

          @Override
          public int size() {
            return Integer.MAX_VALUE;
          }
        };
    shop.hostileOnes(new Throwing(), itself, endless, null, "x".repeat(1_000_000), new Recursive());
  }

  @Override
  public void tagsOfTheActiveSpan() throws Exception {
    shop.tagsOnly("nobody is active");
    inRequest(() -> shop.tagsOnly("ann"));
  }

  @Override
  public void interfaceMethod() {
    new Greeter() {}.greet();
  }

  // ---- asynchronous

  @Override
  public void future() throws Exception {
    CompletableFuture<String> future = new CompletableFuture<>();
    inRequest(() -> shop.future(future));
    inThread(
        () -> {
          try {
            TimeUnit.MILLISECONDS.sleep(200);
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          future.complete("done");
        });
  }

  @Override
  public void failedFuture() throws Exception {
    CompletableFuture<String> source = new CompletableFuture<>();
    CompletableFuture<String> dependent = source.thenApply(value -> value);
    shop.future(dependent);
    inThread(() -> source.completeExceptionally(new IOException("no stock")));
  }

  @Override
  public void cancelledFuture() throws Exception {
    CompletableFuture<String> future = new CompletableFuture<>();
    shop.future(future);
    inThread(() -> future.cancel(true));
    try {
      future.get();
      throw new IllegalStateException("not cancelled");
    } catch (CancellationException expected) {
      // as it should be
    }
  }

  @Override
  public void completedFuture() throws ExecutionException, InterruptedException {
    shop.future(CompletableFuture.completedFuture("known")).get();
  }

  @Override
  public void strangeStage() {
    CompletableFuture<String> strange =
        new CompletableFuture<>() {
          @Override
          public CompletableFuture<String> whenComplete(
              java.util.function.BiConsumer<? super String, ? super Throwable> action) {
            throw new UnsupportedOperationException("not watched");
          }
        };
    shop.stage(strange);
  }

  @Override
  public void nestedFutures() throws Exception {
    inRequest(() -> shop.outer(pool).get());
  }

  @Override
  public void nestedInOneThread() throws Exception {
    inRequest(() -> shop.atOnce().get());
  }

  /** Takes so many, then cancels. */
  private static final class Taking implements Flow.Subscriber<String> {
    final CountDownLatch done = new CountDownLatch(1);
    private final int wanted;
    private Flow.Subscription subscription;
    private int taken;

    Taking(int wanted) {
      this.wanted = wanted;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      given.request(1);
    }

    @Override
    public void onNext(String item) {
      try {
        Probe.local("taken");
      } catch (Exception e) {
        throw new IllegalStateException(e);
      }
      if (++taken == wanted) {
        subscription.cancel();
        done.countDown();
      } else {
        subscription.request(1);
      }
    }

    @Override
    public void onError(Throwable error) {
      done.countDown();
    }

    @Override
    public void onComplete() {
      done.countDown();
    }
  }

  @Override
  public void flow() throws Exception {
    Taking taking = new Taking(5);
    try (SubmissionPublisher<String> publisher = new SubmissionPublisher<>(pool, 8)) {
      inRequest(() -> shop.flow(publisher).subscribe(taking));
      publisher.submit("one");
    }
    await(taking.done);
    try {
      shop.failingFlow();
    } catch (IllegalStateException expected) {
      // as it should be
    }
  }

  @Override
  public void cancelledFlow() throws Exception {
    Taking taking = new Taking(1);
    try (SubmissionPublisher<String> publisher = new SubmissionPublisher<>(pool, 8)) {
      shop.flow(publisher).subscribe(taking);
      publisher.submit("one");
      await(taking.done);
    }
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    if (!latch.await(20, TimeUnit.SECONDS)) {
      throw new IllegalStateException("nothing came");
    }
  }

  // ---- between threads

  @TraceCrossThread
  private static final class MarkedRunnable implements Runnable {
    MarkedRunnable() {
      this("ignored");
    }

    MarkedRunnable(String ignored) {}

    @Override
    public void run() {
      local("work");
    }
  }

  @TraceCrossThread
  private static final class MarkedCallable implements Callable<String> {
    @Override
    public String call() {
      local("work");
      return "";
    }
  }

  @TraceCrossThread
  private static final class MarkedSupplier implements Supplier<String> {
    @Override
    public String get() {
      local("work");
      return "";
    }
  }

  @TraceCrossThread
  private static final class MarkedConsumer implements Consumer<String> {
    @Override
    public void accept(String value) {
      local("work");
    }
  }

  @TraceCrossThread
  private static final class MarkedFunction implements Function<String, String> {
    @Override
    public String apply(String value) {
      local("work");
      return value;
    }
  }

  @TraceCrossThread
  private static final class MarkedPair implements BiFunction<String, String, String> {
    @Override
    public String apply(String value, String more) {
      local("work");
      return value;
    }
  }

  private static void local(String name) {
    try {
      Probe.local(name);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void crossThread() throws Exception {
    List<Runnable> works = new ArrayList<>();
    List<Object> answers = new ArrayList<>();
    inRequest(
        () -> {
          works.add(new MarkedRunnable());
          MarkedCallable callable = new MarkedCallable();
          works.add(() -> answers.add(callable.call()));
          MarkedSupplier supplier = new MarkedSupplier();
          works.add(() -> answers.add(supplier.get()));
          MarkedConsumer consumer = new MarkedConsumer();
          works.add(() -> consumer.accept(""));
          MarkedFunction function = new MarkedFunction();
          works.add(() -> answers.add(function.apply("")));
          MarkedPair pair = new MarkedPair();
          works.add(() -> answers.add(pair.apply("", "")));
        });
    for (Runnable each : works) {
      inThread(each);
    }
  }

  @Override
  public void crossThreadInAPool() throws Exception {
    Runnable[] work = new Runnable[1];
    Probe.entry("makes", () -> work[0] = new MarkedRunnable());
    Probe.entry("hands over", () -> pool.submit(work[0]).get());
  }

  @Override
  public void crossThreadInTheSameThread() throws Exception {
    inRequest(() -> new MarkedRunnable().run());
  }

  @Override
  public void crossThreadOutsideOfATrace() throws Exception {
    inThread(new MarkedRunnable());
  }

  @Override
  public void crossThreadTwice() throws Exception {
    MarkedRunnable[] work = new MarkedRunnable[1];
    inRequest(() -> work[0] = new MarkedRunnable());
    inThread(work[0]);
    inThread(work[0]);
  }

  // ---- SkyWalking's

  /** Marked with the annotations of SkyWalking's toolkit. */
  static final class Old {
    @org.apache.skywalking.apm.toolkit.trace.Trace
    String unnamed(String text, int[] numbers, String[][] table) {
      return text;
    }

    @org.apache.skywalking.apm.toolkit.trace.Trace(operationName = "old")
    @org.apache.skywalking.apm.toolkit.trace.Tags({
      @org.apache.skywalking.apm.toolkit.trace.Tag(key = "in", value = "arg[0]"),
      @org.apache.skywalking.apm.toolkit.trace.Tag(key = "out", value = "returnedObj.length()")
    })
    String named(String text) {
      return text;
    }
  }

  @Override
  public void skywalking() {
    new Old().unnamed("", new int[0], new String[0][]);
    new Old().named("four");
  }

  @Override
  public void skywalkingWrappers() throws Exception {
    List<Runnable> works = new ArrayList<>();
    inRequest(
        () -> {
          works.add(RunnableWrapper.of(() -> local("work")));
          Callable<String> callable = CallableWrapper.of(() -> "called");
          works.add(
              () -> {
                try {
                  callable.call();
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
          Supplier<String> supplier = SupplierWrapper.of(() -> "supplied");
          works.add(() -> new HashMap<String, String>().put("", supplier.get()));
        });
    for (Runnable each : works) {
      pool.submit(each).get();
    }
  }

  @Override
  public List<Boolean> sameObjects() {
    CompletableFuture<String> future = CompletableFuture.completedFuture("");
    return List.of(shop.future(future) == future, shop.steps(Order.ONE, null) == Order.ONE);
  }
}
