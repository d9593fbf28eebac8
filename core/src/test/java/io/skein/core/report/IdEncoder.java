package io.skein.core.report;

import io.skein.core.Segment;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;

/** Encodes a segment as its id and a blank; fails on those it was told to. */
final class IdEncoder implements SegmentEncoder {

  final Set<String> failing = new HashSet<>();
  final Set<String> tooLarge = new HashSet<>();
  private byte[] buffer = new byte[0];

  @Override
  public int encode(Segment segment) {
    if (failing.contains(segment.segmentId())) {
      throw new IllegalStateException("scripted");
    }
    if (tooLarge.contains(segment.segmentId())) {
      return TOO_LARGE;
    }
    buffer = (segment.segmentId() + " ").getBytes(StandardCharsets.US_ASCII);
    return buffer.length;
  }

  @Override
  public byte[] buffer() {
    return buffer;
  }
}
