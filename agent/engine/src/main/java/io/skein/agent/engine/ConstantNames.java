package io.skein.agent.engine;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Finds out whether a class file names one of a few types, by one walk over its constant pool.
 *
 * <p>An annotation that a class, a method or a field carries stands in the constant pool as the
 * descriptor of its type. So a class without that text carries no such annotation, and nothing else
 * of it needs to be read. The walk allocates nothing and compares bytes only where a text has the
 * right length; for a class of usual size that is well under a microsecond, so every class of the
 * application can be asked.
 */
final class ConstantNames {
  private static final int MAX = Long.SIZE;
  private static final int FIRST_CONSTANT = 10;
  private static final int UTF8 = 1;

  private final byte[][] names;
  private final boolean[] lengths;

  /**
   * @param names ASCII texts, of which there may be 64
   */
  ConstantNames(List<String> names) {
    if (names.size() > MAX) {
      throw new IllegalArgumentException("more than " + MAX + " names");
    }
    this.names =
        names.stream().map(each -> each.getBytes(StandardCharsets.US_ASCII)).toArray(byte[][]::new);
    int longest = 0;
    for (byte[] each : this.names) {
      longest = Math.max(longest, each.length);
    }
    this.lengths = new boolean[longest + 1];
    for (byte[] each : this.names) {
      this.lengths[each.length] = true;
    }
  }

  boolean isEmpty() {
    return names.length == 0;
  }

  /**
   * Returns a set of bits, one for each name that is in the class file, in the order of the names.
   * What is no class file, or of a future format, has none.
   */
  long in(byte[] classFile) {
    if (names.length == 0 || classFile.length < FIRST_CONSTANT) {
      return 0;
    }
    long found = 0;
    int count = unsignedShort(classFile, FIRST_CONSTANT - 2);
    int at = FIRST_CONSTANT;
    for (int i = 1; i < count && at + 2 < classFile.length; i++) {
      switch (classFile[at]) {
        case UTF8 -> {
          int length = unsignedShort(classFile, at + 1);
          if (length < lengths.length && lengths[length]) {
            found |= match(classFile, at + 3, length);
          }
          at += 3 + length;
        }
        case 3, 4, 9, 10, 11, 12, 17, 18 -> at += 5; // number, member, name and type, dynamic
        case 5, 6 -> { // long and double take two places
          at += 9;
          i++;
        }
        case 7, 8, 16, 19, 20 -> at += 3; // class, string, method type, module, package
        case 15 -> at += 4; // method handle
        default -> {
          return found;
        }
      }
    }
    return found;
  }

  private long match(byte[] classFile, int at, int length) {
    if (at + length > classFile.length) {
      return 0;
    }
    long found = 0;
    for (int i = 0; i < names.length; i++) {
      byte[] name = names[i];
      if (name.length == length && equal(name, classFile, at)) {
        found |= 1L << i;
      }
    }
    return found;
  }

  /** From the end, where names of one package differ. */
  private static boolean equal(byte[] name, byte[] classFile, int at) {
    for (int i = name.length - 1; i >= 0; i--) {
      if (name[i] != classFile[at + i]) {
        return false;
      }
    }
    return true;
  }

  private static int unsignedShort(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) << 8 | (bytes[at + 1] & 0xFF);
  }
}
