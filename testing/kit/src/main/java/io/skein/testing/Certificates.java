package io.skein.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Certificates for tests, made by the JDK's {@code keytool} and written as PEM. Not safe for use by
 * several threads.
 */
public final class Certificates {
  private static final String PASSWORD = "password";
  private static final int PATIENCE_SECONDS = 60;

  private final Path directory;
  private final Path store;

  /** PEM files: a certificate with its chain, and its key in PKCS#8. */
  public record Issued(String name, Path certificate, Path key) {}

  /** Writes into this directory, which exists. */
  public Certificates(Path directory) {
    this.directory = directory;
    this.store = directory.resolve("store.p12");
  }

  /** Makes an authority of its own. */
  public Issued authority(String name) throws IOException {
    return make(name, "EC", "-ext", "bc:c");
  }

  /** Makes a certificate for these hosts, such as {@code ip:127.0.0.1,dns:localhost}. */
  public Issued issue(Issued authority, String name, String hosts) throws IOException {
    return make(name, "EC", "-signer", authority.name(), "-ext", "san=" + hosts);
  }

  /** Makes a certificate with an RSA key. */
  public Issued issueRsa(Issued authority, String name, String hosts) throws IOException {
    return make(name, "RSA", "-signer", authority.name(), "-ext", "san=" + hosts);
  }

  /** Makes a certificate that was valid until some days ago. */
  public Issued issueExpired(Issued authority, String name, String hosts) throws IOException {
    return make(
        name,
        "EC",
        "-signer",
        authority.name(),
        "-ext",
        "san=" + hosts,
        "-startdate",
        "-20d",
        "-validity",
        "10");
  }

  /** Returns the certificate, its chain and its key in a store, all under this password. */
  public KeyStore keyStore(Issued issued, char[] password) throws IOException {
    try {
      KeyStore all = load();
      KeyStore one = KeyStore.getInstance("PKCS12");
      one.load(null, null);
      one.setKeyEntry(
          issued.name(),
          all.getKey(issued.name(), PASSWORD.toCharArray()),
          password,
          all.getCertificateChain(issued.name()));
      return one;
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private KeyStore load() throws GeneralSecurityException, IOException {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(new ByteArrayInputStream(Files.readAllBytes(store)), PASSWORD.toCharArray());
    return keys;
  }

  private Issued make(String name, String kind, String... more) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                name,
                "-dname",
                "CN=" + name,
                "-keyalg",
                kind,
                "-keystore",
                store.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD));
    command.addAll(List.of(more));
    Path output = directory.resolve("keytool.out");
    Process keytool =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      if (!keytool.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
        throw new IOException(String.join(" ", command) + " failed: " + Files.readString(output));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      keytool.destroyForcibly();
    }
    try {
      return export(name);
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  private Issued export(String name) throws GeneralSecurityException, IOException {
    KeyStore keys = load();
    StringBuilder chain = new StringBuilder();
    for (Certificate each : keys.getCertificateChain(name)) {
      chain.append(pem("CERTIFICATE", each.getEncoded()));
    }
    Key key = keys.getKey(name, PASSWORD.toCharArray());
    Issued issued =
        new Issued(name, directory.resolve(name + ".pem"), directory.resolve(name + ".key"));
    Files.writeString(issued.certificate(), chain);
    Files.writeString(issued.key(), pem("PRIVATE KEY", key.getEncoded()));
    return issued;
  }

  private static String pem(String what, byte[] encoded) {
    return "-----BEGIN "
        + what
        + "-----\n"
        + new String(Base64.getMimeEncoder(64, "\n".getBytes(UTF_8)).encode(encoded), US_ASCII)
        + "\n-----END "
        + what
        + "-----\n";
  }
}
