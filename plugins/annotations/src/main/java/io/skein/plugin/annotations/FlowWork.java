package io.skein.plugin.annotations;

import io.skein.core.Scope;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/** A publisher of the JDK's kind, each of whose subscriptions is a span. */
final class FlowWork<T> implements Flow.Publisher<T> {
  private final Flow.Publisher<T> source;
  private final TracedMethod method;
  private final String @Nullable [] tags;

  FlowWork(Flow.Publisher<T> source, TracedMethod method, String @Nullable [] tags) {
    this.source = source;
    this.method = method;
    this.tags = tags;
  }

  @Override
  public void subscribe(Flow.@Nullable Subscriber<? super T> subscriber) {
    if (subscriber == null) {
      source.subscribe(null); // which is to complain
      return;
    }
    Work work = new Work(method, tags, null);
    try {
      source.subscribe(new Signals<T>(subscriber, work));
    } catch (Throwable refused) {
      work.finish(refused);
      throw refused;
    } finally {
      work.leave();
    }
  }

  private static final class Signals<T> implements Flow.Subscriber<T>, Flow.Subscription {
    private final Flow.Subscriber<? super T> subscriber;
    private final Work work;
    private Flow.@Nullable Subscription subscription;

    Signals(Flow.Subscriber<? super T> subscriber, Work work) {
      this.subscriber = subscriber;
      this.work = work;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
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
      Flow.Subscription known = subscription;
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
      Flow.Subscription known = subscription;
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
