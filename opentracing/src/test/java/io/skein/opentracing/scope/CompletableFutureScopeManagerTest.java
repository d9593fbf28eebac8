package io.skein.opentracing.scope;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentracing.Scope;
import io.opentracing.ScopeManager;
import io.opentracing.Span;
import io.skein.opentracing.Threads;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class CompletableFutureScopeManagerTest extends ScopeManagerContract {
  private final CompletableFutureScopeManager scopes = new CompletableFutureScopeManager();
  private final ExecutorService pool = Executors.newFixedThreadPool(2);

  @Override
  protected ScopeManager newManager() {
    return scopes;
  }

  /** Inside a continuation, in another thread. */
  @Override
  protected void inEnvironment(Runnable work) {
    get(scopes.supplyAsync(() -> "value", pool).thenAcceptAsync(value -> work.run(), pool));
  }

  @AfterEach
  void endPool() throws InterruptedException {
    pool.shutdown();
    assertThat(pool.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
  }

  private static <T> T get(CompletableFuture<T> future) {
    try {
      return future.get(30, TimeUnit.SECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  /** Every way to attach a continuation, by name, each told to note what it sees. */
  @TestFactory
  Stream<DynamicTest> continuationSeesTheSpanOfWhereItWasAttached() {
    return attaching()
        .map(
            attached ->
                DynamicTest.dynamicTest(
                    attached.name,
                    () -> {
                      Span here = span("here");
                      Span elsewhere = span("elsewhere");
                      ConcurrentHashMap<String, Span> seen = new ConcurrentHashMap<>();
                      CompletableFuture<String> future = scopes.future();
                      CompletableFuture<?> stage;
                      try (Scope scope = scopes.activate(here)) {
                        stage =
                            attached.how.attach(
                                future, () -> seen.put("seen", scopes.activeSpan()));
                      }
                      Threads.runInNewThread(
                          () -> {
                            try (Scope scope = scopes.activate(elsewhere)) {
                              if (attached.name.startsWith("exceptionally")) {
                                future.completeExceptionally(new IllegalStateException("test"));
                              } else {
                                future.complete("value");
                              }
                              assertThat(scopes.activeSpan()).isSameAs(elsewhere);
                            }
                          });
                      get(stage);
                      assertThat(seen).containsEntry("seen", here);
                      assertThat(stage).isInstanceOf(CarryingFuture.class);
                      here.finish();
                      elsewhere.finish();
                    }));
  }

  private interface Attaching {
    CompletableFuture<?> attach(CompletableFuture<String> future, Runnable note);
  }

  private record Attached(String name, Attaching how) {}

  private Stream<Attached> attaching() {
    CompletableFuture<String> never = new CompletableFuture<>();
    CompletableFuture<String> done = CompletableFuture.completedFuture("done");
    List<Attached> all = new ArrayList<>();
    all.add(new Attached("thenApply", (f, n) -> f.thenApply(v -> noted(n, v))));
    all.add(new Attached("thenApplyAsync", (f, n) -> f.thenApplyAsync(v -> noted(n, v))));
    all.add(new Attached("thenApplyAsync in", (f, n) -> f.thenApplyAsync(v -> noted(n, v), pool)));
    all.add(new Attached("thenAccept", (f, n) -> f.thenAccept(v -> n.run())));
    all.add(new Attached("thenAcceptAsync", (f, n) -> f.thenAcceptAsync(v -> n.run())));
    all.add(new Attached("thenAcceptAsync in", (f, n) -> f.thenAcceptAsync(v -> n.run(), pool)));
    all.add(new Attached("thenRun", (f, n) -> f.thenRun(n)));
    all.add(new Attached("thenRunAsync", (f, n) -> f.thenRunAsync(n)));
    all.add(new Attached("thenRunAsync in", (f, n) -> f.thenRunAsync(n, pool)));
    all.add(new Attached("thenCombine", (f, n) -> f.thenCombine(done, (v, w) -> noted(n, v))));
    all.add(
        new Attached(
            "thenCombineAsync", (f, n) -> f.thenCombineAsync(done, (v, w) -> noted(n, v))));
    all.add(
        new Attached(
            "thenCombineAsync in",
            (f, n) -> f.thenCombineAsync(done, (v, w) -> noted(n, v), pool)));
    all.add(new Attached("thenAcceptBoth", (f, n) -> f.thenAcceptBoth(done, (v, w) -> n.run())));
    all.add(
        new Attached(
            "thenAcceptBothAsync", (f, n) -> f.thenAcceptBothAsync(done, (v, w) -> n.run())));
    all.add(
        new Attached(
            "thenAcceptBothAsync in",
            (f, n) -> f.thenAcceptBothAsync(done, (v, w) -> n.run(), pool)));
    all.add(new Attached("runAfterBoth", (f, n) -> f.runAfterBoth(done, n)));
    all.add(new Attached("runAfterBothAsync", (f, n) -> f.runAfterBothAsync(done, n)));
    all.add(new Attached("runAfterBothAsync in", (f, n) -> f.runAfterBothAsync(done, n, pool)));
    all.add(new Attached("applyToEither", (f, n) -> f.applyToEither(never, v -> noted(n, v))));
    all.add(
        new Attached(
            "applyToEitherAsync", (f, n) -> f.applyToEitherAsync(never, v -> noted(n, v))));
    all.add(
        new Attached(
            "applyToEitherAsync in",
            (f, n) -> f.applyToEitherAsync(never, v -> noted(n, v), pool)));
    all.add(new Attached("acceptEither", (f, n) -> f.acceptEither(never, v -> n.run())));
    all.add(new Attached("acceptEitherAsync", (f, n) -> f.acceptEitherAsync(never, v -> n.run())));
    all.add(
        new Attached(
            "acceptEitherAsync in", (f, n) -> f.acceptEitherAsync(never, v -> n.run(), pool)));
    all.add(new Attached("runAfterEither", (f, n) -> f.runAfterEither(never, n)));
    all.add(new Attached("runAfterEitherAsync", (f, n) -> f.runAfterEitherAsync(never, n)));
    all.add(
        new Attached("runAfterEitherAsync in", (f, n) -> f.runAfterEitherAsync(never, n, pool)));
    all.add(
        new Attached(
            "thenCompose",
            (f, n) -> f.thenCompose(v -> CompletableFuture.completedFuture(noted(n, v)))));
    all.add(
        new Attached(
            "thenComposeAsync",
            (f, n) -> f.thenComposeAsync(v -> CompletableFuture.completedFuture(noted(n, v)))));
    all.add(
        new Attached(
            "thenComposeAsync in",
            (f, n) ->
                f.thenComposeAsync(v -> CompletableFuture.completedFuture(noted(n, v)), pool)));
    all.add(new Attached("whenComplete", (f, n) -> f.whenComplete((v, e) -> n.run())));
    all.add(new Attached("whenCompleteAsync", (f, n) -> f.whenCompleteAsync((v, e) -> n.run())));
    all.add(
        new Attached(
            "whenCompleteAsync in", (f, n) -> f.whenCompleteAsync((v, e) -> n.run(), pool)));
    all.add(new Attached("handle", (f, n) -> f.handle((v, e) -> noted(n, v))));
    all.add(new Attached("handleAsync", (f, n) -> f.handleAsync((v, e) -> noted(n, v))));
    all.add(new Attached("handleAsync in", (f, n) -> f.handleAsync((v, e) -> noted(n, v), pool)));
    all.add(new Attached("exceptionally", (f, n) -> f.exceptionally(e -> noted(n, "x"))));
    all.add(new Attached("exceptionallyAsync", (f, n) -> f.exceptionallyAsync(e -> noted(n, "x"))));
    all.add(
        new Attached(
            "exceptionallyAsync in", (f, n) -> f.exceptionallyAsync(e -> noted(n, "x"), pool)));
    all.add(
        new Attached(
            "exceptionallyCompose",
            (f, n) ->
                f.exceptionallyCompose(e -> CompletableFuture.completedFuture(noted(n, "x")))));
    all.add(
        new Attached(
            "exceptionallyComposeAsync",
            (f, n) ->
                f.exceptionallyComposeAsync(
                    e -> CompletableFuture.completedFuture(noted(n, "x")))));
    all.add(
        new Attached(
            "exceptionallyComposeAsync in",
            (f, n) ->
                f.exceptionallyComposeAsync(
                    e -> CompletableFuture.completedFuture(noted(n, "x")), pool)));
    return all.stream();
  }

  private static String noted(Runnable note, String value) {
    note.run();
    return value;
  }

  /** A JDK that knows one more way to attach a continuation must not find a gap here. */
  @Test
  void everyWayToAttachIsCovered() {
    List<String> missing =
        Arrays.stream(CompletionStage.class.getMethods())
            .filter(method -> CompletionStage.class.isAssignableFrom(method.getReturnType()))
            .filter(method -> method.getParameterCount() > 0)
            .filter(method -> !isOverridden(method))
            .map(Method::toString)
            .toList();
    assertThat(missing).isEmpty();
  }

  private static boolean isOverridden(Method method) {
    return Arrays.stream(CarryingFuture.class.getDeclaredMethods())
        .anyMatch(
            ours ->
                ours.getName().equals(method.getName())
                    && Arrays.equals(ours.getParameterTypes(), method.getParameterTypes()));
  }

  @Test
  void supplierAndRunnableSeeTheSpanOfWhereTheyWereMade() {
    Span span = span("one");
    CompletableFuture<Boolean> supplied;
    CompletableFuture<Boolean> suppliedInPool;
    List<Span> seen = new java.util.concurrent.CopyOnWriteArrayList<>();
    CompletableFuture<?> ran;
    CompletableFuture<?> ranInPool;
    try (Scope scope = scopes.activate(span)) {
      supplied = scopes.supplyAsync(() -> scopes.activeSpan() == span);
      suppliedInPool = scopes.supplyAsync(() -> scopes.activeSpan() == span, pool);
      ran = scopes.runAsync(() -> seen.add(scopes.activeSpan()));
      ranInPool = scopes.runAsync(() -> seen.add(scopes.activeSpan()), pool);
    }
    assertThat(get(supplied)).isTrue();
    assertThat(get(suppliedInPool)).isTrue();
    get(ran);
    get(ranInPool);
    assertThat(seen).containsExactly(span, span);
    span.finish();
  }

  @Test
  void futuresOfOtherOriginCanBeFollowed() {
    Span span = span("one");
    CompletableFuture<String> foreign = new CompletableFuture<>();
    CompletableFuture<Boolean> seen;
    try (Scope scope = scopes.activate(span)) {
      seen = scopes.follow(foreign).thenApply(value -> scopes.activeSpan() == span);
    }
    foreign.complete("value");
    assertThat(get(seen)).isTrue();
    span.finish();
  }

  @Test
  void failureOfAFollowedFutureArrivesAsItIs() {
    IllegalStateException failure = new IllegalStateException("test");
    CompletableFuture<String> foreign = new CompletableFuture<>();
    CompletableFuture<Throwable> seen = scopes.follow(foreign).handle((value, error) -> error);
    foreign.completeExceptionally(failure);
    assertThat(get(seen)).isSameAs(failure);
  }

  @Test
  void continuationsThatRunAtOnceHaveEachTheirOwnSpan() {
    List<CompletableFuture<Boolean>> all = new ArrayList<>();
    List<Span> spans = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      Span span = span("one");
      spans.add(span);
      try (Scope scope = scopes.activate(span)) {
        all.add(
            scopes
                .supplyAsync(scopes::activeSpan, pool)
                .thenApplyAsync(before -> before == span && scopes.activeSpan() == span, pool));
      }
    }
    assertThat(all).allMatch(CompletableFutureScopeManagerTest::get);
    spans.forEach(Span::finish);
  }

  @Test
  void whatAContinuationActivatesEndsWithIt() {
    Span outer = span("outer");
    Span inner = span("inner");
    CompletableFuture<Span> after;
    try (Scope scope = scopes.activate(outer)) {
      after =
          scopes
              .supplyAsync(() -> "value", pool)
              .thenApplyAsync(
                  value -> {
                    try (Scope own = scopes.activate(inner)) {
                      return Objects.requireNonNull(scopes.activeSpan());
                    }
                  },
                  pool)
              .thenApplyAsync(seen -> seen == inner ? scopes.activeSpan() : null, pool);
    }
    assertThat(get(after)).isSameAs(outer);
    outer.finish();
    inner.finish();
  }
}
