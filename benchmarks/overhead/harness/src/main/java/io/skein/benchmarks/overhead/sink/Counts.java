package io.skein.benchmarks.overhead.sink;

/**
 * What has arrived at a sink.
 *
 * @param batches messages that contained spans
 * @param bytes of those messages, as they were on the wire within HTTP or gRPC
 * @param others messages of other kinds: metrics, heartbeats, questions for settings
 * @param undecodable messages that were not what they should be; with any, the figures are worth
 *     nothing
 */
public record Counts(long spans, long batches, long bytes, long others, long undecodable) {}
