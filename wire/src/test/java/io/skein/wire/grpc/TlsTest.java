package io.skein.wire.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslProvider;
import io.skein.core.report.ReportCounters;
import io.skein.core.report.SegmentQueue;
import io.skein.core.report.Transport.Answer;
import io.skein.core.report.Transport.Kind;
import io.skein.testing.Certificates;
import io.skein.testing.Certificates.Issued;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The encrypted way to a collector of another make. */
@Timeout(60)
class TlsTest {

  private static final long TEN_SECONDS = 10_000_000_000L;
  private static final String HERE = "ip:127.0.0.1,dns:localhost";

  @TempDir static Path directory;
  private static Issued authority;
  private static Issued otherAuthority;
  private static Issued server;
  private static Issued elsewhere;
  private static Issued expired;
  private static Issued client;
  private static Issued rsaClient;
  private static Issued stranger;

  private final ReportCounters counters = new ReportCounters(new SegmentQueue(16, 100));
  private final List<AutoCloseable> toClose = new ArrayList<>();

  @BeforeAll
  static void issue() throws IOException {
    Certificates certificates = new Certificates(directory);
    authority = certificates.authority("authority");
    otherAuthority = certificates.authority("other-authority");
    server = certificates.issue(authority, "server", HERE);
    elsewhere = certificates.issue(authority, "elsewhere", "dns:collector.example");
    expired = certificates.issueExpired(authority, "expired", HERE);
    client = certificates.issue(authority, "client", HERE);
    rsaClient = certificates.issueRsa(authority, "rsa-client", HERE);
    stranger = certificates.issue(otherAuthority, "stranger", HERE);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable closeable : toClose) {
      closeable.close();
    }
  }

  private <T extends AutoCloseable> T closed(T closeable) {
    toClose.add(0, closeable);
    return closeable;
  }

  private TestCollector collector(Issued certificate, ClientAuth clients, SslProvider provider)
      throws IOException {
    return closed(
        TestCollector.start(
            builder -> {
              try {
                builder.sslContext(
                    GrpcSslContexts.configure(
                            SslContextBuilder.forServer(
                                certificate.certificate().toFile(), certificate.key().toFile()),
                            provider)
                        .clientAuth(clients)
                        .trustManager(authority.certificate().toFile())
                        .build());
              } catch (SSLException e) {
                throw new IllegalStateException(e);
              }
            }));
  }

  private TestCollector collector(Issued certificate) throws IOException {
    return collector(certificate, ClientAuth.NONE, SslProvider.JDK);
  }

  private GrpcTransport transport(String backend, @Nullable TlsSettings tls) {
    return closed(
        new GrpcTransport(
            GrpcSettings.of(backend, "shop", "i-1", "p1", "0.1.0", null, List.of()).withTls(tls),
            counters));
  }

  private static TlsSettings trusting(Issued authority) {
    return new TlsSettings(authority.certificate(), null, null);
  }

  private static TlsSettings as(Issued own) {
    return new TlsSettings(authority.certificate(), own.certificate(), own.key());
  }

  private static Answer send(GrpcTransport transport) {
    byte[] message = "segment".getBytes(StandardCharsets.UTF_8);
    ByteBuffer body = ByteBuffer.allocate(100);
    body.put((byte) 0).putInt(message.length).put(message);
    return transport.send(body.flip(), TEN_SECONDS);
  }

  @ParameterizedTest
  @EnumSource(
      value = SslProvider.class,
      names = {"JDK", "OPENSSL"})
  void aCollectorThatWeTrustGetsOurSegments(SslProvider provider) throws IOException {
    TestCollector collector = collector(server, ClientAuth.NONE, provider);
    GrpcTransport transport = transport(collector.address(), trusting(authority));
    for (int i = 0; i < 50; i++) {
      assertThat(send(transport)).isEqualTo(Answer.delivered());
    }
    assertThat(collector.segments()).hasSize(50);
  }

  @Test
  void aBodyOfManyMegabytesArrivesWhole() throws IOException {
    TestCollector collector = collector(server);
    ByteBuffer body = ByteBuffer.allocate(100 * 100_005);
    for (int i = 0; i < 100; i++) {
      byte[] bytes = new byte[100_000];
      java.util.Arrays.fill(bytes, (byte) i);
      body.put((byte) 0).putInt(bytes.length).put(bytes);
    }
    assertThat(
            transport(collector.address(), trusting(authority))
                .send(body.flip().asReadOnlyBuffer(), TEN_SECONDS))
        .isEqualTo(Answer.delivered());
    List<byte[]> arrived = collector.segments();
    assertThat(arrived).hasSize(100);
    for (int i = 0; i < 100; i++) {
      assertThat(arrived.get(i)).hasSize(100_000).containsOnly(i);
    }
  }

  @Test
  void aHostIsKnownByItsNameAsWellAsByItsAddress() throws IOException {
    TestCollector collector = collector(server);
    assertThat(send(transport("localhost:" + collector.port(), trusting(authority))))
        .isEqualTo(Answer.delivered());
  }

  @Test
  void aCertificateOfAnAuthorityThatWeDoNotTrustIsRefused() throws IOException {
    TestCollector collector = collector(server);
    GrpcTransport transport = transport(collector.address(), trusting(otherAuthority));
    String text =
        "collector "
            + collector.address()
            + " unreachable (TLS: its certificate comes from an authority that we do not trust, set"
            + " skein.tls.ca to that authority's)";
    assertThat(send(transport)).isEqualTo(Answer.retry(text));
    assertThat(send(transport)).as("the same each time").isEqualTo(Answer.retry(text));
    assertThat(collector.calls).isEmpty();
  }

  @Test
  void withoutAnAuthorityOfOursTheJdksAreTrusted() throws IOException {
    TestCollector collector = collector(server);
    assertThat(send(transport(collector.address(), new TlsSettings(null, null, null))).detail())
        .contains("an authority that we do not trust");
  }

  @Test
  void aCertificateForAnotherHostIsRefused() throws IOException {
    TestCollector collector = collector(elsewhere);
    Answer answer = send(transport(collector.address(), trusting(authority)));
    assertThat(answer.kind()).isEqualTo(Kind.RETRY);
    assertThat(answer.detail()).contains("TLS: its certificate is for another host", "127.0.0.1");
    assertThat(send(transport("localhost:" + collector.port(), trusting(authority))).detail())
        .contains("TLS: its certificate is for another host", "localhost");
    assertThat(collector.calls).isEmpty();
  }

  @Test
  void anExpiredCertificateIsRefused() throws IOException {
    TestCollector collector = collector(expired);
    assertThat(send(transport(collector.address(), trusting(authority))).detail())
        .contains("TLS: its certificate has expired");
    assertThat(collector.calls).isEmpty();
  }

  @Test
  void aCollectorThatAsksForOurCertificateGetsIt() throws IOException {
    TestCollector collector = collector(server, ClientAuth.REQUIRE, SslProvider.JDK);
    for (Issued own : List.of(client, rsaClient)) {
      assertThat(send(transport(collector.address(), as(own)))).isEqualTo(Answer.delivered());
    }
  }

  @Test
  void aCollectorThatRefusesOurCertificateOrItsAbsenceSaysSo() throws IOException {
    TestCollector collector = collector(server, ClientAuth.REQUIRE, SslProvider.JDK);
    for (TlsSettings refused : List.of(trusting(authority), as(stranger))) {
      GrpcTransport transport = transport(collector.address(), refused);
      for (int i = 0; i < 5; i++) {
        Answer answer = send(transport);
        assertThat(answer.kind()).isEqualTo(Kind.RETRY);
        assertThat(answer.detail())
            .containsAnyOf(
                "TLS: the other side refused the connection", "does it accept our certificate?");
      }
    }
    assertThat(collector.calls).isEmpty();
  }

  @Test
  void aCollectorWithoutTlsIsToldApartAndGetsNoByteInTheClear() throws IOException {
    TestCollector collector = closed(TestCollector.start());
    Answer answer = send(transport(collector.address(), trusting(authority)));
    assertThat(answer.kind()).isEqualTo(Kind.RETRY);
    assertThat(answer.detail()).contains("TLS");
    assertThat(collector.calls).isEmpty();

    ByteArrayOutputStream received = new ByteArrayOutputStream();
    RawServer raw =
        closed(
            new RawServer(
                (in, out) -> {
                  int first = in.read();
                  synchronized (received) {
                    received.write(first);
                  }
                  out.write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                  out.flush();
                }));
    assertThat(send(transport(raw.address(), trusting(authority))).detail())
        .contains("TLS: the other side does not speak it");
    synchronized (received) {
      assertThat(received.toByteArray()).as("a TLS handshake record").containsExactly(22);
    }
  }

  @Test
  void aCollectorWithTlsIsToldApartFromOneWithout() throws IOException {
    TestCollector collector = collector(server);
    assertThat(send(transport(collector.address(), null)).detail())
        .contains("closed before a word of gRPC", "set skein.tls");
  }

  @Test
  void aServerThatSaysNothingInTheHandshakeIsGivenUp() throws IOException {
    RawServer silent = closed(new RawServer((in, out) -> RawServer.drain(in)));
    GrpcTransport transport = transport(silent.address(), trusting(authority));
    long start = System.nanoTime();
    ByteBuffer body = ByteBuffer.allocate(5);
    Answer answer = transport.send(body, 300_000_000L);
    assertThat(System.nanoTime() - start).isLessThan(TEN_SECONDS);
    assertThat(answer.kind()).isEqualTo(Kind.RETRY);
  }

  private void names(TestCollector collector, TlsSettings unusable, String... texts) {
    Answer answer = send(transport(collector.address(), unusable));
    assertThat(answer.kind()).isEqualTo(Kind.RETRY);
    assertThat(answer.detail()).startsWith("collector ").contains("unreachable (TLS: ");
    assertThat(answer.detail()).contains(texts);
  }

  @Test
  void aFileThatCannotBeUsedIsNamed() throws IOException {
    TestCollector collector = collector(server);
    Path absent = directory.resolve("absent.pem");
    Path garbled = Files.writeString(directory.resolve("garbled.pem"), "no certificate\n");
    Path broken =
        Files.writeString(
            directory.resolve("broken.pem"),
            "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    Path empty = Files.writeString(directory.resolve("empty.pem"), "");
    Path pkcs1 =
        Files.writeString(
            directory.resolve("pkcs1.pem"),
            "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n");
    Path encrypted =
        Files.writeString(
            directory.resolve("encrypted.pem"),
            "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
    Path brokenKey =
        Files.writeString(
            directory.resolve("broken.key"),
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    Path own = client.certificate();
    Path ca = authority.certificate();
    names(collector, new TlsSettings(absent, null, null), "there is no file", "absent.pem");
    names(collector, new TlsSettings(garbled, null, null), "garbled.pem", "certificate");
    names(collector, new TlsSettings(broken, null, null), "broken.pem", "no certificate in PEM");
    names(collector, new TlsSettings(empty, null, null), "empty.pem has no certificate in it");
    names(collector, new TlsSettings(directory, null, null), "is a directory");
    names(collector, new TlsSettings(ca, own, null), "client.pem", "without a key");
    names(
        collector, new TlsSettings(ca, null, client.key()), "client.key", "without a certificate");
    names(collector, new TlsSettings(ca, own, absent), "there is no file", "absent.pem");
    names(collector, new TlsSettings(ca, own, garbled), "garbled.pem is no private key");
    names(collector, new TlsSettings(ca, own, pkcs1), "pkcs1.pem is not PKCS#8", "openssl");
    names(collector, new TlsSettings(ca, own, encrypted), "encrypted.pem is encrypted", "openssl");
    names(collector, new TlsSettings(ca, own, brokenKey), "broken.key is no private key");
    names(
        collector,
        new TlsSettings(ca, own, stranger.key()),
        "stranger.key is not the key of",
        "client.pem");
    names(collector, new TlsSettings(ca, own, rsaClient.key()), "rsa-client.key is not the key of");
    assertThat(collector.calls).isEmpty();
  }

  @Test
  void aFileThatComesLaterIsTakenUp() throws IOException {
    TestCollector collector = collector(server);
    Path late = directory.resolve("late.pem");
    GrpcTransport transport = transport(collector.address(), new TlsSettings(late, null, null));
    assertThat(send(transport).detail()).contains("there is no file " + late);
    Files.copy(authority.certificate(), late);
    assertThat(send(transport)).isEqualTo(Answer.delivered());
  }
}
