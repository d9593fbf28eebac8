package io.skein.plugin.jdkhttp;

import static io.skein.agent.plugin.MethodMatchers.isConstructor;
import static io.skein.agent.plugin.MethodMatchers.isPublic;
import static io.skein.agent.plugin.MethodMatchers.named;
import static io.skein.agent.plugin.MethodMatchers.takesArgument;
import static io.skein.agent.plugin.MethodMatchers.takesArguments;

import io.skein.agent.plugin.Advice;
import io.skein.agent.plugin.Plugin;
import io.skein.agent.plugin.Weaver;
import java.net.HttpURLConnection;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Calls made with {@code java.net.http.HttpClient} and with {@code HttpURLConnection}.
 *
 * <h2>HttpClient</h2>
 *
 * {@code send} and the public {@code sendAsync} both go on in a private method, so they are two
 * doors and never one inside the other. That method clones the request, whoever made it, into an
 * {@code HttpRequestImpl}, and later hops (redirects, authentication, HTTP/1.1 or HTTP/2) are
 * copies of the clone. The clone is what a call is known by from there on, and our headers are
 * written with its own when the message is, see {@link MessageHeads}; or they are added to what the
 * constructor of the clone gets when it asks the request for its headers. Either way no wrapper of
 * ours becomes visible in a response or breaks the handshake of a web socket, which looks for the
 * class of the request.
 *
 * <h2>HttpURLConnection</h2>
 *
 * An exchange begins with the first of {@code connect}, {@code getOutputStream} and {@code
 * getInputStream}, and ends when {@code getInputStream} knows the answer; {@code getResponseCode},
 * {@code getHeaderField} and all others come through there. For https the same class works behind a
 * delegate. See {@link UrlConnections}.
 */
public final class JdkHttpPlugin implements Plugin {
  @Override
  public String name() {
    return "jdk-http";
  }

  @Override
  public void weave(Weaver weaver) {
    String request = "java.net.http.HttpRequest";
    String clone = "jdk.internal.net.http.HttpRequestImpl";
    String bodyHandler = "java.net.http.HttpResponse$BodyHandler";
    weaver
        .type("jdk.internal.net.http.HttpClientImpl")
        .advise(named("send").and(takesArguments(request, bodyHandler)), "Send")
        .advise(
            named("sendAsync")
                .and(
                    takesArguments(
                        request, bodyHandler, "java.net.http.HttpResponse$PushPromiseHandler")),
            "SendAsync");
    weaver
        .type(clone)
        .adviseCall(
            isConstructor().and(takesArguments(request, "java.net.ProxySelector")),
            request,
            "headers",
            "Headers")
        .advise(isConstructor().and(takesArguments(request, "java.net.ProxySelector")), "Cloned")
        .advise(isConstructor().and(takesArgument(2, clone)), "Copied");
    weaver
        .type("jdk.internal.net.http.Http1Request")
        .adviseCall(named("headers").and(takesArguments(0)), clone, "method", "Http1Request")
        .advise(named("headers").and(takesArguments(0)), "Http1Head");
    weaver
        .type("jdk.internal.net.http.Stream")
        .adviseCall(named("headerFrame"), clone, "getUserHeaders", "Http2Headers");
    weaver
        .type("sun.net.www.protocol.http.HttpURLConnection")
        .advise(named("connect").and(isPublic()), "Connect")
        .advise(named("getOutputStream").and(isPublic()), "Connect")
        .advise(named("getInputStream").and(isPublic()), "GetInputStream")
        .advise(named("disconnect").and(isPublic()), "Disconnect");
    weaver
        .type("sun.net.www.protocol.https.AbstractDelegateHttpsURLConnection")
        .advise(named("connect").and(isPublic()), "Connect");
  }

  static final class Send {
    private Send() {}

    @Advice.Enter
    static ClientCalls.@Nullable Call enter(
        @Advice.This HttpClient client, @Advice.Argument(0) @Nullable HttpRequest request) {
      return ClientCalls.start(client, request);
    }

    @Advice.Exit
    static void exit(
        @Advice.Entered ClientCalls.@Nullable Call call,
        @Advice.Returned @Nullable HttpResponse<?> response,
        @Advice.Thrown @Nullable Throwable error) {
      if (call != null) {
        call.finish(response, error);
      }
    }
  }

  static final class SendAsync {
    private SendAsync() {}

    @Advice.Enter
    static ClientCalls.@Nullable Call enter(
        @Advice.This HttpClient client, @Advice.Argument(0) @Nullable HttpRequest request) {
      return ClientCalls.start(client, request);
    }

    @Advice.Exit
    static void exit(
        @Advice.Entered ClientCalls.@Nullable Call call,
        @Advice.Returned @Nullable CompletableFuture<HttpResponse<?>> answer,
        @Advice.Thrown @Nullable Throwable error) {
      if (call != null) {
        call.leave(answer, error);
      }
    }
  }

  static final class Headers {
    private Headers() {}

    @Advice.ReplaceReturned
    static @Nullable HttpHeaders withTrace(@Advice.Returned @Nullable HttpHeaders own) {
      return ClientCalls.withTrace(own);
    }
  }

  static final class Cloned {
    private Cloned() {}

    @Advice.Exit
    static void exit(@Advice.This HttpRequest clone) {
      ClientCalls.cloned(clone);
    }
  }

  static final class Copied {
    private Copied() {}

    @Advice.Exit
    static void exit(
        @Advice.This HttpRequest copy, @Advice.Argument(2) @Nullable HttpRequest original) {
      ClientCalls.copied(original, copy);
    }
  }

  /** The request line begins with the method, so this tells whose message is being written. */
  static final class Http1Request {
    private Http1Request() {}

    @Advice.Enter
    static void enter(@Advice.This HttpRequest request) {
      MessageHeads.begin(request);
    }
  }

  static final class Http1Head {
    private Http1Head() {}

    @Advice.ReplaceReturned
    static @Nullable List<ByteBuffer> withTrace(
        @Advice.Returned @Nullable List<ByteBuffer> written) {
      return MessageHeads.withTrace(written);
    }
  }

  static final class Http2Headers {
    private Http2Headers() {}

    @Advice.ReplaceReturned
    static @Nullable HttpHeaders withTrace(
        @Advice.This HttpRequest request, @Advice.Returned @Nullable HttpHeaders own) {
      return MessageHeads.withTrace(request, own);
    }
  }

  static final class Connect {
    private Connect() {}

    @Advice.Enter
    static UrlConnections.@Nullable Exchange enter(@Advice.This HttpURLConnection connection) {
      return UrlConnections.begin(connection);
    }

    @Advice.Exit
    static void exit(
        @Advice.This HttpURLConnection connection,
        @Advice.Entered UrlConnections.@Nullable Exchange exchange,
        @Advice.Thrown @Nullable Throwable error) {
      if (exchange != null) {
        UrlConnections.connected(connection, exchange, error);
      }
    }
  }

  static final class GetInputStream {
    private GetInputStream() {}

    @Advice.Enter
    static UrlConnections.@Nullable Exchange enter(@Advice.This HttpURLConnection connection) {
      return UrlConnections.answer(connection);
    }

    @Advice.Exit
    static void exit(
        @Advice.This HttpURLConnection connection,
        @Advice.Entered UrlConnections.@Nullable Exchange exchange,
        @Advice.Thrown @Nullable Throwable error) {
      if (exchange != null) {
        UrlConnections.answered(connection, exchange, error);
      }
    }
  }

  static final class Disconnect {
    private Disconnect() {}

    @Advice.Exit
    static void exit(@Advice.This HttpURLConnection connection) {
      UrlConnections.abandoned(connection);
    }
  }
}
