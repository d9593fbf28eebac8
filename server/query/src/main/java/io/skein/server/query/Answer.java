package io.skein.server.query;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer: small ones are held back and sent whole with their length; from {@value
 * #HELD} bytes on it flows, compressed if the client takes that, and the memory it needs stays the
 * same however long it becomes.
 */
final class Answer extends OutputStream {
  private static final int HELD = 32 << 10;
  // Below this, compression saves no packet.
  private static final int WORTH_COMPRESSING = 1400;

  private final Request request;
  private final Response response;
  private final Callback callback;
  private final ByteArrayOutputStream held = new ByteArrayOutputStream(4096);
  private @Nullable OutputStream flowing;

  Answer(Request request, Response response, Callback callback) {
    this.request = request;
    this.response = response;
    this.callback = callback;
  }

  static void send(
      Request request,
      Response response,
      Callback callback,
      int status,
      String contentType,
      byte[] body) {
    response.setStatus(status);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
    response.write(true, ByteBuffer.wrap(body), callback);
  }

  /** Whether the client said that it takes gzip; a quality of zero means that it does not. */
  static boolean takesGzip(Request request) {
    for (HttpField field : request.getHeaders().getFields(HttpHeader.ACCEPT_ENCODING)) {
      for (String value : field.getValueList()) {
        String coding = value.replace(" ", "");
        if (coding.equals("gzip")
            || (coding.startsWith("gzip;q=") && !coding.matches("gzip;q=0(\\.0*)?"))) {
          return true;
        }
      }
    }
    return false;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int from, int length) throws IOException {
    OutputStream out = flowing;
    if (out == null && held.size() + length > HELD) {
      out = flow();
    }
    if (out == null) {
      held.write(bytes, from, length);
    } else {
      out.write(bytes, from, length);
    }
  }

  /** Forgets what was written, for another answer; false when a part has been sent. */
  boolean takeBack() {
    if (flowing != null) {
      return false;
    }
    held.reset();
    return true;
  }

  private OutputStream flow() throws IOException {
    OutputStream sink = Content.Sink.asOutputStream(response);
    OutputStream out;
    response.getHeaders().put(HttpHeader.VARY, "Accept-Encoding");
    if (takesGzip(request)) {
      response.getHeaders().put(HttpHeader.CONTENT_ENCODING, "gzip");
      out = new QuickGzip(sink);
    } else {
      out = new java.io.BufferedOutputStream(sink, HELD);
    }
    held.writeTo(out);
    held.reset();
    flowing = out;
    return out;
  }

  /** Sends what is left and ends the exchange. */
  @Override
  public void close() throws IOException {
    OutputStream out = flowing;
    if (out != null) {
      out.close();
      callback.succeeded();
      return;
    }
    byte[] body = held.toByteArray();
    if (body.length >= WORTH_COMPRESSING) {
      response.getHeaders().put(HttpHeader.VARY, "Accept-Encoding");
      if (takesGzip(request)) {
        response.getHeaders().put(HttpHeader.CONTENT_ENCODING, "gzip");
        body = gzip(body);
      }
    }
    response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
    response.write(true, ByteBuffer.wrap(body), callback);
  }

  static byte[] gzip(byte[] body) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream(body.length / 3);
    try (OutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(body);
    }
    return packed.toByteArray();
  }

  /**
   * The lowest level: a large answer comes from a server that is near more often than not, and
   * better packing would take longer than it saves.
   */
  private static final class QuickGzip extends GZIPOutputStream {
    QuickGzip(OutputStream out) throws IOException {
      super(out, HELD);
      def.setLevel(Deflater.BEST_SPEED);
    }
  }
}
