package io.skein.plugin.jdkhttp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.skein.testing.app.Probe;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/** The application: it knows nothing of Skein but the probe. */
public final class JdkCallsApp implements JdkCalls {
  private static final long PATIENCE_SECONDS = 20;

  private final HttpClient client = HttpClient.newHttpClient();
  private final Map<String, HttpClient> http2Clients = new ConcurrentHashMap<>();
  private volatile CompletableFuture<HttpResponse<String>> late = new CompletableFuture<>();

  private static HttpRequest get(String url) {
    return HttpRequest.newBuilder(URI.create(url)).build();
  }

  private static HttpRequest impatient(String url) {
    return HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofMillis(200)).build();
  }

  private CompletableFuture<HttpResponse<String>> sendAsync(HttpRequest request) {
    return client.sendAsync(request, HttpResponse.BodyHandlers.ofString());
  }

  private static String outcome(CompletableFuture<HttpResponse<String>> answer) throws Exception {
    try {
      return String.valueOf(answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS).statusCode());
    } catch (ExecutionException e) {
      return e.getCause().getClass().getName();
    } catch (RuntimeException e) {
      return e.getClass().getName();
    }
  }

  @Override
  public String cancelled(String url) throws Exception {
    return Probe.entry(
        "request",
        () -> {
          CompletableFuture<HttpResponse<String>> answer = sendAsync(get(url));
          answer.cancel(true);
          return outcome(answer);
        });
  }

  @Override
  public String timedOut(String url) throws Exception {
    return Probe.entry(
        "request",
        () -> {
          try {
            client.send(impatient(url), HttpResponse.BodyHandlers.ofString());
            return "answered";
          } catch (IOException e) {
            return e.getClass().getName();
          }
        });
  }

  @Override
  public String asyncTimedOut(String url) throws Exception {
    return Probe.entry("request", () -> outcome(sendAsync(impatient(url))));
  }

  /** As a library makes one that changes requests on their way. */
  private static final class OwnRequest extends HttpRequest {
    private final URI uri;

    OwnRequest(URI uri) {
      this.uri = uri;
    }

    @Override
    public Optional<BodyPublisher> bodyPublisher() {
      return Optional.empty();
    }

    @Override
    public String method() {
      return "GET";
    }

    @Override
    public Optional<Duration> timeout() {
      return Optional.empty();
    }

    @Override
    public boolean expectContinue() {
      return false;
    }

    @Override
    public URI uri() {
      return uri;
    }

    @Override
    public Optional<HttpClient.Version> version() {
      return Optional.of(HttpClient.Version.HTTP_1_1);
    }

    @Override
    public HttpHeaders headers() {
      return HttpHeaders.of(
          Map.of("X-Own", List.of("kept"), "SW8", List.of("foreign")), (name, value) -> true);
    }
  }

  @Override
  public String requestOfOwnClass(String url) throws Exception {
    return Probe.entry(
        "request",
        () ->
            String.valueOf(
                client
                    .send(new OwnRequest(URI.create(url)), HttpResponse.BodyHandlers.ofString())
                    .statusCode()));
  }

  @Override
  public void answeredAfterTheRequest(String url) throws Exception {
    Probe.entry(
        "request",
        () -> {
          late = sendAsync(get(url));
          return "";
        });
  }

  @Override
  public String lateAnswer() throws Exception {
    return outcome(late);
  }

  private static SSLContext trusting(byte[] trustStore) throws Exception {
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(new ByteArrayInputStream(trustStore), "password".toCharArray());
    TrustManagerFactory factory =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, factory.getTrustManagers(), null);
    return context;
  }

  private HttpClient http2Client(byte[] trustStore) throws Exception {
    String key = Arrays.toString(trustStore);
    HttpClient known = http2Clients.get(key);
    if (known == null) {
      HttpClient.Builder builder =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_2)
              .followRedirects(HttpClient.Redirect.ALWAYS);
      if (trustStore.length > 0) {
        builder.sslContext(trusting(trustStore));
      }
      known = builder.build();
      http2Clients.put(key, known);
    }
    return known;
  }

  private static String versionAndStatus(HttpResponse<String> response) {
    return response.version() + " " + response.statusCode() + " ";
  }

  @Override
  public String http2(String url, int times, byte[] trustStore) throws Exception {
    HttpClient http2 = http2Client(trustStore);
    return Probe.entry(
        "request",
        () -> {
          StringBuilder outcomes = new StringBuilder();
          for (int i = 0; i < times; i++) {
            HttpRequest post =
                HttpRequest.newBuilder(URI.create(url))
                    .POST(HttpRequest.BodyPublishers.ofString("body"))
                    .build();
            outcomes.append(
                versionAndStatus(http2.send(post, HttpResponse.BodyHandlers.ofString())));
          }
          return outcomes.toString();
        });
  }

  @Override
  public String headersOfTheRequest(String url) throws Exception {
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    return Probe.entry(
        "request",
        () -> {
          HttpRequest post =
              HttpRequest.newBuilder(URI.create(url))
                  .header("X-Own", "kept")
                  .POST(HttpRequest.BodyPublishers.ofString("body"))
                  .build();
          client.send(post, HttpResponse.BodyHandlers.ofString());
          return client
              .send(post, HttpResponse.BodyHandlers.ofString())
              .request()
              .headers()
              .map()
              .keySet()
              .toString();
        });
  }

  @Override
  public String http2AtOnce(String first, String url, int times, byte[] trustStore)
      throws Exception {
    HttpClient http2 = http2Client(trustStore);
    return Probe.entry(
        "request",
        () -> {
          StringBuilder outcomes = new StringBuilder();
          outcomes.append(
              versionAndStatus(http2.send(get(first), HttpResponse.BodyHandlers.ofString())));
          List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
          for (int i = 0; i < times; i++) {
            answers.add(http2.sendAsync(get(url), HttpResponse.BodyHandlers.ofString()));
          }
          for (CompletableFuture<HttpResponse<String>> each : answers) {
            outcomes.append(versionAndStatus(each.get(PATIENCE_SECONDS, TimeUnit.SECONDS)));
          }
          return outcomes.toString();
        });
  }

  @Override
  public String secure(String url, byte[] trustStore) throws Exception {
    HttpClient secure = HttpClient.newBuilder().sslContext(trusting(trustStore)).build();
    return Probe.entry(
        "request",
        () ->
            String.valueOf(
                secure.send(get(url), HttpResponse.BodyHandlers.ofString()).statusCode()));
  }

  @Override
  public String secureUrlConnection(String url, byte[] trustStore) throws Exception {
    SSLContext context = trusting(trustStore);
    return Probe.entry(
        "request",
        () -> {
          HttpsURLConnection connection = (HttpsURLConnection) new URL(url).openConnection();
          connection.setSSLSocketFactory(context.getSocketFactory());
          return UrlConnectionApp.answer(connection);
        });
  }

  private static HttpURLConnection open(String url) throws IOException {
    return (HttpURLConnection) new URL(url).openConnection();
  }

  @Override
  public void neverOpened(String url) throws Exception {
    Probe.entry(
        "request",
        () -> {
          HttpURLConnection connection = open(url);
          connection.setRequestProperty("X-Own", "value");
          connection.disconnect();
          return "";
        });
  }

  @Override
  public void connectedAndDisconnected(String url) throws Exception {
    Probe.entry(
        "request",
        () -> {
          HttpURLConnection connection = open(url);
          connection.connect();
          connection.disconnect();
          return "";
        });
  }

  @Override
  public String connectedThenAnswered(String url) throws Exception {
    return Probe.entry(
        "request",
        () -> {
          HttpURLConnection connection = open(url);
          connection.connect();
          Probe.local("in between");
          return UrlConnectionApp.answer(connection);
        });
  }

  @Override
  public String answeredInAnotherThread(String url) throws Exception {
    return Probe.entry(
        "request",
        () -> {
          HttpURLConnection connection = open(url);
          connection.connect();
          FutureTask<String> answer = new FutureTask<>(() -> UrlConnectionApp.answer(connection));
          new Thread(answer).start();
          return answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        });
  }

  @Override
  public String streamed(String url, String body) throws Exception {
    byte[] bytes = body.getBytes(UTF_8);
    return Probe.entry(
        "request",
        () -> {
          HttpURLConnection connection = open(url);
          connection.setDoOutput(true);
          connection.setFixedLengthStreamingMode(bytes.length);
          try (OutputStream out = connection.getOutputStream()) {
            out.write(bytes);
          }
          return UrlConnectionApp.answer(connection);
        });
  }

  @Override
  public String answerAskedForAgain(String url) throws Exception {
    return Probe.entry(
        "request",
        () -> {
          HttpURLConnection connection = open(url);
          UrlConnectionApp.answer(connection);
          connection.getHeaderField("Date");
          connection.getInputStream();
          return String.valueOf(connection.getResponseCode());
        });
  }

  @Override
  public String refusedTwice(String url) throws Exception {
    return Probe.entry(
        "request",
        () -> {
          HttpURLConnection connection = open(url);
          for (int attempt = 0; ; attempt++) {
            try {
              connection.connect();
              return "connected";
            } catch (IOException e) {
              if (attempt == 1) {
                return e.getClass().getName();
              }
            }
          }
        });
  }

  @Override
  public String headerFieldsOnly(String url) throws Exception {
    return Probe.entry("request", () -> open(url).getHeaderField(0));
  }
}
