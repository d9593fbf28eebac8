package io.skein.wire.grpc;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/**
 * Makes an {@link SSLContext} of PEM files. Every failure is an {@link IOException} that names the
 * file and what is wrong with it, since its text is all that an operator gets to see.
 */
final class TlsFiles {

  /** Far more than any chain of certificates; a wrong path may name anything. */
  private static final int LARGEST_FILE = 4 << 20;

  /** A private key does not say its kind where it is easily read, and there are only these. */
  private static final String[] KEY_KINDS = {"RSA", "EC", "EdDSA", "RSASSA-PSS"};

  private static final char[] NO_PASSWORD = {};

  private TlsFiles() {}

  static SSLContext context(TlsSettings settings) throws IOException {
    try {
      Path authorities = settings.authorities();
      TrustManager[] trusted = authorities == null ? null : trusting(certificates(authorities));
      KeyManager[] own = own(settings.certificate(), settings.key());
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(own, trusted, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException("TLS cannot be set up: " + e, e);
    }
  }

  private static TrustManager[] trusting(List<Certificate> authorities)
      throws GeneralSecurityException, IOException {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    for (int i = 0; i < authorities.size(); i++) {
      store.setCertificateEntry("authority" + i, authorities.get(i));
    }
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(store);
    return factory.getTrustManagers();
  }

  private static KeyManager @Nullable [] own(@Nullable Path certificate, @Nullable Path key)
      throws GeneralSecurityException, IOException {
    if (certificate == null && key == null) {
      return null;
    }
    if (certificate == null || key == null) {
      throw new IOException(
          key == null
              ? certificate + " is a certificate without a key: set both"
              : key + " is a key without a certificate: set both");
    }
    List<Certificate> chain = certificates(certificate);
    PrivateKey secret = key(key);
    if (!belongTogether(secret, chain.get(0).getPublicKey())) {
      throw new IOException(key + " is not the key of " + certificate);
    }
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry("own", secret, NO_PASSWORD, chain.toArray(new Certificate[0]));
    KeyManagerFactory factory =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    factory.init(store, NO_PASSWORD);
    return factory.getKeyManagers();
  }

  /** Found out here, it has a name; found out in the handshake, it is a riddle on both sides. */
  private static boolean belongTogether(PrivateKey secret, PublicKey open)
      throws GeneralSecurityException {
    if (!secret.getAlgorithm().equals(open.getAlgorithm())) {
      return false;
    }
    String kind =
        switch (secret.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          case "EdDSA" -> "EdDSA";
          default -> "";
        };
    if (kind.isEmpty()) {
      return true;
    }
    byte[] anything = {1, 2, 3};
    Signature signature = Signature.getInstance(kind);
    signature.initSign(secret);
    signature.update(anything);
    byte[] signed = signature.sign();
    signature.initVerify(open);
    signature.update(anything);
    return signature.verify(signed);
  }

  private static List<Certificate> certificates(Path file) throws IOException {
    byte[] bytes = read(file);
    List<Certificate> found;
    try {
      found =
          List.copyOf(
              CertificateFactory.getInstance("X.509")
                  .generateCertificates(new ByteArrayInputStream(bytes)));
    } catch (CertificateException e) {
      throw new IOException(file + " is no certificate in PEM: " + e.getMessage(), e);
    }
    if (found.isEmpty()) {
      throw new IOException(file + " has no certificate in it");
    }
    return found;
  }

  private static PrivateKey key(Path file) throws GeneralSecurityException, IOException {
    String text = new String(read(file), StandardCharsets.ISO_8859_1);
    String begin = "-----BEGIN PRIVATE KEY-----";
    int from = text.indexOf(begin);
    int to = from < 0 ? -1 : text.indexOf("-----END PRIVATE KEY-----", from);
    if (to < 0) {
      if (text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")) {
        throw new IOException(
            file
                + " is encrypted: make one without a password by"
                + " openssl pkcs8 -topk8 -nocrypt -in <this> -out <that>");
      }
      if (text.contains("PRIVATE KEY-----")) {
        throw new IOException(
            file
                + " is not PKCS#8: convert it by openssl pkcs8 -topk8 -nocrypt -in <this> -out <that>");
      }
      throw new IOException(file + " is no private key in PEM");
    }
    byte[] encoded;
    try {
      encoded = Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to));
    } catch (IllegalArgumentException e) {
      throw new IOException(file + " is no private key in PEM: " + e.getMessage(), e);
    }
    PKCS8EncodedKeySpec spec = new PKCS8EncodedKeySpec(encoded);
    for (String kind : KEY_KINDS) {
      try {
        return KeyFactory.getInstance(kind).generatePrivate(spec);
      } catch (InvalidKeySpecException anotherKind) {
        // The next one says.
      }
    }
    throw new IOException(file + " is no private key of a kind that the JDK knows");
  }

  private static byte[] read(Path file) throws IOException {
    try {
      if (Files.isDirectory(file)) {
        throw new IOException(file + " is a directory");
      }
      try (var in = Files.newInputStream(file)) {
        byte[] bytes = in.readNBytes(LARGEST_FILE + 1);
        if (bytes.length > LARGEST_FILE) {
          throw new IOException(file + " is too large for certificates or keys");
        }
        return bytes;
      }
    } catch (NoSuchFileException e) {
      throw new IOException("there is no file " + file, e);
    } catch (AccessDeniedException e) {
      throw new IOException(file + " may not be read by this process", e);
    }
  }
}
