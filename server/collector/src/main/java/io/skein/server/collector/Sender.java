package io.skein.server.collector;

import io.grpc.Metadata;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** Who sends, as far as a Skein agent says so in metadata; others do not say. */
record Sender(String service, String instance) {
  static final Metadata.Key<String> ACCOUNT =
      Metadata.Key.of("skein-account", Metadata.ASCII_STRING_MARSHALLER);
  static final Metadata.Key<String> SERVICE =
      Metadata.Key.of("skein-service", Metadata.ASCII_STRING_MARSHALLER);
  static final Metadata.Key<String> INSTANCE =
      Metadata.Key.of("skein-instance", Metadata.ASCII_STRING_MARSHALLER);

  /** Returns null when the metadata names nobody, or in a form that is not ours. */
  static @Nullable Sender of(Metadata headers) {
    String service = decoded(headers.get(SERVICE));
    String instance = decoded(headers.get(INSTANCE));
    return service == null || instance == null ? null : new Sender(service, instance);
  }

  private static @Nullable String decoded(@Nullable String base64) {
    if (base64 == null || base64.isEmpty()) {
      return null;
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(Base64.getDecoder().decode(base64)))
          .toString();
    } catch (IllegalArgumentException | CharacterCodingException e) {
      return null;
    }
  }
}
