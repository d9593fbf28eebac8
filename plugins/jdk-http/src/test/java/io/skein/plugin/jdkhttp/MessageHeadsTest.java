package io.skein.plugin.jdkhttp;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How heads are joined, and what becomes of a JDK whose client does not write them as expected. */
class MessageHeadsTest {
  private static final HttpRequest REQUEST =
      HttpRequest.newBuilder(URI.create("http://127.0.0.1:9/")).build();

  private static ClientCalls.Call calling(String lines) {
    ClientCalls.Call call = new ClientCalls.Call(null, null, true);
    call.lines = lines.getBytes(US_ASCII);
    MessageHeads.remember(REQUEST, call);
    return call;
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(US_ASCII));
  }

  @Test
  void linesComeBetweenTheLastHeaderAndTheEmptyLine() {
    ClientCalls.Call call = calling("sw8: 1\r\n\r\n");
    MessageHeads.begin(REQUEST);
    List<ByteBuffer> head =
        MessageHeads.withTrace(List.of(bytes("GET / HTTP/1.1\r\nA: b\r\n\r\n")));
    StringBuilder sent = new StringBuilder();
    assertThat(head).isNotNull();
    head.forEach(part -> sent.append(US_ASCII.decode(part)));
    assertThat(sent).hasToString("GET / HTTP/1.1\r\nA: b\r\nsw8: 1\r\n\r\n");
    assertThat(call.written).isTrue();
    assertThat(MessageHeads.withTrace(List.of(bytes("GET / HTTP/1.1\r\n\r\n"))))
        .as("the next message of the thread, of another request")
        .isNull();
  }

  @Test
  void headOfAnotherFormIsLeftAsItIs() {
    for (List<ByteBuffer> head :
        List.of(
            List.of(bytes("GET / HTTP/1.1\r\n"), bytes("\r\n")),
            List.of(bytes("GET / HTTP/1.1\r\n")),
            List.of(bytes("\n")))) {
      ClientCalls.Call call = calling("sw8: 1\r\n\r\n");
      MessageHeads.begin(REQUEST);
      assertThat(MessageHeads.withTrace(head)).isNull();
      assertThat(call.written).isFalse();
    }
  }

  @Test
  void headersOfARequestOfItsOwnAreSeenUnderAnyCase() {
    for (String name : List.of("SW8", "Sw8-Correlation", "sw8-x")) {
      assertThat(MessageHeads.hasNone(HttpHeaders.of(Map.of(name, List.of("1")), (a, b) -> true)))
          .as(name)
          .isFalse();
    }
  }

  @Test
  void callThatIsAnsweredWithoutItsHeadersIsTheLastToTry() {
    HttpClient client = HttpClient.newHttpClient();
    MessageHeads.withTrace(List.of());
    assertThat(MessageHeads.areReached(client, REQUEST)).isTrue();
    MessageHeads.areNotReached();
    assertThat(MessageHeads.areReached(client, REQUEST)).isFalse();
    MessageHeads.withTrace(List.of());
    assertThat(MessageHeads.areReached(client, REQUEST)).as("for good").isFalse();
  }
}
