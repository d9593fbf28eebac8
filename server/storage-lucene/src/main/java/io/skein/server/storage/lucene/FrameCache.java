package io.skein.server.storage.lucene;

import io.skein.server.storage.lucene.LogReader.LogRecord;
import io.skein.server.storage.lucene.TraceLookup.Place;
import io.skein.wire.decode.MalformedMessageException;
import io.skein.wire.decode.SegmentReader;
import io.skein.wire.model.TraceSegment;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Records by position, with the last used frames kept decompressed: the segments of a trace are
 * mostly neighbours. Safe for use by several threads.
 */
final class FrameCache {
  private static final long MAX_BYTES = 8L << 20;

  private final LinkedHashMap<Key, byte[]> frames = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;

  private record Key(long partition, long frameStart) {}

  TraceSegment segment(Place place) throws IOException {
    try {
      Partition partition = place.leaf().part().partition();
      return SegmentReader.segment(record(partition, place.position()).encoded());
    } catch (MalformedMessageException e) {
      throw new IOException("a stored segment cannot be read: " + e.getMessage(), e);
    }
  }

  /** How much reading a record takes into memory, about: 0 when it is there already. */
  long bytes(Partition partition, long position) throws IOException {
    byte[] frame = get(new Key(partition.sequence(), LogFormat.frameStart(position)));
    return frame != null && frame.length > LogFormat.rawOffset(position)
        ? LogReader.lengthIn(frame, position)
        : partition.log().frameBytes(LogFormat.frameStart(position));
  }

  LogRecord record(Partition partition, long position) throws IOException {
    return LogReader.recordIn(frame(partition, position), position);
  }

  /** The frame that holds a record, which must not be changed. */
  byte[] frame(Partition partition, long position) throws IOException {
    Key key = new Key(partition.sequence(), LogFormat.frameStart(position));
    int offset = LogFormat.rawOffset(position);
    byte[] frame = get(key);
    // The frame may have grown since it was kept.
    if (frame == null || frame.length <= offset) {
      frame = partition.log().frame(key.frameStart(), offset);
      put(key, frame);
    }
    return frame;
  }

  private synchronized byte @Nullable [] get(Key key) {
    return frames.get(key);
  }

  private synchronized void put(Key key, byte[] frame) {
    byte[] before = frames.put(key, frame);
    bytes += frame.length - (before == null ? 0 : before.length);
    var eldest = frames.entrySet().iterator();
    while (bytes > MAX_BYTES && eldest.hasNext()) {
      Map.Entry<Key, byte[]> entry = eldest.next();
      bytes -= entry.getValue().length;
      eldest.remove();
    }
  }
}
