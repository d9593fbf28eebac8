package io.skein.benchmarks.overhead.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Finds where an HTTP/1.1 answer ends, as it arrives in pieces. Knows what Tomcat sends: a length,
 * or chunks.
 */
final class AnswerReader {
  private enum Part {
    STATUS,
    HEADERS,
    BODY,
    CHUNK_SIZE,
    CHUNK,
    CHUNK_END,
    TRAILERS
  }

  private static final int LONGEST_LINE = 8192;

  private final byte[] line = new byte[LONGEST_LINE];
  private int lineLength;
  private Part part = Part.STATUS;
  private int status;
  private long remaining;
  private boolean chunked;

  int status() {
    return status;
  }

  /** True when the answer is complete; what follows it is left in {@code input}. */
  boolean read(ByteBuffer input) throws IOException {
    while (input.hasRemaining()) {
      if (part == Part.BODY || part == Part.CHUNK) {
        int skipped = (int) Math.min(remaining, input.remaining());
        input.position(input.position() + skipped);
        remaining -= skipped;
        if (remaining == 0 && part == Part.BODY) {
          part = Part.STATUS;
          return true;
        }
        if (remaining == 0) {
          part = Part.CHUNK_END;
        }
      } else if (lineIsWhole(input.get()) && endsWithThisLine()) {
        part = Part.STATUS;
        return true;
      }
    }
    return false;
  }

  private boolean lineIsWhole(byte next) throws IOException {
    if (next == '\n') {
      return true;
    }
    if (next != '\r') {
      if (lineLength == LONGEST_LINE) {
        throw new IOException("a line of more than " + LONGEST_LINE + " bytes");
      }
      line[lineLength++] = next;
    }
    return false;
  }

  private boolean endsWithThisLine() throws IOException {
    int length = lineLength;
    lineLength = 0;
    switch (part) {
      case STATUS -> {
        status = statusOf(length);
        remaining = 0;
        chunked = false;
        part = Part.HEADERS;
      }
      case HEADERS -> {
        if (length > 0) {
          header(length);
        } else if (chunked) {
          part = Part.CHUNK_SIZE;
        } else if (remaining == 0) {
          return true;
        } else {
          part = Part.BODY;
        }
      }
      case CHUNK_SIZE -> {
        remaining = Long.parseLong(text(length).split(";", 2)[0].strip(), 16);
        part = remaining == 0 ? Part.TRAILERS : Part.CHUNK;
      }
      case CHUNK_END -> part = Part.CHUNK_SIZE;
      case TRAILERS -> {
        return length == 0;
      }
      default -> throw new IllegalStateException("no lines in " + part);
    }
    return false;
  }

  private int statusOf(int length) throws IOException {
    // HTTP/1.1 200
    if (length < 12 || line[8] != ' ') {
      throw new IOException("no answer of HTTP/1.1: " + text(length));
    }
    return (line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0');
  }

  private void header(int length) {
    // Only two headers matter; the first letter rules out most others without making a text of
    // them.
    byte first = line[0];
    if (first == 'C' || first == 'c' || first == 'T' || first == 't') {
      String header = text(length).toLowerCase(Locale.ROOT);
      if (header.startsWith("content-length:")) {
        remaining = Long.parseLong(header.substring("content-length:".length()).strip());
      } else if (header.startsWith("transfer-encoding:") && header.endsWith("chunked")) {
        chunked = true;
      }
    }
  }

  private String text(int length) {
    return new String(line, 0, length, StandardCharsets.ISO_8859_1);
  }
}
