package io.skein.opentracing;

import io.opentracing.Span;
import io.opentracing.SpanContext;
import io.opentracing.Tracer;
import io.opentracing.propagation.Format;
import io.opentracing.propagation.TextMap;
import io.opentracing.propagation.TextMapAdapter;
import io.opentracing.propagation.TextMapExtract;
import io.opentracing.propagation.TextMapExtractAdapter;
import io.opentracing.propagation.TextMapInject;
import io.opentracing.tag.Tags;
import java.util.Collections;
import java.util.Iterator;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of a request's span, for frameworks that nobody has instrumented: what came in, and
 * what goes out.
 *
 * <pre>{@code
 * Span served = Requests.inbound(tracer, request.headers())
 *     .operationName("GET:/orders")
 *     .method(request.method())
 *     .url(request.url())
 *     .remote(request.remoteIp(), request.remotePort())
 *     .start();
 *
 * Span called = Requests.outbound(tracer, headers)       // a map to be copied into the request
 *     .operationName("GET:/stock")
 *     .url(url)
 *     .peer("stock", 8080)
 *     .start();
 * }</pre>
 *
 * <p>The span is started and not active; the caller activates and finishes it. What is null or
 * empty is not said: there are no empty tags. These work with any OpenTracing tracer.
 */
public final class Requests {
  private Requests() {}

  /** A request that came in with these headers; their names in any case. */
  public static Inbound inbound(Tracer tracer, Map<String, String> headers) {
    return inbound(tracer, new TextMapExtractAdapter(headers));
  }

  public static Inbound inbound(Tracer tracer, TextMapExtract headers) {
    return new Inbound(tracer, headers);
  }

  /** A request that goes out; its headers are put into the map. */
  public static Outbound outbound(Tracer tracer, Map<String, String> headers) {
    return outbound(tracer, new TextMapAdapter(headers));
  }

  /**
   * A request that goes out; its headers are put into the carrier, each replacing an earlier one.
   */
  public static Outbound outbound(Tracer tracer, TextMapInject headers) {
    return new Outbound(tracer, headers);
  }

  private static boolean said(@Nullable String text) {
    return text != null && !text.isEmpty();
  }

  /** The formats that go both ways ask for carriers that do, and here a header goes one way. */
  private record OneWay(@Nullable TextMapExtract from, @Nullable TextMapInject to)
      implements TextMap {
    @Override
    public Iterator<Map.Entry<String, String>> iterator() {
      return from == null ? Collections.emptyIterator() : from.iterator();
    }

    @Override
    public void put(String key, String value) {
      if (to != null) {
        to.put(key, value);
      }
    }
  }

  /** What is known of a request that came in. */
  public static final class Inbound {
    private final Tracer tracer;
    private final TextMapExtract headers;
    private @Nullable String operationName;
    private @Nullable String method;
    private @Nullable String url;
    private @Nullable String caller;
    private @Nullable String remoteIp;
    private int remotePort;

    private Inbound(Tracer tracer, TextMapExtract headers) {
      this.tracer = tracer;
      this.headers = headers;
    }

    public Inbound operationName(@Nullable String name) {
      operationName = name;
      return this;
    }

    public Inbound method(@Nullable String name) {
      method = name;
      return this;
    }

    public Inbound url(@Nullable String text) {
      url = text;
      return this;
    }

    /** The name of the service that called. */
    public Inbound caller(@Nullable String name) {
      caller = name;
      return this;
    }

    /** Where the call came from; a port of 0 is unknown. */
    public Inbound remote(@Nullable String ip, int port) {
      remoteIp = ip;
      remotePort = port;
      return this;
    }

    /**
     * Starts the span: below the caller's if the headers carry one, otherwise below the active
     * span, otherwise as the root of a new trace. Headers that are damaged count as none, since a
     * request must not fail for them.
     */
    public Span start() {
      Tracer.SpanBuilder builder =
          tracer
              .buildSpan(operationName)
              .asChildOf(caller())
              .withTag(Tags.SPAN_KIND.getKey(), Tags.SPAN_KIND_SERVER);
      if (said(method)) {
        builder.withTag(Tags.HTTP_METHOD.getKey(), method);
      }
      if (said(url)) {
        builder.withTag(Tags.HTTP_URL.getKey(), url);
      }
      if (said(caller)) {
        builder.withTag(Tags.PEER_SERVICE.getKey(), caller);
      }
      if (remoteIp != null && !remoteIp.isEmpty()) {
        builder.withTag(
            (remoteIp.indexOf(':') < 0 ? Tags.PEER_HOST_IPV4 : Tags.PEER_HOST_IPV6).getKey(),
            remoteIp);
      }
      if (remotePort > 0) {
        builder.withTag(Tags.PEER_PORT.getKey(), remotePort);
      }
      return builder.start();
    }

    private @Nullable SpanContext caller() {
      try {
        return tracer.extract(Format.Builtin.HTTP_HEADERS, new OneWay(headers, null));
      } catch (IllegalArgumentException damaged) {
        return null;
      }
    }
  }

  /** What is known of a request that goes out. */
  public static final class Outbound {
    private final Tracer tracer;
    private final TextMapInject headers;
    private @Nullable Supplier<? extends @Nullable Span> parent;
    private @Nullable String operationName;
    private @Nullable String method;
    private @Nullable String url;
    private @Nullable String service;
    private @Nullable String host;
    private int port;

    private Outbound(Tracer tracer, TextMapInject headers) {
      this.tracer = tracer;
      this.headers = headers;
    }

    /**
     * Who knows the span that this request is made for; by default the active one. If it supplies
     * null the span is the root of a trace.
     */
    public Outbound parent(Supplier<? extends @Nullable Span> supplier) {
      parent = supplier;
      return this;
    }

    public Outbound operationName(@Nullable String name) {
      operationName = name;
      return this;
    }

    public Outbound method(@Nullable String name) {
      method = name;
      return this;
    }

    public Outbound url(@Nullable String text) {
      url = text;
      return this;
    }

    /** The name of the service that is called. */
    public Outbound service(@Nullable String name) {
      service = name;
      return this;
    }

    /** The address that is called; a port of 0 is unknown. */
    public Outbound peer(@Nullable String hostOrIp, int number) {
      host = hostOrIp;
      port = number;
      return this;
    }

    /** Starts the span and puts its context into the headers. */
    public Span start() {
      Tracer.SpanBuilder builder =
          tracer.buildSpan(operationName).withTag(Tags.SPAN_KIND.getKey(), Tags.SPAN_KIND_CLIENT);
      if (parent != null) {
        builder.ignoreActiveSpan().asChildOf((Span) parent.get());
      }
      if (said(method)) {
        builder.withTag(Tags.HTTP_METHOD.getKey(), method);
      }
      if (said(url)) {
        builder.withTag(Tags.HTTP_URL.getKey(), url);
      }
      if (said(service)) {
        builder.withTag(Tags.PEER_SERVICE.getKey(), service);
      }
      if (said(host)) {
        builder.withTag(Tags.PEER_HOSTNAME.getKey(), host);
      }
      if (port > 0) {
        builder.withTag(Tags.PEER_PORT.getKey(), port);
      }
      Span span = builder.start();
      tracer.inject(span.context(), Format.Builtin.HTTP_HEADERS, new OneWay(null, headers));
      return span;
    }
  }
}
