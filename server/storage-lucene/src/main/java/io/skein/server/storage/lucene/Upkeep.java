package io.skein.server.storage.lucene;

import io.skein.server.storage.AccountBook;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * The thread that does what must not make the writer wait: five times a second it makes what was
 * written findable and forces it to the disk, once a second it saves the account book if that has
 * changed.
 */
final class Upkeep implements AutoCloseable {
  private static final Logger LOG = System.getLogger(Upkeep.class.getName());
  private static final long CYCLE_MILLIS = 200;
  private static final long SAVE_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Partitions partitions;
  private final DataDirectory directory;
  private final AccountBook book;
  private final TaskKeeper tasks;
  private long seenRemoved;
  private final Thread thread = new Thread(this::run, "skein-store-upkeep");
  private long savedNanos = System.nanoTime();
  private long savedChanges;
  private long savedPropertyChanges;
  private boolean failing;
  private final CountDownLatch closed = new CountDownLatch(1);

  /** Saves the profile tasks. */
  interface TaskKeeper {
    /**
     * Called five times a second.
     *
     * @param removed whether retention has removed something since the last time
     */
    void keep(boolean removed);
  }

  Upkeep(Partitions partitions, DataDirectory directory, AccountBook book, TaskKeeper tasks) {
    this.tasks = tasks;
    this.seenRemoved = partitions.removedThrough();
    this.partitions = partitions;
    this.directory = directory;
    this.book = book;
    this.savedChanges = book.changes();
    this.savedPropertyChanges = book.propertyChanges();
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  private void run() {
    while (!awaitClosed()) {
      doWork();
    }
  }

  // Not woken by an interrupt: that would close the file which is being forced.
  private boolean awaitClosed() {
    try {
      return closed.await(CYCLE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      return false; // Nobody has a reason to.
    }
  }

  private synchronized void doWork() {
    // Before all else, since agents wait for the answer, and by itself: what fails below must not
    // keep it back.
    long removed = partitions.removedThrough();
    tasks.keep(removed != seenRemoved);
    seenRemoved = removed;
    try {
      for (Partition partition : partitions.all()) {
        if (!partition.isSealed() && partition.acquire()) {
          try {
            partition.refresh();
            partition.force();
          } finally {
            partition.release();
          }
        }
      }
      long now = System.nanoTime();
      if (now - savedNanos >= SAVE_NANOS) {
        savedNanos = now;
        saveBook();
      }
      failing = false;
    } catch (IOException | RuntimeException e) {
      if (!failing) {
        failing = true;
        LOG.log(
            Level.WARNING,
            "making data findable and forcing it to the disk failed ({0}): trying again five times a"
                + " second. What was received last may be lost if the machine stops now",
            DataDirectory.reason(e));
      }
    }
  }

  private void saveBook() throws IOException {
    long changes = book.changes();
    if (changes != savedChanges) {
      partitions.saveBook();
      savedChanges = changes;
    }
    long propertyChanges = book.propertyChanges();
    if (propertyChanges != savedPropertyChanges) {
      directory.saveProperties(book);
      savedPropertyChanges = propertyChanges;
    }
  }

  /** Ends, and saves the book for the last time. */
  @Override
  public void close() {
    closed.countDown();
    try {
      thread.join(TimeUnit.SECONDS.toMillis(30));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    savedNanos = System.nanoTime() - SAVE_NANOS;
    doWork();
  }
}
