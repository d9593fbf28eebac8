package io.skein.wire.model;

/**
 * A {@code KeyStringValuePair}: a tag, a field of a log, a property of an instance. Keys may
 * repeat.
 */
public record KeyValue(String key, String value) {}
