package io.skein.plugin.jdkhttp;

import static io.skein.testing.SpanAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import io.skein.testing.PluginContract;
import io.skein.testing.RecordedSpan;
import io.skein.testing.TracedJvm;
import io.skein.testing.harness.InEveryJvm;
import io.skein.testing.http.CalledServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the contract does not say of the JDK's clients. */
@InEveryJvm
@Timeout(60)
class JdkHttpPluginTest extends PluginContract {
  private final JdkCalls calls;
  private CalledServer server;

  JdkHttpPluginTest(TracedJvm jvm) {
    super(jvm);
    calls = jvm.app(JdkCalls.class, JdkCallsApp.class);
  }

  @BeforeEach
  void startServer() throws IOException {
    server = new CalledServer();
  }

  @AfterEach
  void stopServer() {
    server.close();
  }

  private RecordedSpan oneCall(String name) throws InterruptedException {
    RecordedSpan request = spans.takeEntry("request");
    RecordedSpan exit = spans.takeExit(name);
    assertThat(exit).isChildOf(request).hasTag("http.status_code", "200");
    assertThat(server.take().sw8().spanId()).isEqualTo(exit.id());
    return exit;
  }

  @Test
  void aCancelledCallEndsWithAnError() throws Exception {
    assertThat(calls.cancelled(server.url("/slow")))
        .isEqualTo("java.util.concurrent.CancellationException");
    spans.takeEntry("request");
    RecordedSpan exit = spans.takeExitWithError("GET:/slow");
    assertThat(exit.logs().get(0).field("error.kind"))
        .isEqualTo("java.util.concurrent.CancellationException");
  }

  @Test
  void aCallThatTakesTooLongEndsWithAnError() throws Exception {
    String timeout = "java.net.http.HttpTimeoutException";
    assertThat(calls.timedOut(server.url("/slow"))).isEqualTo(timeout);
    spans.takeEntry("request");
    assertThat(spans.takeExitWithError("GET:/slow").logs().get(0).field("error.kind"))
        .isEqualTo(timeout);
    assertThat(calls.asyncTimedOut(server.url("/slow"))).isEqualTo(timeout);
    spans.takeEntry("request");
    assertThat(spans.takeExitWithError("GET:/slow").logs().get(0).field("error.kind"))
        .isEqualTo(timeout);
  }

  @Test
  void aRequestOfAnyClassGetsTheHeaders() throws Exception {
    assertThat(calls.requestOfOwnClass(server.url("/own"))).isEqualTo("200");
    RecordedSpan exit = spans.takeExit("GET:/own");
    assertThat(exit).isChildOf(spans.takeEntry("request"));
    CalledServer.Received received = server.take();
    assertThat(received.sw8().segmentId()).isEqualTo(exit.segmentId());
    assertThat(received.header("x-own")).containsExactly("kept");
  }

  /** From the second call on it is known that the message can be reached. */
  @Test
  void theHeadersAreInTheMessageAndNotInTheRequest() throws Exception {
    assertThat(calls.headersOfTheRequest(server.url("/post"))).isEqualTo("[X-Own]");
    RecordedSpan request = spans.takeEntry("request");
    for (int i = 0; i < 2; i++) {
      RecordedSpan exit = spans.takeExit("POST:/post");
      assertThat(exit).isChildOf(request);
      CalledServer.Received received = server.take();
      assertThat(received.sw8().spanId()).isEqualTo(exit.id());
      assertThat(received.header("sw8-correlation")).containsExactly("");
      assertThat(received.header("sw8-x")).containsExactly("0-");
      assertThat(received.header("x-own")).containsExactly("kept");
      assertThat(received.body()).isEqualTo("body");
    }
  }

  /** The segment is complete when its last span is, and that is the call. */
  @Test
  void aCallMayOutliveItsRequest() throws Exception {
    calls.answeredAfterTheRequest(server.url("/slow"));
    server.take();
    server.release();
    assertThat(calls.lateAnswer()).isEqualTo("200");
    RecordedSpan request = spans.takeEntry("request");
    assertThat(spans.takeExit("GET:/slow")).isChildOf(request).hasTag("http.status_code", "200");
  }

  @Test
  void bothClientsAreTracedOverTls(@TempDir Path directory) throws Exception {
    Path store = directory.resolve("store.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "SAN=ip:127.0.0.1",
                "-validity",
                "3650",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                "password")
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("keytool.log").toFile())
            .start();
    assertThat(keytool.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(keytool.exitValue()).as(() -> read(directory.resolve("keytool.log"))).isZero();
    byte[] bytes = Files.readAllBytes(store);
    KeyStore keys = KeyStore.getInstance("PKCS12");
    keys.load(new ByteArrayInputStream(bytes), "password".toCharArray());
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, "password".toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    byte[] trusted = certificateOf(keys);
    server.close();
    server = new CalledServer(context);

    assertThat(calls.secure(server.url("/secure"), trusted)).isEqualTo("200");
    assertThat(oneCall("GET:/secure"))
        .hasPeer(server.address())
        .hasTag("url", server.url("/secure"));
    assertThat(calls.secureUrlConnection(server.url("/secure"), trusted)).isEqualTo("200 ");
    assertThat(oneCall("GET:/secure"))
        .hasPeer(server.address())
        .hasTag("url", server.url("/secure"));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return e.toString();
    }
  }

  private static byte[] certificateOf(KeyStore keys) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", keys.getCertificate("server"));
    java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
    trusted.store(out, "password".toCharArray());
    return out.toByteArray();
  }

  @Test
  void aConnectionThatIsNeverOpenedIsNoSpan() throws Exception {
    calls.neverOpened(server.url("/never"));
    spans.takeEntry("request");
  }

  @Test
  void aConnectionThatIsGivenUpEndsItsSpan() throws Exception {
    calls.connectedAndDisconnected(server.url("/given-up"));
    RecordedSpan request = spans.takeEntry("request");
    assertThat(spans.takeExit("GET:/given-up")).isChildOf(request).hasNoTag("http.status_code");
  }

  @Test
  void whatHappensBetweenConnectAndAnswerIsNoPartOfTheCall() throws Exception {
    assertThat(calls.connectedThenAnswered(server.url("/two-steps"))).isEqualTo("200 ");
    RecordedSpan request = spans.takeEntry("request");
    assertThat(spans.takeLocal("in between")).isChildOf(request);
    RecordedSpan exit = spans.takeExit("GET:/two-steps");
    assertThat(exit).isChildOf(request).hasTag("http.status_code", "200");
    assertThat(server.take().sw8().spanId()).isEqualTo(exit.id());
  }

  @Test
  void anAnswerMayBeReadInAnotherThread() throws Exception {
    assertThat(calls.answeredInAnotherThread(server.url("/elsewhere"))).isEqualTo("200 ");
    oneCall("GET:/elsewhere");
  }

  @Test
  void aStreamedBodyIsOneCall() throws Exception {
    assertThat(calls.streamed(server.url("/streamed"), "in pieces")).isEqualTo("200 in pieces");
    oneCall("POST:/streamed");
  }

  @Test
  void askingForTheAnswerAgainIsNoOtherCall() throws Exception {
    assertThat(calls.answerAskedForAgain(server.url("/again"))).isEqualTo("200");
    oneCall("GET:/again");
  }

  @Test
  void everyAttemptToConnectIsACall() throws Exception {
    String address = CalledServer.refusingAddress();
    assertThat(calls.refusedTwice("http://" + address + "/"))
        .isEqualTo("java.net.ConnectException");
    RecordedSpan request = spans.takeEntry("request");
    for (int attempt = 0; attempt < 2; attempt++) {
      assertThat(spans.takeExitWithError("GET:/")).isChildOf(request).hasPeer(address);
    }
  }

  @Test
  void whoAsksForAHeaderOnlyMakesTheCall() throws Exception {
    assertThat(calls.headerFieldsOnly(server.url("/head"))).isEqualTo("HTTP/1.1 200 OK");
    oneCall("GET:/head");
  }
}
