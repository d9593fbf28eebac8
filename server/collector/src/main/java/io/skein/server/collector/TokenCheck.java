package io.skein.server.collector;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** Lets in who sends the token as {@code Authentication}, as SkyWalking's agents do. */
final class TokenCheck implements ServerInterceptor {
  private static final Metadata.Key<String> AUTHENTICATION =
      Metadata.Key.of("authentication", Metadata.ASCII_STRING_MARSHALLER);

  private final byte[] token;
  private final MessageCounts counts;

  TokenCheck(String token, MessageCounts counts) {
    this.token = token.getBytes(StandardCharsets.UTF_8);
    this.counts = counts;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    String sent = headers.get(AUTHENTICATION);
    // Takes the same time wherever the first difference is.
    if (sent != null && MessageDigest.isEqual(token, sent.getBytes(StandardCharsets.UTF_8))) {
      return next.startCall(call, headers);
    }
    counts.add(sent == null ? "token-missing" : "token-wrong");
    call.close(
        Status.PERMISSION_DENIED.withDescription(
            sent == null
                ? "this server asks for a token: set it at the agent (skein.token or SKEIN_TOKEN;"
                    + " SkyWalking's: agent.authentication or SW_AGENT_AUTHENTICATION)"
                : "the token is not the one this server was started with"),
        new Metadata());
    return new ServerCall.Listener<>() {};
  }
}
