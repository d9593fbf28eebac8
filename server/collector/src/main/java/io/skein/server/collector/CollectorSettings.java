package io.skein.server.collector;

import org.jspecify.annotations.Nullable;

/**
 * How the collector listens and what it bears.
 *
 * @param port 0 takes any free port
 * @param token what agents must send as {@code Authentication}; null asks for none
 * @param maxMessageBytes the largest single gRPC message; SkyWalking's servers take 50 MB
 * @param maxConnections connections beyond it are closed when they arrive
 * @param maxStreamsPerConnection announced to clients, which then wait
 * @param maxStreams over all connections; beyond it the stream that was silent longest makes room
 * @param inboundBytes memory for messages that are half received or not yet stored
 */
public record CollectorSettings(
    String bindAddress,
    int port,
    @Nullable String token,
    int maxMessageBytes,
    int maxConnections,
    int maxStreamsPerConnection,
    int maxStreams,
    long inboundBytes) {

  public static final int DEFAULT_MAX_MESSAGE_BYTES = 50 << 20;

  public static CollectorSettings on(String bindAddress, int port) {
    // A quarter of the heap, but always room for one message of the largest size, twice: as it
    // arrives and as the array it becomes.
    long inbound =
        Math.max(Runtime.getRuntime().maxMemory() / 4, 2L * DEFAULT_MAX_MESSAGE_BYTES + (8 << 20));
    return new CollectorSettings(
        bindAddress, port, null, DEFAULT_MAX_MESSAGE_BYTES, 1000, 256, 10_000, inbound);
  }

  public CollectorSettings token(@Nullable String value) {
    return new CollectorSettings(
        bindAddress,
        port,
        value,
        maxMessageBytes,
        maxConnections,
        maxStreamsPerConnection,
        maxStreams,
        inboundBytes);
  }
}
