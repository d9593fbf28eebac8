package io.skein.opentracing.scope;

import io.opentracing.Scope;
import io.opentracing.Span;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.ConnectableFlux;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.GroupedFlux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;
import reactor.core.publisher.Operators;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

/**
 * The active span flows with a subscription of Project Reactor: whoever subscribes while a span is
 * active, or with a span in the subscriber's context, has that span active in all that the
 * subscription does, in whichever threads.
 *
 * <pre>{@code
 * ReactorScopeManager scopes = new ReactorScopeManager();
 * Tracer tracer = SkeinTracer.builder().scopeManager(scopes).build();
 * scopes.install();                                       // for every operator from now on, or
 * flux.map(...).publishOn(...).transform(scopes.carry())  // for this one
 * }</pre>
 *
 * <p>The span is kept in Reactor's context, which belongs to one subscription and never changes. So
 * several that run at once cannot take each other's span away, as they can where they share one
 * cell, and what an operator activates is seen by nobody else. Outside of subscriptions this is a
 * {@link ThreadLocalScopeManager}. It needs reactor-core, which the application brings.
 */
public final class ReactorScopeManager extends StackScopeManager implements CarryingScopeManager {
  private static final AtomicInteger NUMBERS = new AtomicInteger();

  private final String hook = "skein-opentracing-" + NUMBERS.incrementAndGet();

  /** A key of its own for each manager: two tracers do not see each other's spans. */
  private final Object key = hook;

  /**
   * Lets the span flow through every operator that is assembled from now on, in the whole JVM.
   *
   * @return undoes it, for operators assembled afterwards
   */
  public Scope install() {
    Hooks.onEachOperator(hook, carry());
    return () -> Hooks.resetOnEachOperator(hook);
  }

  /**
   * Lets the span flow through one operator chain, with {@code transform}; as the last of it, so
   * that the subscriber is included.
   */
  public <T> Function<Publisher<T>, Publisher<T>> carry() {
    return this::carried;
  }

  /** A context with another span to work for; for {@code contextWrite}. */
  public Function<Context, Context> with(Span span) {
    return context -> context.put(key, span);
  }

  /** The span that a subscription works for; null when none was active and none given. */
  public @Nullable Span spanOf(ContextView context) {
    return context.getOrDefault(key, null);
  }

  private <T> Publisher<T> carried(Publisher<T> source) {
    if (source instanceof Mono<T> mono) {
      return new CarryingMono<>(mono, this);
    }
    if (source instanceof Flux<T> flux
        && !(source instanceof ConnectableFlux || source instanceof GroupedFlux)) {
      return new CarryingFlux<>(flux, this);
    }
    // Those have methods of their own, which Reactor's lifting keeps.
    return Operators.<T, T>lift((scannable, subscriber) -> carrying(subscriber)).apply(source);
  }

  /** The subscriber as the operator above sees it; the same one where there is no span. */
  private <T> CoreSubscriber<? super T> carrying(CoreSubscriber<? super T> subscriber) {
    Span span = spanFor(subscriber);
    return span == null ? subscriber : new CarryingSubscriber<>(subscriber, span, this);
  }

  private @Nullable Span spanFor(CoreSubscriber<?> subscriber) {
    Span given = spanOf(subscriber.currentContext());
    return given == null ? activeSpan() : given;
  }

  private static final class CarryingMono<T> extends MonoOperator<T, T> {
    private final ReactorScopeManager scopes;

    CarryingMono(Mono<? extends T> source, ReactorScopeManager scopes) {
      super(source);
      this.scopes = scopes;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> subscriber) {
      Span span = scopes.spanFor(subscriber);
      if (span == null) {
        source.subscribe(subscriber);
      } else {
        // Some sources do their work while they are subscribed to.
        try (Scope scope = scopes.carryOn(span)) {
          source.subscribe(new CarryingSubscriber<>(subscriber, span, scopes));
        }
      }
    }
  }

  private static final class CarryingFlux<T> extends FluxOperator<T, T> {
    private final ReactorScopeManager scopes;

    CarryingFlux(Flux<? extends T> source, ReactorScopeManager scopes) {
      super(source);
      this.scopes = scopes;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> subscriber) {
      Span span = scopes.spanFor(subscriber);
      if (span == null) {
        source.subscribe(subscriber);
      } else {
        try (Scope scope = scopes.carryOn(span)) {
          source.subscribe(new CarryingSubscriber<>(subscriber, span, scopes));
        }
      }
    }
  }

  /** Passes every signal on with the span active. It does not fuse: fused signals are not calls. */
  private static final class CarryingSubscriber<T> implements CoreSubscriber<T>, Subscription {
    private final CoreSubscriber<? super T> subscriber;
    private final Span span;
    private final ReactorScopeManager scopes;
    private final Context context;
    private @Nullable Subscription upstream;

    CarryingSubscriber(
        CoreSubscriber<? super T> subscriber, Span span, ReactorScopeManager scopes) {
      this.subscriber = subscriber;
      this.span = span;
      this.scopes = scopes;
      Context below = subscriber.currentContext();
      this.context = scopes.spanOf(below) == span ? below : below.put(scopes.key, span);
    }

    @Override
    public Context currentContext() {
      return context;
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      upstream = subscription;
      try (Scope scope = scopes.carryOn(span)) {
        subscriber.onSubscribe(this);
      }
    }

    @Override
    public void onNext(T value) {
      try (Scope scope = scopes.carryOn(span)) {
        subscriber.onNext(value);
      }
    }

    @Override
    public void onError(Throwable error) {
      try (Scope scope = scopes.carryOn(span)) {
        subscriber.onError(error);
      }
    }

    @Override
    public void onComplete() {
      try (Scope scope = scopes.carryOn(span)) {
        subscriber.onComplete();
      }
    }

    @Override
    public void request(long count) {
      Subscription above = upstream;
      if (above != null) {
        try (Scope scope = scopes.carryOn(span)) {
          above.request(count);
        }
      }
    }

    @Override
    public void cancel() {
      Subscription above = upstream;
      if (above != null) {
        try (Scope scope = scopes.carryOn(span)) {
          above.cancel();
        }
      }
    }
  }
}
