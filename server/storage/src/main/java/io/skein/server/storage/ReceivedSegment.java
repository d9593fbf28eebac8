package io.skein.server.storage;

import io.skein.wire.model.TraceSegment;

/**
 * A segment as it arrived: the decoded value, and the very bytes it was decoded from. Stores keep
 * the bytes, so that fields which this version does not know survive until one reads them that
 * does.
 *
 * @param encoded the {@code SegmentObject}; must not be changed afterwards
 */
// Identity of the array is enough: equality of received segments is never asked for.
@SuppressWarnings("ArrayRecordComponent")
public record ReceivedSegment(TraceSegment segment, byte[] encoded, long receivedMillis) {}
