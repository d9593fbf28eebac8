package io.skein.wire.grpc;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the way to the collector needs to know.
 *
 * @param backends where collectors listen, tried in this order
 * @param service the name of this service
 * @param instance the name of this process
 * @param processId what tells this process from another one of the same name, for the account
 * @param agentVersion sent as {@code Agent-Version}
 * @param token sent as {@code Authentication}; null for none
 * @param properties what to tell about this process; a key may occur several times
 * @param heartbeat how often to say that this process lives
 * @param queueSegments how many segments wait at most
 * @param queueSpans how many spans these may have together
 * @param maxMessageBytes how large one encoded segment may be
 * @param tls how to encrypt; null to send in the clear
 * @param spoolDirectory where to keep what cannot be delivered; empty to find a place
 * @param spoolBytes how much of it; 0 to keep everything in memory
 * @param resend whether to send again what may have been delivered; null to do so where the
 *     collector says that it recognises repeats
 */
public record GrpcSettings(
    List<CollectorAddress> backends,
    String service,
    String instance,
    String processId,
    String agentVersion,
    @Nullable String token,
    List<Map.Entry<String, String>> properties,
    Duration heartbeat,
    int queueSegments,
    int queueSpans,
    int maxMessageBytes,
    @Nullable TlsSettings tls,
    String spoolDirectory,
    long spoolBytes,
    @Nullable Boolean resend) {

  /** The heartbeat of SkyWalking's agents; its server counts by the minute. */
  public static final Duration DEFAULT_HEARTBEAT = Duration.ofSeconds(30);

  /** About 10 MB of ordinary segments: 16 s of 500 requests per second. */
  public static final int DEFAULT_QUEUE_SEGMENTS = 8192;

  /** Eight times the spans that a full queue of segments of four spans has. */
  public static final int DEFAULT_QUEUE_SPANS = 8 * 4 * DEFAULT_QUEUE_SEGMENTS;

  /** What a gRPC server takes unless it was told otherwise; SkyWalking's takes 50 MB. */
  public static final int DEFAULT_MAX_MESSAGE_BYTES = 4 << 20;

  public GrpcSettings {
    if (backends.isEmpty()) {
      throw new IllegalArgumentException("no collector address");
    }
    backends = List.copyOf(backends);
    properties = List.copyOf(properties);
  }

  /** Settings for a way in the clear, with nothing on disk. */
  public GrpcSettings(
      List<CollectorAddress> backends,
      String service,
      String instance,
      String processId,
      String agentVersion,
      @Nullable String token,
      List<Map.Entry<String, String>> properties,
      Duration heartbeat,
      int queueSegments,
      int queueSpans,
      int maxMessageBytes) {
    this(
        backends,
        service,
        instance,
        processId,
        agentVersion,
        token,
        properties,
        heartbeat,
        queueSegments,
        queueSpans,
        maxMessageBytes,
        null,
        "",
        0,
        null);
  }

  /** Returns the same settings for an encrypted way, or with null for one in the clear. */
  public GrpcSettings withTls(@Nullable TlsSettings tls) {
    return new GrpcSettings(
        backends,
        service,
        instance,
        processId,
        agentVersion,
        token,
        properties,
        heartbeat,
        queueSegments,
        queueSpans,
        maxMessageBytes,
        tls,
        spoolDirectory,
        spoolBytes,
        resend);
  }

  /** Returns the same settings with a place on disk for what cannot be delivered. */
  public GrpcSettings withSpool(String directory, long bytes) {
    return new GrpcSettings(
        backends,
        service,
        instance,
        processId,
        agentVersion,
        token,
        properties,
        heartbeat,
        queueSegments,
        queueSpans,
        maxMessageBytes,
        tls,
        directory,
        bytes,
        resend);
  }

  /** Returns settings with the defaults for everything that has one. */
  public static GrpcSettings of(
      String backends,
      String service,
      String instance,
      String processId,
      String agentVersion,
      @Nullable String token,
      List<Map.Entry<String, String>> properties) {
    return new GrpcSettings(
        CollectorAddress.parseList(backends),
        service,
        instance,
        processId,
        agentVersion,
        token,
        properties,
        DEFAULT_HEARTBEAT,
        DEFAULT_QUEUE_SEGMENTS,
        DEFAULT_QUEUE_SPANS,
        DEFAULT_MAX_MESSAGE_BYTES);
  }
}
