package io.skein.plugin.jdkhttp;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.skein.agent.plugin.WeakIdentityMap;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Puts our headers into the message when the client writes it, instead of into the request.
 *
 * <p>In the request they go through two copies of its map, a builder of text that doubles for them,
 * the text and its bytes: some two and a half thousand bytes for a header of five hundred. Here
 * they are one array beside the client's own. So they are not in {@code response.request()} or in
 * what the client logs of itself either, only on the wire.
 *
 * <p>HTTP/2 has no text; there they are added to the request's headers at the moment when those are
 * compressed into a frame.
 *
 * <p><b>Where this does not work</b> the headers go into the request: when the request has one of
 * them already, which is to be replaced or is the same; for a version of HTTP that is not known
 * here; and in a JDK whose client is built in another way. What another one looks like nobody
 * knows, so each call looks when its answer comes whether its headers were written, and the first
 * that finds they were not is the last to try.
 */
final class MessageHeads {
  private static final int MAX_CALLS = 100_000;
  private static final byte LF = '\n';

  /** The calls under way, by the client's own objects for their requests. */
  private static final WeakIdentityMap<HttpRequest, ClientCalls.Call> CALLS =
      new WeakIdentityMap<>(MAX_CALLS);

  /** The call whose message this thread is writing. */
  private static final ThreadLocal<ClientCalls.@Nullable Call> WRITTEN = new ThreadLocal<>();

  /** Whether a message has come by here. Races only delay what it says. */
  private static boolean seen;

  private static volatile boolean unreachable;

  private MessageHeads() {}

  static boolean areReached(HttpClient client, HttpRequest request) {
    if (!seen || unreachable || CALLS.size() >= MAX_CALLS || !isKnown(client.version())) {
      return false;
    }
    Optional<HttpClient.Version> wanted = request.version();
    return wanted != null && (wanted.isEmpty() || isKnown(wanted.get()));
  }

  private static boolean isKnown(HttpClient.Version version) {
    return version == HttpClient.Version.HTTP_1_1 || version == HttpClient.Version.HTTP_2;
  }

  /** A call was answered whose headers were not written. */
  static void areNotReached() {
    unreachable = true;
  }

  /** Whether a request has none of our headers, under any case of their names. */
  static boolean hasNone(HttpHeaders headers) {
    Map<String, List<String>> present = headers.map();
    return present.isEmpty()
        || !(present.containsKey("sw8")
            || present.containsKey("sw8-correlation")
            || present.containsKey("sw8-x"));
  }

  static WeakIdentityMap.@Nullable Held remember(HttpRequest clone, ClientCalls.Call call) {
    return CALLS.hold(clone, call);
  }

  static void forget(WeakIdentityMap.Held held) {
    CALLS.release(held);
  }

  static ClientCalls.@Nullable Call callOf(HttpRequest clone) {
    return CALLS.get(clone);
  }

  /** The client begins to write a request. */
  static void begin(HttpRequest request) {
    ClientCalls.Call call = CALLS.get(request);
    if (call != null || WRITTEN.get() != null) {
      WRITTEN.set(call);
    }
  }

  /** The head of the request that was begun last, without our headers; null for nothing to add. */
  static @Nullable List<ByteBuffer> withTrace(@Nullable List<ByteBuffer> written) {
    seen = true;
    ClientCalls.Call call = WRITTEN.get();
    if (call == null) {
      return null;
    }
    WRITTEN.set(null);
    byte[] lines = call.lines;
    if (lines == null || written == null || written.size() != 1) {
      return null;
    }
    ByteBuffer head = written.get(0);
    int end = head.limit();
    if (end - head.position() < 4 || head.get(end - 1) != LF || head.get(end - 3) != LF) {
      return null;
    }
    head.limit(end - 2); // the empty line comes after ours
    call.written = true;
    return List.of(head, ByteBuffer.wrap(lines));
  }

  /** The headers of a request of HTTP/2, which is about to be sent; null for nothing to add. */
  static @Nullable HttpHeaders withTrace(HttpRequest request, @Nullable HttpHeaders own) {
    seen = true;
    ClientCalls.Call call = CALLS.get(request);
    byte[] lines = call == null ? null : call.lines;
    if (call == null || lines == null || own == null) {
      return null;
    }
    Map<String, List<String>> all = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    all.putAll(own.map());
    for (String line : new String(lines, US_ASCII).split("\r\n", -1)) {
      int colon = line.indexOf(": ");
      if (colon > 0) { // the last ones are empty
        all.put(line.substring(0, colon), List.of(line.substring(colon + 2)));
      }
    }
    call.written = true;
    return HttpHeaders.of(all, (name, value) -> true);
  }
}
