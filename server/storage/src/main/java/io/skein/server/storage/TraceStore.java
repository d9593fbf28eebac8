package io.skein.server.storage;

import io.skein.server.storage.profile.ProfileStore;
import io.skein.server.storage.profile.ProfileTasks;
import io.skein.wire.model.InstancePing;
import io.skein.wire.model.InstanceProperties;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Where traces are kept.
 *
 * <p>Safe for use by several threads. What was appended can be found within about a second; queries
 * never wait for writers. Texts and numbers are hostile: ids, names and tags of any length and any
 * content, any clock (zero, negative, the year 9999) are stored, or refused with a reason.
 *
 * <p>Queries may throw {@link StorageException} when the disk fails. Appending never throws for a
 * reason outside the caller's hands: it refuses.
 */
public interface TraceStore extends AutoCloseable {

  /**
   * Takes segments of one or of many traces, in any order, children before their parents too.
   *
   * <p>The future completes, never exceptionally, when the answer may be told to the sender: what
   * it calls stored then survives the end of this process, however it ends, and at most one second
   * later that of the machine. It has one outcome per segment, in the same order. The call itself
   * may wait for a bounded time when the disk does not keep up; that is the pressure that makes
   * senders slow down. Do not block in what you attach to the future without an executor: it runs
   * on the store's writing thread.
   */
  CompletableFuture<List<Outcome>> append(List<ReceivedSegment> batch);

  /**
   * Counts segments that the collector itself had to refuse, so that the accounts of their instance
   * add up.
   */
  void refused(String service, String instance, String reason, Counts counts);

  void properties(InstanceProperties properties, long receivedMillis);

  void ping(InstancePing ping, long receivedMillis);

  void account(AgentAccount account);

  /** Every service that has something stored or that sent a sign of life, by name. */
  List<ServiceSummary> services();

  /** Lists instances by service and name; of all services when none is given. */
  List<InstanceSummary> instances(@Nullable String service);

  /**
   * Endpoints, most used first.
   *
   * @param service null: of all services
   * @param contains part of the name, ignoring case; null or empty: all
   */
  List<EndpointSummary> endpoints(@Nullable String service, @Nullable String contains, int limit);

  /**
   * Keys of tags, by name, for completion: those used in the given time by the service, or more (a
   * store may look at coarser pieces than asked for).
   */
  List<String> tagKeys(
      @Nullable String service, @Nullable Long fromMillis, @Nullable Long toMillis, int limit);

  /** Values of a tag, by value, for completion, as {@link #tagKeys}. */
  List<String> tagValues(
      String key,
      @Nullable String service,
      @Nullable Long fromMillis,
      @Nullable Long toMillis,
      int limit);

  /**
   * Finds traces.
   *
   * @throws BadCursorException when {@code query.cursor()} is not one of this store
   */
  TracePage search(TraceQuery query);

  /** Opens a trace for reading, or returns null when nothing of it is known. */
  @Nullable TraceReading read(String traceId, TraceReading.Limit limit);

  /**
   * One whole trace, or null when nothing of it is known.
   *
   * @param maxSpans segments are added until so many spans are reached; the first is always there
   */
  default @Nullable StoredTrace trace(String traceId, int maxSpans) {
    try (TraceReading reading = read(traceId, new TraceReading.Limit(maxSpans, Long.MAX_VALUE))) {
      return reading == null ? null : StoredTrace.of(reading);
    }
  }

  /**
   * Looks up segments by their ids, some hundred at most, in no order; unknown ones are left out.
   */
  void segments(Collection<String> segmentIds, Consumer<SegmentNote> consumer);

  /** Of every instance that ever sent anything. */
  List<InstanceAccount> accounts();

  /** The snapshots of threads, which live and go with the traces. */
  ProfileStore profiles();

  /** What was ordered to be sampled. */
  ProfileTasks profileTasks();

  StoreStatus status();

  /** Forces everything to disk. Later appends are refused; closing twice is harmless. */
  @Override
  void close();
}
