package io.skein.server.storage.lucene;

import io.skein.server.storage.Outcome;
import io.skein.server.storage.profile.Snapshot;
import io.skein.server.storage.profile.Snapshots;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A process that writes numbered segments and snapshots until it is killed, and says after each
 * batch how far they were acknowledged.
 */
final class EndlessWriter {
  private EndlessWriter() {}

  /** For each number a snapshot, a thousand in one segment. */
  static List<Snapshot> snapshots(long from, long to) {
    List<Snapshot> batch = new ArrayList<>();
    for (long number = from; number < to; number++) {
      batch.add(
          Snapshots.of(
              Snapshot.SLOW,
              "k" + number / 1_000,
              (int) (number % 1_000),
              number,
              List.of("a.B.run:1", "a.C.work:" + number % 7)));
    }
    return batch;
  }

  public static void main(String[] args) throws Exception {
    LuceneTraceStore store = LuceneTraceStore.open(StoreFixture.options(Path.of(args[0])));
    long next = Long.parseLong(args[1]);
    while (true) {
      // Some of the last come again, as from an agent that was not answered.
      long from = Math.max(0, next - 20);
      List<Outcome> outcomes = StoreFixture.append(store, StoreFixture.numbered(from, next + 100));
      for (Outcome outcome : outcomes) {
        if (outcome instanceof Outcome.Refused refused) {
          throw new AssertionError(refused.message());
        }
      }
      // The last process may have ended between the two.
      List<Snapshot> snapshots = snapshots(Math.max(0, next - 100), next + 100);
      for (Outcome outcome : store.profiles().append(snapshots).get(30, TimeUnit.SECONDS)) {
        if (outcome instanceof Outcome.Refused refused) {
          throw new AssertionError(refused.message());
        }
      }
      next += 100;
      System.out.println(next);
      System.out.flush();
    }
  }
}
