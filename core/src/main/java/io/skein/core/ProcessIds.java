package io.skein.core;

import java.util.UUID;

/** The 32 hexadecimal digits that all ids of one process begin with. */
final class ProcessIds {
  private ProcessIds() {}

  static String random() {
    return UUID.randomUUID().toString().replace("-", "");
  }

  static String checked(String processId) {
    if (processId.length() != 32) {
      throw new IllegalArgumentException(
          "process id must be 32 hexadecimal digits; got \"" + processId + "\"");
    }
    for (int i = 0; i < 32; i++) {
      if (Character.digit(processId.charAt(i), 16) < 0 || processId.charAt(i) > 'f') {
        throw new IllegalArgumentException(
            "process id must be 32 hexadecimal digits; got \"" + processId + "\"");
      }
    }
    return processId;
  }
}
