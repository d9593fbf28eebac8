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

  final String service;
  final String instance;

  /** {@code <process>.}, the begin of every id made here. */
  final String prefix;

  /** {@code -<service>-<instance>-} as it stands in the middle of an sw8 header. */
  final byte[] namesInHeader;

  Identity(String processId, String service, String instance) {
    this.service = service;
    this.instance = instance;
    this.prefix = processId + '.';
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
}
