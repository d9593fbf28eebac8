package io.skein.plugin.annotations;

import io.skein.core.Scope;
import io.skein.core.Snapshot;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoOperator;
import reactor.util.context.Context;

/**
 * Reactor's publishers, each of whose subscriptions is a span.
 *
 * <p>Reactor moves work between threads in ways that no thread knows of. So the place of the work
 * is also written into Reactor's own context, which goes from the subscriber up to the sources: a
 * traced method inside of another one finds its parent there, whatever thread it is in.
 */
final class ReactorWork {
  /** Of this loader's copy of the class: what another plugin writes is none of ours. */
  private static final Object PLACE =
      new Object() {
        @Override
        public String toString() {
          return "skein.place";
        }
      };

  private ReactorWork() {}

  static @Nullable Object around(
      @Nullable Object returned, TracedMethod method, String @Nullable [] tags) {
    if (returned instanceof Mono<?> mono) {
      return new OfMono<>(mono, method, tags);
    }
    if (returned instanceof Flux<?> flux) {
      return new OfFlux<>(flux, method, tags);
    }
    return returned instanceof Publisher<?> publisher
        ? new OfFlux<>(Flux.from(publisher), method, tags)
        : null;
  }

  private static <T> Signals<T> begin(
      CoreSubscriber<? super T> subscriber,
      TracedMethod method,
      String @Nullable [] tags,
      boolean single) {
    Context context = subscriber.currentContext();
    Object place = context.getOrDefault(PLACE, null);
    Work work = new Work(method, tags, place instanceof Snapshot snapshot ? snapshot : null);
    Snapshot inside = work.place();
    return new Signals<>(
        subscriber, work, inside == null ? context : context.put(PLACE, inside), single);
  }

  private static final class OfMono<T> extends MonoOperator<T, T> {
    private final TracedMethod method;
    private final String @Nullable [] tags;

    OfMono(Mono<? extends T> source, TracedMethod method, String @Nullable [] tags) {
      super(source);
      this.method = method;
      this.tags = tags;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> subscriber) {
      Signals<T> signals = begin(subscriber, method, tags, true);
      try {
        source.subscribe(signals);
      } catch (Throwable refused) {
        signals.work.finish(refused);
        throw refused;
      } finally {
        signals.work.leave();
      }
    }
  }

  private static final class OfFlux<T> extends FluxOperator<T, T> {
    private final TracedMethod method;
    private final String @Nullable [] tags;

    OfFlux(Flux<? extends T> source, TracedMethod method, String @Nullable [] tags) {
      super(source);
      this.method = method;
      this.tags = tags;
    }

    @Override
    public void subscribe(CoreSubscriber<? super T> subscriber) {
      Signals<T> signals = begin(subscriber, method, tags, false);
      try {
        source.subscribe(signals);
      } catch (Throwable refused) {
        signals.work.finish(refused);
        throw refused;
      } finally {
        signals.work.leave();
      }
    }
  }

  private static final class Signals<T> implements CoreSubscriber<T>, Subscription {
    private final CoreSubscriber<? super T> subscriber;
    final Work work;
    private final Context context;
    private final boolean single;
    private @Nullable Subscription subscription;

    Signals(CoreSubscriber<? super T> subscriber, Work work, Context context, boolean single) {
      this.subscriber = subscriber;
      this.work = work;
      this.context = context;
      this.single = single;
    }

    @Override
    public Context currentContext() {
      return context;
    }

    @Override
    public void onSubscribe(Subscription given) {
      subscription = given;
      Scope scope = work.down();
      try {
        subscriber.onSubscribe(this);
      } finally {
        scope.close();
      }
    }

    @Override
    public void onNext(T item) {
      if (single) {
        work.finishWith(item);
        work.leave();
      }
      Scope scope = work.down();
      try {
        subscriber.onNext(item);
      } finally {
        scope.close();
      }
    }

    @Override
    public void onError(Throwable error) {
      work.finish(error);
      work.leave();
      Scope scope = work.down();
      try {
        subscriber.onError(error);
      } finally {
        scope.close();
      }
    }

    @Override
    public void onComplete() {
      work.finish(null);
      work.leave();
      Scope scope = work.down();
      try {
        subscriber.onComplete();
      } finally {
        scope.close();
      }
    }

    @Override
    public void request(long count) {
      Subscription known = subscription;
      if (known == null) {
        return;
      }
      Scope scope = work.up();
      try {
        known.request(count);
      } finally {
        scope.close();
      }
    }

    @Override
    public void cancel() {
      work.cancel();
      Subscription known = subscription;
      if (known == null) {
        return;
      }
      Scope scope = work.up();
      try {
        known.cancel();
      } finally {
        scope.close();
      }
    }
  }
}
