package io.skein.examples.agent;

import io.skein.api.Layer;
import io.skein.api.Tag;
import io.skein.api.Trace;
import io.skein.api.TraceCrossThread;
import io.skein.api.Tracing;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/** Methods that become spans, whatever they return and whoever may call them. */
public final class AnnotatedMethods {
  private AnnotatedMethods() {}

  public static void main(String[] args) throws Exception {
    Tracing.entrySpan("request")
        .run(
            () -> {
              someMethod();
              twice(21);
              answerLater().join();
              // The trace is captured where the object is made, here, inside of the request.
              Thread thread = new Thread(new Work(), "worker");
              thread.start();
              thread.join();
            });
  }

  /** The name is the method's. */
  @Trace
  private static void someOtherMethod() {}

  @Trace(operationName = "awesome", layer = Layer.CACHE, component = "Jedis")
  static void someMethod() {
    someOtherMethod();
  }

  @Trace
  @Tag(key = "in", value = "arg[0]")
  @Tag(key = "out", value = "returnedObj")
  @Tag(key = "unit", value = "pieces")
  static int twice(int number) {
    return 2 * number;
  }

  /** The span lasts until the future is complete, not until it is returned. */
  @Trace
  static CompletableFuture<String> answerLater() {
    return question().thenApply(question -> question + "!");
  }

  @Trace
  private static CompletableFuture<String> question() {
    Executor later = CompletableFuture.delayedExecutor(200, TimeUnit.MILLISECONDS);
    return CompletableFuture.supplyAsync(() -> "answer", later);
  }

  /** Takes the trace along to whichever thread runs it. */
  @TraceCrossThread
  static final class Work implements Runnable {
    @Override
    public void run() {
      someOtherMethod();
    }
  }
}
