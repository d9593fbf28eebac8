package io.skein.server.storage.lucene;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.lucene.util.BytesRef;

/**
 * How texts become terms of the index.
 *
 * <p>Lucene takes terms of at most 32,766 bytes, and long terms make an index slow. A text of more
 * than {@value #MAX_BYTES} bytes becomes its beginning and the SHA-256 of the whole. That term is a
 * text itself, and stands for the long one wherever terms are listed: whoever searches for what a
 * list said, finds it.
 *
 * <p>A pair is the length of the first term in two bytes, the first term, and the second. So no
 * content can make two pairs look alike, and all pairs with the same first term are neighbours.
 */
final class Terms {
  static final int MAX_BYTES = 4_000;
  private static final int KEPT_CHARS = 500;

  private Terms() {}

  static BytesRef term(String text) {
    // A char takes at most three bytes.
    if (text.length() <= MAX_BYTES / 3) {
      return new BytesRef(text);
    }
    BytesRef whole = new BytesRef(text);
    return whole.length <= MAX_BYTES ? whole : new BytesRef(shortened(text));
  }

  private static String shortened(String text) {
    int kept = Character.isHighSurrogate(text.charAt(KEPT_CHARS - 1)) ? KEPT_CHARS - 1 : KEPT_CHARS;
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return text.substring(0, kept) + "...#" + HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }

  /** Whether a term may stand for a longer text; the text itself is in the log. */
  static boolean maybeShortened(String term) {
    return term.length() >= KEPT_CHARS && term.contains("...#");
  }

  static BytesRef pair(String first, String second) {
    BytesRef prefix = pairPrefix(first);
    BytesRef last = term(second);
    byte[] bytes = new byte[prefix.length + last.length];
    System.arraycopy(prefix.bytes, prefix.offset, bytes, 0, prefix.length);
    System.arraycopy(last.bytes, last.offset, bytes, prefix.length, last.length);
    return new BytesRef(bytes);
  }

  /** What all pairs with this first text begin with. */
  static BytesRef pairPrefix(String first) {
    BytesRef term = term(first);
    byte[] bytes = new byte[2 + term.length];
    bytes[0] = (byte) (term.length >>> 8);
    bytes[1] = (byte) term.length;
    System.arraycopy(term.bytes, term.offset, bytes, 2, term.length);
    return new BytesRef(bytes);
  }

  static String firstOf(BytesRef pair) {
    return new BytesRef(pair.bytes, pair.offset + 2, firstLength(pair)).utf8ToString();
  }

  static String secondOf(BytesRef pair) {
    int head = 2 + firstLength(pair);
    return new BytesRef(pair.bytes, pair.offset + head, pair.length - head).utf8ToString();
  }

  private static int firstLength(BytesRef pair) {
    return (pair.bytes[pair.offset] & 0xff) << 8 | (pair.bytes[pair.offset + 1] & 0xff);
  }
}
