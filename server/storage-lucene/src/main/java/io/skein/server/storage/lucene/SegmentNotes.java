package io.skein.server.storage.lucene;

import io.skein.server.storage.SegmentNote;
import io.skein.server.storage.lucene.TraceLookup.Place;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.SortedDocValues;
import org.jspecify.annotations.Nullable;

/**
 * Looks up segments by their ids, from the index alone where that says all: what continues nothing
 * has no thread that it continues. For one thread.
 */
final class SegmentNotes {
  private final TraceLookup lookup;
  private final FrameCache frames;

  private SegmentNotes(TraceLookup lookup, FrameCache frames) {
    this.lookup = lookup;
    this.frames = frames;
  }

  /** Looks up some, in no order; unknown ones are left out. */
  static List<SegmentNote> of(View view, FrameCache frames, Collection<String> segmentIds)
      throws IOException {
    SegmentNotes notes = new SegmentNotes(new TraceLookup(view), frames);
    List<SegmentNote> found = new ArrayList<>();
    for (String id : new HashSet<>(segmentIds)) {
      SegmentNote note = notes.find(id);
      if (note != null) {
        found.add(note);
      }
    }
    return found;
  }

  private @Nullable SegmentNote find(String segmentId) throws IOException {
    List<Place> places = lookup.segment(Terms.term(segmentId));
    if (places.isEmpty()) {
      return null;
    }
    Place place = places.get(0);
    Partition partition = place.leaf().part().partition();
    SortedDocValues traces = DocValues.getSorted(place.leaf().context().reader(), Fields.TRACE);
    String traceId =
        traces.advanceExact(place.document())
            ? traces.lookupOrd(traces.ordValue()).utf8ToString()
            : "";
    boolean isGiant = frames.bytes(partition, place.position()) > LuceneTraceReading.GIANT_BYTES;
    if (isGiant || (place.facts().root() && !Terms.maybeShortened(traceId))) {
      return new SegmentNote(segmentId, traceId, place.facts(), List.of());
    }
    return SegmentNote.of(frames.segment(place));
  }
}
