package io.skein.plugin.springrest;

import io.skein.agent.plugin.Tracing;
import io.skein.agent.plugin.WeakIdentityMap;
import io.skein.api.Component;
import io.skein.api.Span;
import io.skein.core.Scope;
import io.skein.core.http.HttpClientAdapter;
import io.skein.core.http.HttpClientHandler;
import io.skein.core.http.HttpPeer;
import java.io.IOException;
import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpResponse;

/** The calls in progress, and the templates they were made from. */
final class Calls {
  static final HttpClientHandler<ClientHttpRequest, ClientHttpResponse> HANDLER =
      new HttpClientHandler<>(Tracing.tracer(), new Adapter());

  private static final int MAX_WAITING = 10_000;

  /** RestClient's calls between {@code uri} and the exchange. */
  private static final WeakIdentityMap<Object, String> WAITING = new WeakIdentityMap<>(MAX_WAITING);

  /** The template of the call that this thread is about to make. */
  private static final ThreadLocal<@Nullable Template> EXPECTED = new ThreadLocal<>();

  private static final String JDK_CLIENT = "org.springframework.http.client.JdkClientHttpRequest";

  /**
   * Whether the JDK's client inside of Spring's takes part in the calls and so writes the headers
   * itself, which costs much less there. Its plugin may be excluded or switched off, or the client
   * may be none of the JDK's, so until a call has shown that it does they are set here; and once
   * one has shown that it does not any more they are again, for good.
   */
  private static volatile boolean jdkClientWrites;

  private static volatile boolean jdkClientIsTrusted = true;

  private Calls() {}

  /**
   * A template is for one call: the first request that is executed. Those that an interceptor makes
   * before or after (to fetch a token) have their own or none. Closed only when our own exit
   * failed.
   */
  static final class Template implements Scope {
    final String text;
    final @Nullable Template outer;
    boolean used;

    Template(String text, @Nullable Template outer) {
      this.text = text;
      this.outer = outer;
    }

    @Override
    public void close() {
      forget(this);
    }
  }

  static @Nullable Template expect(@Nullable String template) {
    if (template == null) {
      return null;
    }
    Template expected = new Template(template, EXPECTED.get());
    EXPECTED.set(expected);
    return expected;
  }

  static void forget(@Nullable Template template) {
    if (template == null) {
      return;
    }
    // Null rather than removed: a place in the thread's map is used again by the next call.
    EXPECTED.set(template.outer);
  }

  static void remember(Object call, @Nullable String template) {
    if (template != null) {
      WAITING.put(call, template);
    }
  }

  static @Nullable String templateOf(Object call) {
    return WAITING.take(call);
  }

  static Span start(ClientHttpRequest request) {
    Span span = HANDLER.start(request);
    if (!jdkClientWrites || !isOfTheJdkClient(request)) {
      HANDLER.inject(span, request);
    }
    return span;
  }

  static void finish(
      ClientHttpRequest request,
      @Nullable Span span,
      @Nullable ClientHttpResponse response,
      @Nullable Throwable error) {
    if (span != null && response != null && span.recording() && isOfTheJdkClient(request)) {
      learn(HANDLER.wasJoined(span));
    }
    HANDLER.finish(span, response, error);
  }

  private static void learn(boolean joined) {
    if (jdkClientWrites && !joined) {
      jdkClientIsTrusted = false;
      jdkClientWrites = false;
    } else if (joined && !jdkClientWrites && jdkClientIsTrusted) {
      jdkClientWrites = true;
    }
  }

  private static boolean isOfTheJdkClient(ClientHttpRequest request) {
    return JDK_CLIENT.equals(request.getClass().getName());
  }

  private static final class Adapter
      extends HttpClientAdapter<ClientHttpRequest, ClientHttpResponse> {
    @Override
    public @Nullable String method(ClientHttpRequest request) {
      return request.getMethod().name();
    }

    @Override
    public @Nullable String path(ClientHttpRequest request) {
      String path = request.getURI().getRawPath();
      Template template = EXPECTED.get();
      if (template == null || template.used) {
        return path;
      }
      template.used = true;
      return Templates.path(template.text, path);
    }

    @Override
    public @Nullable String url(ClientHttpRequest request) {
      return request.getURI().toString();
    }

    @Override
    public @Nullable String peer(ClientHttpRequest request) {
      URI uri = request.getURI();
      return HttpPeer.of(uri.getScheme(), uri.getHost(), uri.getPort());
    }

    @Override
    public void setHeader(ClientHttpRequest request, String name, String value) {
      request.getHeaders().set(name, value);
    }

    @Override
    public int status(ClientHttpResponse response) {
      try {
        return response.getStatusCode().value();
      } catch (IOException notReadable) {
        return 0;
      }
    }

    @Override
    public Component component() {
      return Component.SPRING_REST_TEMPLATE;
    }
  }
}
