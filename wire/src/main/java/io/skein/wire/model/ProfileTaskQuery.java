package io.skein.wire.model;

/**
 * A {@code ProfileTaskCommandQuery}: an agent asks for profile tasks.
 *
 * @param lastCommandMillis when the newest task that it has been told of was made, by the server's
 *     clock; -1 for none
 */
public record ProfileTaskQuery(String service, String instance, long lastCommandMillis) {}
