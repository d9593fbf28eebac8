package io.skein.wire.grpc;

import java.io.IOException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.apache.hc.core5.net.NamedEndpoint;
import org.apache.hc.core5.reactor.ProtocolIOSession;
import org.apache.hc.core5.reactor.ssl.SSLBufferMode;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/** Encrypts connections to collectors, with the JDK's own TLS. */
final class Tls {

  private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};
  private static final String[] PROTOCOLS = {"h2"};

  /** More causes than any exception of the JDK's has; a chain may be a circle. */
  private static final int CAUSES = 10;

  private final SSLContext context;

  /**
   * Reads the files anew.
   *
   * @throws IOException naming the file that cannot be used
   */
  Tls(TlsSettings settings) throws IOException {
    context = TlsFiles.context(settings);
  }

  /** Has the session encrypted before anything is sent; connected means then: trusted. */
  void start(ProtocolIOSession session, Timeout handshakeTimeout) {
    session.startTls(
        context,
        session.getInitialEndpoint(),
        SSLBufferMode.STATIC,
        Tls::demand,
        null,
        handshakeTimeout);
  }

  /**
   * HTTP/2 only, and the certificate must be for the host that we were told to connect to: its
   * name, or its address if that is what we were told.
   */
  private static void demand(NamedEndpoint endpoint, SSLEngine engine) {
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(VERSIONS);
    parameters.setApplicationProtocols(PROTOCOLS);
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    engine.setSSLParameters(parameters);
  }

  /** Says in a few words why a handshake failed; null if this was not about TLS. */
  static @Nullable String reasonOf(@Nullable Throwable error) {
    boolean tls = false;
    Throwable last = null;
    Throwable each = error;
    for (int i = 0; each != null && i < CAUSES; i++) {
      tls |= each instanceof SSLException || each instanceof CertificateException;
      if (each instanceof CertificateExpiredException) {
        return "TLS: its certificate has expired, " + each.getMessage();
      }
      if (each instanceof CertificateNotYetValidException) {
        return "TLS: its certificate is not valid yet, " + each.getMessage();
      }
      if (each instanceof CertPathBuilderException) {
        return "TLS: its certificate comes from an authority that we do not trust, set skein.tls.ca"
            + " to that authority's";
      }
      last = each;
      each = each.getCause();
    }
    if (!tls || last == null) {
      return null;
    }
    String message = last.getMessage();
    if (message == null) {
      return "TLS: " + last.getClass().getSimpleName();
    }
    if (message.contains("plaintext connection")
        || message.contains("Unsupported or unrecognized")) {
      return "TLS: the other side does not speak it, is it the collector's encrypted port?";
    }
    if (message.startsWith("Received fatal alert: ")) {
      return "TLS: the other side refused the connection, "
          + message.substring("Received fatal alert: ".length())
          + ", does it want another certificate of ours (skein.tls.certificate)?";
    }
    if (last instanceof CertificateException) {
      return "TLS: its certificate is for another host, " + message;
    }
    return "TLS: " + message;
  }
}
