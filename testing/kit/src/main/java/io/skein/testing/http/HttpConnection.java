package io.skein.testing.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * One connection to a server on this machine, speaking HTTP/1.1 by hand: no client library mends a
 * hostile request on its way, and none is woven.
 */
public final class HttpConnection implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 30_000;

  /** An answer. Header names are in lower case. */
  public record Response(int status, Map<String, String> headers, String body) {}

  private final Socket socket;
  private final String host;
  private final InputStream in;

  public HttpConnection(int port) throws IOException {
    this.socket = new Socket();
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.setTcpNoDelay(true);
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
    this.host = "127.0.0.1:" + port;
    this.in = new BufferedInputStream(socket.getInputStream());
  }

  /** Sends one request on a connection of its own. */
  public static Response ask(int port, String method, String target, String... headers)
      throws IOException {
    try (HttpConnection connection = new HttpConnection(port)) {
      connection.send(method, target, "", headers);
      return connection.receive(method);
    }
  }

  /**
   * Sends a request and leaves the connection open.
   *
   * @param headers names and values in turn
   */
  public void send(String method, String target, String body, String... headers)
      throws IOException {
    StringBuilder request = new StringBuilder();
    request.append(method).append(' ').append(target).append(" HTTP/1.1\r\n");
    request.append("Host: ").append(host).append("\r\n");
    for (int i = 0; i < headers.length; i += 2) {
      request.append(headers[i]).append(": ").append(headers[i + 1]).append("\r\n");
    }
    if (!body.isEmpty()) {
      request.append("Content-Length: ").append(body.length()).append("\r\n");
    }
    request.append("\r\n").append(body);
    socket.getOutputStream().write(request.toString().getBytes(ISO_8859_1));
  }

  /** Reads the answer to a request of the given method. */
  public Response receive(String method) throws IOException {
    String statusLine = line();
    int status = Integer.parseInt(statusLine.split(" ", 3)[1]);
    Map<String, String> headers = new LinkedHashMap<>();
    for (String line = line(); !line.isEmpty(); line = line()) {
      int colon = line.indexOf(':');
      headers.put(
          line.substring(0, colon).toLowerCase(Locale.ROOT), line.substring(colon + 1).trim());
    }
    return new Response(status, headers, body(method, status, headers));
  }

  private String body(String method, int status, Map<String, String> headers) throws IOException {
    if (method.equals("HEAD") || status == 204 || status == 304) {
      return "";
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    if ("chunked".equals(headers.get("transfer-encoding"))) {
      for (int size = chunkSize(); size > 0; size = chunkSize()) {
        body.write(exactly(size));
        line();
      }
      line();
    } else if (headers.containsKey("content-length")) {
      body.write(exactly(Integer.parseInt(headers.get("content-length"))));
    } else {
      in.transferTo(body);
    }
    return body.toString(ISO_8859_1);
  }

  private int chunkSize() throws IOException {
    return Integer.parseInt(line().split(";", 2)[0].trim(), 16);
  }

  private byte[] exactly(int size) throws IOException {
    byte[] bytes = in.readNBytes(size);
    if (bytes.length < size) {
      throw new EOFException("the answer ended after " + bytes.length + " of " + size + " bytes");
    }
    return bytes;
  }

  private String line() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    while (true) {
      int next = in.read();
      if (next < 0) {
        throw new EOFException("the server closed the connection; read: " + line);
      }
      if (next == '\n') {
        String text = line.toString(ISO_8859_1);
        return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
      }
      line.write(next);
    }
  }

  /** Waits for the first byte of an answer. */
  public void awaitAnswer() throws IOException {
    if (in.read() < 0) {
      throw new EOFException("the server closed the connection");
    }
  }

  /** Vanishes as a crashed client does: the server gets a reset, not an end. */
  public void reset() throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
