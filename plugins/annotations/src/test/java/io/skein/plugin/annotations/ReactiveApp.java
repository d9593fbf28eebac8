package io.skein.plugin.annotations;

import io.skein.api.Tag;
import io.skein.api.Trace;
import io.skein.testing.app.Probe;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.scheduler.Schedulers;

/** An application that marks methods whose results come later. */
public final class ReactiveApp implements Reactive {
  private final Shop shop = new Shop();

  /** The marked methods. */
  static class Shop {
    final AtomicInteger failures = new AtomicInteger();

    @Trace
    @Tag(key = "id", value = "arg[0]")
    @Tag(key = "price", value = "returnedObj")
    Mono<Integer> price(String id) {
      return Mono.delay(Duration.ofMillis(200)).map(tick -> 7);
    }

    @Trace
    Mono<Integer> failing() {
      return Mono.delay(Duration.ofMillis(1))
          .flatMap(tick -> Mono.error(new IOException("no stock")));
    }

    @Trace
    Mono<Integer> throwing() {
      throw new IllegalStateException("no mono");
    }

    @Trace
    Mono<Integer> unsteady() {
      return Mono.fromCallable(
          () -> {
            if (failures.getAndIncrement() == 0) {
              throw new IOException("once");
            }
            return 1;
          });
    }

    @Trace
    Mono<Integer> never() {
      return Mono.never();
    }

    @Trace
    @Tag(key = "value", value = "returnedObj")
    Mono<Integer> empty() {
      return Mono.empty();
    }

    @Trace
    Mono<Integer> outer() {
      return Mono.fromCallable(this::blocking)
          .subscribeOn(Schedulers.boundedElastic())
          .flatMap(this::inner)
          .map(this::last);
    }

    @Trace
    Integer blocking() {
      return 1;
    }

    @Trace
    Mono<Integer> inner(int value) {
      return Mono.just(value).delayElement(Duration.ofMillis(5));
    }

    @Trace
    Integer last(int value) {
      return value;
    }

    /** The value is brought by a thread that nobody has handed anything to. */
    @Trace
    Mono<Integer> fromAnotherWorld() {
      return Mono.create(Shop::bring).flatMap(this::inner);
    }

    private static void bring(MonoSink<Integer> sink) {
      World.ASKED.add(sink);
      LockSupport.unpark(World.THREAD);
    }

    @Trace
    Mono<Integer> direct() {
      return Mono.fromCallable(this::blocking);
    }

    @Trace
    Flux<Integer> many() {
      return Flux.range(1, 3).map(this::last);
    }

    @Trace
    Flux<Integer> manyElsewhere() {
      return Flux.range(1, 3).publishOn(Schedulers.parallel()).map(this::last);
    }

    @Trace
    Publisher<Integer> published() {
      return Flux.just(1, 2);
    }
  }

  /** A thread of a library's own that answers what is asked of it. */
  private static final class World {
    static final Queue<MonoSink<Integer>> ASKED = new ConcurrentLinkedQueue<>();
    static final Thread THREAD = new Thread(World::run, "another world");

    static {
      THREAD.setDaemon(true);
      THREAD.start();
    }

    private static void run() {
      while (true) {
        MonoSink<Integer> sink = ASKED.poll();
        if (sink == null) {
          LockSupport.park();
        } else {
          sink.success(1);
        }
      }
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

  private static void expect(Class<? extends Throwable> type, Body body) {
    try {
      body.run();
    } catch (Throwable e) {
      if (type.isInstance(e) || type.isInstance(e.getCause())) {
        return;
      }
      throw new IllegalStateException("not what was expected", e);
    }
    throw new IllegalStateException("nothing was thrown");
  }

  @Override
  public void mono() throws Exception {
    inRequest(() -> shop.price("pen").block());
  }

  @Override
  public void failedMono() throws Exception {
    expect(IOException.class, () -> shop.failing().block());
  }

  @Override
  public void throwingMethod() {
    expect(IllegalStateException.class, shop::throwing);
  }

  @Override
  public void neverSubscribed() throws Exception {
    inRequest(() -> Mono.just(1).switchIfEmpty(shop.price("not needed")).block());
  }

  @Override
  public void retried() throws Exception {
    inRequest(() -> shop.unsteady().retry(1).block());
  }

  @Override
  public void cancelled() throws Exception {
    inRequest(() -> shop.never().subscribe().dispose());
  }

  @Override
  public void emptyMono() throws Exception {
    shop.empty().block();
  }

  @Override
  public void nestedOverThreads() throws Exception {
    inRequest(() -> shop.outer().block());
  }

  @Override
  public void nestedWithoutAnyExecutor() throws Exception {
    inRequest(() -> shop.fromAnotherWorld().block());
  }

  @Override
  public void nestedInOneThread() throws Exception {
    inRequest(() -> shop.direct().block());
  }

  @Override
  public void siblings() throws Exception {
    inRequest(() -> shop.direct().flatMap(shop::inner).map(shop::last).block());
  }

  @Override
  public void flux() throws Exception {
    inRequest(() -> shop.many().collectList().block());
  }

  @Override
  public void fluxOnAScheduler() throws Exception {
    inRequest(() -> shop.manyElsewhere().collectList().block());
  }

  @Override
  public void publisher() throws Exception {
    inRequest(() -> Flux.from(shop.published()).collectList().block());
  }

  @Override
  public String unchanged() throws Exception {
    List<Integer> all = shop.many().collectList().block();
    List<Integer> elsewhere = shop.manyElsewhere().limitRate(1).collectList().block();
    return all + " " + elsewhere + " " + shop.price("ink").block();
  }
}
