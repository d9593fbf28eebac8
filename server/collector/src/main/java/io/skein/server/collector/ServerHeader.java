package io.skein.server.collector;

import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * Says with every answer that it is a Skein server's: {@code skein-server: <version>}. To our
 * agents this is the promise that a segment which comes twice is stored and counted once, so that
 * they may repeat what got no answer.
 */
final class ServerHeader implements ServerInterceptor {
  private static final Metadata.Key<String> NAME =
      Metadata.Key.of("skein-server", Metadata.ASCII_STRING_MARSHALLER);
  private static final String VERSION = version(ServerHeader.class.getPackage());

  private static String version(@Nullable Package ours) {
    String version = ours == null ? null : ours.getImplementationVersion();
    return version == null ? "development" : version;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    return next.startCall(
        new SimpleForwardingServerCall<>(call) {
          private boolean said;

          @Override
          public void sendHeaders(Metadata answer) {
            answer.put(NAME, VERSION);
            said = true;
            super.sendHeaders(answer);
          }

          @Override
          public void close(Status status, Metadata trailers) {
            if (!said) { // these trailers are all that there is, and travel as headers
              trailers.put(NAME, VERSION);
            }
            super.close(status, trailers);
          }
        },
        headers);
  }
}
