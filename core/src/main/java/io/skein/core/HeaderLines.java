package io.skein.core;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * The three headers as the last lines of the head of a message of HTTP/1.1: one array and nothing
 * else.
 *
 * <pre>
 *   sw8: 1-...
 *   sw8-correlation:
 *   sw8-x: 0-
 *   (an empty line)
 * </pre>
 *
 * In a client's own terms a header is a name and a list of values, in a map that is copied several
 * times until it is written into a buffer that has to grow for it: five times the memory of these
 * lines.
 */
final class HeaderLines {
  private static final byte[] SW8 = (Sw8.HEADER + ": ").getBytes(US_ASCII);
  private static final byte[] CORRELATION =
      ("\r\n" + Sw8.CORRELATION_HEADER + ": ").getBytes(US_ASCII);
  private static final byte[] EXTENSION = ("\r\n" + Sw8.EXTENSION_HEADER + ": ").getBytes(US_ASCII);
  private static final byte[] END = "\r\n\r\n".getBytes(US_ASCII);

  private HeaderLines() {}

  /**
   * The lines, each ended by CR LF, and the empty one.
   *
   * @param sw8 where the header's value stands, from the start
   * @param correlation ASCII, as all that follows
   */
  static byte[] of(byte[] sw8, int length, String correlation, String extension) {
    byte[] lines =
        new byte
            [SW8.length
                + length
                + CORRELATION.length
                + correlation.length()
                + EXTENSION.length
                + extension.length()
                + END.length];
    int at = copy(SW8, SW8.length, lines, 0);
    at = copy(sw8, length, lines, at);
    at = copy(CORRELATION, CORRELATION.length, lines, at);
    at = copy(correlation, lines, at);
    at = copy(EXTENSION, EXTENSION.length, lines, at);
    at = copy(extension, lines, at);
    copy(END, END.length, lines, at);
    return lines;
  }

  private static int copy(byte[] from, int length, byte[] to, int at) {
    System.arraycopy(from, 0, to, at, length);
    return at + length;
  }

  private static int copy(String from, byte[] to, int at) {
    for (int i = 0; i < from.length(); i++) {
      to[at + i] = (byte) from.charAt(i);
    }
    return at + from.length();
  }

  /**
   * Whether a value has nothing but visible characters. One that was handed to us by a caller must
   * not end the line it stands in.
   */
  static boolean isVisible(String value) {
    for (int i = 0; i < value.length(); i++) {
      if (value.charAt(i) < ' ' || value.charAt(i) > '~') {
        return false;
      }
    }
    return true;
  }
}
