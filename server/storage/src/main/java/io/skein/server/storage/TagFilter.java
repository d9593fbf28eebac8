package io.skein.server.storage;

import org.jspecify.annotations.Nullable;

/**
 * A tag that a segment must have.
 *
 * @param value null: any value will do
 */
public record TagFilter(String key, @Nullable String value) {}
