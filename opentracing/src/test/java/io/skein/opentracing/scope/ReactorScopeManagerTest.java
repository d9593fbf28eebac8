package io.skein.opentracing.scope;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentracing.Scope;
import io.opentracing.ScopeManager;
import io.opentracing.Span;
import io.opentracing.noop.NoopSpan;
import io.skein.opentracing.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.ConnectableFlux;
import reactor.core.publisher.Flux;
import reactor.core.publisher.GroupedFlux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.SignalType;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

class ReactorScopeManagerTest extends ScopeManagerContract {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ReactorScopeManager scopes = new ReactorScopeManager();
  private final Scheduler one = Schedulers.newSingle("one", true);
  private final Scheduler two = Schedulers.newSingle("two", true);
  private final Queue<Span> seen = new ConcurrentLinkedQueue<>();
  private Scope installed;

  @Override
  protected ScopeManager newManager() {
    return scopes;
  }

  /** Inside an operator, in a thread of a scheduler. */
  @Override
  protected void inEnvironment(Runnable work) {
    Mono.just("value").publishOn(one).doOnNext(value -> work.run()).block(PATIENCE);
  }

  @BeforeEach
  void install() {
    installed = scopes.install();
  }

  @AfterEach
  void uninstall() {
    installed.close();
    one.dispose();
    two.dispose();
  }

  private void note() {
    Span active = scopes.activeSpan();
    if (active != null) {
      seen.add(active);
    } else {
      seen.add(NoopSpan.INSTANCE); // a queue holds no null
    }
  }

  private void assertAllSaw(Span span, int times) {
    assertThat((Collection<Span>) seen).hasSize(times).allMatch(each -> each == span);
  }

  @Test
  void spanOfTheSubscriberIsActiveInEveryOperator() throws InterruptedException {
    Span span = span("one");
    Flux<Integer> flux =
        Flux.range(0, 3)
            .doOnSubscribe(subscription -> note())
            .doOnRequest(count -> note())
            .map(
                value -> {
                  note();
                  return value;
                })
            .publishOn(one)
            .doOnNext(value -> note())
            .publishOn(two)
            .flatMap(value -> Mono.fromCallable(() -> value).subscribeOn(one))
            .doOnNext(value -> note())
            .doOnComplete(this::note)
            .doFinally((SignalType type) -> note());
    try (Scope scope = scopes.activate(span)) {
      flux.blockLast(PATIENCE);
    }
    // subscribe 1, request at least 1, map 3, next 3 + 3, complete 1, finally 1, and that late
    Threads.await("finally", () -> seen.size() >= 13);
    assertThat((Collection<Span>) seen)
        .hasSizeGreaterThanOrEqualTo(13)
        .allMatch(each -> each == span);
    span.finish();
  }

  @Test
  void callableRunsWithTheSpanOfTheSubscriber() {
    Span span = span("one");
    try (Scope scope = scopes.activate(span)) {
      Mono.fromCallable(
              () -> {
                note();
                return 1;
              })
          .subscribeOn(one)
          .block(PATIENCE);
    }
    assertAllSaw(span, 1);
    span.finish();
  }

  @Test
  void errorSignalsCarryItToo() {
    Span span = span("one");
    try (Scope scope = scopes.activate(span)) {
      String result =
          Mono.<String>error(new IllegalStateException("test"))
              .publishOn(one)
              .doOnError(error -> note())
              .onErrorResume(
                  error ->
                      Mono.fromSupplier(
                          () -> {
                            note();
                            return "resumed";
                          }))
              .block(PATIENCE);
      assertThat(result).isEqualTo("resumed");
    }
    assertAllSaw(span, 2);
    span.finish();
  }

  @Test
  void cancellationCarriesItToo() {
    Span span = span("one");
    try (Scope scope = scopes.activate(span)) {
      Flux.interval(Duration.ofMillis(1), one)
          .doOnCancel(this::note)
          .publishOn(two)
          .take(2)
          .blockLast(PATIENCE);
    }
    assertAllSaw(span, 1);
    span.finish();
  }

  @Test
  void spanGivenInTheContextCountsMoreThanTheActiveOne() {
    Span active = span("active");
    Span given = span("given");
    try (Scope scope = scopes.activate(active)) {
      Mono.just(1)
          .publishOn(one)
          .doOnNext(value -> note())
          .contextWrite(scopes.with(given))
          .block(PATIENCE);
    }
    assertAllSaw(given, 1);
    active.finish();
    given.finish();
  }

  @Test
  void oneFluxHasForEachSubscriptionItsOwnSpan() {
    Flux<Span> flux =
        Flux.range(0, 20).publishOn(one).map(value -> scopes.activeSpan()).publishOn(two);
    List<Mono<List<Span>>> subscriptions = new ArrayList<>();
    List<Span> spans = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      Span span = span("one");
      spans.add(span);
      subscriptions.add(flux.collectList().contextWrite(scopes.with(span)));
    }
    List<List<Span>> results =
        Flux.fromIterable(subscriptions)
            .flatMapSequential(subscription -> subscription, 10)
            .collectList()
            .block(PATIENCE);
    for (int i = 0; i < 10; i++) {
      Span span = spans.get(i);
      assertThat(results.get(i)).hasSize(20).allMatch(each -> each == span);
      span.finish();
    }
  }

  /** Where several children share one cell, as in Tornado, they take each other's span away. */
  @Test
  void childrenThatRunAtOnceDoNotMixTheirSpansUp() {
    Span parent = span("parent");
    List<Boolean> right;
    try (Scope scope = scopes.activate(parent)) {
      right =
          Flux.range(0, 50)
              .flatMap(
                  number -> {
                    Span child = span("child");
                    return Mono.delay(Duration.ofMillis(number % 7), number % 2 == 0 ? one : two)
                        .map(ignored -> scopes.activeSpan() == child)
                        .contextWrite(scopes.with(child))
                        .doOnTerminate(child::finish);
                  },
                  50)
              .collectList()
              .block(PATIENCE);
      assertThat(scopes.activeSpan()).isSameAs(parent);
    }
    assertThat(right).hasSize(50).containsOnly(true);
    parent.finish();
    assertThat(recorder.spans().stream().filter(span -> span.name().equals("child")))
        .hasSize(50)
        .allMatch(span -> span.isChildOf(recorder.span("parent")));
  }

  @Test
  void whatAnOperatorActivatesIsSeenByNobodyElse() {
    Span outer = span("outer");
    Span inner = span("inner");
    try (Scope scope = scopes.activate(outer)) {
      Mono.just(1)
          .publishOn(one)
          .map(
              value -> {
                try (Scope own = scopes.activate(inner)) {
                  return value + 1;
                }
              })
          .doOnNext(value -> note())
          .block(PATIENCE);
    }
    assertAllSaw(outer, 1);
    outer.finish();
    inner.finish();
  }

  @Test
  void nothingIsActiveWhereNothingWas() {
    Mono.just(1).publishOn(one).doOnNext(value -> note()).block(PATIENCE);
    assertAllSaw(NoopSpan.INSTANCE, 1);
  }

  @Test
  void schedulersThreadsKeepNothing() throws Exception {
    Span span = span("one");
    try (Scope scope = scopes.activate(span)) {
      Mono.just(1).publishOn(one).block(PATIENCE);
    }
    assertThat(isPresentIn(one, scopes.threads)).isFalse();
    span.finish();
  }

  private static boolean isPresentIn(Scheduler scheduler, ThreadLocal<?> local) throws Exception {
    CompletableFuture<Boolean> present = new CompletableFuture<>();
    scheduler.schedule(() -> present.complete(isPresent(local)));
    return present.get(30, TimeUnit.SECONDS);
  }

  @Test
  void fluxesWithMethodsOfTheirOwnKeepThem() {
    Span span = span("one");
    try (Scope scope = scopes.activate(span)) {
      ConnectableFlux<Integer> shared = Flux.range(0, 2).publish();
      Flux<Integer> first = shared.autoConnect(1).doOnNext(value -> note());
      first.blockLast(PATIENCE);
      Flux.range(0, 4)
          .groupBy(value -> value % 2)
          .flatMap((GroupedFlux<Integer, Integer> group) -> group.map(value -> group.key()))
          .doOnNext(value -> note())
          .blockLast(PATIENCE);
      Flux.range(0, 4).parallel(2).runOn(one).sequential().doOnNext(value -> note()).blockLast();
    }
    assertAllSaw(span, 10);
    span.finish();
  }

  @Test
  void oneChainCanCarryWithoutHooks() {
    installed.close();
    Span span = span("one");
    try (Scope scope = scopes.activate(span)) {
      Mono.just(1)
          .publishOn(one)
          .transform(scopes.carry())
          .doOnNext(value -> note())
          .as(Mono::from)
          .block(PATIENCE);
    }
    assertAllSaw(span, 1);
    seen.clear();
    try (Scope scope = scopes.activate(span)) {
      Mono.just(1).publishOn(one).doOnNext(value -> note()).block(PATIENCE);
    }
    assertAllSaw(NoopSpan.INSTANCE, 1);
    span.finish();
  }
}
