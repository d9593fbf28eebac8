package io.skein.wire.model;

/** An {@code InstancePingPkg}: the agent's sign of life. An empty layer means GENERAL. */
public record InstancePing(String service, String instance, String layer) {}
