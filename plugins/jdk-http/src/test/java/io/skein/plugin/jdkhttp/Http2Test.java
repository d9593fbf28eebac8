package io.skein.plugin.jdkhttp;

import static io.skein.testing.SpanAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.skein.testing.Certificates;
import io.skein.testing.PluginContract;
import io.skein.testing.RecordedSpan;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The JDK's client over HTTP/2: several calls share a connection, and hops are streams of it. */
@InEveryJvm
@Timeout(60)
class Http2Test extends PluginContract {
  private static final char[] PASSWORD = "password".toCharArray();

  @TempDir Path directory;
  private final JdkCalls calls;
  private Http2Server server;
  private byte[] trusted = {};

  Http2Test(TracedJvm jvm) {
    super(jvm);
    calls = jvm.app(JdkCalls.class, JdkCallsApp.class);
  }

  @AfterEach
  void stopServer() throws Exception {
    server.close();
  }

  private void startServer(boolean encrypted) throws Exception {
    if (!encrypted) {
      server = new Http2Server(directory, null);
      return;
    }
    Certificates certificates = new Certificates(directory);
    Certificates.Issued issued =
        certificates.issue(certificates.authority("authority"), "server", "ip:127.0.0.1");
    KeyStore keys = certificates.keyStore(issued, PASSWORD);
    KeyStore authorities = KeyStore.getInstance("PKCS12");
    authorities.load(null, null);
    authorities.setCertificateEntry("authority", keys.getCertificateChain("server")[1]);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    authorities.store(out, PASSWORD);
    trusted = out.toByteArray();
    server = new Http2Server(directory, keys);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void callsOneAfterTheOtherShareAConnectionAndAreASpanEach(boolean encrypted) throws Exception {
    startServer(encrypted);
    assertThat(calls.http2(server.url("/one"), 3, trusted)).isEqualTo("HTTP_2 200 ".repeat(3));
    RecordedSpan request = spans.takeEntry("request");
    Set<Integer> connections = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      RecordedSpan exit = spans.takeExit("POST:/one");
      assertThat(exit)
          .isChildOf(request)
          .hasPeer(server.address())
          .hasTag("url", server.url("/one"))
          .hasTag("http.status_code", "200")
          .hasNoLog();
      Http2Server.Arrived arrived = server.take();
      connections.add(arrived.clientPort());
      assertThat(arrived.request().sw8().spanId()).isEqualTo(exit.id());
      assertThat(arrived.request().sw8().segmentId()).isEqualTo(exit.segmentId());
      assertThat(arrived.request().body()).isEqualTo("body");
    }
    assertThat(connections).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void callsAtOnceShareAConnectionAndAreASpanEach(boolean encrypted) throws Exception {
    startServer(encrypted);
    int count = 6;
    assertThat(calls.http2AtOnce(server.url("/first"), server.url("/together/6"), count, trusted))
        .isEqualTo("HTTP_2 200 ".repeat(count + 1));
    RecordedSpan request = spans.takeEntry("request");
    RecordedSpan first = spans.takeExit("GET:/first");
    Http2Server.Arrived firstArrived = server.take();
    assertThat(firstArrived.request().sw8().spanId()).isEqualTo(first.id());
    Set<Integer> recorded = new HashSet<>();
    Set<Integer> sent = new HashSet<>();
    for (int i = 0; i < count; i++) {
      RecordedSpan exit = spans.takeExit("GET:/together/6");
      assertThat(exit).isChildOf(request).hasTag("http.status_code", "200");
      recorded.add(exit.id());
      Http2Server.Arrived arrived = server.take();
      assertThat(arrived.protocol()).isEqualTo("HTTP/2.0");
      assertThat(arrived.clientPort()).isEqualTo(firstArrived.clientPort());
      sent.add(arrived.request().sw8().spanId());
    }
    assertThat(recorded).hasSize(count).isEqualTo(sent);
    assertThat(server.hasMore()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRedirectIsOneCallWhoseHopsCarryTheSameHeader(boolean encrypted) throws Exception {
    startServer(encrypted);
    // Not as the very first call: while a connection is still being upgraded from HTTP/1.1, Tomcat
    // may refuse the hop that follows at once, with a GOAWAY.
    assertThat(calls.http2AtOnce(server.url("/first"), server.url("/redirect"), 1, trusted))
        .isEqualTo("HTTP_2 200 HTTP_2 200 ");
    RecordedSpan request = spans.takeEntry("request");
    spans.takeExit("GET:/first");
    server.take();
    RecordedSpan exit = spans.takeExit("GET:/redirect");
    assertThat(exit).isChildOf(request).hasTag("http.status_code", "200");
    Http2Server.Arrived hop = server.take();
    Http2Server.Arrived end = server.take();
    assertThat(hop.request().sw8().spanId()).isEqualTo(exit.id());
    assertThat(end.request().uri()).isEqualTo("/end");
    assertThat(end.request().sw8()).isEqualTo(hop.request().sw8());
  }

  @Test
  void callsOfSeveralTracesOnOneConnectionDoNotMix() throws Exception {
    startServer(false);
    calls.http2(server.url("/one"), 1, trusted);
    spans.takeEntry("request");
    spans.takeExit("POST:/one");
    server.take();
    Set<String> segments = new HashSet<>();
    for (int i = 0; i < 3; i++) {
      calls.http2(server.url("/one"), 1, trusted);
      RecordedSpan request = spans.takeEntry("request");
      assertThat(spans.takeExit("POST:/one")).isChildOf(request);
      Http2Server.Arrived arrived = server.take();
      assertThat(arrived.protocol()).isEqualTo("HTTP/2.0");
      assertThat(arrived.request().sw8().segmentId()).isEqualTo(request.segmentId());
      segments.add(request.segmentId());
    }
    assertThat(segments).hasSize(3);
  }
}
