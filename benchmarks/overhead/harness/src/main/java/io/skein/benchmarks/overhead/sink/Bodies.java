package io.skein.benchmarks.overhead.sink;

import com.sun.net.httpserver.HttpExchange;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/** Bodies of HTTP requests and answers. */
final class Bodies {
  private Bodies() {}

  /** Counts what came over the wire, before it is decompressed. */
  static final class Counted extends FilterInputStream {
    private long count;

    Counted(InputStream input) {
      super(input);
    }

    long count() {
      return count;
    }

    /** Decoders close what they read; the exchange still has to read the rest of it. */
    @Override
    public void close() {}

    @Override
    public int read() throws IOException {
      int next = super.read();
      count += next < 0 ? 0 : 1;
      return next;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
      int read = super.read(into, offset, length);
      count += Math.max(read, 0);
      return read;
    }
  }

  static Counted counted(HttpExchange exchange) {
    return new Counted(exchange.getRequestBody());
  }

  static InputStream decompressed(HttpExchange exchange, InputStream body) throws IOException {
    String encoding = exchange.getRequestHeaders().getFirst("Content-Encoding");
    if (encoding == null || encoding.equals("identity")) {
      return body;
    }
    return switch (encoding) {
      case "gzip" -> new GZIPInputStream(body);
      case "deflate" -> new InflaterInputStream(body);
      default -> throw new IOException("compressed by " + encoding);
    };
  }

  static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
    exchange.getRequestBody().readAllBytes();
    exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
    if (body.length > 0) {
      exchange.getResponseBody().write(body);
    }
    exchange.close();
  }
}
