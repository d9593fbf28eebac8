package io.skein.core.report;

import io.skein.core.Segment;

/**
 * Turns a segment into the bytes that a {@link Transport} sends. Used by one thread.
 *
 * <p>The encoder owns its buffer and uses it again for the next segment: whoever wants the bytes
 * copies them. A copy of a few hundred bytes costs less than any scheme to avoid it.
 */
public interface SegmentEncoder {

  /** What {@link #encode} returns for a segment that is larger than a message may be. */
  int TOO_LARGE = -1;

  /** Encodes the segment and returns how many bytes of {@link #buffer} it takes. */
  int encode(Segment segment);

  /** Returns the buffer of the last {@link #encode}; another array after the next one, perhaps. */
  byte[] buffer();
}
