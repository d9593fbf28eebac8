package io.skein.core.report.spool;

import java.io.IOException;
import java.nio.file.Path;

/** A directory does not say whose it is; what was in it cannot be sent in anybody's name. */
final class UnreadableSpoolException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long bytes;

  UnreadableSpoolException(Path directory, long bytes) {
    super(directory + " does not say whose segments it holds");
    this.bytes = bytes;
  }

  /** How many bytes of segments were deleted with it. */
  long bytes() {
    return bytes;
  }
}
