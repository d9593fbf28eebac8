package io.skein.server.storage;

import java.io.DataInputStream;
import java.io.DataOutput;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** How texts stand in the small files beside the traces: a length, and so many bytes of UTF-8. */
public final class BookText {
  private BookText() {}

  public static void write(DataOutput out, String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  /**
   * Reads one.
   *
   * @throws IOException when there is none that is whole
   */
  public static String read(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0) {
      throw new IOException("a text of " + length + " bytes");
    }
    // By pieces, so that a length that is not true costs no memory.
    byte[] utf8 = in.readNBytes(length);
    if (utf8.length < length) {
      throw new EOFException("a text of " + length + " bytes ends after " + utf8.length);
    }
    return new String(utf8, StandardCharsets.UTF_8);
  }
}
