package io.skein.opentracing;

import io.opentracing.Scope;
import io.opentracing.ScopeManager;
import io.opentracing.Span;
import io.opentracing.SpanContext;
import io.opentracing.Tracer;
import io.opentracing.propagation.Format;
import io.opentracing.util.GlobalTracer;
import io.skein.api.spi.Providers;
import io.skein.api.spi.TracingProvider;
import io.skein.opentracing.scope.ThreadLocalScopeManager;
import java.time.Duration;
import java.util.Iterator;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * OpenTracing 0.33 on Skein.
 *
 * <pre>{@code
 * Tracer tracer = new SkeinTracer();       // or SkeinTracer.builder()....build()
 * GlobalTracer.registerIfAbsent(tracer);   // or SkeinTracer.register()
 * }</pre>
 *
 * <p>It records with whoever stands behind Skein's API when a span is started: an agent, the SDK,
 * or nobody. With nobody there, spans can be started, made active and finished, and leave no trace.
 *
 * <h2>Where OpenTracing leaves it open</h2>
 *
 * <ul>
 *   <li>No method of spans, builders and contexts throws, and null says nothing.
 *   <li>A context of another tracer is as good as null.
 *   <li>Where no span is active here, but one that an agent or another API has started, that one is
 *       {@linkplain #activeSpan() active}: it can be described, it is the parent of new spans, and
 *       {@code finish} does nothing to it.
 *   <li>What kind of span it is, and what its tags mean, is decided when it is finished.
 *   <li>A parent may have been finished and reported long ago; the child is in the right place all
 *       the same.
 * </ul>
 */
public final class SkeinTracer implements Tracer {
  private static final Duration FLUSH = Duration.ofSeconds(5);

  private final @Nullable TracingProvider fixed;
  private final SharedScopes scopes;

  /** A tracer with the defaults; this is also what {@link ServiceLoader} makes. */
  public SkeinTracer() {
    this(builder());
  }

  private SkeinTracer(Builder settings) {
    fixed = settings.provider;
    ScopeManager chosen = settings.scopeManager;
    scopes = new SharedScopes(this, chosen == null ? discovered() : chosen);
  }

  public static Builder builder() {
    return new Builder();
  }

  /**
   * Makes the tracer of this application the {@link GlobalTracer}, if there is none yet.
   *
   * @return whether it is one now that was made here
   */
  public static boolean register() {
    return GlobalTracer.registerIfAbsent(shared());
  }

  /** The one that discovery finds, always the same: two would not see each other's scopes. */
  static SkeinTracer shared() {
    return Shared.TRACER;
  }

  private static final class Shared {
    static final SkeinTracer TRACER = new SkeinTracer();
  }

  /** The one that a framework brings as a service, else the default. */
  private static ScopeManager discovered() {
    try {
      Iterator<ScopeManager> found = ServiceLoader.load(ScopeManager.class).iterator();
      if (found.hasNext()) {
        return found.next();
      }
    } catch (ServiceConfigurationError e) {
      System.getLogger("io.skein.opentracing")
          .log(System.Logger.Level.WARNING, "A scope manager that was named cannot be used", e);
    }
    return new ThreadLocalScopeManager();
  }

  TracingProvider provider() {
    return fixed == null ? Providers.current() : fixed;
  }

  SharedScopes scopes() {
    return scopes;
  }

  @Override
  public ScopeManager scopeManager() {
    return scopes;
  }

  @Override
  public @Nullable Span activeSpan() {
    return scopes.activeSpan();
  }

  @Override
  public Scope activateSpan(@Nullable Span span) {
    return scopes.activate(span);
  }

  /** A span that has no name by its end is called {@code unnamed}. */
  @Override
  public SpanBuilder buildSpan(@Nullable String operationName) {
    return new SkeinSpanBuilder(this, operationName);
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalArgumentException for a format that is unknown or only for extraction, and for a
   *     carrier of another kind than the format's
   */
  @Override
  public <C> void inject(
      @Nullable SpanContext context, @Nullable Format<C> format, @Nullable C carrier) {
    Object checked = Propagation.checkInject(format, carrier);
    if (context instanceof SkeinSpanContext ours) {
      Propagation.inject(ours, checked);
    }
  }

  /**
   * {@inheritDoc}
   *
   * @return null when there is no context in the carrier
   * @throws IllegalArgumentException when there is one that is damaged, for a format that is
   *     unknown or only for injection, and for a carrier of another kind than the format's
   */
  @Override
  public <C> @Nullable SpanContext extract(@Nullable Format<C> format, @Nullable C carrier) {
    return Propagation.extract(provider(), format, carrier);
  }

  /**
   * Sends what has been finished so far, and waits for it a few seconds at most. Spans can be
   * started and finished afterwards, too: whoever started the SDK closes it, and an agent sees to
   * the end by itself.
   */
  @Override
  public void close() {
    provider().flush(FLUSH);
  }

  /** Settings of a {@link SkeinTracer}. */
  public static final class Builder {
    private @Nullable ScopeManager scopeManager;
    private @Nullable TracingProvider provider;

    private Builder() {}

    /**
     * For whom a span is active. By default the {@link ScopeManager} that is found as a service,
     * else a {@link ThreadLocalScopeManager}. A manager serves one tracer.
     */
    public Builder scopeManager(ScopeManager manager) {
      scopeManager = Objects.requireNonNull(manager, "manager == null");
      return this;
    }

    /** Records with this provider, whoever stands behind the API: for tests and for bridges. */
    public Builder provider(TracingProvider instead) {
      provider = Objects.requireNonNull(instead, "provider == null");
      return this;
    }

    public SkeinTracer build() {
      return new SkeinTracer(this);
    }
  }
}
