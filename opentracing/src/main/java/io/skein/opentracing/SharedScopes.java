package io.skein.opentracing;

import io.opentracing.Scope;
import io.opentracing.ScopeManager;
import io.opentracing.Span;
import io.skein.api.spi.TracingProvider;
import io.skein.opentracing.SkeinSpanBuilder.Active;
import io.skein.opentracing.scope.ActivationListener;
import io.skein.opentracing.scope.ObservableScopeManager;
import io.skein.opentracing.scope.ThreadLocalScopeManager;
import org.jspecify.annotations.Nullable;

/**
 * The tracer's scope manager: the application's, and beside it what others have active in the
 * thread. It tells those others what becomes active here, and shows what is active there where the
 * application's manager knows of nothing.
 */
final class SharedScopes implements ScopeManager, ActivationListener {
  private static final Scope NOTHING = () -> {};

  private final SkeinTracer tracer;
  private final ScopeManager scopes;

  /** Stands in for a manager that does not tell; null where it does. */
  private final @Nullable ThreadLocalScopeManager watched;

  /** Not static: two tracers have nothing to do with each other. */
  @SuppressWarnings("ThreadLocalUsage")
  private final ThreadLocal<@Nullable Told> told = new ThreadLocal<>();

  SharedScopes(SkeinTracer tracer, ScopeManager scopes) {
    this.tracer = tracer;
    this.scopes = scopes;
    if (scopes instanceof ObservableScopeManager observable) {
      watched = null;
      observable.listener(this);
    } else {
      watched = new ThreadLocalScopeManager();
      watched.listener(this);
    }
  }

  @Override
  public Scope activate(@Nullable Span span) {
    if (watched == null) {
      return scopes.activate(span);
    }
    Scope here = watched.activate(span);
    Scope there = scopes.activate(span);
    return () -> {
      try {
        there.close();
      } finally {
        here.close();
      }
    };
  }

  @Override
  public @Nullable Span activeSpan() {
    Span span = scopes.activeSpan();
    if (span != null) {
      return span;
    }
    TracingProvider provider = tracer.provider();
    io.skein.api.Span automatic = provider.activeSpan();
    return automatic == null ? null : new AutomaticSpan(tracer, provider, automatic);
  }

  /** What a span started now is inside of. */
  Active active(TracingProvider provider) {
    Span span = scopes.activeSpan();
    if (span != null && !(span instanceof BackedSpan)) {
      return Active.NONE; // another tracer's span: of no trace of ours
    }
    io.skein.api.Span innermost = provider.activeSpan();
    Object place = innermost == null ? provider.capture() : innermost;
    if (!(span instanceof BackedSpan ours)) {
      return place == null ? Active.NONE : new Active(place, Baggage.NONE, true);
    }
    Told last = told.get();
    if (place == null || last == null || last.span != span) {
      // It came here by a way that nobody was told of, so what others know here is not inside it.
      place = ours.context().place;
    }
    return new Active(place, ours.context().baggage, ours instanceof AutomaticSpan);
  }

  @Override
  public Scope activated(@Nullable Span span) {
    if (span != null && !(span instanceof BackedSpan)) {
      return NOTHING;
    }
    io.skein.api.Span behind = span instanceof BackedSpan ours ? ours.behind() : null;
    Told now = new Told(span, tracer.provider().activate(behind), told.get());
    told.set(now);
    return now;
  }

  /** That others know of a span being active in this thread. Closed in order by the manager. */
  private final class Told implements Scope {
    private final @Nullable Span span;
    private final io.skein.api.Scope scope;
    private final @Nullable Told outer;

    Told(@Nullable Span span, io.skein.api.Scope scope, @Nullable Told outer) {
      this.span = span;
      this.scope = scope;
      this.outer = outer;
    }

    @Override
    public void close() {
      scope.close();
      if (told.get() == this) {
        if (outer == null) {
          told.remove();
        } else {
          told.set(outer);
        }
      }
    }
  }
}
