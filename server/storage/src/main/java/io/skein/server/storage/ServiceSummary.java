package io.skein.server.storage;

import org.jspecify.annotations.Nullable;

/**
 * A service, in a list.
 *
 * @param segments stored and still kept; so are spans and errors
 * @param errors segments with at least one failed span
 * @param firstMillis start of the earliest kept segment; null for a service that only sent signs of
 *     life
 */
public record ServiceSummary(
    String name,
    int instances,
    long segments,
    long spans,
    long errors,
    @Nullable Long firstMillis,
    @Nullable Long lastMillis) {}
