package io.skein.server.storage.profile;

/**
 * What is kept of the snapshots of one segment.
 *
 * @param service of the sender; empty when it did not say
 * @param instance of the sender; empty when it did not say
 * @param firstMillis the earliest time of a snapshot, by the sender's clock
 * @param snapshots how many different ones
 * @param gaps how many stretches are missing between the first number and the last
 * @param periodMillis as the sender said; 0 when it did not
 * @param cut how many snapshots lack some of their frames
 */
public record SampledSegment(
    String segmentId,
    String taskId,
    String service,
    String instance,
    long firstMillis,
    long lastMillis,
    long snapshots,
    int gaps,
    int periodMillis,
    long cut) {}
