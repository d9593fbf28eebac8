package io.skein.core;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;

/**
 * Who we are: the process, the service and the instance, with the parts of headers and ids that
 * depend on nothing else already written. Immutable; a segment keeps the one it began with.
 */
final class Identity {
  /** 32 hexadecimal digits and a dot. */
  static final int PREFIX_LENGTH = 32 + 1;

  /** The prefix, two numbers and a dot. */
  static final int MAX_ID = PREFIX_LENGTH + 20 + 1 + 20;

  final String service;
  final String instance;

  /** {@code <process>.}, the begin of every id made here. */
  final String prefix;

  private final byte[] prefixBytes;

  /** {@code -<service>-<instance>-} as it stands in the middle of an sw8 header. */
  final byte[] namesInHeader;

  Identity(String processId, String service, String instance) {
    this.service = service;
    this.instance = instance;
    this.prefix = processId + '.';
    this.prefixBytes = prefix.getBytes(ISO_8859_1);
    Base64.Encoder base64 = Base64.getEncoder();
    this.namesInHeader =
        ("-"
                + base64.encodeToString(service.getBytes(UTF_8))
                + "-"
                + base64.encodeToString(instance.getBytes(UTF_8))
                + "-")
            .getBytes(ISO_8859_1);
  }

  /**
   * The text of an id, {@code <process>.<thread>.<number>}, in the format of SkyWalking's Java
   * agent. Built only where somebody wants the text; until then an id is two numbers.
   */
  String idText(long threadId, long number) {
    return prefix + threadId + '.' + number;
  }

  /** The same into an array of at least {@link #MAX_ID} bytes, from its start. */
  int writeId(byte[] out, long threadId, long number) {
    System.arraycopy(prefixBytes, 0, out, 0, prefixBytes.length);
    int at = decimal(out, prefixBytes.length, threadId);
    out[at] = '.';
    return decimal(out, at + 1, number);
  }

  private static int decimal(byte[] out, int from, long value) {
    if (value < 0) { // an id that a subclass of Thread made up, on JDK 17
      byte[] text = Long.toString(value).getBytes(ISO_8859_1);
      System.arraycopy(text, 0, out, from, text.length);
      return from + text.length;
    }
    int digits = 1;
    for (long rest = value; rest >= 10; rest /= 10) {
      digits++;
    }
    long rest = value;
    for (int i = from + digits - 1; i >= from; i--) {
      out[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    return from + digits;
  }
}
