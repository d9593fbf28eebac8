package io.skein.server.storage.lucene;

import io.skein.server.storage.AccountBook;
import io.skein.server.storage.AgentAccount;
import io.skein.server.storage.BadCursorException;
import io.skein.server.storage.Counts;
import io.skein.server.storage.EndpointSummary;
import io.skein.server.storage.InstanceAccount;
import io.skein.server.storage.InstanceSummary;
import io.skein.server.storage.InstanceTotals;
import io.skein.server.storage.Outcome;
import io.skein.server.storage.ReceivedSegment;
import io.skein.server.storage.SegmentNote;
import io.skein.server.storage.ServiceSummary;
import io.skein.server.storage.StorageBusyException;
import io.skein.server.storage.StorageException;
import io.skein.server.storage.StoreStatus;
import io.skein.server.storage.TracePage;
import io.skein.server.storage.TraceQuery;
import io.skein.server.storage.TraceReading;
import io.skein.server.storage.TraceStore;
import io.skein.server.storage.profile.ProfileStore;
import io.skein.server.storage.profile.ProfileTasks;
import io.skein.wire.model.InstancePing;
import io.skein.wire.model.InstanceProperties;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The store of one machine.
 *
 * <p>What is received goes to an append-only log, compressed and checksummed: that is the truth,
 * and the answer to the sender is given when it is there. Beside it stands a Lucene index, which is
 * a convenience: it can be behind, damaged or deleted, and is made up for from the log. Both are
 * cut into partitions, an hour or a sixteenth of the budget, and retention removes whole
 * partitions, so that nothing is ever rewritten.
 *
 * <pre>
 *             StoreWriter (one thread)                        Upkeep (one thread)
 * append ---> queue -> duplicates? -> log -> answer -> index  force, refresh, save the book
 *                                      |                 |
 * Partitions                       LogWriter       PartitionIndex    -- full --> sealed (one thread)
 *                                      |                 |
 * queries     View -> TraceSearch, TraceLookup, Listings -> FrameCache
 * </pre>
 *
 * <p>Layouts: {@link DataDirectory}, {@link Partition}, {@link LogFormat}, {@link Fields}.
 *
 * <p>Safe for use by several threads.
 */
public final class LuceneTraceStore implements TraceStore {
  private static final System.Logger LOG = System.getLogger(LuceneTraceStore.class.getName());

  // Coarser loses more at once, finer makes more indexes to search.
  private static final Duration PARTITION_SPAN = Duration.ofHours(1);

  private final DataDirectory directory;
  private final StoreOptions options;
  private final AccountBook book = new AccountBook();
  private final Partitions partitions;
  private final StoreWriter writer;
  private final Upkeep upkeep;
  private final FrameCache frames = new FrameCache();
  private final Semaphore giants = new Semaphore(1, true);
  private final ProfileTasks profileTasks;
  private final LuceneProfileStore profiles;
  private boolean closed;

  private LuceneTraceStore(DataDirectory directory, StoreOptions options) {
    this.directory = directory;
    this.options = options;
    this.partitions = new Partitions(directory, book, options);
    try {
      partitions.openAll();
    } catch (RuntimeException e) {
      directory.close();
      throw e;
    }
    this.writer = new StoreWriter(partitions, book, options);
    this.profileTasks = directory.loadTasks();
    this.profiles = new LuceneProfileStore(partitions, writer);
    this.upkeep = new Upkeep(partitions, directory, book, this::keepTasks);
  }

  /**
   * Opens the store in a directory, which is made if it is not there.
   *
   * @param diskBudgetBytes what all files in it together never exceed; at least 16 MB
   * @throws StorageException when the directory cannot be used, is in use by another server, or is
   *     of another format
   */
  public static LuceneTraceStore open(Path directory, long diskBudgetBytes) {
    return open(
        new StoreOptions(
            directory.toAbsolutePath().normalize(),
            diskBudgetBytes,
            PARTITION_SPAN,
            InstantSource.system(),
            () -> directory.toFile().getUsableSpace()));
  }

  static LuceneTraceStore open(StoreOptions options) {
    if (options.budgetBytes() < StoreOptions.MIN_BUDGET_BYTES) {
      throw new StorageException(
          "the disk budget is "
              + options.budgetBytes()
              + " bytes; at least "
              + (StoreOptions.MIN_BUDGET_BYTES >> 20)
              + " MB are needed");
    }
    LuceneTraceStore store = new LuceneTraceStore(DataDirectory.open(options.directory()), options);
    store.writer.start();
    store.upkeep.start();
    return store;
  }

  @Override
  public CompletableFuture<List<Outcome>> append(List<ReceivedSegment> batch) {
    return batch.isEmpty() ? CompletableFuture.completedFuture(List.of()) : writer.append(batch);
  }

  @Override
  public void refused(String service, String instance, String reason, Counts counts) {
    book.refused(service, instance, reason, counts);
  }

  @Override
  public void properties(InstanceProperties properties, long receivedMillis) {
    book.properties(properties, receivedMillis);
  }

  @Override
  public void ping(InstancePing ping, long receivedMillis) {
    book.ping(ping, receivedMillis);
  }

  @Override
  public void account(AgentAccount account) {
    book.account(account);
  }

  @Override
  public List<ServiceSummary> services() {
    synchronized (partitions) {
      return book.services(partitions.kept());
    }
  }

  @Override
  public List<InstanceSummary> instances(@Nullable String service) {
    synchronized (partitions) {
      return book.instances(service, partitions.kept());
    }
  }

  @Override
  public List<InstanceAccount> accounts() {
    synchronized (partitions) {
      return book.accounts(partitions.kept());
    }
  }

  /** A query over a view of the store. */
  private interface Question<T> {
    T ask(View view) throws IOException;
  }

  private <T> T ask(Question<T> question) {
    return ask(partition -> true, question);
  }

  private <T> T ask(Predicate<Partition> wanted, Question<T> question) {
    try (View view = View.of(partitions.all(), wanted)) {
      return question.ask(view);
    } catch (StorageException | StorageBusyException | BadCursorException e) {
      throw e;
    } catch (IOException | RuntimeException e) { // Lucene has both for files that are damaged.
      throw failed(e);
    }
  }

  private StorageException failed(Exception e) {
    return new StorageException(
        "reading in "
            + options.directory()
            + " failed ("
            + DataDirectory.reason(e)
            + "); see whether the disk is failing",
        e);
  }

  private static Predicate<Partition> overlapping(
      @Nullable Long fromMillis, @Nullable Long toMillis) {
    long from = fromMillis == null ? Long.MIN_VALUE : fromMillis;
    long to = toMillis == null ? Long.MAX_VALUE : toMillis;
    return partition -> partition.totals().overlaps(from, to);
  }

  @Override
  public List<EndpointSummary> endpoints(
      @Nullable String service, @Nullable String contains, int limit) {
    return ask(view -> Listings.endpoints(view, service, contains, limit));
  }

  @Override
  public List<String> tagKeys(
      @Nullable String service, @Nullable Long fromMillis, @Nullable Long toMillis, int limit) {
    return ask(overlapping(fromMillis, toMillis), view -> Listings.tagKeys(view, service, limit));
  }

  @Override
  public List<String> tagValues(
      String key,
      @Nullable String service,
      @Nullable Long fromMillis,
      @Nullable Long toMillis,
      int limit) {
    return ask(
        overlapping(fromMillis, toMillis), view -> Listings.tagValues(view, key, service, limit));
  }

  @Override
  public TracePage search(TraceQuery query) {
    return ask(view -> new TraceSearch(view, query, frames).page());
  }

  @Override
  public @Nullable TraceReading read(String traceId, TraceReading.Limit limit) {
    View view = View.of(partitions.all(), partition -> true);
    TraceReading reading = null;
    try {
      reading = LuceneTraceReading.open(view, frames, giants, traceId, limit);
      return reading;
    } catch (StorageException | StorageBusyException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
      throw failed(e);
    } finally {
      if (reading == null) {
        close(view);
      }
    }
  }

  @Override
  public void segments(Collection<String> segmentIds, Consumer<SegmentNote> consumer) {
    List<SegmentNote> found = ask(view -> SegmentNotes.of(view, frames, segmentIds));
    found.forEach(consumer);
  }

  @Override
  public ProfileStore profiles() {
    return profiles;
  }

  @Override
  public ProfileTasks profileTasks() {
    return profileTasks;
  }

  /** Saves the tasks, without those whose snapshots retention has removed. */
  private void keepTasks(boolean removed) {
    try {
      if (removed) {
        profiles.forgetTasks(profileTasks, options.clock().millis());
      }
      profileTasks.save();
    } catch (RuntimeException e) { // On the thread that everything else waits for.
      LOG.log(System.Logger.Level.WARNING, "keeping the profile tasks failed", e);
    }
  }

  private void close(View view) {
    try {
      view.close();
    } catch (IOException e) {
      throw failed(e);
    }
  }

  @Override
  public StoreStatus status() {
    synchronized (partitions) {
      InstanceTotals kept =
          partitions.kept().values().stream().reduce(InstanceTotals.NONE, InstanceTotals::plus);
      return new StoreStatus(
          partitions.measuredBytes(),
          options.budgetBytes(),
          kept.segments() == 0 ? null : (Long) kept.firstMillis(),
          kept.counts(),
          book.removed(),
          writer.trouble());
    }
  }

  /** Makes findable what was appended, at once; tests need not wait until it happens anyway. */
  void settle() throws IOException {
    // Answered when everything before it has been indexed.
    writer.append(List.of()).join();
    for (Partition partition : partitions.all()) {
      partition.refresh();
    }
  }

  /** For tests of what partitions have. */
  Partitions partitions() {
    return partitions;
  }

  @Override
  public void close() {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    // Files close themselves under the hands of an interrupted thread, and they are to be written
    // once more.
    boolean interrupted = Thread.interrupted();
    writer.close();
    upkeep.close();
    partitions.closeAll();
    directory.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
